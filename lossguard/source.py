"""A .py file, a notebook or standard input goes in; its Python text, and the way back to files, cells and rows, comes out."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple


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
    """The text of one module; a notebook's code cells are joined in order."""

    file: str
    text: str
    cells: tuple[Cell, ...] = ()

    def span(self, row: int, column: int, end_row: int, end_column: int) -> Span:
        """A stretch of the joined text, as a place in the file or in the cell where it starts."""
        cell = self.cell_at(row)
        if cell is None:
            return Span(self.file, row, column, end_row, end_column)
        return Span(self.file, row - cell.first + 1, column, min(end_row, cell.last) - cell.first + 1, end_column, cell.number)

    def cell_at(self, row: int) -> Cell | None:
        """The cell that holds a row of the joined text."""
        return next((cell for cell in self.cells if cell.first <= row <= cell.last), None)

    def lines_of(self, cell: int | None) -> list[str]:
        """The lines of the file, or of one of its cells."""
        lines = self.text.splitlines()
        held = next((held for held in self.cells if held.number == cell), None)
        return lines if held is None else lines[held.first - 1 : held.last]


class UnreadableError(Exception):
    """A file that cannot be turned into text, or text into a module; it knows the place."""

    def __init__(self, message: str, row: int = 1, column: int = 1) -> None:
        """Say what is wrong, at a row and column of the joined text."""
        super().__init__(message)
        self.message, self.row, self.column = message, row, column


def read(path: Path, shown: str) -> Source:
    """Read a file; `shown` is the name that reports use.

    Raises UnreadableError where the bytes are not text or the notebook is not JSON, OSError where there is no such file.
    """
    return from_bytes(path.read_bytes(), shown)


def from_bytes(data: bytes, shown: str) -> Source:
    """The source in some bytes; a name that ends in .ipynb makes them a notebook."""
    if shown.endswith(".ipynb"):
        return _notebook(data, shown)
    return Source(shown, _decoded(data))


def _decoded(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UnreadableError(f"cannot be decoded: {error}") from error


def _notebook(data: bytes, shown: str) -> Source:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise UnreadableError(f"not a notebook: {error}") from error
    if not isinstance(document, dict) or not _is_python(document):
        return Source(shown, "")
    lines: list[str] = []
    cells = []
    for number, cell in enumerate(_cells(document), start=1):
        if cell.get("cell_type") != "code":
            continue
        text = python_of(_text(cell))
        rows = text.splitlines() or ["pass"]
        cells.append(Cell(number, len(lines) + 1, len(lines) + len(rows)))
        lines += rows
    return Source(shown, "".join(f"{line}\n" for line in lines), tuple(cells))


def _is_python(document: dict[str, Any]) -> bool:
    metadata = document.get("metadata") or {}
    language = (metadata.get("kernelspec") or {}).get("language") or (metadata.get("language_info") or {}).get("name") or "python"
    return str(language).lower().startswith(("python", "ipython"))


def _cells(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for sheet in (document, *(document.get("worksheets") or ())):
        yield from (cell for cell in sheet.get("cells") or () if isinstance(cell, dict))


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(map(str, source))


_MAGIC: Final = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*)$")
_CAPTURED: Final = re.compile(r"^(\s*[\w.,\s]+=\s*)[%!].*$")
_RUNS_PYTHON: Final = re.compile(r"^\s*%%(?:time|timeit|capture|prun|python3?|memit|mprun|wandb|skip)\b")


def python_of(cell: str) -> str:
    """The Python in a cell: magics and shell lines become statements that do nothing, row by row."""
    first = next((line for line in cell.splitlines() if line.strip()), "")
    if first.lstrip().startswith("%%") and not _RUNS_PYTHON.match(first):
        return "\n".join("pass" for _ in cell.splitlines())
    return cell if _parses(cell) else "\n".join(map(_without_magic, cell.splitlines()))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magic(line: str) -> str:
    if found := _MAGIC.match(line):
        return f"{found[1]}pass"
    if found := _CAPTURED.match(line):
        return f"{found[1]}None"
    return line
