"""A call in the middle of a long training goes in; whether its numbers look as they always did comes out, in two reductions.

A whole look costs some seventy microseconds: nothing beside a step of a real network, half of one beside a tiny one. There,
after the first calls, one argument at a time is glanced at; only what looks unusual gets a whole look.
"""

from __future__ import annotations

from typing import Any, Final

import torch

from lossguard.runtime.losses import Role
from lossguard.runtime.measure import can_be_read
from lossguard.runtime.sites import Site

# The share of a step that a whole look may take.
SHARE: Final = 0.03
WARM: Final = 256
_ROLES: Final = frozenset({Role.CLASS_SCORES, Role.SCORES, Role.CLASSES, Role.UNIT, Role.SIGNS, Role.VARIANCE})


def suffices(site: Site) -> bool:
    """Whether a glance is enough: the training is under way, and a whole look would be felt."""
    return site.calls > WARM and site.cost > SHARE * site.interval


def is_usual(site: Site, args: tuple[Any, ...]) -> bool:
    """Glance at the next argument; False where a whole look is needed, because its numbers are of a new kind."""
    if not site.glanced or torch._C._len_torch_dispatch_stack() or torch._C._len_torch_function_stack():
        return False
    site.turn = (site.turn + 1) % len(site.glanced)
    kind = _kind(site.glanced[site.turn], args)
    known = kind in site.usual
    site.usual.add(kind)
    return known


def learn(site: Site, args: tuple[Any, ...]) -> None:
    """Remember, beside one of the first whole looks, what is usual."""
    if site.calls <= WARM:
        roles = enumerate(site.loss.roles.values())
        site.glanced = site.glanced or tuple(index for index, role in roles if role in _ROLES and index < len(args))
        site.usual.update(_kind(index, args) for index in site.glanced)


def _kind(index: int, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Which argument it is, and whether it is below 0, above 1, beyond the classes, constant; None for what cannot be read."""
    tensor = args[index]
    if type(tensor) is not torch.Tensor or tensor.is_cuda or tensor.dtype is torch.bool or not can_be_read(tensor):
        return (index, None)
    low, high = tensor.detach().aminmax()
    low, high = low.item(), high.item()
    scores = args[0].shape
    return (index, low < 0, high > 1, high >= (scores[1] if len(scores) > 1 else 1), low == high, low != low)  # noqa: PLR0124  # NaN
