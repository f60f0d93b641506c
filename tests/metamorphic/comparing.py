"""A program goes in, what is found in it comes out, in words that a rewrite does not change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from lossguard.config import Config
from lossguard.engine import check
from tests.metamorphic.programs import Program, tag_at


class Found(NamedTuple):
    """A finding: what, how bad, how sure, on which line, under which condition."""

    code: str
    severity: str
    certainty: str
    line: str
    condition: str | None

    def __str__(self) -> str:
        """`LG101 error holds @12`."""
        return f"{self.code} {self.severity} {self.certainty} @{self.line}" + (f" if {self.condition}" if self.condition else "")


class Difference(NamedTuple):
    """What is found before the rewrite only, and after it only."""

    lost: tuple[Found, ...]
    gained: tuple[Found, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.lost or self.gained)

    @property
    def spelled(self) -> tuple[list[str], list[str]]:
        """Both as texts."""
        return [str(one) for one in self.lost], [str(one) for one in self.gained]


def findings(program: Program) -> tuple[Found, ...]:
    """What the checker finds in a program that lies in a folder of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in program.files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        report = check(program.paths, folder, Config(select=("ALL",), folder=folder), cached=False, comments=False)
    spans = [(one, tag_at(program, one.span.file, one.span.row, one.span.cell)) for one in report.findings]
    found = [Found(one.code, one.severity.value, one.certainty.value, tag, one.condition) for one, tag in spans]
    return tuple(sorted(found, key=str))


def difference(before: tuple[Found, ...], after: tuple[Found, ...], *, conditions: bool) -> Difference:
    """How two lists differ; `conditions` says whether their text counts."""
    old, new = (Counter(found if conditions else tuple(one._replace(condition=None) for one in found)) for found in (before, after))
    return Difference(tuple((old - new).elements()), tuple((new - old).elements()))
