"""lossguard finds PyTorch losses that get the wrong thing, before the run and during it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from lossguard.runtime import Guard, LossWarning, WrongLossError, guard, watch

__version__ = "0.1.0"

T = TypeVar("T")

# The runtime half is imported when one of its names is asked for: linting runs without torch.
_AT_RUN_TIME: Final = frozenset({"Guard", "LossWarning", "WrongLossError", "guard", "watch"})


def reveal(value: T) -> T:
    """Give the value back. `lossguard check` prints what it takes the value for; a run prints what it sees of a tensor.

    The run prints one line on standard error, with the user's line: the meaning, its class axis, and what made it.
    """
    if "torch" in sys.modules:
        from lossguard.runtime.revealing import show

        show(value, sys._getframe(1))  # noqa: SLF001  # the caller's line is what is shown
    return value


def __getattr__(name: str) -> object:
    if name in _AT_RUN_TIME:
        from lossguard import runtime

        found: object = getattr(runtime, name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Guard", "LossWarning", "WrongLossError", "__version__", "guard", "reveal", "watch"]
