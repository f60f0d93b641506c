"""What the static half found and what a run saw go in; each finding comes out confirmed, refuted, or not seen in this run.

A finding is confirmed where the run reported the same rule at the same call, refuted where every checked call shows that the
argument is something else, and not seen where the call was not reached or nothing that decides was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from lossguard.asked import Pattern
from lossguard.domains import NAMED, SEEN, Domain
from lossguard.errors import UserError
from lossguard.findings import Finding
from lossguard.rulebook import Rule, RuleBook

Row = Mapping[str, Any]


class Outcome(Enum):
    """What a run says about a finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_SEEN = "not seen in this run"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The outcome, and the sentence that says why."""

    outcome: Outcome
    reason: str

    def __str__(self) -> str:
        """`confirmed: rows sum to 1.0000`."""
        return f"{self.outcome.value}: {self.reason}"


class RecordError(UserError):
    """A file that is no record of a run; the message starts with its name."""


def read(path: Path) -> Row:
    """Read what `lossguard run --output-format json --output-file FILE` wrote. Raises RecordError for anything else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{path}: {error}") from error
    if not isinstance(data, dict) or not {"findings", "sites"} <= data.keys():
        raise RecordError(f"{path}: not a record of a run (`lossguard run --output-format json --output-file {path}` writes one)")
    return data


def confirmed(findings: Iterable[Finding], record: Row, book: RuleBook) -> list[tuple[Finding, Confirmation]]:
    """Every static finding with what the run says about it."""
    return [(finding, _confirmation(finding, record, book)) for finding in findings]


def only_in_the_run(findings: Iterable[Finding], run: Iterable[Finding]) -> list[Finding]:
    """What the run found and the static half did not."""
    known = {(finding.code, finding.span.file, finding.span.row) for finding in findings}
    return [finding for finding in run if (finding.code, finding.span.file, finding.span.row) not in known]


def _confirmation(finding: Finding, record: Row, book: RuleBook) -> Confirmation:
    rule = book.rules[finding.code]
    same = next((row for row in record["findings"] if row["code"] == finding.code and _at(row, finding)), None)
    if same is not None:
        return Confirmation(Outcome.CONFIRMED, "; ".join(same.get("evidence", [])) or "the run reports it too")
    if not rule.runtime:
        return Confirmation(Outcome.NOT_SEEN, "no run can see this rule")
    sites = [site for site in record["sites"] if _at(site, finding)]
    if not sites:
        return Confirmation(Outcome.NOT_SEEN, "this call was not reached")
    checked = sum(site["checked"] for site in sites)
    said = [_refutation(book, rule, way) for site in sites for way in site["ways"]]
    if said and all(said):
        return Confirmation(Outcome.REFUTED, f"{said[0]} (in {checked} checked {_calls(checked)})")
    return Confirmation(Outcome.NOT_SEEN, f"reached, but nothing in {checked} checked {_calls(checked)} decides it")


def _calls(count: int) -> str:
    return "call" if count == 1 else "calls"


def _at(row: Row, finding: Finding) -> bool:
    """Whether a site of the run is the place of a finding: the same call, or one on the same line where columns were lost."""
    span = finding.span
    if row["filename"] != span.file or row["location"]["row"] != span.row:
        return False
    column = row["location"]["column"]
    return bool(column in {span.column, 1}) or span.column == 1


def _refutation(book: RuleBook, rule: Rule, way: Row) -> str:
    """Why a call that was seen in this way does not break the rule; empty where it may."""
    whens = book.whens(rule, way["call"], way.get("contract", ""))
    reasons = [_contradiction(when.patterns, way["arguments"]) for when in whens]
    return reasons[0] if reasons and all(reasons) else ""


def _contradiction(patterns: Mapping[str, Pattern], arguments: Row) -> str:
    """The first argument that is certainly not what the rule looks for."""
    for name, pattern in patterns.items():
        seen = arguments.get(name)
        if seen is not None and seen["known"] and not _fits(pattern, seen):
            return f"`{name}` was {_described(seen)}"
    return ""


_VALUES: Final = "numbers that cannot be it"


def _fits(pattern: Pattern, seen: Row) -> bool:
    held = {SEEN[word] for word in seen["seen"]}
    domain = NAMED[seen["domain"]]
    made = pattern.made is None or seen["made"] is None or seen["made"] in pattern.made
    return pattern.seen <= held and (pattern.domains is None or domain in pattern.domains) and made


def _described(seen: Row) -> str:
    domain = NAMED[seen["domain"]]
    named = _VALUES if domain is Domain.TENSOR else str(domain)
    return f"{named}: {'; '.join(seen['evidence'])}" if seen["evidence"] else named
