"""Numbers that are known up to a length go in (`len(layers) - 1`, the counter of a loop); how they compare comes out.

The last turn of a loop is told from the others by this: there `i` is `len(layers) - 1`, and before that it is less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from lossguard.flow.places import Place
from lossguard.flow.symbols import Counter, Linear, ListLength, Symbol, Terms
from lossguard.flow.values import Constant, Unknown, Why, unknown
from lossguard.interpret.core.things import Thing, Value

# What a number is compared with: the name of the comparison, without its negation.
Bounds: TypeAlias = Mapping[str, Callable[[int], bool | None]]

_EXACTLY: Final[Bounds] = {
    "==": lambda apart: apart == 0,
    "<": lambda apart: apart < 0,
    "<=": lambda apart: apart <= 0,
    ">": lambda apart: apart > 0,
    ">=": lambda apart: apart >= 0,
}
# What follows for a number from one that it does not exceed, and from one that it reaches at least.
_AT_MOST: Final[Bounds] = {
    "==": lambda apart: False if apart < 0 else None,
    "<": lambda apart: True if apart < 0 else None,
    "<=": lambda apart: True if apart <= 0 else None,
    ">": lambda apart: False if apart <= 0 else None,
    ">=": lambda apart: False if apart < 0 else None,
}
_AT_LEAST: Final[Bounds] = {
    "==": lambda apart: False if apart > 0 else None,
    "<": lambda apart: False if apart >= 0 else None,
    "<=": lambda apart: False if apart > 0 else None,
    ">": lambda apart: True if apart > 0 else None,
    ">=": lambda apart: True if apart >= 0 else None,
}
COMPARISONS: Final = frozenset(_EXACTLY)
MIRRORED: Final = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def length_of(base: ListLength) -> Terms:
    """The length of something, as itself."""
    return frozenset({(base, 0)})


def plus(terms: Terms, number: int) -> Terms:
    """Each way to write a number, with something added."""
    return frozenset((base, offset + number) for base, offset in terms)


def terms_of(thing: Thing | None) -> Terms:
    """The ways to write a number; a constant has the base None."""
    match thing:
        case Constant(value=int() as number) if not isinstance(number, bool):
            return frozenset({(None, number)})
        case Unknown(symbol=Symbol(origin=Linear(terms=terms))):
            return terms
        case Unknown(symbol=Symbol(origin=Counter())):
            return frozenset()
        case Unknown(symbol=Symbol() as symbol):
            return frozenset({(symbol, 0)})
        case _:
            return frozenset()


def number(terms: Terms, text: str, least: int | None = None) -> Value:
    """A number that is equal to each of these, and at least so much."""
    return unknown(Why.OPERATION, text, Symbol(Linear(terms, least), text))


def counter(place: Place, context: int, most: Terms, least: int | None, text: str) -> Value:
    """A counter on its way: in no turn more than `most`, in none less than `least`."""
    return unknown(Why.ITEM, text, Symbol(Counter(place, context, most, least), text))


def turns(place: Place, context: int, lengths: Terms, start: int) -> tuple[Value, Value]:
    """The counter of a loop with so many turns: before the last one, and in the last one."""
    before = counter(place, context, plus(lengths, start - 2), start, "a counter")
    return before, number(plus(lengths, start - 1), "the last counter", start + 1)


def shifted(thing: Thing, by: int, text: str) -> Value | None:
    """`n + by`; None where that is not a number that can be counted with."""
    match thing:
        case Unknown(symbol=Symbol(origin=Counter(place, context, most, least))):
            return counter(place, context, plus(most, by), _sum(least, by), text)
        case Unknown(symbol=Symbol(origin=Linear(terms, least))):
            return number(plus(terms, by), text, _sum(least, by))
        case Unknown(symbol=Symbol() as symbol):
            return number(frozenset({(symbol, by)}), text)
        case _:
            return None


def _sum(one: int | None, other: int) -> int | None:
    return None if one is None else one + other


def compared(op: str, left: Thing, right: Thing) -> bool | None:
    """How two numbers compare; None where that is open."""
    found = _compared(op, left, right)
    return found if found is not None else _compared(MIRRORED[op], right, left)


def _compared(op: str, left: Thing, right: Thing) -> bool | None:
    others = terms_of(right)
    match left:
        case Unknown(symbol=Symbol(origin=Counter(most=most, least=least))):
            found = _first(_AT_MOST[op], most, others)
        case Unknown(symbol=Symbol(origin=Linear(terms, least))):
            found = _first(_EXACTLY[op], terms, others)
        case _:
            return None
    return found if found is not None else _at_least(op, least, others)


def _first(bound: Callable[[int], bool | None], ours: Terms, theirs: Terms) -> bool | None:
    apart = (offset - other for base, offset in ours for same, other in theirs if base == same)
    return next((found for one in apart if (found := bound(one)) is not None), None)


def _at_least(op: str, least: int | None, others: Terms) -> bool | None:
    return None if least is None else _first(_AT_LEAST[op], frozenset({(None, least)}), others)
