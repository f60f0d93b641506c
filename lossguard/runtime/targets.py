"""A look at a target goes in, what it is comes out: indices, a distribution, labels, numbers between 0 and 1, signs."""

from __future__ import annotations

from typing import Final

import torch

from lossguard.domains import Domain, Seen
from lossguard.runtime.measure import Extremes, Indices, Soft
from lossguard.runtime.seeing import Seeing, Tally, named, value_range
from lossguard.runtime.witness import Look, Sight


def classes(look: Look, sight: Sight, numbers: tuple[float, ...] | None, tally: Tally) -> Seeing:
    """The target of a classification: indices or a distribution, told apart by the sizes, as torch does."""
    scores = look.sights.get("input")
    if scores is None or not scores.shape:
        return Seeing()
    if len(sight.shape) == len(scores.shape) > 1 and sight.shape[1] == 1 < scores.shape[1]:
        return Seeing(Domain.INDICES, seen=frozenset({Seen.COLUMN}), evidence=(f"sizes {list(sight.shape)} against {list(scores.shape)}",))
    if sight.shape == scores.shape:
        return _soft(look, sight, scores, numbers, tally)
    if len(sight.shape) == len(scores.shape) - 1:
        return _indices(look, sight, scores, numbers)
    return Seeing()


# uint8 is taken for rows of scores only, not for images and sequences.
_INDEX: Final = {torch.int64, torch.uint8}


def _indices(look: Look, sight: Sight, scores: Sight, numbers: tuple[float, ...] | None) -> Seeing:
    right = {torch.int64} if look.family == "multi_margin_loss" or len(scores.shape) > 2 else _INDEX
    if sight.dtype not in right:
        return Seeing(Domain.INDICES, seen=frozenset({Seen.WRONG_DTYPE}), evidence=(f"dtype {named(sight.dtype)}",))
    averaged = look.literals.get("reduction") == "mean"
    if look.empty:
        return Seeing(Domain.INDICES, seen=frozenset({Seen.ALL_IGNORED} if averaged else ()), evidence=("no targets at all",))
    if numbers is None:
        return Seeing(Domain.INDICES)
    low, high, *more = numbers
    found = Indices(low, high, *more) if more else Indices(low, high, low, high, 1)
    if look.family != "multi_margin_loss" and found.kept == 0:
        ignored = look.literals.get("ignore_index")
        said = f"every target is {ignored}, which is ignore_index"
        return Seeing(Domain.INDICES, seen=frozenset({Seen.ALL_IGNORED} if averaged else ()), evidence=(said,))
    if found.low_kept < 0 or found.high_kept >= scores.classes:
        said = f"targets from {found.low_kept:.0f} to {found.high_kept:.0f} for {scores.classes} classes"
        return Seeing(Domain.INDICES, seen=frozenset({Seen.OUT_OF_RANGE}), evidence=(said,), known=True)
    return Seeing(Domain.INDICES, known=True)


def _soft(look: Look, sight: Sight, scores: Sight, numbers: tuple[float, ...] | None, tally: Tally) -> Seeing:
    """A target of the scores' own shape: torch reads a distribution."""
    floating = sight.dtype.is_floating_point
    if look.family != "cross_entropy" or scores.classes == 1:
        return Seeing()
    seen = {Seen.WITH_GRADIENT} if sight.grad and not sight.related else set()
    evidence = ["it requires a gradient"] if seen else []
    if floating and look.literals.get("ignore_index", -100) != -100:
        seen.add(Seen.IGNORE_INDEX)
        evidence.append(f"ignore_index={look.literals['ignore_index']}, dtype {named(sight.dtype)}")
    if look.empty:
        averaged = look.literals.get("reduction") == "mean"
        return Seeing(seen=frozenset({Seen.ALL_IGNORED} if averaged else ()), evidence=("no targets at all",))
    if numbers is None:
        return Seeing(seen=frozenset(seen), evidence=tuple(evidence))
    found = Soft(*numbers)
    if found.bad:
        fault = Seen.SEVERAL_PER_ROW if found.fractional == 0 and found.low >= 0 else Seen.UNNORMALIZED
        evidence.append(_fault(fault, found))
        return Seeing(seen=frozenset({*seen, fault}), evidence=tuple(evidence), known=True)
    if found.fractional == 0 and found.most == 1 == found.high and len(sight.shape) > 1:
        return _one_hot(sight, frozenset(seen), tuple(evidence), tally, floating=floating)
    return Seeing(Domain.PROBABILITIES, seen=frozenset(seen), evidence=tuple(evidence), known=True, tally=Tally(broken=True))


# Mixup and smoothing pipelines give a plain one-hot batch now and then.
_ENOUGH_CALLS: Final = 4


def _one_hot(sight: Sight, seen: frozenset[Seen], evidence: tuple[str, ...], tally: Tally, *, floating: bool) -> Seeing:
    if not floating:
        said = (*evidence, f"one-hot rows, dtype {named(sight.dtype)}")
        return Seeing(Domain.ONE_HOT, "one_hot", seen=seen | {Seen.INTEGER}, evidence=said, known=True)
    now = Tally(tally.rows, tally.calls + 1, tally.broken)
    if now.broken:
        return Seeing(seen=seen, evidence=evidence, tally=now)
    said = (*evidence, f"one-hot rows in each of {now.calls} calls")
    return Seeing(Domain.ONE_HOT, "one_hot", seen=seen, evidence=said, waiting=now.calls < _ENOUGH_CALLS, tally=now)


def _fault(fault: Seen, found: Soft) -> str:
    if fault is Seen.SEVERAL_PER_ROW:
        return f"rows of 0 and 1 with up to {found.most:.0f} ones"
    return f"{found.bad:.0f} rows are no distribution; values from {found.low:.4g} to {found.high:.4g}"


def labels(look: Look, numbers: tuple[float, ...] | None) -> Seeing:
    """The labels of CTC, within the classes or not."""
    scores = look.sights.get("log_probs")
    if numbers is None or scores is None:
        return Seeing()
    found = Extremes(*numbers)
    if found.low >= 0 and found.high < scores.classes:
        return Seeing(Domain.INDICES, known=True)
    said = f"labels from {found.low:.0f} to {found.high:.0f} for {scores.classes} classes"
    return Seeing(Domain.INDICES, seen=frozenset({Seen.OUT_OF_RANGE}), evidence=(said,), known=True)


# Masks that were resized and labels that were mixed end a little outside.
ROUNDING: Final = 1e-3


def unit(look: Look, sight: Sight, numbers: tuple[float, ...] | None) -> Seeing:
    """Targets of a binary loss, between 0 and 1 or not."""
    seen = {Seen.WITH_GRADIENT} if sight.grad and not sight.related else set()
    evidence = ["it requires a gradient"] if seen else []
    if numbers is not None and look.literals.get("reduction") != "none":
        found = Extremes(*numbers)
        if found.low < -ROUNDING or found.high > 1 + ROUNDING:
            seen.add(Seen.OUTSIDE_UNIT)
            evidence.append(value_range(found))
    return Seeing(seen=frozenset(seen), evidence=tuple(evidence))


def signs(numbers: tuple[float, ...] | None, tally: Tally) -> Seeing:
    """Targets -1 and +1, unless they are 0 and 1 in every call: a small batch of ties and wins holds no -1 either."""
    if numbers is None:
        return Seeing(tally=tally)
    found = Extremes(*numbers)
    now = Tally(tally.rows, tally.calls + 1, tally.broken or found.low < 0)
    if now.broken or (found.low, found.high, found.fractional) != (0, 1, 0):
        return Seeing(tally=now)
    return Seeing(
        seen=frozenset({Seen.UNSIGNED}), evidence=("zeros and ones only",), known=True, waiting=now.calls < _ENOUGH_CALLS, tally=now
    )
