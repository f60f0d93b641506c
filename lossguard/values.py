"""Abstract values: what a name may hold, under which conditions and for which reason; events carry them to the judge.

A `Value` is a handful of `Case`s, each a thing under a guard. Everything here is frozen: the interpreter only ever makes
new values, and `join` is the one place where two become one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from lossguard.domains import Domain, Reach, Seen
from lossguard.flow.conditions import ALWAYS, Guard, both, complementary
from lossguard.flow.places import Place
from lossguard.flow.symbols import Symbol

Thing: TypeAlias = Hashable


class Move(Enum):
    """What happened to a value at one step of its way."""

    MADE = "made"
    CHANGED = "changed"
    RETURNED = "returned"
    PASSED = "passed"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way a value took: where, and what happened there, in words."""

    move: Move
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of a value, newest first, sharing their tails."""

    step: Step
    before: Trace | None = None
    length: int = 1

    def __iter__(self) -> Iterator[Step]:
        """The steps from the first to the last."""
        steps = []
        trace: Trace | None = self
        while trace is not None:
            steps.append(trace.step)
            trace = trace.before
        return reversed(steps)


LONGEST_TRACE: Final = 24


def extended(trace: Trace | None, step: Step) -> Trace | None:
    """The trace with one more step; the same step twice running, or a trace that is too long, stays as it is."""
    if trace is None:
        return Trace(step)
    if trace.step == step or trace.length >= LONGEST_TRACE:
        return trace
    return Trace(step, trace, trace.length + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A value number: two tensors with equal terms hold the same numbers (`x.sum(1)` twice, with the same `x`).

    Terms share their parts, so they are compared by a digest: walking through them would take exponential time.
    """

    name: str
    parts: tuple[Hashable, ...]
    digest: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.name, self.parts)))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Term) and self.digest == other.digest and self.name == other.name)

    def __hash__(self) -> int:
        return self.digest


Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor and what it means.

    `axis` is the one along which the meaning lies (the class axis of probabilities), negative when counted from the end,
    None when unknown. `made` names the function that made the meaning ("softmax") as long as nothing mixed it since, and
    `source` is where. `shape` holds the sizes that are known, `seen` what a run saw of it beside its meaning.
    """

    domain: Domain
    axis: int | None = None
    made: str | None = None
    source: Place | None = None
    shape: Shape | None = None
    trace: Trace | None = field(default=None, compare=False)
    term: Term | None = field(default=None, compare=False)
    seen: frozenset[Seen] = frozenset()

    def __str__(self) -> str:
        """The name in `# revealed:` comments: `Probabilities`, or `Probabilities[1]` where the axis is known."""
        return self.domain.value if self.axis is None else f"{self.domain.value}[{self.axis}]"

    def stepped(self, step: Step) -> Tensor:
        """The same tensor, one step further on its way."""
        return replace(self, trace=extended(self.trace, step))


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


@dataclass(frozen=True, slots=True)
class UnknownMethod(Unknown):
    """An attribute of something unknown that, if it is called, may be a tensor's method: `out.softmax`."""

    receiver: Hashable = None
    method: Hashable = None


class Case(NamedTuple):
    """One thing that a value may be, and the condition under which it is that."""

    thing: Thing
    guard: Guard = ALWAYS


MOST_CASES: Final = 12


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression may evaluate to: at least one case."""

    cases: tuple[Case, ...]

    def __str__(self) -> str:
        """The distinct things, as `# revealed:` shows them."""
        return " | ".join(dict.fromkeys(str(case.thing) if not isinstance(case.thing, Unknown) else "Unknown" for case in self.cases))

    def __iter__(self) -> Iterator[Thing]:
        """The things, without their guards."""
        return (case.thing for case in self.cases)

    @property
    def only(self) -> Thing | None:
        """The one thing that this certainly is; None where there are several."""
        return self.cases[0].thing if len(self.cases) == 1 else None

    def given(self, guard: Guard) -> Value | None:
        """The value where it is only had under one more condition; None where that can never be."""
        if not guard:
            return self
        met = [Case(thing, joint) for thing, old in self.cases if (joint := both(old, guard)) is not None]
        return Value(tuple(met)) if met else None

    def under(self, path: Guard) -> Value:
        """The value as seen on a path: cases that the path rules out are gone, conditions that it fulfils are dropped."""
        if len(self.cases) == 1 or not path:
            return self
        met = [Case(thing, joint - path) for thing, old in self.cases if (joint := both(old, path)) is not None]
        return self if not met else Value(merged(met))

    def map(self, change: Callable[[Thing], Thing]) -> Value:
        """The value with every thing changed, each under its own guard."""
        return Value(merged(Case(change(thing), guard) for thing, guard in self.cases))


def sole(thing: Thing) -> Value:
    """The value that is certainly this thing."""
    return Value((Case(thing),))


NONE: Final = sole(Constant(None))


def unknown(why: Why, detail: str, symbol: Symbol | None = None) -> Value:
    """The value of which nothing is known, with its reason."""
    return sole(Unknown(why, detail, symbol))


def join(branches: Iterable[tuple[Guard, Value]]) -> Value:
    """The value that is each branch's under that branch's guard. At least one branch is possible."""
    met = [(guard, value) for guard, value in branches]
    if all(value == met[0][1] for _, value in met):
        return met[0][1]
    parts = [part for guard, value in met if (part := value.given(guard)) is not None]
    return Value(merged(case for part in parts for case in part.cases)) if parts else met[0][1]


def merged(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Equal things become one case where their guards allow; too many cases become one unknown."""
    kept: list[Case] = []
    for case in cases:
        _insert(kept, case)
        if len(kept) > MOST_CASES * 4:  # the rest will not make them few
            break
    if len(kept) > MOST_CASES:
        return (Case(Unknown(Why.BOUND, f"more than {MOST_CASES} alternatives")),)
    return tuple(kept)


def _insert(kept: list[Case], case: Case) -> None:
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


class EventKind(Enum):
    """What happened."""

    CALL = "call"
    CONSTRUCT = "construct"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as it reached the function: the parameter's name, what it is, and how the caller spells it."""

    name: str
    value: Value
    text: str


class Entry(NamedTuple):
    """A function or method that was run as an unknown caller would; `on` is the class whose objects have it by inheritance."""

    function: Place
    on: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something the judge may have an opinion on: a call of a loss, of a logarithm, of a loss's constructor.

    `name` is the function's family ("cross_entropy" also for the module), `contract` its full name. `path` is the condition
    under which the place is reached, `choice` the further condition under which this function is the one called there; events
    of one `site` are alternatives of the same call. `reach` says whether something can learn from what comes out. `entries` are
    where the runs began that got there; None stands for the body of a module.
    """

    kind: EventKind
    name: str
    spelled: str
    place: Place
    arguments: tuple[Argument, ...]
    path: Guard = ALWAYS
    choice: Guard = ALWAYS
    site: Hashable = None
    callee: Trace | None = None
    is_loss: bool = False
    contract: str = ""
    reach: Reach = Reach.TRAINED
    entries: frozenset[Entry | None] = frozenset()

    def argument(self, name: str) -> Argument | None:
        """The argument for a parameter; None where the call leaves it out."""
        return next((argument for argument in self.arguments if argument.name == name), None)


__all__ = [
    "NONE",
    "Argument",
    "Case",
    "Constant",
    "Entry",
    "Event",
    "EventKind",
    "Move",
    "Shape",
    "Step",
    "Tensor",
    "Term",
    "Thing",
    "Trace",
    "Unknown",
    "UnknownMethod",
    "Value",
    "Why",
    "extended",
    "join",
    "merged",
    "sole",
    "unknown",
]
