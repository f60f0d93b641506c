"""Reads specifications: Markdown whose code blocks say, on the line, what the checker must find and reveal there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lossguard.config import Config
from lossguard.domains import Reach
from lossguard.engine import check
from lossguard.pages import Block, blocks

PRELUDE = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nfrom lossguard import reveal\n"
MARK = re.compile(r"#\s*(error|may|revealed):?\s*(?:\[([\w, ]+)\](\s+# measured)?|(.*?))\s*$")


MEASURED = " measured"


class Expectation(NamedTuple):
    """What is expected on a line: a code, a code under a condition ("may"), or a revealed value.

    A code is followed by "measured" where the line says so: nothing learns from the loss.
    """

    file: str
    row: int
    kind: str
    text: str


class Program(NamedTuple):
    """The files of one specification: the blocks under one heading that belong together."""

    name: str
    files: dict[str, str]


def programs(page: Path) -> Iterator[Program]:
    """The programs of a page. A block without a file name is a program of its own; named blocks above it belong to it."""
    pending: dict[str, str] = {}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language not in {"py", "ipynb"}:
            continue
        name = block.file or "main.py"
        pending[name] = block.text if block.file else _with_prelude(block)
        if not block.file or block.file.startswith("main."):
            yield Program(f"{page.stem}:{block.row}: {block.heading}", pending)
            pending = {}
    if pending:
        raise ValueError(f"{page}: blocks without a main one: {', '.join(pending)}")


def _with_prelude(block: Block) -> str:
    """The usual imports, on one line in front, so that rows stay what they are in the block."""
    return PRELUDE.replace("\n", "; ", 3) + block.text


def expected(program: Program) -> set[Expectation]:
    """What the comments say; the rows of a notebook are those of its cells."""
    found = set()
    for file, whole in program.files.items():
        for text in _cells(whole) if file.endswith(".ipynb") else [whole]:
            for row, line in enumerate(text.splitlines(), start=1):
                for mark in MARK.finditer(line):
                    texts = [mark[4]] if mark[2] is None else mark[2].split(",")
                    found |= {Expectation(file, row, mark[1], one.strip() + (MEASURED if mark[3] else "")) for one in texts}
    return found


def _cells(text: str) -> list[str]:
    """The cells of a notebook; a text that is none is one cell."""
    if not text.startswith("{"):
        return [text]
    return ["".join(cell["source"]) for cell in json.loads(text).get("cells", [])]


def actual(program: Program, folder: Path) -> set[Expectation]:
    """What the checker says."""
    for file, text in program.files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    report = check(["."], folder, Config(select=("ALL",), folder=folder), cached=False)
    findings = {
        Expectation(
            one.span.file,
            one.span.row,
            "error" if one.certainty.value == "holds" else "may",
            one.code + (MEASURED if one.reach is Reach.MEASURED else ""),
        )
        for one in report.findings
    }
    return findings | {Expectation(note.span.file, note.span.row, "revealed", note.message) for note in report.notes}
