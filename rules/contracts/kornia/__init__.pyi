"""`kornia`."""
