"""A place in a source goes in, its lines with the place underlined come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from lossguard.source import Source, Span, UnreadableError, from_bytes


@dataclass
class Sources:
    """The sources that frames are cut from, read when they are needed."""

    cwd: Path
    given: Mapping[str, bytes] = field(default_factory=dict)
    read: dict[str, Source] = field(default_factory=dict)

    def lines(self, span: Span) -> list[str]:
        """The lines of the file, or of the cell, that a place is in; none where it cannot be read."""
        if span.file not in self.read:
            self.read[span.file] = self._read(span.file)
        return self.read[span.file].lines_of(span.cell)

    def _read(self, file: str) -> Source:
        try:
            return from_bytes(self.given[file] if file in self.given else (self.cwd / file).read_bytes(), file)
        except (OSError, UnreadableError):
            return Source(file, "")


def frame(lines: list[str], span: Span, width: int, context: int, gutter: int) -> Iterator[Text]:
    """The line of a place with some lines above it, and carets under the place."""
    if not 0 < span.row <= len(lines):
        return
    for row in range(max(1, span.row - context), span.row + 1):
        text = lines[row - 1].expandtabs(4).rstrip()
        if row == span.row or text:
            yield _line(str(row), text, width, gutter)
    yield _carets(lines[span.row - 1], span, width, gutter)


def _line(number: str, text: str, width: int, gutter: int) -> Text:
    room = width - gutter - 3
    shown = text if len(text) <= room else f"{text[: room - 1]}\u2026"
    return Text.assemble((f"{number:>{gutter}} | ", "dim"), shown)


def _carets(line: str, span: Span, width: int, gutter: int) -> Text:
    """The underline: it ends with the line, or with the screen."""
    start = len(line[: span.column - 1].expandtabs(4))
    last = span.end_column - 1 if span.end_row == span.row else len(line.rstrip())
    end = len(line[:last].expandtabs(4))
    room = width - gutter - 3
    start = min(start, room - 1)
    return Text.assemble((f"{'':>{gutter}} | ", "dim"), " " * start, ("^" * max(1, min(end, room) - start), "bold red"))
