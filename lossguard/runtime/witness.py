"""The arguments of one call go in; a look at them (graph, sizes, and numbers on their way) comes out, holding no tensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import torch

from lossguard.domains import Domain
from lossguard.runtime import measure
from lossguard.runtime.losses import Loss, Role
from lossguard.runtime.provenance import STEPS, Origin, kind_of, origin_of
from lossguard.runtime.tracing import Line, line_of


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be said of one tensor at once: sizes, dtype, whether it has a gradient, and where it comes from.

    `axis` is the one that the loss takes for the class axis, None where it has none. `related` says that the tensor was computed
    from the call's prediction itself, or is learned without any input, `floored` that an epsilon was added after the origin,
    `made_at` where the origin is, if known.
    """

    name: str
    role: Role
    shape: tuple[int, ...]
    dtype: torch.dtype
    grad: bool
    origin: Origin | None
    axis: int | None = None
    related: bool = False
    floored: bool = False
    made_at: Line | None = None

    @property
    def classes(self) -> int:
        """The size of the class axis; 0 where there is none."""
        return self.shape[self.axis] if self.axis is not None and self.shape else 0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one call. `measured` names the arguments of which numbers are on their way, in the order of `reading`.

    `learning` says that gradients are recorded: under `no_grad` a loss is only a number to look at.
    """

    family: str
    sights: Mapping[str, Sight]
    literals: Mapping[str, Any]
    measured: tuple[str, ...] = ()
    reading: measure.Reading | None = None
    weighted: bool = False
    empty: bool = False
    learning: bool = True


LITERALS: Final = ("reduction", "size_average", "reduce", "ignore_index", "log_target", "log_input", "label_smoothing", "blank")


def look(loss: Loss, given: Mapping[str, Any], *, values: bool = True, learning: bool = True) -> Look:
    """Look at one call; without `values` only at what costs nothing to read."""
    tensors = {name: given[name] for name in loss.roles if isinstance(given.get(name), torch.Tensor)}
    sights = dict(_sights(loss, tensors))
    literals = {name: given[name] for name in LITERALS if name in given and not isinstance(given[name], torch.Tensor)}
    found = Look(
        loss.family,
        sights,
        literals,
        weighted=isinstance(given.get("weight"), torch.Tensor),
        empty=any(tensor.numel() == 0 for tensor in tensors.values()),
        learning=learning,
    )
    if not values:
        return found
    vectors = dict(_measured(found, tensors, given))
    reading = measure.Reading(list(vectors.values()))
    return replace(found, measured=tuple(vectors), reading=reading)


def _sights(loss: Loss, tensors: Mapping[str, Any]) -> Iterator[tuple[str, Sight]]:
    prediction = next(iter(tensors.values()), None)
    for name, tensor in tensors.items():
        origin = origin_of(tensor)
        floored = origin is None and loss.family == "log" and (origin := _before_epsilon(tensor)) is not None
        related = tensor is not prediction and tensor.requires_grad and (_is_learned(tensor) or _derived(tensor, prediction))
        role = loss.roles[name]
        axis = class_axis(role, loss.family, tensor.dim())
        bare = None if origin is None else without_nodes(origin)
        line = None if origin is None else line_of(origin.source)
        yield name, Sight(name, role, tuple(tensor.shape), tensor.dtype, tensor.requires_grad, bare, axis, related, floored, line)


def without_nodes(origin: Origin) -> Origin:
    """An origin that keeps no graph alive."""
    inner = None if origin.inner is None else without_nodes(origin.inner)
    return Origin(origin.domain, origin.made, origin.node, origin.axis, origin.size, origin.steps, inner, origin.rounded)


def class_axis(role: Role, family: str, rank: int) -> int | None:
    """The axis that a loss takes for the classes, counted from the front."""
    if role is Role.CLASS_SCORES:
        return rank - 1 if family == "ctc_loss" else min(1, rank - 1) if rank else None
    if role is Role.CLASSES:
        return min(1, rank - 1) if rank else None
    if role in {Role.SCORES, Role.LOGGED}:
        return None if rank < 2 else rank - 1 if family in {"kl_div", "log"} else 1
    return None


def _before_epsilon(tensor: Any) -> Origin | None:
    """`softmax(x) + 1e-8`: the origin of what a constant was added to."""
    node = tensor.grad_fn
    if node is None or kind_of(node) != "Add":
        return None
    parts = [part for part, _ in node.next_functions]
    if len(parts) != 2 or parts[1] is not None:
        return None
    from lossguard.runtime.provenance import FARTHEST, _origin

    return _origin(parts[0], tuple(tensor.shape), FARTHEST)


MOST_NODES: Final = 256


def _derived(tensor: Any, other: Any) -> bool:
    """Whether a tensor was computed from another, or from what that one was made of: their graphs share a node that is no leaf."""
    mine, others = _ancestors(tensor.grad_fn), _ancestors(other.grad_fn)
    return len(mine) >= MOST_NODES or not mine.isdisjoint(others)


def _ancestors(node: Any) -> set[Any]:
    found: set[Any] = set()
    waiting = [] if node is None else [node]
    while waiting and len(found) < MOST_NODES:
        current = waiting.pop(0)
        if current in found or "AccumulateGrad" in current.name() or _carries_a_parameter(current):
            continue
        found.add(current)
        waiting += [before for before, _ in current.next_functions if before is not None]
    return found


# What makes a distribution of a table of scores, or takes rows out of it; a network multiplies matrices.
_FROM_A_TABLE: Final = frozenset(
    {*STEPS, "Softmax", "LogSoftmax", "Sigmoid", "Exp", "Tanh", "Embedding", "Gather", "Mul", "Div", "Add", "Sub", "Neg", "Sum"}
)


def _is_learned(tensor: Any) -> bool:
    """Whether a tensor is a parameter, or rows of one: labels that are learnt, centres, a codebook. They are trained on purpose."""
    return tensor.grad_fn is None or all(kind_of(node) in _FROM_A_TABLE for node in _ancestors(tensor.grad_fn))


def _carries_a_parameter(node: Any) -> bool:
    """The transpose of a weight is made anew in every forward pass, and may be cached by autocast."""
    return kind_of(node) in {"T", "ToCopy"} and all(one is not None and "AccumulateGrad" in one.name() for one, _ in node.next_functions)


def _measured(found: Look, tensors: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The vectors of numbers that decide what is left open, argument by argument."""
    lazily = not any(tensor.is_cuda for tensor in tensors.values())
    for name, tensor in tensors.items():
        if measure.can_be_read(tensor):
            vector = _vector(found, found.sights[name], tensor, given, lazily=lazily)
            if vector is not None:
                yield name, vector


def _vector(found: Look, sight: Sight, tensor: Any, given: Mapping[str, Any], *, lazily: bool) -> Any:
    match sight.role:
        case Role.CLASS_SCORES | Role.SCORES if sight.axis is not None and tensor.is_floating_point() and not _settled(found, sight):
            return measure.scores(tensor, sight.axis, lazily=lazily)
        case Role.SCORES if tensor.is_floating_point() and not _settled(found, sight):
            return measure.extremes(tensor)
        case Role.LOGGED if sight.floored and sight.axis is not None:
            return measure.scores(tensor, sight.axis, lazily=False)
        case Role.CLASSES:
            return _classes(found, sight, tensor, lazily=lazily)
        case Role.LABELS:
            return _labels(found, tensor, given)
        case Role.UNIT:
            return measure.extremes(tensor, given.get("weight") if _same_rank(tensor, given) else None)
        case Role.SIGNS:
            return measure.extremes(tensor, binary=True)
        case Role.VARIANCE:
            return measure.extremes(tensor)
    return None


# What a graph says for certain needs no numbers; a range (relu, tanh) leaves open what the values are.
_CERTAIN: Final = frozenset(
    {
        Domain.PROBABILITIES,
        Domain.LOG_PROBABILITIES,
        Domain.ELEMENTWISE_PROBABILITIES,
        Domain.ELEMENTWISE_LOG_PROBABILITIES,
        Domain.LOGITS,
    }
)


def _settled(found: Look, sight: Sight) -> bool:
    return sight.origin is not None and sight.origin.domain in _CERTAIN and found.family != "kl_div"


def _same_rank(tensor: Any, given: Mapping[str, Any]) -> bool:
    weight = given.get("weight")
    return isinstance(weight, torch.Tensor) and weight.dim() <= tensor.dim()


def _classes(found: Look, sight: Sight, tensor: Any, *, lazily: bool) -> Any:
    scores = found.sights.get("input")
    if scores is None:
        return None
    if sight.shape == scores.shape and scores.shape:
        return measure.soft(tensor, sight.axis or 0)
    if tensor.is_floating_point() or tensor.dtype is torch.bool or len(sight.shape) != len(scores.shape) - 1:
        return None
    return measure.indices(tensor, found.literals.get("ignore_index", -100), scores.classes, lazily=lazily)


def _labels(found: Look, tensor: Any, given: Mapping[str, Any]) -> Any:
    """The labels of CTC, without what pads the sequences."""
    lengths = given.get("target_lengths")
    if tensor.dim() != 2 or tensor.is_floating_point():
        return None if tensor.is_floating_point() else measure.extremes(tensor)
    counts = lengths if isinstance(lengths, torch.Tensor) else torch.as_tensor(lengths)
    if counts.device != tensor.device or counts.shape != tensor.shape[:1]:
        return None
    inside = torch.arange(tensor.shape[1], device=tensor.device) < counts[:, None]
    return measure.extremes(tensor, inside)
