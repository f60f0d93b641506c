"""`torch.optim`: nothing of it makes or changes a meaning."""
