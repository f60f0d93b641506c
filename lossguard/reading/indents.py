"""Text whose rows are indented by tabs and spaces goes in, the same text indented by spaces comes out, as Python measures it."""

from __future__ import annotations

from lossguard.reading.scan import logical_lines

TAB = 8


def by_spaces(text: str) -> str:
    """The text with the indents of its statements as spaces; rows inside brackets and strings stay as they are."""
    return "".join(_indented(text[line.start : line.end]) for line in logical_lines(text))


def _indented(line: str) -> str:
    rest = line.lstrip(" \t\f")
    column = 0
    for char in line[: len(line) - len(rest)]:
        match char:
            case "\t":
                column = (column // TAB + 1) * TAB
            case "\f":
                column = 0
            case _:
                column += 1
    return " " * column + rest
