"""Results go in, JSON comes out: one object, or a line for each finding, in the shape that `lossguard.findings.to_json` describes."""

from __future__ import annotations

import json

from lossguard.findings import to_json
from lossguard.report.results import Results, url

VERSION = 1


def text(results: Results) -> str:
    """The whole report."""
    rows = [to_json(finding, url(finding)) for finding in results.findings]
    return json.dumps({"version": VERSION, "findings": rows, "errors": list(results.errors)}, indent=2) + "\n"


def lines(results: Results) -> str:
    """One line for each finding."""
    return "".join(f"{json.dumps(to_json(finding, url(finding)))}\n" for finding in results.findings)
