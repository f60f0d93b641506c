"""`monai`."""
