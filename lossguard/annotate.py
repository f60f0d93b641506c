"""Findings go in; the files that they stand in, with comments that suppress them, come out (`--add-ignore`).

A comment is written at the end of the row that the loss begins on; where that row ends inside a string or with a backslash, at the
end of the statement. Nothing else in a file changes, neither its encoding nor its line ends, nor the way a notebook is formatted.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

from lossguard.findings import Finding
from lossguard.lines import Layout
from lossguard.source import Source, from_bytes
from lossguard.suppress import layouts


class Insertion(NamedTuple):
    """Text to put into a row, before a column that counts from 0."""

    row: int
    column: int
    text: str


def annotated(data: bytes, file: str, findings: Iterable[Finding], reason: str) -> bytes:
    """The bytes of a file with a comment for each finding that stands in it."""
    source = from_bytes(data, file)
    wanted = _insertions(source, findings, " ".join(reason.split()))
    if not wanted:
        return data
    if source.cells:
        return _into_notebook(data.decode(), wanted).encode()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return _into(_ROW.findall(data.decode(encoding)), wanted[None]).encode(encoding)


# A row with its end, as the system that wrote it ends rows.
_ROW: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def _rows(source: Source, cell: int | None) -> list[str]:
    """The rows of a cell, or of a file as the tokenizer counts them, with their ends."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", source.text) if cell is None else source.lines_of(cell)


def _insertions(source: Source, findings: Iterable[Finding], reason: str) -> dict[int | None, list[Insertion]]:
    """What to write, cell by cell."""
    codes: dict[int | None, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    held = dict(layouts(source))
    for finding in findings:
        row = _writable(held[finding.span.cell], finding.span.row)
        codes[finding.span.cell][row].add(finding.code)
    return {
        cell: [_insertion(rows[row - 1], row, held[cell], sorted(found), reason) for row, found in sorted(by_row.items())]
        for cell, by_row in codes.items()
        for rows in [_rows(source, cell)]
    }


def _writable(held: Layout, row: int) -> int:
    """A row of the same statement at whose end a comment may stand."""
    line = held.at(row)
    return row if row in held.open_ends or line is None else line.last


_LIST: Final = re.compile(r"#\s*lossguard\s*:\s*ignore\s*\[[^\]#]*?(?=\s*\])", re.IGNORECASE)


def _insertion(text: str, row: int, held: Layout, codes: list[str], reason: str) -> Insertion:
    """Into the list of a comment that is there already, or a comment of its own."""
    for comment in held.comments:
        if comment.row == row and (found := _LIST.search(comment.text)):
            return Insertion(row, comment.column - 1 + found.end(), f", {', '.join(codes)}")
    return Insertion(row, len(text.rstrip()), f"  # lossguard: ignore[{', '.join(codes)}]{reason and ' '}{reason}")


def _into(rows: list[str], wanted: Iterable[Insertion]) -> str:
    for row, column, text in wanted:
        rows[row - 1] = rows[row - 1][:column] + text + rows[row - 1][column:]
    return "".join(rows)


def _into_notebook(text: str, wanted: Mapping[int | None, list[Insertion]]) -> str:
    """Replace only the JSON strings that a comment goes into."""
    parts, done = [], 0
    for number, cell in enumerate(_cells(text), start=1):
        for start, end, new in _replacements(text, cell, wanted.get(number, [])):
            parts += [text[done:start], json.dumps(new, ensure_ascii=text.isascii())]
            done = end
    return "".join([*parts, text[done:]])


def _replacements(text: str, cell: int, wanted: list[Insertion]) -> Iterator[tuple[int, int, str]]:
    """The strings of a cell's source that change: where they stand in the file, and what they become."""
    if not wanted:
        return
    members = {key: (start, end) for key, start, end in _members(text, cell)}
    start, end = members.get("source") or members["input"]
    strings = [(start, end)] if text[start] == '"' else [(first, last) for _, first, last in _members(text, start)]
    values = [json.loads(text[first:last]) for first, last in strings]
    rows = "".join(values).splitlines(keepends=True)
    begins = list(accumulate(map(len, rows), initial=0))
    places = [(begins[row - 1] + column, comment) for row, column, comment in wanted]
    for (first, last), value, (low, high) in zip(strings, values, pairwise(accumulate(map(len, values), initial=0)), strict=True):
        held = [(place - low, comment) for place, comment in places if low < place <= high]
        if held:
            yield first, last, _with(value, held)


def _with(value: str, held: list[tuple[int, str]]) -> str:
    for place, comment in reversed(held):
        value = value[:place] + comment + value[place:]
    return value


_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\n\r,:\ufeff]*")


def _cells(text: str) -> Iterator[int]:
    """Where the cells begin, in the order in which they are numbered; old notebooks keep them in worksheets."""
    members = {key: start for key, start, _ in _members(text, _skipped(text, 0))}
    sheets = [start for _, start, _ in _members(text, members["worksheets"])] if "worksheets" in members else []
    for holder in [members, *({key: start for key, start, _ in _members(text, sheet)} for sheet in sheets)]:
        if "cells" in holder:
            yield from (start for _, start, _ in _members(text, holder["cells"]) if text[start] == "{")


def _members(text: str, start: int) -> Iterator[tuple[Any, int, int]]:
    """The members of the object or array that begins at a place in JSON text: key or index, and where the value begins and ends."""
    at, index = _skipped(text, start + 1), 0
    while text[at] not in "}]":
        key: Any = index
        if text[start] == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skipped(text, at)
        _, end = _DECODER.raw_decode(text, at)
        yield key, at, end
        at, index = _skipped(text, end), index + 1


def _skipped(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()
