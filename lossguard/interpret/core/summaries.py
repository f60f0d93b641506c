"""Calls that were run before: the same function on the same arguments, where all that it reads is as it was, does the same again.

Deep models call the same layers over and over, and every loop body is run twice; without this the cost doubles with every level
of nesting. What a call makes (objects, unknowns) is known by the chain of calls that made it, so a call whose makings get
out is only remembered for that same chain.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from lossguard.domains import Reach
from lossguard.events import Event
from lossguard.flow.conditions import Guard
from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Made, Phase, Symbol, makings
from lossguard.flow.values import Unknown
from lossguard.interpret.core.parts import addresses, parts, rebuilt
from lossguard.interpret.core.store import Delta, Recording
from lossguard.interpret.core.things import Cell, Function, Pack, Scope, Thing, Value
from lossguard.tensors import Tensor, Term

if TYPE_CHECKING:
    from lossguard.interpret.core.machine import Machine, Site

Named: TypeAlias = tuple[tuple[str, Value], ...]

# How many calls of one function are remembered.
MOST_KEPT: Final = 16


@dataclass(slots=True)
class Remembered:
    """One call: what it was given and read, and what it did. `context` is its chain where only that one may use it again."""

    scopes: tuple[Scope, ...]
    arguments: Named
    path: Guard
    inputs: tuple[tuple[Cell, Value | None], ...]
    result: Value
    delta: Delta
    events: dict[Event, None]
    context: int | None
    reach: Reach
    drew: bool
    _roots: frozenset[Hashable] | None = None

    @property
    def roots(self) -> frozenset[Hashable]:
        """What conditions that can matter to the call are about."""
        if self._roots is None:
            values = (*(value for _, value in self.arguments), *(value for _, value in self.inputs if value is not None))
            self._roots = frozenset(root for value in values for root in roots_of(value))
        return self._roots

    def regards(self, path: Guard) -> bool:
        """Whether the call may do something else on this path."""
        return any(
            isinstance(literal.symbol.origin, Phase) or not self.roots.isdisjoint(literal.symbol.roots) for literal in path ^ self.path
        )


class Memory:
    """The calls of one run, by function."""

    def __init__(self) -> None:
        """Nothing was called."""
        self._calls: dict[Place, list[Remembered]] = {}

    def recall(self, m: Machine, function: Function, arguments: Named, context: int, site: Site) -> tuple[Value, Delta] | None:
        """What the call comes to, if it was run before."""
        for known in self._calls.get(function.place, ()):
            if (
                known.context in {None, context}
                and known.reach is m.reach
                and known.scopes == function.scopes
                and _same_arguments(known.arguments, arguments)
                and all(m.store.cells.get(cell) == value for cell, value in known.inputs)
                and not (known.path != m.path and known.regards(m.path))
            ):
                _done_again(m, known)
                return _seen_again(m, known, arguments, site)
        return None

    def keep(self, m: Machine, function: Function, arguments: Named, context: int, did: Recording, done: tuple[Value, Delta]) -> None:
        """Remember a call that has just been run, its changes not yet applied."""
        inside = _Inside(m, context)
        result, delta = done
        outward = {cell: value for cell, value in delta.items() if not inside.address(cell[0])}
        leaks = inside.values([result, *(value for value in outward.values() if value is not None)])
        inputs = tuple((cell, m.store.cells.get(cell)) for cell in did.reads if cell in m.store.cells or not inside.address(cell[0]))
        changed, chain = (delta, context) if leaks else (outward, None)
        kept = self._calls.setdefault(function.place, [])
        kept.insert(0, Remembered(function.scopes, arguments, m.path, inputs, result, changed, did.events, chain, m.reach, did.drew))
        del kept[MOST_KEPT:]


def _done_again(m: Machine, known: Remembered) -> None:
    """What a remembered call has read counts as read by the calls around it, and what it reported happens on this path too."""
    if m.store.recordings:
        m.store.recordings[-1].reads.update(cell for cell, _ in known.inputs)
        m.store.recordings[-1].events |= known.events
        m.store.recordings[-1].drew |= known.drew
    for event in known.events:
        m.emit(event if known.path == m.path else replace(event, path=(event.path - known.path) | m.path))


def _seen_again(m: Machine, known: Remembered, arguments: Named, site: Site) -> tuple[Value, Delta]:
    """The result for another caller: unknowns are new ones, and value numbers of other arguments say nothing."""
    result = known.result
    if known.context is None:
        result = result.map(lambda thing: _renewed(m, thing, site))
    if not known.drew and _terms(known.arguments) == _terms(arguments):
        return result, known.delta
    return result.map(_without_term), {cell: None if value is None else value.map(_without_term) for cell, value in known.delta.items()}


def _renewed(m: Machine, thing: Thing, site: Site) -> Thing:
    match thing:
        case Unknown(why=why, detail=detail, symbol=Symbol(origin=Made())) if type(thing) is Unknown:
            return m.unknown_thing(why, detail, site)
        case Pack():
            return rebuilt(thing, tuple(item.map(lambda inner: _renewed(m, inner, site)) for item in thing.items))
        case _:
            return thing


def _without_term(thing: Thing) -> Thing:
    if isinstance(thing, Tensor):
        return replace(thing, term=None)
    held = parts(thing)
    return rebuilt(thing, tuple(part.map(_without_term) for part in held)) if held else thing


def _same_arguments(ours: Named, theirs: Named) -> bool:
    """Equal values that came the same way; where totals are among them, equal numbers too."""
    if ours is theirs:
        return True
    if len(ours) != len(theirs):
        return False
    for (name, one), (other_name, other) in zip(ours, theirs, strict=True):
        if name != other_name or (one is not other and (one != other or _traces(one) != _traces(other))):
            return False
    terms = _terms(theirs)
    return all(term is None or term.name not in _TOTALS for term in terms) or _terms(ours) == terms


_TOTALS: Final = ("Summed", "LogSummed")


def _tensors(value: Value) -> Iterator[Tensor]:
    for thing in value:
        if isinstance(thing, Tensor):
            yield thing
        for part in parts(thing):
            yield from _tensors(part)


def _traces(value: Value) -> list[Hashable]:
    return [tensor.trace for tensor in _tensors(value)]


def _terms(arguments: Named) -> list[Term | None]:
    return [tensor.term for _, value in arguments for tensor in _tensors(value)]


def roots_of(value: Value) -> Iterator[Hashable]:
    """What conditions on a value can be about: the unknown things and the objects in it."""
    for thing, guard in value.cases:
        for literal in guard:
            yield from literal.symbol.roots
        if isinstance(thing, Unknown) and thing.symbol is not None:
            yield from thing.symbol.roots
        yield from addresses(thing)
        for part in parts(thing):
            yield from roots_of(part)


class _Inside:
    """What belongs to one call: made in its chain of calls, or in one that goes on from it."""

    def __init__(self, m: Machine, context: int) -> None:
        self.parents = m.parents
        self.context = context
        self.known: dict[int, bool] = {context: True, 0: False, -1: False}

    def number(self, context: int) -> bool:
        if context not in self.known:
            self.known[context] = self.number(self.parents.get(context, 0))
        return self.known[context]

    def address(self, address: Address) -> bool:
        owner: Hashable = address.place  # a symbol, where attributes are set on something unknown
        return self.number(address.context) or (isinstance(owner, Symbol) and self.symbol(owner))

    def symbol(self, symbol: Symbol) -> bool:
        made = makings(symbol.origin)
        return any(map(self.symbol, made.parts)) or any(map(self.address, made.owners)) or self.number(made.chain)

    def guard(self, guard: Guard) -> bool:
        return any(self.symbol(literal.symbol) for literal in guard)

    def values(self, values: Iterable[Value], *, top: bool = True) -> bool:
        return any(self.guard(guard) or self.thing(thing, top=top) for value in values for thing, guard in value.cases)

    def thing(self, thing: Thing, *, top: bool = False) -> bool:
        if top and type(thing) is Unknown and thing.symbol is not None and isinstance(thing.symbol.origin, Made):
            return False  # whoever uses the call again gets one of its own
        return (
            (isinstance(thing, Unknown) and thing.symbol is not None and self.symbol(thing.symbol))
            or any(map(self.address, addresses(thing)))
            or self.values(parts(thing), top=top and isinstance(thing, Pack))
        )
