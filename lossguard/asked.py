"""What a page asks of one argument: a table of its head goes in, a pattern comes out; a mistake is an error with file and line."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossguard.domains import NAMED, SEEN, Domain, Seen
from lossguard.errors import UserError


class RuleError(UserError):
    """A page that is not a rule; the message starts with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        """Say what is wrong, and where."""
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a page asks of one argument: its domain, what made its meaning, a literal, being a tensor, or what a run saw of it.

    `axes` are those along which the meaning may lie, `other_axes` those along which it must not be known to lie. `types` are the
    names of Python's own types: whatever is of such a type fits.
    """

    domains: frozenset[Domain] | None = None
    made: frozenset[str] | None = None
    literals: frozenset[Hashable] | None = None
    tensor: bool = False
    seen: frozenset[Seen] = frozenset()
    axes: frozenset[int] | None = None
    other_axes: frozenset[int] = frozenset()
    types: frozenset[str] = frozenset()


def names_of(path: Path, line: int, key: str, value: object) -> frozenset[str]:
    """A text, or a list of them."""
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in found):
        raise RuleError(path, line, f"`{key}` is a text or a list of texts, not {value!r}")
    return frozenset(found)


def _literals(path: Path, line: int, value: object) -> frozenset[Hashable]:
    """A constant, or a list of them."""
    found = value if isinstance(value, list) else [value]
    if not all(one is None or isinstance(one, bool | int | float | str) for one in found):
        raise RuleError(path, line, f"`literal` is a constant or a list of constants, not {value!r}")
    return frozenset(found)


def pattern_of(path: Path, line: int, value: object) -> Pattern:
    """`"Probabilities"`, `{ domain = "NonNegative", made = ["relu"] }`, `true`."""
    match value:
        case bool() | int() | None:
            return Pattern(literals=frozenset({value}))
        case str() | list():
            return Pattern(domains=_domains(path, line, value))
        case dict() as table if table.keys() <= _PATTERN_KEYS:
            literal = [None] if table.get("none") else table.get("literal")
            return Pattern(
                _domains(path, line, table["domain"]) if "domain" in table else None,
                names_of(path, line, "made", table["made"]) if "made" in table else None,
                None if literal is None else _literals(path, line, literal),
                bool(table.get("tensor")),
                _seen(path, line, table.get("seen", [])),
                _axes(path, line, table["axis"]) if "axis" in table else None,
                _axes(path, line, table.get("not_axis", [])),
                _types(path, line, table.get("type", [])),
            )
        case _:
            raise RuleError(path, line, f"{value!r} is not a domain, a literal or a table of {', '.join(sorted(_PATTERN_KEYS))}")


_PATTERN_KEYS: Final = frozenset({"domain", "made", "literal", "none", "tensor", "seen", "axis", "not_axis", "type"})
_TYPES: Final = frozenset({"bool", "int", "float", "str", "list", "tuple", "dict"})


def _axes(path: Path, line: int, value: object) -> frozenset[int]:
    numbers = value if isinstance(value, list) else [value]
    if not all(isinstance(number, int) for number in numbers):
        raise RuleError(path, line, f"an axis is a number, not {value!r}")
    return frozenset(numbers)


def _types(path: Path, line: int, value: object) -> frozenset[str]:
    names = names_of(path, line, "type", value)
    if unknown := names - _TYPES:
        raise RuleError(path, line, f"`type` is one of {', '.join(sorted(_TYPES))}, not {min(unknown)!r}")
    return names


def _domains(path: Path, line: int, value: object) -> frozenset[Domain]:
    names = [str(name) for name in (value if isinstance(value, list) else [value])]
    if unknown := [name for name in names if name not in NAMED]:
        raise RuleError(path, line, f"unknown domain {unknown[0]!r}")
    return frozenset(NAMED[name] for name in names)


def _seen(path: Path, line: int, value: object) -> frozenset[Seen]:
    names = names_of(path, line, "seen", value)
    if unknown := [name for name in names if name not in SEEN]:
        raise RuleError(path, line, f"a run does not see {unknown[0]!r}")
    return frozenset(SEEN[name] for name in names)
