"""Rewrites that keep a program's meaning go over the project's own examples; the findings must come out the same."""
