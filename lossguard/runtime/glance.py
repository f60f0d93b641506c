"""A call in the middle of a long training goes in; whether its numbers look as they always did comes out, in two reductions.

A whole look costs some seventy microseconds: nothing beside a step of a real network, half of one beside a tiny one. There,
after the first calls, one argument at a time is glanced at; only what looks unusual gets a whole look.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def is_usual(site: Site, given: Mapping[str, Any]) -> bool:
    """Glance at the next argument; False where a whole look is needed, because its numbers are of a new kind."""
    names = _names(site)
    if not names or torch._C._len_torch_dispatch_stack() or torch._C._len_torch_function_stack():
        return False
    site.turn = (site.turn + 1) % len(names)
    kind = _kind(names[site.turn], given)
    known = kind in site.usual
    site.usual.add(kind)
    return known


def learn(site: Site, given: Mapping[str, Any]) -> None:
    """Remember, beside one of the first whole looks, what is usual."""
    if site.calls <= WARM:
        site.usual.update(_kind(name, given) for name in _names(site))


def _names(site: Site) -> list[str]:
    return [name for name, role in site.loss.roles.items() if role in _ROLES]


def _kind(name: str, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """The name, and what kind of numbers it holds; None for numbers that cannot be read."""
    tensor: Any = given.get(name)
    if type(tensor) is not torch.Tensor or tensor.is_cuda or tensor.dtype is torch.bool or not can_be_read(tensor):
        return (name, None)
    return (name, *kind_of_numbers(tensor, given))


def kind_of_numbers(tensor: Any, given: Mapping[str, Any]) -> tuple[bool, ...]:
    """Below 0, above 1, beyond the classes, all the same, or no numbers at all."""
    low, high = (one.item() for one in tensor.detach().aminmax())
    first = next(iter(given.values()))
    classes = first.shape[1] if isinstance(first, torch.Tensor) and first.dim() > 1 else 0
    return (low < 0, high > 1, high >= classes, low == high, low != low)  # noqa: PLR0124  # NaN
