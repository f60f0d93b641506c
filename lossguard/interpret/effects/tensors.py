"""The effects of contracts on tensors and their axes, one function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, TypeAlias

from lossguard.contracts.language import Word
from lossguard.flow.symbols import Symbol
from lossguard.flow.values import Constant, Unknown, Why, join, sole, unknown
from lossguard.interpret.core.things import Items, Pack, Thing, Value
from lossguard.interpret.library import axes
from lossguard.interpret.library.results import Call, tensors
from lossguard.interpret.python import containers, literals
from lossguard.tensors import Tensor, Term

Change: TypeAlias = Callable[[Tensor], Thing]


class Reduction(Protocol):
    """A function of `axes` that reduces a tensor along dims."""

    def __call__(self, tensor: Tensor, dims: list[int] | None, *, keepdim: bool) -> Tensor:
        """Reduce."""


def _like(call: Call, base: Value, word: Word) -> Value:
    model = call.thing(word.arguments[0])
    if not isinstance(model, Tensor):
        return base
    return tensors(base, lambda tensor: replace(tensor, axis=model.axis, shape=model.shape))


def _along(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0])
    return tensors(base, lambda tensor: axes.moved(tensor, dim))


def _unmixed(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, lambda tensor: replace(tensor, made=None))


def _complemented(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, axes.complemented)


def _floored(call: Call, base: Value, word: Word) -> Value:
    match call.thing(word.arguments[0]):
        case Constant(value=int() | float() as floor) | Unknown(symbol=Symbol(default=int() | float() as floor)) if floor > 0:
            return tensors(base, axes.floored)
        case _:
            return base


def _reshaped(call: Call, base: Value, word: Word) -> Value:
    sizes = call.numbers(word.arguments[0])
    return tensors(base, lambda tensor: axes.reshaped(tensor, sizes))


def _permuted(call: Call, base: Value, word: Word) -> Value:
    dims = call.numbers(word.arguments[0])
    if dims is None or any(dim is None for dim in dims):
        return tensors(base, axes.somewhere)
    return tensors(base, lambda tensor: axes.permuted(tensor, [dim for dim in dims if dim is not None]))


def _transposed(call: Call, base: Value, word: Word) -> Value:
    one, other = (call.dim(argument) for argument in word.arguments)
    if one is None or other is None:
        return tensors(base, axes.somewhere)
    return tensors(base, lambda tensor: axes.transposed(tensor, one, other))


def _moved(call: Call, base: Value, word: Word) -> Value:
    source, destination = (call.dim(argument) for argument in word.arguments)
    return tensors(base, lambda tensor: _moved_tensor(tensor, source, destination))


def _moved_tensor(tensor: Tensor, source: int | None, destination: int | None) -> Tensor:
    hit = None if source is None else axes.same_axis(tensor, source)
    return axes.moved(tensor, destination) if hit else axes.somewhere(tensor)


def _unsqueezed(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0])
    return tensors(base, lambda tensor: axes.somewhere(tensor) if dim is None else axes.unsqueezed(tensor, dim))


def _squeezed(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0]) if word.arguments else None
    if dim is None:
        return tensors(base, lambda tensor: tensor if tensor.axis == -1 else axes.somewhere(tensor))
    return tensors(base, lambda tensor: axes.without(tensor, dim))


def _flattened(call: Call, base: Value, word: Word) -> Value:
    start, end = (call.dim(argument) for argument in word.arguments)
    if start is None or end is None:
        return tensors(base, axes.somewhere)
    return tensors(base, lambda tensor: axes.flattened(tensor, start, end))


def _selected(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0])
    return tensors(base, lambda tensor: axes.one_of(tensor, dim))


def _narrowed(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0])
    return tensors(base, lambda tensor: axes.some_of(tensor, dim))


def _gathered(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[0])
    return tensors(base, lambda tensor: axes.gathered(tensor, dim))


def _masked(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, axes.lost)


def _expanded(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, lambda tensor: replace(tensor, shape=None))


def _summed(call: Call, base: Value, word: Word) -> Value:
    return _reduced(call, base, word, axes.summed)


def _averaged(call: Call, base: Value, word: Word) -> Value:
    return _reduced(call, base, word, axes.averaged)


def _extremes(call: Call, base: Value, word: Word) -> Value:
    return _reduced(call, base, word, axes.extreme)


def _log_summed(call: Call, base: Value, word: Word) -> Value:
    return _reduced(call, base, word, axes.kept)


def _reduced(call: Call, base: Value, word: Word, change: Reduction) -> Value:
    """Reduce along some dims; the value number remembers of what the result is the total, and along which dim."""
    dims = call.numbers(word.arguments[0])
    known = None if dims is None or any(dim is None for dim in dims) else [dim for dim in dims if dim is not None]
    keepdim = call.flag(word.arguments[1])
    whole = next(iter(call.bound.values())).only
    number = Term(word.name, (whole.term if isinstance(whole, Tensor) else whole, tuple(known or ())))
    return tensors(base, lambda tensor: replace(change(tensor, known, keepdim=keepdim), term=number))


def _normalised(call: Call, base: Value, word: Word) -> Value:
    total = call.thing(word.arguments[0])
    match total:
        case Tensor(term=Term(parts=(_, (int() as dim,)))):
            return tensors(base, lambda tensor: axes.moved(tensor, dim))
        case _:
            return base


def _stacked(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[1])
    return _gathered_up(call, word, lambda tensor: axes.stacked(tensor, dim))


def _concatenated(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[1])
    return _gathered_up(call, word, lambda tensor: axes.concatenated(tensor, dim))


def _gathered_up(call: Call, word: Word, change: Change) -> Value:
    """What tensors in a list mean together: what each of them means, if all mean the same."""
    parts = list(containers.items_of(call.m, call.bound[str(word.arguments[0])], call.site).everything())
    things = [thing for part in parts for thing in part]
    held = [thing for thing in things if isinstance(thing, Tensor)]
    if not held:
        return call.m.unknown(Why.ITEM, "tensors of a list of unknown content", call.site)
    same = len(held) == len(things) and len({(tensor.domain, tensor.axis) for tensor in held}) == 1
    if not same:
        return join((frozenset(), part.map(lambda thing: change(thing) if isinstance(thing, Tensor) else thing)) for part in parts)
    return sole(change(replace(held[0], made=held[0].made if len({tensor.made for tensor in held}) == 1 else None)))


def _split(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[1])
    return _pieces(call, word, lambda tensor: axes.some_of(tensor, dim))


def _unbound(call: Call, base: Value, word: Word) -> Value:
    dim = call.dim(word.arguments[1])
    return _pieces(call, word, lambda tensor: axes.one_of(tensor, dim))


def _pieces(call: Call, word: Word, change: Change) -> Value:
    """A tuple of an unknown number of pieces of one tensor."""
    match call.thing(word.arguments[0]):
        case Tensor() as tensor:
            return containers.new_list(call.m, Items(head=sole(change(tensor))), call.site)
        case Unknown() as thing:
            return call.m.derived(thing, Why.ITEM, "pieces of something unknown", lambda one: one.item(call.site.place))
        case _:
            return unknown(Why.ITEM, "pieces of something unknown")


def _blank(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, lambda tensor: replace(tensor, made=axes.BLANK))


def _learned(call: Call, base: Value, word: Word) -> Value:
    return tensors(base, lambda tensor: replace(tensor, made=axes.LEARNED))


def _drawn(call: Call, base: Value, word: Word) -> Value:
    """No two draws hold the same numbers, whatever they were drawn from."""
    number = call.m.drawn()
    return tensors(base, lambda tensor: replace(tensor, term=number))


def _read(call: Call, base: Value, word: Word) -> Value:
    """A literal tensor; anything else that is made a tensor means what it meant."""
    data = call.bound[str(word.arguments[0])]
    match data.only:
        case Tensor() | Unknown():
            return data
        case Pack(items=(inner,)) if isinstance(inner.only, Tensor | Unknown):
            return inner
        case thing:
            return sole(replace(literals.read(call.m, thing, call.site), term=call.m.drawn()))


def _fields(call: Call, base: Value, word: Word) -> Value:
    names = tuple(map(str, word.arguments))
    return base.map(lambda thing: replace(thing, fields=names) if isinstance(thing, Pack) else thing)


EFFECTS: Final = {
    "Like": _like,
    "Along": _along,
    "Unmixed": _unmixed,
    "Complemented": _complemented,
    "Floored": _floored,
    "Reshaped": _reshaped,
    "Permuted": _permuted,
    "Transposed": _transposed,
    "Moved": _moved,
    "Unsqueezed": _unsqueezed,
    "Squeezed": _squeezed,
    "Flattened": _flattened,
    "Selected": _selected,
    "Narrowed": _narrowed,
    "Gathered": _gathered,
    "Masked": _masked,
    "Expanded": _expanded,
    "Summed": _summed,
    "Averaged": _averaged,
    "Extremes": _extremes,
    "LogSummed": _log_summed,
    "Normalised": _normalised,
    "Stacked": _stacked,
    "Concatenated": _concatenated,
    "Split": _split,
    "Unbound": _unbound,
    "Blank": _blank,
    "Learned": _learned,
    "Drawn": _drawn,
    "Read": _read,
    "Fields": _fields,
}
