"""Results go in; SARIF 2.1.0 comes out, as code scanning reads it: rules with their pages, and the way of each value as a flow."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from lossguard import __version__
from lossguard.findings import Certainty, Finding, Severity
from lossguard.report.results import HOME, Results, headline, url
from lossguard.rulebook import Rule
from lossguard.source import Span

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEMS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
PRECISION: Final = {Certainty.HOLDS: "very-high", Certainty.MAY_HOLD: "high"}


def text(results: Results) -> str:
    """The log of one run; the rules are those that speak in it."""
    codes = sorted({finding.code for finding in results.findings})
    driver = {
        "name": "lossguard", "semanticVersion": __version__, "informationUri": HOME,
        "rules": [_rule(results.rules[code], results) for code in codes],
    }  # fmt: skip
    notifications = [{"level": "warning", "message": {"text": error}} for error in results.errors]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "lossguard/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": [_result(finding, codes.index(finding.code), results) for finding in results.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule, results: Results) -> dict[str, Any]:
    """A rule with its page; how sure it is, is that of its least certain finding."""
    sure = all(one.certainty is Certainty.HOLDS for one in results.findings if one.code == rule.code)
    plain = f"{rule.effect}\n\n{rule.instead}".strip() or rule.title
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.summary[:1024]},
        "help": {"text": plain, "markdown": rule.body},
        "helpUri": HOME + f"/blob/main/rules/{rule.code}-{rule.name}.md",
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["pytorch", "loss"],
            "precision": PRECISION[Certainty.HOLDS if sure else Certainty.MAY_HOLD],
            "problem.severity": PROBLEMS[rule.severity],
        },
    }


def _result(finding: Finding, index: int, results: Results) -> dict[str, Any]:
    stops = list(enumerate(finding.trace))
    links = "".join(f"\n[{_label(stop.span)}]({number}): {_text(stop.message)}" for number, stop in stops)
    flow = [_location(stop.span, results, stop.message) for stop in finding.trace]
    flow.append(_location(finding.span, results, headline(finding)))
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _text(headline(finding)) + links},
        "locations": [_location(finding.span, results)],
        "relatedLocations": [{"id": number, **_location(stop.span, results, stop.message)} for number, stop in stops],
        "codeFlows": [{"threadFlows": [{"locations": [{"location": one} for one in flow]}]}],
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:1", "lossguard/v1": finding.fingerprint},
        "properties": {"certainty": finding.certainty.value, "reach": finding.reach.value, "page": url(finding)},
    }


def _location(span: Span, results: Results, message: str | None = None) -> dict[str, Any]:
    said = {} if message is None else {"message": {"text": _text(message)}}
    return {"physicalLocation": {"artifactLocation": _artifact(results.path(span)), "region": _region(span, results)}, **said}


def _artifact(path: str) -> dict[str, str]:
    if PurePosixPath(path).is_absolute():
        return {"uri": f"file://{_quoted(path)}"}
    return {"uri": _quoted(path), "uriBaseId": "%SRCROOT%"}


def _quoted(path: str) -> str:
    return quote(path.encode(errors="surrogateescape"))


def _region(span: Span, results: Results) -> dict[str, int]:
    """The first line of a place: code scanning shows an alert in a change only if all its lines are part of it."""
    raw = results.raw(span)
    if span.cell is not None:
        return {"startLine": raw.row}
    lines = results.sources.lines(span)
    end = span.end_column if span.end_row == span.row else len(lines[span.row - 1]) + 1 if span.row <= len(lines) else span.column + 1
    return {"startLine": span.row, "startColumn": span.column, "endLine": span.row, "endColumn": max(end, span.column + 1)}


def _label(span: Span) -> str:
    return str(span).replace("[", "(").replace("]", ")")


def _text(text: str) -> str:
    """Code such as `layers[0](x)` must not be read as a link."""
    return text.replace("](", "] (")
