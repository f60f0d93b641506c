"""Findings go in, one line for each comes out: `train.py:34:12: LG101 message`."""

from __future__ import annotations

from lossguard.findings import Certainty, Finding


def line(finding: Finding) -> str:
    """One finding in one line, with its condition where it only may hold."""
    condition = f" (when {finding.condition})" if finding.certainty is Certainty.MAY_HOLD else ""
    return f"{finding.span}: {finding.code} {finding.message}{condition}"
