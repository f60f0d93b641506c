"""`os`: the exit that nothing comes back from."""

from typing import NoReturn

def _exit(status: int) -> NoReturn: ...
