"""Results go in; the JSON of reviewdog comes out: diagnostics with the places that belong to them."""

from __future__ import annotations

import json
from typing import Any, Final

from lossguard.findings import Finding, Severity
from lossguard.report.results import HOME, Results, explained, headline, url
from lossguard.source import Span

SEVERITIES: Final = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def text(results: Results) -> str:
    """The report."""
    rows = [_diagnostic(finding, results) for finding in results.findings]
    return json.dumps({"source": {"name": "lossguard", "url": HOME}, "severity": "WARNING", "diagnostics": rows}, indent=2) + "\n"


def _diagnostic(finding: Finding, results: Results) -> dict[str, Any]:
    return {
        "message": "\n".join([headline(finding), *explained(finding, results.rules[finding.code])]),
        "location": _location(finding.span, results),
        "severity": SEVERITIES[finding.severity],
        "code": {"value": finding.code, "url": url(finding)},
        "relatedLocations": [{"message": stop.message, "location": _location(stop.span, results)} for stop in finding.trace],
    }


def _location(span: Span, results: Results) -> dict[str, Any]:
    raw = results.raw(span)
    start, end = {"line": raw.row, "column": raw.column}, {"line": raw.end_row, "column": raw.end_column}
    return {"path": results.path(span), "range": {"start": start, "end": end}}
