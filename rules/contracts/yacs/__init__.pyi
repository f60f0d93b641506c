"""`yacs`: see `config`."""
