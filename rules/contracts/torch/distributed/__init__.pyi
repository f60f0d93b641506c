"""`torch.distributed`: nothing of it makes or changes a meaning."""
