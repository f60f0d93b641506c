"""`lightning`: see `fabric`."""
