"""`torchvision`: see `models`."""
