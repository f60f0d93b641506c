"""Results go in; GitLab's code quality report comes out: JSON, one entry for each finding."""

from __future__ import annotations

import json
from typing import Any, Final

from lossguard.findings import Finding, Severity
from lossguard.report.results import Results, explained, headline

SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def text(results: Results) -> str:
    """The report; an empty list where nothing was found."""
    return json.dumps([_entry(finding, results) for finding in results.findings], indent=2) + "\n"


def _entry(finding: Finding, results: Results) -> dict[str, Any]:
    span = results.raw(finding.span)
    where = "" if finding.span.cell is None else f" (cell {finding.span.cell}, line {finding.span.row})"
    return {
        "description": f"{finding.code} {headline(finding)}{where}",
        "check_name": finding.name,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": results.path(finding.span), "lines": {"begin": span.row, "end": span.end_row}},
        "content": {"body": "\n\n".join(explained(finding, results.rules[finding.code]))},
    }
