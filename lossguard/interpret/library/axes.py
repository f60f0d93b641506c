"""What becomes of a tensor's meaning when its axes move, go or shrink: pure functions from tensor to tensor.

Only meanings over an axis care (probabilities over classes); element-wise ones survive every change of shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lossguard.domains import Domain
from lossguard.flow.values import Constant
from lossguard.interpret.core.things import Cut, Thing, Value
from lossguard.tensors import Tensor, Term

# What is left of a meaning over an axis when only some places of that axis are kept.
_LOST: Final = {
    Domain.PROBABILITIES: Domain.UNIT_INTERVAL,
    Domain.LOG_PROBABILITIES: Domain.NON_POSITIVE,
    Domain.ONE_HOT: Domain.MASK,
}
# What one place of the axis means: the probability of one class.
_SELECTED: Final = {
    Domain.PROBABILITIES: Domain.ELEMENTWISE_PROBABILITIES,
    Domain.LOG_PROBABILITIES: Domain.ELEMENTWISE_LOG_PROBABILITIES,
    Domain.ONE_HOT: Domain.MASK,
}
_AVERAGED: Final = {Domain.ONE_HOT: Domain.PROBABILITIES, Domain.MASK: Domain.UNIT_INTERVAL}
_SUMMED: Final = {Domain.LOGITS: Domain.LOGITS, Domain.LOSS: Domain.LOSS}
BLANK: Final = "blank"
LEARNED: Final = "learned"
# What is put before the name of the function that made a meaning.
FLOORED: Final = "floored "
COMPLEMENT: Final = "complement of "


def over_axis(tensor: Tensor) -> bool:
    """Whether the meaning lies along an axis."""
    return tensor.domain in _LOST


def lost(tensor: Tensor) -> Tensor:
    """The tensor when its axis was cut or mixed up."""
    return replace(tensor, domain=_LOST.get(tensor.domain, tensor.domain), axis=None, shape=None)


def selected(tensor: Tensor) -> Tensor:
    """The tensor when one place of its axis was picked."""
    return replace(tensor, domain=_SELECTED.get(tensor.domain, tensor.domain), axis=None, shape=None)


def floored(tensor: Tensor) -> Tensor:
    """The tensor when something keeps it away from 0."""
    plain = tensor.made is None or tensor.made.startswith(FLOORED)
    return tensor if plain else replace(tensor, made=f"{FLOORED}{tensor.made}")


def complemented(tensor: Tensor) -> Tensor:
    """`1 - p`."""
    return tensor if tensor.made is None else replace(tensor, made=f"{COMPLEMENT}{tensor.made}")


def somewhere(tensor: Tensor) -> Tensor:
    """The tensor with its meaning, along an axis that is not known any more."""
    return replace(tensor, axis=None, shape=None)


def moved(tensor: Tensor, axis: int | None) -> Tensor:
    """The tensor with its meaning along another axis."""
    return replace(tensor, axis=axis, shape=None)


def normal(tensor: Tensor, dim: int) -> int:
    """A dim counted the way the tensor's axis is counted, where the number of dims is known."""
    if tensor.shape is None or tensor.axis is None:
        return dim
    rank = len(tensor.shape)
    return dim % rank if tensor.axis >= 0 else dim % rank - rank


def same_axis(tensor: Tensor, dim: int) -> bool | None:
    """Whether a dim is the tensor's axis; None where that depends on the number of dims."""
    if tensor.axis is None:
        return None
    dim = normal(tensor, dim)
    if (dim < 0) is not (tensor.axis < 0):
        return None
    return dim == tensor.axis


def without(tensor: Tensor, dim: int) -> Tensor:
    """The tensor after one of the other dims went away."""
    if tensor.axis is None:
        return replace(tensor, shape=None)
    dim = normal(tensor, dim)
    if dim >= 0 > tensor.axis or dim < 0 <= tensor.axis:
        return replace(tensor, shape=None) if tensor.axis < 0 or dim == -1 else somewhere(tensor)
    if dim >= 0:
        return moved(tensor, tensor.axis - (dim < tensor.axis))
    return moved(tensor, tensor.axis + (dim > tensor.axis))


def unsqueezed(tensor: Tensor, dim: int) -> Tensor:
    """A new dim of size one before `dim`."""
    if tensor.axis is None:
        return replace(tensor, shape=None)
    if dim >= 0 and tensor.axis >= 0:
        return moved(tensor, tensor.axis + (dim <= tensor.axis))
    if dim < 0 and tensor.axis < 0:
        return moved(tensor, tensor.axis - (dim >= tensor.axis))
    return moved(tensor, tensor.axis) if dim in {-1, 0} else somewhere(tensor)


def permuted(tensor: Tensor, dims: Sequence[int]) -> Tensor:
    """`permute(dims)`: the axis goes where its number stands."""
    if tensor.axis is None:
        return replace(tensor, shape=None)
    rank = len(dims)
    wanted = tensor.axis % rank if -rank <= tensor.axis < rank else None
    places = [index for index, dim in enumerate(dims) if dim % rank == wanted]
    return moved(tensor, places[0] if places else None)


def transposed(tensor: Tensor, one: int, other: int) -> Tensor:
    """`transpose(one, other)`."""
    first, second = same_axis(tensor, one), same_axis(tensor, other)
    if first:
        return moved(tensor, other)
    if second:
        return moved(tensor, one)
    return replace(tensor, shape=None) if first is second is False else somewhere(tensor)


def reshaped(tensor: Tensor, sizes: Sequence[int | None] | None) -> Tensor:
    """`view(sizes)`: a last axis stays last, a class axis at 1 stays there; flattening everything loses it.

    (B, T * classes), put together from T times (B, classes), is usually reshaped to (B * T, classes) next.
    """
    match tensor.term:
        case Term(name="Chunked", parts=(Domain() as domain, made)) if sizes is None or len(sizes) > 1:
            return replace(tensor, domain=domain, axis=-1, made=made, shape=None, term=None)  # type: ignore[arg-type]  # a `made`
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    if sizes is not None and len(sizes) == 1:
        return lost(tensor)
    last = tensor.axis is not None and (tensor.axis == -1 or (tensor.shape is not None and tensor.axis == len(tensor.shape) - 1))
    if last:
        return moved(tensor, -1)
    return moved(tensor, 1 if tensor.axis == 1 and sizes is not None else None)


def flattened(tensor: Tensor, start: int, end: int) -> Tensor:
    """`flatten(start, end)`."""
    if not over_axis(tensor) or tensor.axis is None:
        return replace(tensor, shape=None)
    if tensor.axis >= 0 and tensor.axis < start:
        return moved(tensor, tensor.axis)
    if tensor.axis >= 0 and 0 <= end < tensor.axis and start >= 0:
        return moved(tensor, tensor.axis - (end - start))
    if tensor.axis < 0 and (end < 0 and end < tensor.axis):
        return moved(tensor, tensor.axis)
    if tensor.axis < 0 <= end:
        return moved(tensor, tensor.axis)
    return lost(tensor)


def one_of(tensor: Tensor, dim: int | None) -> Tensor:
    """One index of a dim: the dim goes, and with the axis the tie to the function that normalised over it."""
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    hit = None if dim is None else same_axis(tensor, dim)
    if hit:
        return replace(selected(tensor), made=None)
    if hit is None or dim is None:
        return without(tensor, 0) if dim == 0 and tensor.axis in {None, -1} else lost(tensor)
    return without(tensor, dim)


def some_of(tensor: Tensor, dim: int | None) -> Tensor:
    """Some indices of a dim: the dim stays."""
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    hit = None if dim is None else same_axis(tensor, dim)
    if hit is None and dim == 0 and tensor.axis in {None, -1}:
        return replace(tensor, shape=None)
    return replace(tensor, shape=None) if hit is False else lost(tensor)


def gathered(tensor: Tensor, dim: int | None) -> Tensor:
    """`gather(dim, index)`: along the axis it picks the probability of a class."""
    hit = None if dim is None else same_axis(tensor, dim)
    if not over_axis(tensor) or hit is False:
        return replace(tensor, shape=None)
    return selected(tensor) if hit or tensor.axis is None else lost(tensor)


def indexed(tensor: Tensor, parts: Sequence[Thing | None]) -> Tensor:
    """`tensor[parts]`."""
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    advanced = [part for part in parts if not isinstance(part, Cut | Constant)]
    if len(advanced) > 1:
        return selected(tensor)
    before, after = _around_ellipsis(parts)
    if after is not None:
        return _indexed_from_the_end(_indexed_from_the_start(tensor, before), after)
    return _indexed_from_the_start(tensor, before)


def _around_ellipsis(parts: Sequence[Thing | None]) -> tuple[Sequence[Thing | None], Sequence[Thing | None] | None]:
    for index, part in enumerate(parts):
        if part == Constant(...):
            return parts[:index], parts[index + 1 :]
    return parts, None


def _indexed_from_the_start(tensor: Tensor, parts: Sequence[Thing | None]) -> Tensor:
    dim = 0
    for part in parts:
        match part:
            case Constant(value=None):
                tensor = unsqueezed(tensor, dim)
                dim += 1
            case Constant():
                tensor = one_of(tensor, dim)
            case Cut(lower=None, upper=None, step=None):
                dim += 1
            case Cut():
                tensor = some_of(tensor, dim)
                dim += 1
            case Tensor(domain=Domain.MASK):
                tensor = lost(tensor) if same_axis(tensor, dim) else somewhere(tensor)
                dim += 1
            case _:
                tensor = one_of(tensor, dim) if same_axis(tensor, dim) else some_of(tensor, dim)
                dim += 1
        if not over_axis(tensor):
            break
    return tensor


def _indexed_from_the_end(tensor: Tensor, parts: Sequence[Thing | None]) -> Tensor:
    for distance, part in enumerate(reversed(parts), start=1):
        match part:
            case Cut(lower=None, upper=None, step=None):
                pass
            case Constant(value=None):
                tensor = unsqueezed(tensor, -distance)
            case Cut():
                tensor = some_of(tensor, -distance)
            case _:
                tensor = one_of(tensor, -distance)
    return tensor


def summed(tensor: Tensor, dims: Sequence[int] | None, *, keepdim: bool) -> Tensor:
    """`sum(dims)`: sums of probabilities are probabilities no more."""
    if tensor.domain in _SUMMED:
        domain = _SUMMED[tensor.domain]
    elif tensor.domain.is_a(Domain.NON_NEGATIVE):
        domain = Domain.NON_NEGATIVE
    else:
        domain = Domain.NON_POSITIVE if tensor.domain.is_a(Domain.NON_POSITIVE) else Domain.TENSOR
    return replace(tensor, domain=domain, axis=None, shape=None, made=None)


def averaged(tensor: Tensor, dims: Sequence[int] | None, *, keepdim: bool) -> Tensor:
    """`mean(dims)`: over other axes, probabilities stay probabilities, of no single softmax any more."""
    plain = replace(tensor, made=None, domain=_AVERAGED.get(tensor.domain, tensor.domain))
    if tensor.domain is Domain.LOG_PROBABILITIES:
        return replace(plain, domain=Domain.NON_POSITIVE, axis=None, shape=None)
    return _reduced(plain, dims, keepdim=keepdim)


def kept(tensor: Tensor, dims: Sequence[int] | None, *, keepdim: bool) -> Tensor:
    """A reduction to a number of which only its origin is known."""
    return tensor


def extreme(tensor: Tensor, dims: Sequence[int] | None, *, keepdim: bool) -> Tensor:
    """`max(dim)`, `min(dim)`: what is left is neither normalised nor one chosen class."""
    return lost(replace(tensor, made=None))


def _reduced(tensor: Tensor, dims: Sequence[int] | None, *, keepdim: bool) -> Tensor:
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    if dims is None or tensor.axis is None:
        return lost(tensor)
    for dim in sorted(dims, reverse=True):
        if same_axis(tensor, dim) is not False and not (dim == 0 and tensor.axis == -1):
            return lost(tensor)
        tensor = tensor if keepdim else without(tensor, dim)
    return tensor


def stacked(tensor: Tensor, dim: int | None) -> Tensor:
    """One of the tensors that `stack(dim)` puts side by side."""
    return unsqueezed(tensor, dim) if dim is not None else somewhere(tensor)


def concatenated(tensor: Tensor, dim: int | None) -> Tensor:
    """One of the tensors that `cat(dim)` puts end to end: along the axis they are no distribution together."""
    if not over_axis(tensor):
        return replace(tensor, shape=None)
    hit = None if dim is None else same_axis(tensor, dim)
    if hit is None and dim == 0:
        hit = False
    if not hit:
        return replace(tensor, shape=None)
    return replace(lost(tensor), term=Term("Chunked", (tensor.domain, tensor.made)))


def filled(tensor: Tensor, item: Value) -> Value:
    """The tensor after `tensor[i] = item`: a blank one becomes what it is filled with."""
    from lossguard.flow.values import sole

    tensor = replace(tensor, term=None)  # it holds other numbers now
    match item.only:
        case Tensor() as part if tensor.made == BLANK:
            return sole(moved(part, None if part.axis is None else part.axis + (part.axis >= 0)))
        case Tensor(domain=domain) if domain is tensor.domain:
            return sole(tensor)
        case Constant() if tensor.made == BLANK or tensor.domain is Domain.LOGITS:
            return sole(tensor)
        case _:
            return sole(lost(tensor)) if over_axis(tensor) else sole(replace(tensor, domain=Domain.TENSOR, made=None))
