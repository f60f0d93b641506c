"""A place in a source goes in, its lines with the place underlined come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from lossguard.reading.raw import rows_of_cells
from lossguard.report.spots import Spot, spot
from lossguard.source import Source, Span, UnreadableError, from_bytes

# Of a place that is longer than the screen, so much of what stands before it is shown.
LEAD = 4


@dataclass
class Sources:
    """The sources that frames are cut from, read when they are needed."""

    cwd: Path
    given: Mapping[str, bytes] = field(default_factory=dict)
    read: dict[str, Source] = field(default_factory=dict)
    raw: dict[str, dict[int, list[int]]] = field(default_factory=dict)

    def lines(self, span: Span) -> list[str]:
        """The lines of the file, or of the cell, that a place is in; none where it cannot be read."""
        if span.file not in self.read:
            self.read[span.file] = self._read(span.file)
        return self.read[span.file].lines_of(span.cell)

    def raw_row(self, file: str, cell: int, row: int) -> int:
        """The row of a notebook's JSON on which a row of one of its cells stands."""
        if file not in self.raw:
            self.raw[file] = rows_of_cells(self._bytes(file).decode("utf-8", "replace"))
        rows = self.raw[file].get(cell) or [1]
        return rows[min(row, len(rows)) - 1]

    def _read(self, file: str) -> Source:
        try:
            return from_bytes(self._bytes(file), file)
        except UnreadableError:
            return Source(file, "")

    def _bytes(self, file: str) -> bytes:
        """What stands in a file; nothing where it is gone by now."""
        try:
            return self.given[file] if file in self.given else (self.cwd / file).read_bytes()
        except OSError:
            return b""


def frame(lines: list[str], span: Span, width: int, context: int, gutter: int, more: str = "\u2026") -> Iterator[Text]:
    """The line of a place with some lines above it, and carets under the place.

    A line that is too long is shown around the place; `more` stands where something is left out.
    """
    found = spot(lines, span)
    if found is None:
        return
    room = max(width - gutter - 3, 1)
    for row, text in found.above(context):
        yield _line(str(row), _window(text, 0, room, more), gutter)
    first = _first(found, room)
    yield _line(str(found.row), _window(found.text, first, room, more), gutter)
    before, under = (
        cell_len(found.text[max(one, first) : max(two, first)]) for one, two in ((first, found.start), (found.start, found.end))
    )
    yield Text.assemble((f"{'':>{gutter}} | ", "dim"), " " * before, ("^" * max(1, min(under, room - before)), "bold red"))


def _first(found: Spot, room: int) -> int:
    """The first character to show: the place in the middle, or its beginning where it is too long itself."""
    if len(found.text) <= room:
        return 0
    middle = found.start - max(room - (found.end - found.start), LEAD * 2) // 2
    return max(0, min(middle, len(found.text) - room))


def _window(text: str, first: int, room: int, more: str) -> str:
    """So many characters of a line from one on, with a sign at each end where it goes on."""
    shown = text[first : first + room]
    if first:
        shown = more + shown[len(more) :]
    return shown[: room - len(more)] + more if first + room < len(text) else shown


def _line(number: str, text: str, gutter: int) -> Text:
    return Text.assemble((f"{number:>{gutter}} | ", "dim"), text)
