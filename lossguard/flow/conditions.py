"""Guards: conditions go in, conjunctions of them that can be combined, refuted and named come out.

A guard is a conjunction. `if args.loss == "ce": criterion = A` gives A the guard {args.loss == "ce"}; what was chosen under
{args.loss == "nll"} can never meet it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from lossguard.flow.computing import computed, types_of
from lossguard.flow.symbols import (
    All,
    Among,
    Below,
    Default,
    Equals,
    Holds,
    IsInstance,
    Length,
    Symbol,
    TextOf,
)


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
        match self.symbol.origin:
            case All(guard=guard) if not self.positive:
                return guard
            case _:
                return None

    def outcome(self, held: Symbol, value: Hashable) -> bool | None:
        """Whether the condition holds where a symbol has this value; None where that says nothing."""
        found = computed(self.symbol, held, value)
        return None if found is Default.NONE else bool(found) is self.positive

    @property
    def default_holds(self) -> bool | None:
        """Whether the subject's default fulfils the condition; None where it has no default."""
        subject = self.symbol.subject
        return None if subject.default is Default.NONE else self.outcome(subject, subject.default)


Guard: TypeAlias = frozenset[Literal]
ALWAYS: Final[Guard] = frozenset()


@lru_cache(maxsize=1 << 16)
def conflict(one: Literal, other: Literal) -> bool:
    """Whether two conditions can never hold together."""
    if one.symbol == other.symbol:
        return one.positive is not other.positive
    if one.symbol.subject != other.symbol.subject:
        return False
    return _excludes(one, other) or _excludes(other, one) or _apart(one, other)


def _excludes(known: Literal, tested: Literal) -> bool:
    """Whether a condition leaves a few values only, and none of them fulfils the other condition."""
    match known.symbol.origin:
        case Equals(of=held, constant=constant) if known.positive:
            values = frozenset({constant})
        case Among(of=held, constants=values) if known.positive:
            pass
        case _:
            return False
    return bool(values) and all(tested.outcome(held, value) is False for value in values)


def _apart(one: Literal, other: Literal) -> bool:
    """Whether two conditions leave a symbol nothing: no number, no text, no class."""
    measured = [origin.of for origin in (one.symbol.origin, other.symbol.origin) if isinstance(origin, Below)]
    if any(_beyond(one, other, symbol) or _beyond(other, one, symbol) for symbol in measured):
        return True
    if one.positive and other.positive:
        return _no_text(one, other) or _no_class(one, other)
    return (one.positive and _implied(one, other)) or (other.positive and _implied(other, one))


def _beyond(one: Literal, other: Literal, measured: Symbol) -> bool:
    """Whether all that one condition allows lies above all that the other allows."""
    least, most = _least(one, measured), _most(other, measured)
    if least is None or most is None:
        return False
    return least[0] > most[0] or (least[0] == most[0] and (least[1] or most[1]))


# A bound, and whether the bound itself is excluded.
Bound: TypeAlias = tuple[float, bool] | None


def _least(literal: Literal, measured: Symbol) -> Bound:
    match literal.symbol.origin:
        case Below(of=of, number=number, inclusive=inclusive) if of == measured and not literal.positive:
            return number, inclusive
    return (1, False) if literal.positive and _is_length_of(measured, literal.symbol) else _nothing(literal, measured)


def _most(literal: Literal, measured: Symbol) -> Bound:
    match literal.symbol.origin:
        case Below(of=of, number=number, inclusive=inclusive) if of == measured and literal.positive:
            return number, not inclusive
    return _nothing(literal, measured)


def _nothing(literal: Literal, measured: Symbol) -> Bound:
    """`not x` says that a number is 0, and that something that has a length is empty."""
    return (0, False) if not literal.positive and (literal.symbol == measured or _is_length_of(measured, literal.symbol)) else None


def _is_length_of(measured: Symbol, symbol: Symbol) -> bool:
    return measured.origin == Length(symbol)


def _no_text(one: Literal, other: Literal) -> bool:
    """No text starts in two ways, or ends in two ways."""
    match one.symbol.origin, other.symbol.origin:
        case TextOf(ours, "startswith", (str() as first,)), TextOf(theirs, "startswith", (str() as second,)) if ours == theirs:
            return not first.startswith(second) and not second.startswith(first)
        case TextOf(ours, "endswith", (str() as first,)), TextOf(theirs, "endswith", (str() as second,)) if ours == theirs:
            return not first.endswith(second) and not second.endswith(first)
        case _:
            return False


def _no_class(one: Literal, other: Literal) -> bool:
    """Nothing is both a text and a list."""
    match one.symbol.origin, other.symbol.origin:
        case IsInstance(of=ours, classes=first), IsInstance(of=theirs, classes=second) if ours == theirs:
            pairs = [(cls, another) for cls in types_of(first) or (object,) for another in types_of(second) or (object,)]
            return not any(issubclass(cls, another) or issubclass(another, cls) for cls, another in pairs)
        case _:
            return False


def _implied(one: Literal, other: Literal) -> bool:
    """Whether the first condition implies what the other says does not hold."""
    match one.symbol.origin, other.symbol.origin:
        case TextOf(ours, "startswith" | "endswith", (str() as part,)), Holds(of=theirs, constant=str() as inner) if ours == theirs:
            return inner in part
        case TextOf(ours, "startswith", (str() as part,)), TextOf(theirs, "startswith", (str() as start,)) if ours == theirs:
            return part.startswith(start)
        case TextOf(ours, "endswith", (str() as part,)), TextOf(theirs, "endswith", (str() as end,)) if ours == theirs:
            return part.endswith(end)
        case IsInstance(of=ours, classes=first), IsInstance(of=theirs, classes=second) if ours == theirs and not other.positive:
            narrow, wide = types_of(first), types_of(second)
            return narrow is not None and wide is not None and all(issubclass(cls, wide) for cls in narrow)
        case _:
            return False


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
    denied = (denied for literal in joint if (denied := literal.denied))
    return None if any(all(_entails(joint, literal) for literal in guard) for guard in denied) else joint


def _entails(guard: Guard, literal: Literal) -> bool:
    return literal in guard or any(known.symbol.about == literal.symbol.about and conflict(known, literal.opposite) for known in guard)


def failing(guard: Guard) -> Literal:
    """The one condition that a whole guard does not hold: `not (a and b)`."""
    if len(guard) == 1:
        return next(iter(guard)).opposite
    return Literal(Symbol(All(guard), f"({spelled(guard)})"), positive=False)


def refutes(guard: Guard, literal: Literal) -> bool:
    """Whether the literal can never hold under the guard."""
    if any(known.symbol.about == literal.symbol.about and conflict(known, literal) for known in guard):
        return True
    denied = [denied for known in guard if (denied := known.denied)]
    return any(all(_entails(guard | {literal}, part) for part in rest) for rest in denied)


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
    match symbol.origin:
        case Equals(constant=str() as constant) | Holds(constant=str() as constant):
            names.append(constant)
        case TextOf(method="startswith" | "endswith", given=(str() as constant,)):
            names.append(constant)
        case Among(constants=constants):
            names += [constant for constant in constants if isinstance(constant, str)]
    return any(map(_names_a_phase, names))


def _names_a_phase(name: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")
    return not _PHASES.isdisjoint(words) and _PHASES.union(_FILLERS).issuperset(words)


def spelled(guard: Iterable[Literal]) -> str:
    """The guard as one readable condition, in a stable order."""
    return " and ".join(sorted(map(repr, guard)))


def _negated(symbol: Symbol) -> str:
    """`mode != "train"`: the negation as one would write it."""
    match symbol.origin:
        case Equals(constant=constant):
            return _swapped(symbol.text, " is ", " is not ") if constant is None else _swapped(symbol.text, " == ", " != ")
        case Below(inclusive=inclusive):
            return _swapped(symbol.text, " <= ", " > ") if inclusive else _swapped(symbol.text, " < ", " >= ")
        case Among(of=of):
            return symbol.text.replace(f"{of.text} in ", f"{of.text} not in ", 1)
        case Holds(of=of, constant=constant):
            return f"{constant!r} not in {of.text}"
        case _:
            compound = re.search(r" (and|or|if) ", symbol.text) and not symbol.text.startswith("(")
            return f"not ({symbol.text})" if compound else f"not {symbol.text}"


def _swapped(text: str, ours: str, theirs: str) -> str:
    """The text with its last operator negated."""
    before, found, after = text.rpartition(ours)
    return f"{before}{theirs}{after}" if found else f"not {text}"
