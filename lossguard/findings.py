"""What is reported: findings, with their places, their traces and the shape they have in JSON."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from lossguard.domains import Reach
from lossguard.source import Span


class Severity(Enum):
    """How bad a finding is: wrong training or a crash, a cost, a remark."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def lower(self) -> Severity:
        """One step less severe."""
        return Severity.WARNING if self is Severity.ERROR else Severity.INFO

    @property
    def doubted(self) -> Severity:
        """What it is where a condition is open: no error any more; a condition makes nothing a remark, which nobody would see."""
        return Severity.WARNING if self is Severity.ERROR else self


class Certainty(Enum):
    """Whether the pattern is there on every path, or only under a condition that the code leaves open."""

    HOLDS = "holds"
    MAY_HOLD = "may-hold"


# The effect of a finding that training does not suffer from.
MEASURED: Final = (
    "No gradient flows from this loss, so training does not suffer from it; but the number that is reported is not what it is taken for,"
    " and neither is a choice that is made by it (the best epoch, early stopping)."
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a trace: a place, and what happens to the value there."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake at one place, with the way on which the wrong value got there.

    A `local` one is a mistake of the expression itself, whatever comes to it.
    `reach` says whether training suffers, or only a number that is reported; `effect` is what this case does to it.
    `line` is the line of the place, `function` the qualified name of what it stands in, `text` and `producer` are the code at the
    place and where the value was made: by these a finding is known in later runs, and by `occurrence` among its equals in a file.
    `evidence` is what a run saw of it, in sentences.
    """

    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    certainty: Certainty = Certainty.HOLDS
    condition: str | None = None
    trace: tuple[Stop, ...] = ()
    line: str = ""
    evidence: tuple[str, ...] = ()
    function: str | None = None
    reach: Reach = Reach.TRAINED
    effect: str = ""
    local: bool = False
    text: str = ""
    producer: str = ""
    occurrence: int = 0

    @property
    def places(self) -> tuple[Span, ...]:
        """The place itself, and those on the way of the value."""
        return (self.span, *(stop.span for stop in self.trace))

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays of a finding when rows move and other code changes; equal mistakes in one function share it."""
        return (self.code, self.span.file, self.function or "", self.text or self.line.strip() or self.message, self.producer)

    @property
    def fingerprint(self) -> str:
        """A name for the finding that survives edits elsewhere, and that no other finding has."""
        return hashlib.sha256("\0".join((*self.identity, str(self.occurrence))).encode(errors="surrogateescape")).hexdigest()[:16]


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of reports, with those that share an identity told apart by their number."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for finding in sorted(findings, key=ordered):
        found.append(replace(finding, occurrence=seen[finding.identity]))
        seen[finding.identity] += 1
    return found


def ordered(finding: Finding) -> tuple[str, int, int, int, str, str]:
    """The order of reports: by file, cell, place, code, message."""
    span = finding.span
    return (span.file, span.cell or 0, span.row, span.column, finding.code, finding.message)


def to_json(finding: Finding, url: str) -> dict[str, Any]:
    """The finding as other tools read it (`--output-format json`); `fix` is null while there is none."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "condition": finding.condition,
        "reach": finding.reach.value,
        "message": finding.message,
        "effect": finding.effect,
        **_located(finding.span),
        "trace": [{**_located(stop.span), "message": stop.message} for stop in finding.trace],
        "fix": None,
        "url": url,
        "fingerprint": finding.fingerprint,
        **({"evidence": list(finding.evidence), "function": finding.function} if finding.evidence else {}),
    }


def from_json(row: Mapping[str, Any]) -> Finding:
    """The finding that `to_json` wrote; the text of its line is not in there."""
    trace = tuple(Stop(_span(stop), stop["message"]) for stop in row["trace"])
    return Finding(
        row["code"], row["name"], Severity(row["severity"]), row["message"], _span(row), Certainty(row["certainty"]), row["condition"],
        trace, evidence=tuple(row.get("evidence", ())), function=row.get("function"), reach=Reach(row.get("reach", "trained")),
        effect=row.get("effect", ""),
    )  # fmt: skip


def _span(row: Mapping[str, Any]) -> Span:
    start, end = row["location"], row["end_location"]
    return Span(row["filename"], start["row"], start["column"], end["row"], end["column"], row.get("cell"))


def _located(span: Span) -> dict[str, Any]:
    return {
        "filename": span.file,
        "cell": span.cell,
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }
