"""Python text goes in, its logical lines and comments come out: which rows a statement takes, and which function it stands in.

Python's own tokenizer does the work, so that text in strings is never taken for a comment, and code that does not parse is read
up to the place where it stops making sense.
"""

from __future__ import annotations

import io
import tokenize
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple


class Line(NamedTuple):
    """A logical line: its first and last row, and the qualified name of the function or class that it stands in."""

    first: int
    last: int
    scope: str


class Comment(NamedTuple):
    """A comment: row and column from 1, its text, and whether nothing else stands on its row."""

    row: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The logical lines of a text in order, its comments, and the rows at whose end a comment could be written."""

    lines: tuple[Line, ...] = ()
    comments: tuple[Comment, ...] = ()
    open_ends: frozenset[int] = frozenset()

    def at(self, row: int) -> Line | None:
        """The logical line that takes up a row."""
        index = bisect_right(self.lines, row, key=lambda line: line.first) - 1
        return self.lines[index] if index >= 0 and row <= self.lines[index].last else None

    def below(self, row: int) -> Line | None:
        """The first logical line that begins after a row."""
        index = bisect_left(self.lines, row + 1, key=lambda line: line.first)
        return self.lines[index] if index < len(self.lines) else None


_BLANK: Final = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_DEFINES: Final = frozenset({"def", "class"})


def layout(text: str) -> Layout:
    """How a text is laid out."""
    tokens = list(_tokens(text))
    comments = tuple(
        Comment(token.start[0], token.start[1] + 1, token.string, not token.line[: token.start[1]].strip())
        for token in tokens
        if token.type == tokenize.COMMENT
    )
    ends = frozenset(token.start[0] for token in tokens if token.type in {tokenize.NEWLINE, tokenize.NL})
    return Layout(tuple(_lines(tokens)), comments, ends)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens up to the end, or to where the text is no Python any more."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def _lines(tokens: list[tokenize.TokenInfo]) -> Iterator[Line]:
    """One line from each first token to its NEWLINE; `around` are the open definitions with their indentation."""
    around: list[tuple[int, str]] = []
    held: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            indent = held[0].start[1] if held else 0
            around = [(column, name) for column, name in around if column < indent]
            if (name := _defined(held)) is not None:
                around.append((indent, name))
            yield Line(held[0].start[0] if held else token.start[0], token.start[0], ".".join(name for _, name in around))
            held = []
        elif token.type not in _BLANK:
            held.append(token)


def _defined(tokens: list[tokenize.TokenInfo]) -> str | None:
    """The name in `def name(...)`, `async def name(...)` or `class Name:`."""
    return next((name.string for word, name in pairwise(tokens[:3]) if word.string in _DEFINES and name.type == tokenize.NAME), None)


_UNWRITTEN: Final = frozenset({*_BLANK, tokenize.NEWLINE})


def normalised(text: str) -> str:
    """A stretch of code without what a formatter may change: spaces, line breaks, comments, kinds of quotes, trailing commas."""
    words = [_word(token) for token in _tokens(f"({text}\n)") if token.type not in _UNWRITTEN][1:]
    kept = [word for word, following in pairwise([*words, ""]) if not (word == "," and following in {")", "]", "}"})]
    return "".join(_apart(before, word) for before, word in pairwise(["", *(kept[:-1] if kept[-1:] == [")"] else kept)]))


def _apart(before: str, word: str) -> str:
    """A word, with a space where it would grow together with the one before."""
    letters = before[-1:].isidentifier() or before[-1:].isdigit() or before[-1:] in {'"', "'"}
    return f" {word}" if letters and (word[:1].isidentifier() or word[:1].isdigit() or word[:1] in {'"', "'"}) else word


def _word(token: tokenize.TokenInfo) -> str:
    string = token.string
    plain = token.type == tokenize.STRING and string.startswith("'") and not string.startswith("'''") and not {'"', "\\"} & set(string)
    return f'"{string[1:-1]}"' if plain else string
