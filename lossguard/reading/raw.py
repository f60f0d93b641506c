"""A notebook's JSON goes in; the row of the file on which each row of its cells stands comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

# Strings, brackets, separators, and whatever else stands between them: numbers and names.
_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')
# What a container's opening puts at the end of the path: the number of an item, or a key that is not known yet.
OPENING: Final[dict[str, str | int]] = {"[": 0, "{": ""}
Path = tuple[str | int, ...]


def rows_of_cells(text: str) -> dict[int, list[int]]:
    """For each cell, by its number from 1, the rows of the file that its rows stand on; `text` is JSON.

    A source that is one string stands on one row of the file, all of it.
    """
    numbers: dict[Path, int] = {}
    pieces: dict[int, list[tuple[str, int]]] = {}
    for path, token, row in _values(text):
        match path:
            case (*_, "cells", int(), "source" | "input") | (*_, "cells", int(), "source" | "input", int()) if token.startswith('"'):
                cell = path[: path.index("cells") + 2]
                pieces.setdefault(numbers[cell], []).append((str(json.loads(token)), row))
            case (*_, "cells", int()) if token in OPENING:
                numbers[path] = len(numbers) + 1
            case _:
                pass
    return {number: _rows(held) for number, held in pieces.items()}


def _rows(pieces: list[tuple[str, int]]) -> list[int]:
    rows: list[int] = []
    is_open = False
    for text, row in pieces:
        for line in text.splitlines(keepends=True):
            rows += [] if is_open else [row]
            is_open = not line.endswith("\n")
    return rows


def _values(text: str) -> Iterator[tuple[Path, str, int]]:
    """Every value of a JSON document, containers at their opening: its path, its token, its row from 1."""
    path: list[str | int] = []
    row, at = 1, 0
    key: str | None = None
    for found in _TOKENS.finditer(text):
        token = found[0]
        row, at = row + text.count("\n", at, found.start()), found.start()
        match token:
            case ":":
                path[-1] = str(key)
            case ",":
                last = path[-1]
                path[-1] = last + 1 if isinstance(last, int) else ""
            case "]" | "}":
                path.pop()
            case _ if path and path[-1] == "" and token not in OPENING:
                key = json.loads(token)
            case _:
                yield tuple(path), token, row
                if token in OPENING:
                    path.append(OPENING[token])
