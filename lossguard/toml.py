"""TOML text and the name of a setting go in; the row that the setting stands on comes out."""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_PART: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(?:\.|$)""")
_KEY: Final = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w.\s-]+?)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")


def row_of(text: str, table: tuple[str, ...], *path: str) -> int:
    """The row on which a key of a table is set, from 1: the deepest part of its path that has a row; that of the table otherwise.

    `severity.LG101` may be a row of `[tool.lossguard.severity]`, a dotted key, or part of an inline table.
    """
    wanted = (*table, *path)
    best = (0, 1)
    here: tuple[str, ...] = ()
    for row, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = _parts(header[1])
            at = here
        elif key := _KEY.match(line):
            at = (*here, *_parts(key[1]))
        else:
            continue
        shared = len(at) if at == wanted[: len(at)] else 0
        best = max(best, (shared, row), key=lambda one: one[0])
    return best[1]


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(next(filter(None, found.groups()), "") for found in _PART.finditer(dotted))
