"""Text that may be no Python goes in, its logical lines come out, with what stands in strings and comments hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

# Strings are closed by their own quotes, also raw ones; a triple quote that is never closed hides the rest.
_TOKEN: Final = re.compile(
    r"""
    (?P<string>\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<comment>\#[^\n]*)|(?P<joined>\\\n)|(?P<newline>\n)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<other>[^"'\#\\\n()\[\]{}]+|.)
    """,
    re.DOTALL | re.VERBOSE,
)


class Line(NamedTuple):
    """A logical line: where it starts and ends in the text, and its code; strings keep their quotes, comments are spaces."""

    start: int
    end: int
    code: str


def lines_of(text: str) -> list[str]:
    """The rows of a text as Python counts them: a form feed or a line separator in a row ends none."""
    rows = text.split("\n")
    return rows[:-1] if rows[-1] == "" else rows


def joined(rows: Iterable[str]) -> str:
    """Rows as one text."""
    return "".join(f"{row}\n" for row in rows)


def logical_line(text: str, start: int) -> Line:
    """The logical line that starts at a place: brackets, strings and backslashes go over rows."""
    parts: list[str] = []
    depth, end = 0, len(text)
    for token in _TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "newline" and depth == 0:
            end = token.end()
            break
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        parts.append(_hidden(token[0], kind))
    return Line(start, end, "".join(parts))


def _hidden(token: str, kind: str | None) -> str:
    match kind:
        case "comment":
            return " " * len(token)
        case "string":
            quote = 3 if token[:3] in {'"""', "'''"} and len(token) > len("''") else 1
            return token[:quote] + re.sub(r"[^\n]", "_", token[quote:-quote]) + token[len(token) - quote :]
        case _:
            return token


def logical_lines(text: str) -> Iterator[Line]:
    """All logical lines of a text."""
    at = 0
    while at < len(text):
        line = logical_line(text, at)
        yield line
        at = line.end
