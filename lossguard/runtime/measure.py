"""A tensor goes in, the few numbers that decide about it come out, in one small tensor that can be read later.

Rows of scores are sampled (a wrong activation is in every row), targets are read in full (one bad label is one bad label).
Sums are taken in float32. Nothing here waits for a device: `Reading` says when its numbers have arrived.
"""

from __future__ import annotations

import sys
from itertools import islice
from math import ceil, isnan, nan
from typing import Any, Final, NamedTuple

import torch

MOST_ROWS: Final = 64
MOST_NUMBERS: Final = 65_536
MOST_SOFT_ROWS: Final = 4096


class Scores(NamedTuple):
    """Of rows of scores: the extremes, the extreme row sums and log-sum-exps, and how much rows differ. NaN: not measured."""

    low: float
    high: float
    low_sum: float = nan
    high_sum: float = nan
    low_lse: float = nan
    high_lse: float = nan
    variety: float = nan
    rows: int = 0
    classes: int = 0


class Soft(NamedTuple):
    """Of targets that are distributions: rows that are none, entries that are neither 0 nor 1, the fewest and most entries set."""

    low: float
    high: float
    bad: float
    fractional: float
    fewest: float
    most: float


class Indices(NamedTuple):
    """Of class indices: the extremes, the extremes without those that are ignored, and how many are left."""

    low: float
    high: float
    low_kept: float
    high_kept: float
    kept: float


class Extremes(NamedTuple):
    """The smallest and the largest number, and how many are neither 0 nor 1."""

    low: float
    high: float
    fractional: float = nan


def can_be_read(tensor: Any) -> bool:
    """Whether a tensor holds numbers: not on the meta device, no fake, not inside vmap, not sparse or nested."""
    fakes = sys.modules.get("torch._subclasses.fake_tensor")  # as long as nobody has imported it there are none
    if tensor.is_meta or tensor.layout is not torch.strided or (fakes is not None and isinstance(tensor, fakes.FakeTensor)):
        return False
    return tensor.numel() > 0 and not torch._C._functorch.is_functorch_wrapped_tensor(tensor)


def rows_of(tensor: Any, axis: int) -> Any:
    """Some rows of a tensor, `(rows, classes)`: a strided choice over all other axes, as views until the last step."""
    plain = tensor.detach()
    if plain.dim() == 1:
        return plain.unsqueeze(0)
    plain = plain.movedim(axis, -1) if axis % plain.dim() != plain.dim() - 1 else plain
    most = max(4, min(MOST_ROWS, MOST_NUMBERS // max(plain.shape[-1], 1)))
    left = most
    for dim in range(plain.dim() - 1):
        others = plain.dim() - 1 - dim
        room = max(1, round(left ** (1 / others)))
        step = ceil(plain.shape[dim] / room)
        if step > 1:
            plain = plain[(slice(None),) * dim + (slice(None, None, step),)]
        left = max(1, left // max(plain.shape[dim], 1))
    return plain.reshape(-1, plain.shape[-1])


def scores(tensor: Any, axis: int, *, lazily: bool) -> Any:
    """Measure rows of scores, as `Scores`; `lazily`, only the extremes where they say that these are neither kind of probability."""
    rows = rows_of(tensor, axis).float()
    low, high = rows.aminmax()
    if lazily and not _may_be_probabilities(low.item(), high.item()):
        return torch.stack((low, high))
    sums, lses = rows.sum(-1), rows.logsumexp(-1)
    spread = (rows - rows[:1]).abs().amax()
    return torch.stack((low, high, *sums.aminmax(), *lses.aminmax(), spread))


def _may_be_probabilities(low: float, high: float) -> bool:
    return (low >= -_SLACK and high <= 1 + _SLACK) or high <= _SLACK or isnan(low)


_SLACK: Final = 1e-3
_LOOSE: Final = 0.05


def soft(tensor: Any, axis: int) -> Any:
    """Measure targets that are distributions, as `Soft`."""
    plain = tensor.detach()
    plain = plain.movedim(axis, -1).reshape(-1, plain.shape[axis]) if plain.dim() > 1 else plain.unsqueeze(0)
    plain = plain[:: ceil(plain.shape[0] / MOST_SOFT_ROWS)].float()
    low, high = plain.aminmax()
    set_ = (plain != 0).sum(-1)
    wrong = ((plain.sum(-1) - 1).abs() > _LOOSE) | (plain < 0).any(-1)
    fractional = ((plain != 0) & (plain != 1)).sum()
    numbers = ((wrong & (set_ > 1)).sum(), fractional, *set_.aminmax())
    return torch.stack((low, high, *(number.float() for number in numbers)))


def indices(tensor: Any, ignored: int, classes: int, *, lazily: bool) -> Any:
    """Measure class indices, as `Indices`; `lazily`, only the extremes where they are all right."""
    plain = tensor.detach().reshape(-1)
    low, high = plain.aminmax()
    if lazily and low.item() >= 0 and high.item() < classes and not 0 <= ignored < classes:
        return torch.stack((low, high))
    kept = plain != ignored
    valid = torch.where(kept, plain, 0)
    return torch.stack((low, high, *valid.aminmax(), kept.sum().to(low.dtype)))


def extremes(tensor: Any, weight: Any = None, *, binary: bool = False) -> Any:
    """Measure the extremes, as `Extremes`, where a weight is not 0; with `binary` also how many are neither 0 nor 1."""
    plain = tensor.detach()
    if isinstance(weight, torch.Tensor):
        plain = torch.where(weight.detach() != 0, plain, torch.zeros((), dtype=plain.dtype, device=plain.device))
    if plain.dtype is torch.bool:
        plain = plain.byte()
    low, high = plain.aminmax()
    if not binary:
        return torch.stack((low, high))
    return torch.stack((low, high, ((plain != 0) & (plain != 1)).sum().to(low.dtype)))


class Reading:
    """Numbers on their way: on the CPU they are there, on a GPU they are copied in the background and asked for later."""

    __slots__ = ("_event", "_held", "_sizes")

    def __init__(self, vectors: list[Any]) -> None:
        """Start copying; a list of small vectors, all on one device."""
        self._event: Any = None
        self._sizes = [one.numel() for one in vectors]
        self._held = torch.cat([one.double() for one in vectors]) if vectors else torch.empty(0, device="cpu")
        if self._held.is_cuda:
            pinned = torch.empty(self._held.shape, dtype=torch.float64, device="cpu", pin_memory=True)
            pinned.copy_(self._held, non_blocking=True)
            self._held, self._event = pinned, torch.cuda.Event()
            self._event.record()

    @property
    def arrived(self) -> bool:
        """Whether the numbers can be read without waiting."""
        return self._event is None or bool(self._event.query())

    def wait(self) -> None:
        """Wait for the numbers: in the first calls, and at the end of a run."""
        if self._event is not None:
            self._event.synchronize()

    def numbers(self) -> list[tuple[float, ...]]:
        """The numbers, once they have arrived."""
        left = iter(self._held.tolist())
        return [tuple(islice(left, size)) for size in self._sizes]


def is_captured(tensor: Any) -> bool:
    """Whether a CUDA graph is being recorded: whatever is computed now would be computed in every replay."""
    return isinstance(tensor, torch.Tensor) and tensor.is_cuda and torch.cuda.is_current_stream_capturing()
