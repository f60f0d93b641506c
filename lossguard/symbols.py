"""Conditions on unknown things: what the code asks about goes in, symbols and literals that can be compared and spelled come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final


class Default(Enum):
    """The default of a symbol that has none."""

    NONE = "no default"


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """Something unknown that is the same wherever it is met: a parameter, `args.loss`, the result of one call.

    `key` is its identity: ("parameter", place, "x"), ("attribute", symbol, "loss"), ("==", symbol, "ce"), ("lower", symbol), ...
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

    def holding(self, constant: Hashable) -> Symbol:
        """`head` -> `"CTC" in head`."""
        return Symbol(("has", self, constant), f"{constant!r} in {self.text}")

    def bounded(self, op: str, constant: Hashable) -> Symbol:
        """`depth` -> `depth < 3`, `depth <= 3`."""
        return Symbol((op, self, constant), f"{self.text} {op} {constant!r}")

    def method(self, name: str, *given: Hashable) -> Symbol:
        """`name` -> `name.lower()`, `name.startswith("res")`."""
        return Symbol((name, self, *given), f"{self.text}.{name}({', '.join(map(repr, given))})")

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
            case ("counter" | "loop" | "each", *_):
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
        """What a test is about: `mode` for `mode.lower() == "train"`, itself for a plain truth test."""
        return self.key[1].subject if self.key[0] in _COMPUTED and isinstance(self.key[1], Symbol) else self

    @property
    def is_iterated(self) -> bool:
        """Whether this is what a loop goes over, or a part of it: another thing on each turn."""
        return self.key[0] == "each" or (self.key[0] == "item" and isinstance(self.key[1], Symbol) and self.key[1].is_iterated)


_TYPES: Final[Mapping[str, type]] = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "tuple": tuple, "dict": dict}


def types_of(classes: Hashable) -> tuple[type, ...] | None:
    """The classes of an `isinstance`; None where some are not Python's own."""
    found = [_TYPES.get(str(cls)) for cls in classes] if isinstance(classes, tuple) and classes else [None]
    return None if None in found else tuple(cls for cls in found if cls is not None)


def _is_instance(value: Hashable, classes: Hashable) -> bool:
    types = types_of(classes)
    if types is None and value is not None:
        raise TypeError(classes)
    return isinstance(value, types or ())


# What can be computed once the value of a symbol is known: tests, and what texts and lengths come to.
_COMPUTED: Final[Mapping[Hashable, Callable[..., Any]]] = {
    "==": lambda value, constant: value == constant,
    "in": lambda value, constants: value in constants,
    "has": lambda value, constant: constant in value,
    "<": lambda value, constant: value < constant,
    "<=": lambda value, constant: value <= constant,
    "isinstance": _is_instance,
    "length": lambda value, _: len(value),
    "startswith": str.startswith, "endswith": str.endswith, "lower": str.lower, "upper": str.upper, "strip": str.strip,
}  # fmt: skip


def _computed(symbol: Symbol, held: Symbol, value: Hashable) -> Hashable:
    """What a symbol comes to where another one has this value; `Default.NONE` where that says nothing, or fails."""
    if symbol == held:
        return value
    name, inner, *given = (*symbol.key, None)[:-1] if len(symbol.key) > 1 else (None, None)
    if name not in _COMPUTED or not isinstance(inner, Symbol):
        return Default.NONE
    found = _computed(inner, held, value)
    try:
        return Default.NONE if found is Default.NONE else _COMPUTED[name](found, *given)
    except TypeError:
        return Default.NONE


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
    def denied(self) -> frozenset[Literal] | None:
        """The guard that this says does not hold, for `not (a and b)`."""
        key = self.symbol.key
        return key[1] if key[0] == "all" and not self.positive else None  # type: ignore[return-value]  # `failing` made it

    def outcome(self, held: Symbol, value: Hashable) -> bool | None:
        """Whether the condition holds where a symbol has this value; None where that says nothing."""
        found = _computed(self.symbol, held, value)
        return None if found is Default.NONE else bool(found) is self.positive

    @property
    def default_holds(self) -> bool | None:
        """Whether the subject's default fulfils the condition; None where it has no default."""
        subject = self.symbol.subject
        return None if subject.default is Default.NONE else self.outcome(subject, subject.default)


_OPPOSITE: Final[Mapping[Hashable, tuple[str, str]]] = {"==": (" == ", " != "), "<": (" < ", " >= "), "<=": (" <= ", " > ")}


def _negated(symbol: Symbol) -> str:
    """`mode != "train"`: the negation as one would write it."""
    match symbol.key:
        case ("==", _, None):
            return _swapped(symbol.text, " is ", " is not ")
        case (("==" | "<" | "<=") as name, *_):
            return _swapped(symbol.text, *_OPPOSITE[name])
        case ("in", Symbol() as subject, *_):
            return symbol.text.replace(f"{subject.text} in ", f"{subject.text} not in ", 1)
        case ("has", Symbol() as subject, constant):
            return f"{constant!r} not in {subject.text}"
        case _:
            compound = re.search(r" (and|or|if) ", symbol.text) and not symbol.text.startswith("(")
            return f"not ({symbol.text})" if compound else f"not {symbol.text}"


def _swapped(text: str, ours: str, theirs: str) -> str:
    """The text with its last operator negated."""
    before, found, after = text.rpartition(ours)
    return f"{before}{theirs}{after}" if found else f"not {text}"
