"""A tensor goes in; what made it, read off its autograd graph, comes out: the operation, its meaning, and where its class axis went.

Only nodes that keep every number as it is are walked through (views, copies, indexing); the walk stops at the first that mixes
numbers, so a temperature, a dropout or a sum makes the origin unknown. No saved tensor is unpacked: that could run the
hooks of checkpointing and offloading. Node names and their saved attributes are those of torch 2.4 to 2.13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final, TypeAlias

from lossguard.domains import Domain

Sizes: TypeAlias = tuple[int | None, ...]
Node: TypeAlias = Any  # torch.autograd.graph.Node, of which every kind has its own attributes


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a tensor's meaning comes from.

    `node` is the operation that made it ("SoftmaxBackward0"), `steps` are those between it and the tensor. `axis` is the class
    axis of the tensor as it is now, from the front; None where there is none, or where it was indexed or folded away. `size` is
    the number of classes when the meaning was made, `inner` the origin of what went in, `source` the node itself.
    """

    domain: Domain
    made: str
    node: str
    axis: int | None = None
    size: int | None = None
    steps: tuple[str, ...] = ()
    inner: Origin | None = None
    rounded: bool = False
    source: Node = None


@dataclass(frozen=True, slots=True)
class Step:
    """One node on the way back: the sizes before it, and where it moves an axis (None: away)."""

    before: Sizes
    forward: Callable[[int], int | None]


FARTHEST: Final = 64


def origin_of(tensor: Any) -> Origin | None:
    """The origin of a tensor; None where it has no graph, or the graph says nothing certain."""
    node = tensor.grad_fn
    return None if node is None else _origin(node, tuple(tensor.shape), FARTHEST)


def kind_of(node: Node) -> str:
    """`SoftmaxBackward0` -> `Softmax`."""
    name: str = node.name()
    return name.rstrip("0123456789").removesuffix("Backward")


def _origin(node: Node, shape: Sizes, left: int) -> Origin | None:
    """Walk back to what made the meaning, then carry its axis forward through what was walked over."""
    passed: list[tuple[str, Step]] = []
    while left > 0:
        left -= 1
        kind = kind_of(node)
        if kind in MAKERS:
            made = MAKERS[kind](node, shape, left)
            return None if made is None else _carried(made, passed)
        found = _step(kind, node, shape)
        if found is None:
            return None
        passed.append((kind, found))
        if kind in JOINING and not _alike(node, found.before, left):
            return None
        node, shape = node.next_functions[0][0], found.before
        if node is None:
            return None
    return None


def _alike(node: Node, shape: Sizes, left: int) -> bool:
    """Whether all parts of a `cat` or `stack` mean the same along the same axis."""
    parts = [None if one is None else _origin(one, shape, left // 2) for one, _ in node.next_functions]
    first = parts[0]
    return first is not None and all(
        part is not None and (part.domain, part.made, part.axis) == (first.domain, first.made, first.axis) for part in parts
    )


# A softmax without its class axis is no distribution any more; a sigmoid does not have one.
ALONG: Final = frozenset({Domain.PROBABILITIES, Domain.LOG_PROBABILITIES})


def _carried(origin: Origin, passed: list[tuple[str, Step]]) -> Origin | None:
    axis = origin.axis
    for kind, step in reversed(passed):
        if kind in _CLIPPING and origin.domain not in _CLIPPED_ALL_THE_SAME:
            return None
        axis = None if axis is None else step.forward(axis)
    if origin.domain in ALONG and axis is None and origin.size != 1:
        return None
    steps = tuple(kind for kind, _ in passed) + origin.steps
    return Origin(origin.domain, origin.made, origin.node, axis, origin.size, steps, origin.inner, origin.rounded, origin.source)


def _same(_node: Node, shape: Sizes) -> Step:
    return Step(shape, lambda axis: axis)


def _view(node: Node, shape: Sizes) -> Step:
    before = tuple(node._saved_self_sym_sizes)  # the one way to the sizes before it
    return Step(before, lambda axis: through_view(before, shape, axis))


def through_view(before: Sizes, after: Sizes, axis: int) -> int | None:
    """The axis with the same size and the same number of entries to its left: `(N, T, C)` -> `(N*T, C)`."""
    if None in before or None in after:
        return None
    left = prod(size for size in before[:axis] if size is not None)
    for index, size in enumerate(after):
        if size == before[axis] and prod(one for one in after[:index] if one is not None) == left:
            return index
    return None


def _permute(node: Node, shape: Sizes) -> Step:
    order = [_from_front(dim, len(shape)) for dim in node._saved_dims]
    before: list[int | None] = [None] * len(shape)
    for new, old in enumerate(order):
        before[old] = shape[new]
    return Step(tuple(before), order.index)


def _transpose(node: Node, shape: Sizes) -> Step:
    return _swapped(shape, _from_front(node._saved_dim0, len(shape)), _from_front(node._saved_dim1, len(shape)))


def _t(_node: Node, shape: Sizes) -> Step:
    return _swapped(shape, 0, 1) if len(shape) > 1 else Step(shape, lambda axis: axis)


def _swapped(shape: Sizes, one: int, other: int) -> Step:
    moved = {one: other, other: one}
    return Step(tuple(shape[moved.get(index, index)] for index in range(len(shape))), lambda axis: moved.get(axis, axis))


def _unsqueeze(node: Node, shape: Sizes) -> Step:
    new = _from_front(node._saved_dim, len(shape))
    return Step(shape[:new] + shape[new + 1 :], lambda axis: axis + (axis >= new))


def _squeeze(node: Node, _shape: Sizes) -> Step:
    before = tuple(node._saved_self_sym_sizes)
    asked = getattr(node, "_saved_dim", None)
    dims = range(len(before)) if asked is None else [asked] if isinstance(asked, int) else asked
    gone = {dim for dim in (_from_front(dim, len(before)) for dim in dims) if before[dim] == 1}
    return Step(before, lambda axis: None if axis in gone else axis - sum(dim < axis for dim in gone))


def _select(node: Node, _shape: Sizes) -> Step:
    before = tuple(node._saved_self_sym_sizes)
    gone = _from_front(node._saved_dim, len(before))
    return Step(before, lambda axis: None if axis == gone else axis - (gone < axis))


def _part(node: Node, shape: Sizes) -> Step:
    """A slice or a split: the axis it cuts is no class axis any more, unless it keeps all of it."""
    before = tuple(node._saved_self_sym_sizes)
    cut = _from_front(node._saved_dim, len(before))
    return Step(before, lambda axis: None if axis == cut and shape[axis] != before[axis] else axis)


def _expand(node: Node, shape: Sizes) -> Step:
    before = tuple(node._saved_self_sym_sizes)
    more = len(shape) - len(before)
    return Step(before, lambda axis: axis + more if before[axis] == shape[axis + more] else None)


def _index(node: Node, shape: Sizes) -> Step:
    """`p[mask]`: the leading axes that the indices cover become one; which of several are None is not looked at."""
    before = tuple(node._saved_self_sym_sizes)
    covered = len(node._raw_saved_indices)
    return Step(before, lambda axis: None if axis < covered else len(shape) - (len(before) - axis))


def _index_select(node: Node, _shape: Sizes) -> Step:
    before = tuple(node._saved_self_sym_sizes)
    cut = _from_front(node._saved_dim, len(before))
    return Step(before, lambda axis: None if axis == cut else axis)


def _cat(node: Node, shape: Sizes) -> Step:
    joined = _from_front(node._saved_dim, len(shape))
    return Step(tuple(None if index == joined else size for index, size in enumerate(shape)), lambda axis: None if axis == joined else axis)


def _stack(node: Node, shape: Sizes) -> Step:
    return _unsqueeze(node, shape)


def _unbind(node: Node, shape: Sizes) -> Step:
    gone = _from_front(node._saved_dim, len(shape) + 1)
    return Step((*shape[:gone], None, *shape[gone:]), lambda axis: None if axis == gone else axis - (gone < axis))


def _from_front(dim: int, rank: int) -> int:
    """The axis counted from the front; torch saves negative ones as unsigned 64-bit numbers."""
    signed = dim - 2**64 if dim >= 2**63 else dim
    return signed + rank if signed < 0 else signed


_CLIPPING: Final = frozenset({"Clamp", "ClampMin", "ClampMax"})
# Cutting 1e-7 off both ends leaves probabilities what they are; scores become something else.
_CLIPPED_ALL_THE_SAME: Final = frozenset({Domain.PROBABILITIES, Domain.ELEMENTWISE_PROBABILITIES})
JOINING: Final = frozenset({"Cat", "Stack"})
STEPS: Final[dict[str, Callable[[Node, Sizes], Step]]] = {
    **dict.fromkeys(("Clone", "ToCopy", "Alias", "Roll", "Contiguous", *_CLIPPING), _same),
    **dict.fromkeys(("View", "UnsafeView", "ReshapeAlias", "_ReshapeAlias"), _view),
    **dict.fromkeys(("Slice", "Split", "SplitWithSizes"), _part),
    "Permute": _permute,
    "Transpose": _transpose,
    "T": _t,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Select": _select,
    "Expand": _expand,
    "Index": _index,
    "IndexSelect": _index_select,
    "Cat": _cat,
    "Stack": _stack,
    "Unbind": _unbind,
}


def _step(kind: str, node: Node, shape: Sizes) -> Step | None:
    return STEPS[kind](node, shape) if kind in STEPS else None


Maker: TypeAlias = Callable[[Node, Sizes, int], Origin | None]


def _inner(node: Node, shape: Sizes, left: int) -> Origin | None:
    """The origin of what went into an operation that keeps the sizes."""
    before = node.next_functions[0][0]
    return None if before is None or left <= 0 else _origin(before, shape, left)


def _along(domain: Domain, made: str) -> Maker:
    """An operation along one axis: softmax and log_softmax."""

    def make(node: Node, shape: Sizes, left: int) -> Origin:
        axis = _from_front(node._saved_dim, len(shape)) if shape else None
        size = None if axis is None else shape[axis]
        return Origin(domain, made, node.name(), axis, size, inner=_inner(node, shape, left), source=node)

    return make


def _each(domain: Domain, made: str) -> Maker:
    """An operation on every entry."""

    def make(node: Node, shape: Sizes, left: int) -> Origin:
        return Origin(domain, made, node.name(), inner=_inner(node, shape, left), source=node)

    return make


def _hardtanh(node: Node, shape: Sizes, left: int) -> Origin:
    """`F.hardtanh(x, 0, 1)` is a hard sigmoid: nothing clipped about it where probabilities are wanted."""
    unit = (node._saved_min_val, node._saved_max_val) == (0, 1)
    return _each(Domain.UNIT_INTERVAL if unit else Domain.BOUNDED, "hardtanh")(node, shape, left)  # type: ignore[return-value]


_LOGS: Final = {
    Domain.PROBABILITIES: Domain.LOG_PROBABILITIES,
    Domain.ELEMENTWISE_PROBABILITIES: Domain.ELEMENTWISE_LOG_PROBABILITIES,
}
_EXPS: Final = {log: plain for plain, log in _LOGS.items()}


def _log(node: Node, shape: Sizes, left: int) -> Origin | None:
    inner = _inner(node, shape, left)
    if inner is None or inner.domain not in _LOGS:
        return None
    return replace(inner, domain=_LOGS[inner.domain], steps=("Log", *inner.steps))


def _exp(node: Node, shape: Sizes, left: int) -> Origin | None:
    inner = _inner(node, shape, left)
    if inner is None or inner.domain not in _EXPS:
        return Origin(Domain.NON_NEGATIVE, "exp", node.name(), source=node)
    return replace(inner, domain=_EXPS[inner.domain], steps=("Exp", *inner.steps))


def _rounded(node: Node, shape: Sizes, left: int) -> Origin:
    made = kind_of(node).lower()
    return Origin(Domain.TENSOR, made, node.name(), rounded=True, source=node)


def _linear(operand: int) -> Maker:
    """A product with a parameter that is being learned; a product of two activations (attention) says nothing."""

    def make(node: Node, shape: Sizes, left: int) -> Origin | None:
        if not _is_learned(node.next_functions[operand][0]):
            return None
        axis = 1 if operand == 1 and kind_of(node) == "Convolution" else len(shape) - 1
        size = shape[axis] if 0 <= axis < len(shape) else None
        return Origin(Domain.LOGITS, "linear", node.name(), axis, size, source=node)

    return make


def _is_learned(node: Node | None) -> bool:
    """Whether a node only hands on a leaf, perhaps transposed or cast by autocast."""
    for _ in range(4):
        if node is None:
            return False
        if "AccumulateGrad" in node.name():
            return True
        if kind_of(node) not in {"T", "Transpose", "ToCopy", "View"}:
            return False
        node = node.next_functions[0][0]
    return False


MAKERS: Final[dict[str, Maker]] = {
    "Softmax": _along(Domain.PROBABILITIES, "softmax"),
    "LogSoftmax": _along(Domain.LOG_PROBABILITIES, "log_softmax"),
    "Sigmoid": _each(Domain.ELEMENTWISE_PROBABILITIES, "sigmoid"),
    "Hardsigmoid": _each(Domain.ELEMENTWISE_PROBABILITIES, "sigmoid"),
    "LogSigmoid": _each(Domain.ELEMENTWISE_LOG_PROBABILITIES, "logsigmoid"),
    "Relu": _each(Domain.NON_NEGATIVE, "relu"),
    "Threshold": _each(Domain.NON_NEGATIVE, "relu"),
    "Softplus": _each(Domain.NON_NEGATIVE, "softplus"),
    "Tanh": _each(Domain.BOUNDED, "tanh"),
    "Hardtanh": _hardtanh,
    "Log": _log,
    "Exp": _exp,
    **dict.fromkeys(("Round", "Sign", "Floor", "Ceil"), _rounded),
    "Addmm": _linear(2),
    "Mm": _linear(1),
    "Convolution": _linear(1),
}
