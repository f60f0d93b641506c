"""Findings go in, one line for each comes out: `train.py:34:12: LG101 message`."""

from __future__ import annotations

from lossguard.findings import Finding
from lossguard.report.results import Results, headline, shown


def line(finding: Finding) -> str:
    """One finding in one line, with its condition where it only may hold."""
    said = shown(finding)
    return f"{said.span}: {said.code} {headline(said)}"


def text(results: Results) -> str:
    """All findings."""
    return "".join(f"{line(finding)}\n" for finding in results.findings)
