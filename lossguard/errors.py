"""What a user can get wrong, or a machine: one line says it, and the exit status is 2."""

from __future__ import annotations


class UserError(Exception):
    """An error that is told in one line, which starts with its place where it has one."""
