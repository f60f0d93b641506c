"""Abstract values: what a name may hold, under which conditions and for which reason.

A `Value` is a handful of `Case`s, each a thing under a guard. Everything here is frozen: an analysis only ever makes new
values, and `join` is the one place where two become one. What the things are is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, NamedTuple, TypeVar

from lossguard.flow.conditions import ALWAYS, Guard, both, complementary
from lossguard.flow.symbols import Symbol

# What a value may hold: whoever makes values says what that is.
Thing_co = TypeVar("Thing_co", bound=Hashable, covariant=True)
Other = TypeVar("Other", bound=Hashable)


_MOST_BITS: Final = 1000


@dataclass(frozen=True, slots=True)
class Constant:
    """A Python constant: None, a bool, a number, a string, `...`."""

    value: Hashable

    def __str__(self) -> str:
        """As Python writes it; it refuses to write numbers of thousands of digits."""
        return hex(self.value) if isinstance(self.value, int) and self.value.bit_length() > _MOST_BITS else repr(self.value)


class Why(Enum):
    """Why a value is unknown; the detail in `Unknown.detail` completes the sentence."""

    PARAMETER = "parameter of an entry point"
    CALL = "result of a call that nothing here defines"
    NO_CONTRACT = "result of a library function without a contract"
    ATTRIBUTE = "attribute of something unknown"
    MISSING = "name that nothing defines"
    ITEM = "item of something unknown"
    OPERATION = "operation that keeps no meaning"
    BOUND = "beyond the bounds of the analysis"
    SYNTAX = "syntax that the analysis does not follow"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of which nothing is known, and why; `symbol` identifies it, so that tests on it can be compared."""

    why: Why
    detail: str
    symbol: Symbol | None = None

    def __str__(self) -> str:
        """The reason as one phrase."""
        return f"{self.why.value}: {self.detail}"


class Case(NamedTuple, Generic[Thing_co]):
    """One thing that a value may be, and the condition under which it is that."""

    thing: Thing_co
    guard: Guard = ALWAYS


MOST_CASES: Final = 12


@dataclass(frozen=True, slots=True)
class Value(Generic[Thing_co]):
    """What an expression may evaluate to: at least one case."""

    cases: tuple[Case[Thing_co], ...]

    def __str__(self) -> str:
        """The distinct things, as `# revealed:` shows them."""
        return " | ".join(dict.fromkeys(str(case.thing) if not isinstance(case.thing, Unknown) else "Unknown" for case in self.cases))

    def __iter__(self) -> Iterator[Thing_co]:
        """The things, without their guards."""
        return (case.thing for case in self.cases)

    @property
    def only(self) -> Thing_co | None:
        """The one thing that this certainly is; None where there are several."""
        return self.cases[0].thing if len(self.cases) == 1 else None

    def given(self, guard: Guard) -> Value[Thing_co] | None:
        """The value where it is only had under one more condition; None where that can never be."""
        if not guard:
            return self
        met = [Case(thing, joint) for thing, old in self.cases if (joint := both(old, guard)) is not None]
        return Value(tuple(met)) if met else None

    def under(self, path: Guard) -> Value[Thing_co | Unknown]:
        """The value as seen on a path: cases that the path rules out are gone, conditions that it fulfils are dropped."""
        if len(self.cases) == 1 or not path:
            return self
        met = [Case(thing, joint - path) for thing, old in self.cases if (joint := both(old, path)) is not None]
        return self if not met else Value(merged(met))

    def map(self, change: Callable[[Thing_co], Other]) -> Value[Other | Unknown]:
        """The value with every thing changed, each under its own guard."""
        return Value(merged(Case(change(thing), guard) for thing, guard in self.cases))


def sole(thing: Other) -> Value[Other]:
    """The value that is certainly this thing."""
    return Value((Case(thing),))


NONE: Final = sole(Constant(None))


def unknown(why: Why, detail: str, symbol: Symbol | None = None) -> Value[Unknown]:
    """The value of which nothing is known, with its reason."""
    return sole(Unknown(why, detail, symbol))


def join(branches: Iterable[tuple[Guard, Value[Other]]]) -> Value[Other | Unknown]:
    """The value that is each branch's under that branch's guard. At least one branch is possible."""
    met = [(guard, value) for guard, value in branches]
    if all(value == met[0][1] for _, value in met):
        return met[0][1]
    parts = [part for guard, value in met if (part := value.given(guard)) is not None]
    return Value(merged(case for part in parts for case in part.cases)) if parts else met[0][1]


def merged(cases: Iterable[Case[Other]]) -> tuple[Case[Other | Unknown], ...]:
    """Equal things become one case where their guards allow; too many cases become one unknown."""
    kept: list[Case[Other]] = []
    for case in cases:
        _insert(kept, case)
        if len(kept) > MOST_CASES * 4:  # the rest will not make them few
            break
    if len(kept) > MOST_CASES:
        return (Case(Unknown(Why.BOUND, f"more than {MOST_CASES} alternatives")),)
    return tuple(kept)


def _insert(kept: list[Case[Other]], case: Case[Other]) -> None:
    """Add a case, or widen one that holds the same thing: under {c} and under {not c} it is held always."""
    for index, (thing, guard) in enumerate(kept):
        if thing != case.thing:
            continue
        if guard <= case.guard:
            return
        shared = case.guard if case.guard <= guard else complementary(guard, case.guard)
        if shared is not None:
            del kept[index]
            _insert(kept, Case(thing, shared))
            return
    kept.append(case)
