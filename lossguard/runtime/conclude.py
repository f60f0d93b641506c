"""A look and its numbers go in; what every argument is, in the words of the rule book, and the evidence for it come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import torch

from lossguard.domains import Domain, Seen
from lossguard.runtime import targets
from lossguard.runtime.losses import Role
from lossguard.runtime.predictions import prediction
from lossguard.runtime.seeing import Seeing, Tally, named
from lossguard.runtime.witness import Look, Sight

Numbers = Mapping[str, tuple[float, ...]]


def conclude(look: Look, numbers: Numbers, tallies: Mapping[str, Tally]) -> dict[str, Seeing]:
    """What every argument of a call is."""
    seeings = {name: _seeing(look, sight, numbers.get(name), tallies.get(name, Tally())) for name, sight in look.sights.items()}
    return _related(look, seeings, numbers)


def _seeing(look: Look, sight: Sight, numbers: tuple[float, ...] | None, tally: Tally) -> Seeing:
    match sight.role:
        case Role.CLASS_SCORES | Role.SCORES | Role.LOGGED | Role.VARIANCE | Role.PLAIN:
            return prediction(look, sight, numbers, tally)
        case Role.CLASSES:
            return targets.classes(look, sight, numbers, tally)
        case Role.LABELS:
            return targets.labels(look, numbers)
        case Role.UNIT:
            return targets.unit(look, sight, numbers)
        case Role.SIGNS:
            return targets.signs(numbers, tally)


def _related(look: Look, seeings: dict[str, Seeing], numbers: Numbers) -> dict[str, Seeing]:
    """What only two arguments together show: swapped ones, and ones that expand each other."""
    first, second = look.sights.get("input"), look.sights.get("target")
    if first is None or second is None:
        return seeings
    if said := _swapped(look, seeings, numbers):
        return {**seeings, "input": Seeing(seen=frozenset({Seen.SWAPPED}), evidence=(said,), known=True), "target": Seeing()}
    if all(sight.role is not Role.CLASS_SCORES for sight in (first, second)) and _both_expanded(first.shape, second.shape):
        seeing = seeings["input"]
        said = f"sizes {list(first.shape)} and {list(second.shape)} are broadcast to {list(_broadcast(first.shape, second.shape) or ())}"
        evidence = (*seeing.evidence, said)
        return {**seeings, "input": replace(seeing, seen=seeing.seen | {Seen.BOTH_EXPANDED}, evidence=evidence)}
    return seeings


def _swapped(look: Look, seeings: Mapping[str, Seeing], numbers: Numbers) -> str | None:
    """The sentence that says why the arguments are swapped; None where nothing says so."""
    first, second = look.sights["input"], look.sights["target"]
    if first.role not in {Role.CLASS_SCORES, Role.SCORES}:
        return None
    if not first.dtype.is_floating_point and second.dtype.is_floating_point:
        return f"dtype {named(first.dtype)} as the prediction, {named(second.dtype)} as the target"
    if first.grad or not second.grad or not _target_is_none(look, seeings, numbers):
        return None
    return "the first argument has no gradient, the second has, and holds no target"


def _target_is_none(look: Look, seeings: Mapping[str, Seeing], numbers: Numbers) -> bool:
    """Whether what stands in the target's place cannot be a target, while the input could be one."""
    target = seeings["target"]
    match look.family:
        case "cross_entropy":
            return Seen.UNNORMALIZED in target.seen
        case "binary_cross_entropy" | "binary_cross_entropy_with_logits":
            held = numbers.get("input", ())
            origin = look.sights["target"].origin
            activated = origin is not None and origin.domain in {Domain.ELEMENTWISE_PROBABILITIES, Domain.LOGITS}
            return len(held) >= 2 and held[0] == 0 and held[1] == 1 and (activated or Seen.OUTSIDE_UNIT in target.seen)
        case "kl_div":
            return seeings["input"].domain is Domain.PROBABILITIES and target.domain is Domain.LOG_PROBABILITIES
        case _:
            return False


def _both_expanded(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the sizes are those of pairs, but for axes of size 1 that only one side has: (N, 1) and (N,).

    Where each side has such an axis, (B, N, 1) and (B, 1, N), all pairs are meant; where the sizes differ in anything else,
    (N, 1) and (M,), there are no pairs that belong together.
    """
    joint = _broadcast(one, other)
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return joint is not None and joint != longer and _wider(joint, shorter) and _is_without_some_ones(longer, shorter)


def _is_without_some_ones(longer: tuple[int, ...], shorter: tuple[int, ...]) -> bool:
    """Whether some axes of size 1, at least one, were taken out of the longer sizes."""
    ones = [index for index, size in enumerate(longer) if size == 1]
    missing = len(longer) - len(shorter)
    rest = (tuple(size for index, size in enumerate(longer) if index not in gone) for gone in combinations(ones, missing))
    return missing > 0 and shorter in rest


def _wider(joint: tuple[int, ...], one: tuple[int, ...]) -> bool:
    """Whether numbers are repeated, not only axes of size 1 added in front."""
    return (1,) * (len(joint) - len(one)) + one != joint


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(torch.broadcast_shapes(one, other))
    except RuntimeError:
        return None
