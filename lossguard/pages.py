"""Markdown goes in, its sections and fenced blocks come out: for rule pages and for the specifications in tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Block(NamedTuple):
    """A fenced block: its language, its text, the row of its first line, the heading it stands under and its file name.

    The file name is the one in a line such as "`model.py`:" right above the fence, empty where there is none.
    """

    language: str
    text: str
    row: int
    heading: str
    file: str


_HEADING: Final = re.compile(r"^(#+)\s+(.*?)\s*$")
_FENCE: Final = re.compile(r"^(`{3,})(\w*)\s*$")
_FILE: Final = re.compile(r"^`([^`]+)`:$")


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    lines = iter(enumerate(text.splitlines(), start=1))
    heading = above = ""
    for row, line in lines:
        if found := _HEADING.match(line):
            heading = found[2]
        elif found := _FENCE.match(line):
            body = []
            for _, inner in lines:
                if inner.rstrip() == found[1]:
                    break
                body.append(inner)
            yield Block(found[2], "".join(f"{inner}\n" for inner in body), row + 1, heading, above)
        if line.strip():
            named = _FILE.match(line.strip())
            above = named[1] if named else ""


def sections(text: str) -> dict[str, str]:
    """The text under each second-level heading, and under "" what comes before the first of them."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.match(line)
        if heading and heading[1] == "##":
            name = heading[2]
            found[name] = []
        else:
            found[name].append(line)
    return {key: "\n".join(lines).strip() for key, lines in found.items()}
