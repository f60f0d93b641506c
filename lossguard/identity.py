"""Places of a finding go in; what it is recognised by in later runs comes out: the text of its code, and the function around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lossguard.lines import Layout, normalised
from lossguard.source import Source, Span
from lossguard.suppress import layouts


@dataclass
class Excerpts:
    """Texts from sources; each file is split and laid out once. `source` gives a file's source."""

    source: Callable[[str], Source]
    layouts: dict[str, dict[int | None, Layout]] = field(default_factory=dict)
    lines: dict[tuple[str, int | None], list[str]] = field(default_factory=dict)

    def line(self, span: Span) -> str:
        """The line that a place begins on."""
        lines = self._lines(span)
        return lines[span.row - 1] if 0 < span.row <= len(lines) else ""

    def code(self, span: Span) -> str:
        """The code at a place, as it would be whatever formatter had been there."""
        lines = self._lines(span)[span.row - 1 : span.end_row]
        if lines:
            lines[-1] = lines[-1][: span.end_column - 1]
            lines[0] = lines[0][span.column - 1 :]
        return normalised("\n".join(lines))

    def function(self, span: Span) -> str:
        """The qualified name of the function or class that a place stands in; empty at the top of a module."""
        if span.file not in self.layouts:
            self.layouts[span.file] = dict(layouts(self.source(span.file)))
        held = self.layouts[span.file].get(span.cell)
        line = None if held is None else held.at(span.row)
        return "" if line is None else line.scope

    def _lines(self, span: Span) -> list[str]:
        key = (span.file, span.cell)
        if key not in self.lines:
            self.lines[key] = self.source(span.file).lines_of(span.cell)
        return self.lines[key]
