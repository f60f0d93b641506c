"""Findings go in, JSON comes out: one object, in the shape that `lossguard.findings.to_json` describes."""

from __future__ import annotations

import json

from lossguard.findings import Finding, to_json

VERSION = 1
URL = "https://github.com/lossguard/lossguard/blob/main/rules/{code}-{name}.md"


def text(findings: list[Finding], errors: list[str]) -> str:
    """The whole report."""
    rows = [to_json(finding, URL.format(code=finding.code, name=finding.name)) for finding in findings]
    return json.dumps({"version": VERSION, "findings": rows, "errors": errors}, indent=2)
