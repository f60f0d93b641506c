"""Nothing goes in; whether a gradient scaler is at work in this process comes out.

A `GradScaler` begins with a scale of 65536 and halves it after every step in which a gradient overflows; those steps are
skipped, nothing is learned from them. A loss that is made of such gradients (a penalty) is not finite until the scale fits.
"""

from __future__ import annotations

import gc
import weakref
from typing import Any, Final

import torch

# The calls within which any scale has come down to where nothing overflows: half of half of ... 2**64 is 1.
SETTLING: Final = 64
_known: Final[list[weakref.ref[Any]]] = []


def is_at_work() -> bool:
    """Whether there is an enabled scaler. Looks through all objects unless one is known: ask only where it matters."""
    if not any((scaler := known()) is not None and scaler.is_enabled() for known in _known):
        _known[:] = [weakref.ref(one) for one in gc.get_objects() if issubclass(type(one), torch.amp.GradScaler) and one.is_enabled()]
    return bool(_known)
