"""A place and the lines around it go in; the text to show, and which part of it is meant, come out, tabs and controls made plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lossguard.report.plain import plain
from lossguard.source import Span

TAB = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A line as it is shown; what is meant are its characters from `start` to `end`, on this line."""

    row: int
    text: str
    start: int
    end: int
    lines: tuple[str, ...]

    def above(self, count: int) -> Iterator[tuple[int, str]]:
        """The lines before it that say something, at most so many, with their rows."""
        for row in range(max(1, self.row - count), self.row):
            text = _printed(self.lines[row - 1]).rstrip()
            if text:
                yield row, text


def spot(lines: list[str], span: Span) -> Spot | None:
    """Where a place begins; None where its file has no such row any more."""
    if not 0 < span.row <= len(lines):
        return None
    line = lines[span.row - 1].rstrip()
    last = span.end_column - 1 if span.end_row == span.row else len(line)
    start, end = len(_printed(line[: span.column - 1])), len(_printed(line[:last]))
    return Spot(span.row, _printed(line), start, max(end, start + 1), tuple(lines))


def _printed(text: str) -> str:
    return plain(text.expandtabs(TAB))
