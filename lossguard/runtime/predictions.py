"""A look at a prediction goes in, what it is comes out: by its graph where that says something, by its numbers otherwise."""

from __future__ import annotations

from typing import Final

import torch

from lossguard.domains import Domain, Seen
from lossguard.runtime.losses import Role
from lossguard.runtime.measure import MOST_ROWS, Extremes, Scores
from lossguard.runtime.provenance import ALONG, Origin
from lossguard.runtime.seeing import Seeing, Tally, sizes, sums, value_range, way
from lossguard.runtime.targets import ROUNDING
from lossguard.runtime.witness import Look, Sight


def prediction(look: Look, sight: Sight, numbers: tuple[float, ...] | None, tally: Tally) -> Seeing:
    """By the graph where it says something, by the numbers otherwise."""
    if sight.role is Role.VARIANCE:
        return _variance(sight, numbers)
    origin = sight.origin
    if origin is not None and origin.domain is not Domain.TENSOR:
        seeing = _by_origin(look, sight, origin, numbers)
        if seeing is not None:
            return seeing
    rounded = frozenset({Seen.ROUNDED}) if origin is not None and origin.rounded else frozenset()
    if rounded and origin is not None:
        return Seeing(seen=rounded, evidence=(way(origin),))
    one = _one_class(look, sight)
    if one is not None:
        return one
    if numbers is None or sight.role not in {Role.CLASS_SCORES, Role.SCORES}:
        return Seeing()
    return _by_numbers(look, sight, numbers, tally)


def _variance(sight: Sight, numbers: tuple[float, ...] | None) -> Seeing:
    domain = Domain.TENSOR if sight.origin is None else sight.origin.domain
    evidence = () if sight.origin is None else (way(sight.origin),)
    if numbers is not None and (low := Extremes(*numbers).low) < 0:
        return Seeing(domain, seen=frozenset({Seen.NEGATIVE}), evidence=(*evidence, f"values down to {low:.4g}"), known=True)
    return Seeing(domain, evidence=evidence)


_CLASS_LOSSES: Final = frozenset({"cross_entropy", "nll_loss"})
# Where a distribution over the batch is never meant; a KL divergence may run over any axis unless it is averaged over the first.
_NEVER_OVER_THE_BATCH: Final = frozenset({"cross_entropy", "nll_loss", "ctc_loss"})


def _by_origin(look: Look, sight: Sight, origin: Origin, numbers: tuple[float, ...] | None) -> Seeing | None:
    """What the graph says; None where a constant was added that is no epsilon."""
    evidence = (way(origin),)
    if sight.floored:
        return _floored(sight, origin, numbers)
    made = f"floored {origin.made}" if look.family == "log" and any(step.startswith("Clamp") for step in origin.steps) else origin.made
    if origin.domain in ALONG and origin.size == 1:
        seen = frozenset({Seen.SOFTMAX_OVER_ONE}) | _one(look, sight)
        return Seeing(origin.domain, made, origin.axis, seen, evidence, known=True)
    if misplaced := _misplaced(look, sight, origin):
        domain = Domain.TENSOR if origin.domain in ALONG else origin.domain
        return Seeing(domain, made, seen=frozenset({misplaced}), evidence=evidence, known=True)
    if one := _one(look, sight):
        return Seeing(Domain.TENSOR, seen=one, evidence=(sizes(sight),), known=True)
    return Seeing(origin.domain, made, origin.axis, evidence=evidence, known=True)


def _floored(sight: Sight, origin: Origin, numbers: tuple[float, ...] | None) -> Seeing | None:
    """`softmax(x) + eps`: the rows still sum to 1, or to a little more, if it was an epsilon."""
    if numbers is None or origin.domain is not Domain.PROBABILITIES or origin.axis != sight.axis:
        return Seeing()
    found = _scores(numbers)
    slack = _tolerance(sight)
    if not 1 - slack <= found.low_sum <= found.high_sum <= 1 + slack + 1e-3 * max(sight.classes, 1):
        return Seeing()
    return Seeing(origin.domain, f"floored {origin.made}", origin.axis, evidence=(way(origin), sums(found)), known=True)


def _one(look: Look, sight: Sight) -> frozenset[Seen]:
    is_one = sight.role is Role.CLASS_SCORES and look.family == "cross_entropy" and sight.classes == 1
    return frozenset({Seen.ONE_CLASS}) if is_one else frozenset()


def _one_class(look: Look, sight: Sight) -> Seeing | None:
    seen = _one(look, sight)
    return Seeing(seen=seen, evidence=(sizes(sight),), known=True) if seen else None


def _misplaced(look: Look, sight: Sight, origin: Origin) -> Seen | None:
    """Whether the class axis lies elsewhere than where the loss reads it."""
    if origin.axis is None or len(sight.shape) < 2:
        return None
    if origin.domain in ALONG and origin.axis == 0 and _reads_the_batch(look):
        return Seen.OVER_THE_BATCH
    if look.family not in _CLASS_LOSSES or origin.axis == sight.axis or len(sight.shape) < 3:
        return None
    if origin.domain in ALONG:
        return Seen.CLASSES_ELSEWHERE
    # A linear layer may well mix positions; only where both axes have one size can the loss be misled by it.
    same = sight.axis is not None and sight.shape[origin.axis] == sight.shape[sight.axis]
    return Seen.CLASSES_ELSEWHERE if origin.domain is Domain.LOGITS and same else None


def _reads_the_batch(look: Look) -> bool:
    averaged = look.family == "kl_div" and look.literals.get("reduction") in {"mean", "batchmean"}
    return look.family in _NEVER_OVER_THE_BATCH or averaged


_COARSE: Final = {torch.float16: 4e-3, torch.bfloat16: 1.5e-2}
# A row of 3 or more that sums to 1 is rare by chance; a row of 2 needs more witnesses.
_ENOUGH: Final = 4
_ENOUGH_PAIRS: Final = 16
_WANT_LOGS: Final = frozenset({"nll_loss", "kl_div", "ctc_loss"})


def _tolerance(sight: Sight) -> float:
    return _COARSE.get(sight.dtype, 1e-4)


def _by_numbers(look: Look, sight: Sight, numbers: tuple[float, ...], tally: Tally) -> Seeing:
    found = _scores(numbers, _rows(sight), sight.classes)
    if sight.name == "target":
        return _distribution(look, found, sight)
    if look.family in _WANT_LOGS:
        return _logs_wanted(look, sight, found)
    if look.family == "binary_cross_entropy" and (found.low < -ROUNDING or found.high > 1 + ROUNDING):
        return Seeing(Domain.LOGITS, evidence=(value_range(found),), known=True)
    return _rows_that_sum(look, sight, found, tally)


def _scores(numbers: tuple[float, ...], rows: int = 0, classes: int = 0) -> Scores:
    """The numbers by name; a lazy reading has only the extremes."""
    if len(numbers) == 2:
        return Scores(*numbers, rows=rows, classes=classes)
    low, high, low_sum, high_sum, low_lse, high_lse, variety = numbers
    return Scores(low, high, low_sum, high_sum, low_lse, high_lse, variety, rows, classes)


def _rows(sight: Sight) -> int:
    count = 1
    for index, size in enumerate(sight.shape):
        count *= 1 if index == sight.axis else size
    return min(count, MOST_ROWS)


def _are_probabilities(sight: Sight, found: Scores) -> bool:
    return _sum_to_one(sight, found) and found.variety > _tolerance(sight)


def _sum_to_one(sight: Sight, found: Scores) -> bool:
    slack = _tolerance(sight)
    inside = found.low >= -slack and found.high <= 1 + slack
    return inside and abs(found.low_sum - 1) < slack and abs(found.high_sum - 1) < slack


def _are_log_probabilities(sight: Sight, found: Scores) -> bool:
    slack = 4 * _tolerance(sight)
    return found.high <= slack and abs(found.low_lse) < slack and abs(found.high_lse) < slack and found.variety > slack


def _logs_wanted(look: Look, sight: Sight, found: Scores) -> Seeing:
    """Log-probabilities are at most 0: anything above says that these are none."""
    if sight.classes < 2 or not found.high > 4 * _tolerance(sight):
        fine = _are_log_probabilities(sight, found)
        return Seeing(Domain.LOG_PROBABILITIES if fine else Domain.TENSOR, known=fine)
    if found.low < 0 or found.high > 1 + _tolerance(sight):
        return Seeing(Domain.LOGITS, evidence=(value_range(found), "log-probabilities are at most 0"), known=True)
    if _sum_to_one(sight, found):
        return Seeing(Domain.PROBABILITIES, evidence=(sums(found),), known=True)
    return Seeing(Domain.ELEMENTWISE_PROBABILITIES, evidence=(value_range(found), "log-probabilities are at most 0"), known=True)


def _rows_that_sum(look: Look, sight: Sight, found: Scores, tally: Tally) -> Seeing:
    """Rows that sum to 1, all of them, in all calls: probabilities, whatever made them."""
    if sight.axis is None or sight.classes < 2 or (sight.classes == 2 and sight.dtype in _COARSE):
        return Seeing()
    logs = look.family == "cross_entropy" and _are_log_probabilities(sight, found)
    if not logs and not _are_probabilities(sight, found):
        outside = found.low < 0 or found.high > 1
        return Seeing(known=outside, evidence=(value_range(found),), tally=Tally(tally.rows, tally.calls + 1, broken=True))
    now = Tally(tally.rows + found.rows, tally.calls + 1, tally.broken)
    if now.broken or now.rows < (_ENOUGH_PAIRS if sight.classes == 2 else _ENOUGH):
        return Seeing(tally=now)
    domain = Domain.LOG_PROBABILITIES if logs else Domain.PROBABILITIES
    said = "the exponentials of every row sum to 1" if logs else sums(found, now)
    return Seeing(domain, axis=sight.axis, evidence=(said,), known=True, tally=now)


def _distribution(look: Look, found: Scores, sight: Sight) -> Seeing:
    """The target of a KL divergence: on the scale that `log_target` says, or not."""
    slack = 4 * _tolerance(sight)
    if look.literals.get("log_target"):
        if found.high > slack:
            domain = Domain.PROBABILITIES if found.low >= 0 and found.high <= 1 + slack else Domain.LOGITS
            return Seeing(domain, evidence=(value_range(found), "log-probabilities are at most 0"), known=True)
        return Seeing()
    if found.low < -slack:
        domain = Domain.LOG_PROBABILITIES if found.high <= slack else Domain.LOGITS
        return Seeing(domain, evidence=(value_range(found), "probabilities are at least 0"), known=True)
    return Seeing()
