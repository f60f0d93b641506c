"""The forty programs: each misuse is found, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from lossguard.config import Config
from lossguard.engine import check
from lossguard.findings import Finding, Severity

FOLDER = Path(__file__).parents[1] / "fixtures" / "programs"
MISSED = {"30_depth_regression": "the product of a number and a sigmoid is not known to be a tensor"}


class Expected(NamedTuple):
    """A place and the codes that are right there."""

    file: str
    row: int
    codes: frozenset[str]

    def holds(self, finding: Finding) -> bool:
        """Whether this is what was found, on the line or on one beside it."""
        same_place = finding.span.file == self.file and abs(finding.span.row - self.row) <= 1
        return same_place and finding.code in self.codes


def expected(folder: Path) -> dict[str, list[Expected]]:
    """What `expect.json` says."""
    held = json.loads((folder / "expect.json").read_text(encoding="utf-8"))
    return {key: [Expected(one["file"], one["line"], frozenset(one["codes"])) for one in held[key]] for key in ("wrong", "may")}


@pytest.mark.parametrize("folder", sorted(path.parent for path in FOLDER.glob("*/expect.json")), ids=lambda folder: folder.name)
def test_program(folder: Path, request: pytest.FixtureRequest) -> None:
    if folder.name in MISSED:
        request.applymarker(pytest.mark.xfail(reason=MISSED[folder.name]))
    want = expected(folder)
    findings = [
        one
        for one in check(["."], folder, Config(select=("ALL",), folder=folder), cached=False).findings
        if one.severity is not Severity.INFO
    ]

    assert [one for one in want["wrong"] if not any(one.holds(finding) for finding in findings)] == []
    assert [finding for finding in findings if not any(one.holds(finding) for one in (*want["wrong"], *want["may"]))] == []
