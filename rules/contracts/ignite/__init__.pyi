"""`ignite`: see `engine`."""
