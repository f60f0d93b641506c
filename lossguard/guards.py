"""Conditions on unknown things: symbols and literals go in, guards that can be combined, refuted and named come out.

A guard is a conjunction. `if args.loss == "ce": criterion = A` gives A the guard {args.loss == "ce"}; what was chosen under
{args.loss == "nll"} can never meet it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias


class Default(Enum):
    """The default of a symbol that has none."""

    NONE = "no default"


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """Something unknown that is the same wherever it is met: a parameter, `args.loss`, the result of one call.

    `key` is its identity: ("parameter", place, "x"), ("attribute", symbol, "loss"), ("==", symbol, "ce"), ...
    `text` is how the code spells it, `default` the value it has unless somebody says otherwise.
    """

    key: tuple[Hashable, ...]
    text: str
    default: Hashable = Default.NONE
    digest: int = 0
    about: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash(self.key))
        object.__setattr__(self, "about", self.subject.digest)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Symbol) and self.digest == other.digest and self.key == other.key)

    def __hash__(self) -> int:
        return self.digest

    def __repr__(self) -> str:
        return self.text

    def attribute(self, name: str) -> Symbol:
        """`args` -> `args.loss`."""
        return Symbol(("attribute", self, name), f"{self.text}.{name}")

    def equals(self, constant: Hashable) -> Symbol:
        """`mode` -> `mode == "train"`; `is None` is the same test."""
        return Symbol(("==", self, constant), f"{self.text} {'is' if constant is None else '=='} {constant!r}")

    def among(self, constants: frozenset[Hashable], text: str) -> Symbol:
        """`mode` -> `mode in ("train", "val")`."""
        return Symbol(("in", self, constants), f"{self.text} in {text}")

    def contains(self, constant: Hashable) -> Symbol:
        """`head` -> `"CTC" in head`."""
        return Symbol(("contains", self, constant), f"{constant!r} in {self.text}")

    @property
    def alternatives(self) -> tuple[Hashable, ...]:
        """The values that somebody has listed: the choices of an option, or at least its default."""
        match self.key:
            case ("option", _, _, (_, *_) as choices):
                return tuple(choices)
            case _:
                return () if self.default is Default.NONE else (self.default,)

    @property
    def is_opaque(self) -> bool:
        """Whether this is a test of which nothing is known but where it stands."""
        return self.key[0] == "test"

    @property
    def is_artefact(self) -> bool:
        """Whether this hangs on how often a loop has run, of which an analysis knows little: nothing is concluded from it."""
        match self.key:
            case ("counter" | "loop", *_):
                return True
            case ("linear", frozenset() as terms, least):
                return least is not None or not any(isinstance(base, Symbol) and not base.is_artefact for base, _ in terms)
            case ("all", frozenset() as guard):
                return any(literal.symbol.is_artefact for literal in guard)
            case _:
                return any(isinstance(part, Symbol) and part.is_artefact for part in self.key[1:])

    @property
    def roots(self) -> frozenset[Hashable]:
        """What it all comes from: `args` for `args.loss == "ce"`, an object for an attribute that nothing sets."""
        return roots_of(self)

    @property
    def subject(self) -> Symbol:
        """What a test is about: `mode` for `mode == "train"`, itself for a plain truth test."""
        return self.key[1] if self.key[0] in _TESTS and isinstance(self.key[1], Symbol) else self


_TESTS: Final = ("==", "in", "contains")


@lru_cache(maxsize=1 << 16)
def roots_of(symbol: Symbol) -> frozenset[Hashable]:
    """The innermost parts of a symbol that are not themselves derived from something."""
    found: set[Hashable] = set()
    for part in symbol.key[1:]:
        match part:
            case Symbol():
                found |= roots_of(part)
            case frozenset() as terms if symbol.key[0] in {"linear", "counter"}:
                found.update(root for base, _ in terms if isinstance(base, Symbol) for root in roots_of(base))
            case frozenset() as guard if symbol.key[0] == "all":
                found.update(root for literal in guard if isinstance(literal, Literal) for root in roots_of(literal.symbol))
    if symbol.key[0] == "attribute" and not isinstance(symbol.key[1], Symbol):
        found.add(symbol.key[1])
    return frozenset(found) or frozenset({symbol})


@dataclass(frozen=True, slots=True)
class Literal:
    """One condition and its polarity."""

    symbol: Symbol
    positive: bool

    def __repr__(self) -> str:
        return self.symbol.text if self.positive else _negated(self.symbol)

    @property
    def opposite(self) -> Literal:
        """The same condition, failing."""
        return Literal(self.symbol, not self.positive)

    @property
    def denied(self) -> Guard | None:
        """The guard that this says does not hold, for `not (a and b)`."""
        key = self.symbol.key
        return key[1] if key[0] == "all" and not self.positive else None  # type: ignore[return-value]  # `failing` made it

    @property
    def values(self) -> frozenset[Hashable] | None:
        """The values that the subject may have; None where it may have any other."""
        match self.symbol.key:
            case ("==", _, constant) if self.positive:
                return frozenset({constant})
            case ("in", _, frozenset() as constants) if self.positive:
                return constants
            case _:
                return None

    def admits(self, value: Hashable) -> bool:
        """Whether the condition comes out right when its subject has this value."""
        match self.symbol.key:
            case ("==", _, constant):
                outcome = value == constant
            case ("in", _, frozenset() as constants):
                outcome = value in constants
            case ("contains", _, constant):
                outcome = _holds(value, constant)
            case _:
                outcome = bool(value)
        return outcome is self.positive

    @property
    def default_holds(self) -> bool | None:
        """Whether the subject's default fulfils the condition; None where it has no default."""
        default = self.symbol.subject.default
        return None if default is Default.NONE else self.admits(default)


def _holds(container: Hashable, item: Hashable) -> bool:
    """`item in container`, for constants; what holds nothing does not hold it."""
    try:
        return item in container  # type: ignore[operator]  # the TypeError is the answer
    except TypeError:
        return False


def _negated(symbol: Symbol) -> str:
    match symbol.key:
        case ("==", Symbol() as subject, None):
            return f"{subject.text} is not None"
        case ("==", Symbol() as subject, constant):
            return f"{subject.text} != {constant!r}"
        case ("in", Symbol() as subject, *_):
            return symbol.text.replace(f"{subject.text} in ", f"{subject.text} not in ", 1)
        case ("contains", Symbol() as subject, constant):
            return f"{constant!r} not in {subject.text}"
        case _:
            return f"not {symbol.text}"


Guard: TypeAlias = frozenset[Literal]
ALWAYS: Final[Guard] = frozenset()


@lru_cache(maxsize=1 << 16)
def conflict(one: Literal, other: Literal) -> bool:
    """Whether two conditions can never hold together."""
    if one.symbol == other.symbol:
        return one.positive is not other.positive
    if one.symbol.subject != other.symbol.subject:
        return False
    return any(known.values is not None and not any(map(tested.admits, known.values)) for known, tested in ((one, other), (other, one)))


@lru_cache(maxsize=1 << 16)
def both(one: Guard, other: Guard) -> Guard | None:
    """The conjunction, or None where it can never hold."""
    if one <= other:
        return other
    if other <= one:
        return one
    for ours in one - other:
        for theirs in other:
            if ours.symbol.about == theirs.symbol.about and conflict(ours, theirs):
                return None
    joint = one | other
    return None if any(denied <= joint for literal in joint if (denied := literal.denied)) else joint


def failing(guard: Guard) -> Literal:
    """The one condition that a whole guard does not hold: `not (a and b)`."""
    if len(guard) == 1:
        return next(iter(guard)).opposite
    return Literal(Symbol(("all", guard), f"({spelled(guard)})"), positive=False)


def refutes(guard: Guard, literal: Literal) -> bool:
    """Whether the literal can never hold under the guard."""
    return any(known.symbol.about == literal.symbol.about and conflict(known, literal) for known in guard)


def decided(guard: Guard, symbol: Symbol) -> bool | None:
    """What the guard already says about a condition; None where it says nothing."""
    if not guard:
        return None
    if refutes(guard, Literal(symbol, positive=True)):
        return False
    return True if refutes(guard, Literal(symbol, positive=False)) else None


def complementary(one: Guard, other: Guard) -> Guard | None:
    """`{a, b}` and `{a, not b}` -> `{a}`: what two guards share when they differ in one polarity only."""
    ours, theirs = one - other, other - one
    if len(ours) == len(theirs) == 1 and next(iter(ours)).opposite in theirs:
        return one & other
    return None


# Words that mark a condition as "which phase is this", never as "which model is this": `is_train`, `mode == "test"`.
_PHASES: Final = frozenset(
    "train training eval evaluate evaluating evaluation val valid validate validation dev test testing infer inference predict"
    " prediction predicting phase deploy deployed deploying export exporting onnx tracing scripting sampling generate generating".split()
)
_FILLERS: Final = frozenset("is do in mode flag only set split time step run self not".split())


def is_phase(literal: Literal) -> bool:
    """Whether a condition asks for the phase of a run (`self.training`, `mode == "test"`), not for a choice of model or loss."""
    symbol = literal.symbol
    names = [symbol.subject.text.rsplit(".", 1)[-1]]
    match symbol.key:
        case ("==", _, str() as constant):
            names.append(constant)
        case ("in", _, frozenset() as constants):
            names += [constant for constant in constants if isinstance(constant, str)]
    return any(map(_names_a_phase, names))


def _names_a_phase(name: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")
    return not _PHASES.isdisjoint(words) and _PHASES.union(_FILLERS).issuperset(words)


def spelled(guard: Iterable[Literal]) -> str:
    """The guard as one readable condition, in a stable order."""
    return " and ".join(sorted(map(repr, guard)))
