"""A .py file, a notebook or standard input goes in; its Python text, and the way back to files, cells and rows, comes out."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple

from lossguard.isolation import Cause, Lost
from lossguard.reading.magics import python_of
from lossguard.reading.scan import joined, lines_of


class Span(NamedTuple):
    """A stretch of code as people count it: rows and columns from 1, rows inside the cell, the end exclusive."""

    file: str
    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None = None

    def __str__(self) -> str:
        """`train.py:34:12`, or `train.ipynb:cell 3:2:5`."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.file}:{cell}{self.row}:{self.column}"


class Cell(NamedTuple):
    """A code cell: its number among all cells, from 1, and the rows that it takes up in the joined text, from 1."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one module; a notebook's code cells are joined in order.

    `text` is Python, `written` what people wrote instead of it, with the same rows: magics, prompts, cells that are indented.
    """

    file: str
    text: str
    cells: tuple[Cell, ...] = ()
    written: str | None = None

    @property
    def rows(self) -> list[str]:
        """The rows as people wrote them."""
        return lines_of(self.text if self.written is None else self.written)

    def span(self, row: int, column: int, end_row: int, end_column: int) -> Span:
        """A stretch of the joined text, as a place in the file or in the cell where it starts."""
        column, end_column = column + self._moved(row), end_column + self._moved(end_row)
        cell = self.cell_at(row)
        if cell is None:
            return Span(self.file, row, column, end_row, end_column)
        return Span(self.file, row - cell.first + 1, column, min(end_row, cell.last) - cell.first + 1, end_column, cell.number)

    def _moved(self, row: int) -> int:
        """By how many columns the text of a row stands to the left of where it was written."""
        if self.written is None:
            return 0
        ours, written = (lines[row - 1] if 0 < row <= len(lines) else "" for lines in (lines_of(self.text), self.rows))
        return len(written) - len(ours) if written.endswith(ours.lstrip(" ")) else 0

    def cell_at(self, row: int) -> Cell | None:
        """The cell that holds a row of the joined text."""
        return next((cell for cell in self.cells if cell.first <= row <= cell.last), None)

    def lines_of(self, cell: int | None) -> list[str]:
        """The lines of the file, or of one of its cells, as people wrote them."""
        held = next((held for held in self.cells if held.number == cell), None)
        return self.rows if held is None else self.rows[held.first - 1 : held.last]


class Reason(Enum):
    """Why something cannot be read; a page may give some reasons another severity."""

    SYNTAX = "syntax"
    PYTHON_2 = "python-2"
    BLANKS = "blanks"
    PARSER = "parser"
    NESTING = "nesting"
    FORMAT = "format"
    SIZE = "size"
    LIMITS = "limits"


# What is said once for a file, however many of its cells are so.
ONCE: Final = frozenset({Reason.PYTHON_2, Reason.BLANKS})


# Notebooks hold their outputs, too.
LARGEST_FILE: Final = 256 << 20


class UnreadableError(Exception):
    """A file that cannot be turned into text, or text into a module; it knows the place and the reason."""

    def __init__(self, message: str, row: int = 1, column: int = 1, reason: Reason = Reason.SYNTAX) -> None:
        """Say what is wrong, at a row and column of the joined text."""
        super().__init__(message)
        self.message, self.row, self.column, self.reason = message, row, column, reason


_BROKEN: Final = {
    Cause.EXCEPTION: "an error in lossguard",
    Cause.CRASH: "the parser crashed",
    Cause.TIME: "the parser took too long",
    Cause.MEMORY: "the parser took too much memory",
}


def unread(lost: Lost) -> UnreadableError:
    """What to say of a file that broke whoever read it."""
    return UnreadableError(f"{_BROKEN[lost.cause]}{f' ({lost.detail})' if lost.detail else ''}", reason=Reason.LIMITS)


def read(path: Path, shown: str) -> Source:
    """Read a file; `shown` is the name that reports use.

    Raises UnreadableError where the bytes are not text, the notebook is none or the file is no regular one or too large, OSError
    where there is no such file.
    """
    return from_bytes(bytes_of(path), shown)


def bytes_of(path: Path) -> bytes:
    """What is in a file. Raises UnreadableError for one that is no regular one or too large, OSError where there is none."""
    if path.exists() and not path.is_file():
        raise UnreadableError("not a regular file", reason=Reason.FORMAT)
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableError(f"larger than {LARGEST_FILE >> 20} MiB", reason=Reason.SIZE)
    return path.read_bytes()


def from_bytes(data: bytes, shown: str) -> Source:
    """The source in some bytes; a name that ends in .ipynb makes them a notebook."""
    if shown.endswith(".ipynb"):
        return _notebook(data, shown)
    return Source(shown, _with_newlines(_decoded(data)))


def _with_newlines(text: str) -> str:
    """Rows end as Python has them end, whatever system wrote them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, ValueError, LookupError) as error:  # a codec of any kind can be named
        raise UnreadableError(f"cannot be decoded: {error}", reason=Reason.FORMAT) from error


def _notebook(data: bytes, shown: str) -> Source:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise UnreadableError(f"not a notebook: {error}", reason=Reason.FORMAT) from error
    except RecursionError as error:
        raise UnreadableError("not a notebook: nested too deeply", reason=Reason.FORMAT) from error
    if not isinstance(document, dict):
        raise _none(f"the document is {_kind(document)}, not an object")
    if not _is_python(document):
        return Source(shown, "")
    lines: list[str] = []
    written: list[str] = []
    cells = []
    for number, cell in enumerate(_cells(document), start=1):
        if cell.get("cell_type") != "code":
            continue
        text = _with_newlines(_text(cell, number))
        rows = lines_of(text) or [""]
        cells.append(Cell(number, len(written) + 1, len(written) + len(rows)))
        written += rows
        lines += lines_of(python_of(text)) or [""]
    return Source(shown, joined(lines), tuple(cells), joined(written))


_KINDS: Final = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def _kind(value: object) -> str:
    """What JSON calls a value."""
    return _KINDS.get(type(value), "null")


def _none(why: str) -> UnreadableError:
    return UnreadableError(f"not a notebook: {why}", reason=Reason.FORMAT)


def _is_python(document: dict[str, Any]) -> bool:
    """What the notebook says of its language; what is no object says nothing."""
    metadata = _object(document.get("metadata"))
    language = _object(metadata.get("kernelspec")).get("language") or _object(metadata.get("language_info")).get("name") or "python"
    return str(language).lower().startswith(("python", "ipython"))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _cells(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All cells, of every sheet where there are some, as before format 4."""
    for sheet in (document, *_list(document.get("worksheets"), "worksheets")):
        if not isinstance(sheet, dict):
            raise _none(f"a worksheet is {_kind(sheet)}")
        for cell in _list(sheet.get("cells"), "cells"):
            if not isinstance(cell, dict):
                raise _none(f"a cell is {_kind(cell)}")
            yield cell


def _list(value: object, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _none(f"`{name}` is {_kind(value)}, not a list")
    return value


def _text(cell: dict[str, Any], number: int) -> str:
    source = cell.get("source", cell.get("input", ""))
    parts = [source] if isinstance(source, str) else source
    if not isinstance(parts, list):
        raise _none(f"the source of cell {number} is {_kind(source)}, not text")
    if not all(isinstance(part, str) for part in parts):
        raise _none(f"the source of cell {number} holds something else than text")
    return "".join(parts)
