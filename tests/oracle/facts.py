"""A tensor that reached a loss goes in, what a run certainly knows of it comes out: its graph, its sizes, and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from lossguard.domains import Domain
from lossguard.runtime.measure import can_be_read
from lossguard.runtime.provenance import Origin
from lossguard.runtime.witness import Sight


@dataclass(frozen=True, slots=True)
class Numbers:
    """All numbers of a tensor: the extremes, whether they are whole, and by how much sums along each axis are not 1.

    `off` are the sums of the numbers, `exp_off` those of their exponentials.
    """

    low: float
    high: float
    whole: bool
    off: tuple[float, ...]
    exp_off: tuple[float, ...]
    coarse: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One argument in one call. `by` names the witness: the graph, the numbers, or what the guard concluded from both.

    `axis` is counted from the front; `made` is the operation that made the meaning, as far as it is known.
    """

    by: str
    domain: Domain = Domain.TENSOR
    made: str | None = None
    axis: int | None = None
    shape: tuple[int, ...] | None = None
    numbers: Numbers | None = None

    @property
    def decides(self) -> bool:
        """Whether this says what the tensor means, and not only what it may be."""
        return self.domain is not Domain.TENSOR

    def __str__(self) -> str:
        """For the report of a contradiction."""
        meaning = f"{self.domain.value}[{self.axis}] by {self.made}, " if self.decides else ""
        return f"{self.by}: {meaning}sizes {list(self.shape or ())}, {self.numbers or 'no numbers'}"


def of_sight(sight: Sight, tensor: Any) -> Fact:
    """What the graph and the numbers of one tensor say."""
    origin = sight.origin
    numbers = numbers_of(tensor)
    if origin is not None and origin.size == 1 and origin.axis is None:  # a softmax over one class, whose axis is gone
        return Fact("numbers", shape=sight.shape)
    if origin is None or origin.domain is Domain.TENSOR or sight.floored:
        return Fact("numbers", shape=sight.shape, numbers=numbers)
    return Fact("graph", origin.domain, made_by(origin), origin.axis, sight.shape, numbers)


def made_by(origin: Origin) -> str | None:
    """What made the meaning last; the graph's own word is for what is under a logarithm or an exponential."""
    return None if {"Log", "Exp"} & set(origin.steps) else origin.made


def numbers_of(tensor: Any) -> Numbers | None:
    """The numbers of a tensor that has any, all of them finite."""
    if not can_be_read(tensor) or tensor.is_complex():
        return None
    plain = tensor.detach().double()
    if not bool(plain.isfinite().all()):
        return None
    whole = bool((plain == plain.round()).all())
    coarse = tensor.dtype in {torch.float16, torch.bfloat16}
    return Numbers(float(plain.min()), float(plain.max()), whole, _off(plain), _off(plain.exp()), coarse)


def _off(plain: Any) -> tuple[float, ...]:
    return tuple(float((plain.sum(axis) - 1).abs().max()) for axis in range(plain.dim()))
