"""Findings go in, one line for each comes out: `train.py:34:12: LG101 message`."""

from __future__ import annotations

from collections import Counter

from lossguard.findings import Finding
from lossguard.report.results import Results, headline, shown


def line(finding: Finding) -> str:
    """One finding in one line, with its condition where it only may hold."""
    said = shown(finding)
    return f"{said.span}: {said.code} {headline(said)}"


def text(results: Results) -> str:
    """All findings; where several would read the same, each says where its value was made."""
    lines = [line(finding) for finding in results.findings]
    alike = Counter(lines)
    return "".join(f"{one}{_origin(finding) if alike[one] > 1 else ''}\n" for one, finding in zip(lines, results.findings, strict=True))


def _origin(finding: Finding) -> str:
    return f" (made at {shown(finding).trace[0].span})" if finding.trace else ""
