"""What a run found goes in; it comes out as every format needs it: findings, texts, and places in the repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from lossguard.findings import Certainty, Finding, Severity, Stop
from lossguard.git import GitError, top
from lossguard.report.frames import Sources
from lossguard.report.plain import plain, plain_name
from lossguard.rulebook import Rule
from lossguard.source import Span

HOME: Final = "https://github.com/lossguard/lossguard"
URL: Final = HOME + "/blob/main/rules/{code}-{name}.md"


@dataclass(frozen=True)
class Results:
    """The findings of a run in the order of reports, what could not be looked at, and what the reports quote."""

    findings: tuple[Finding, ...]
    rules: Mapping[str, Rule]
    sources: Sources
    errors: tuple[str, ...] = ()
    notes: tuple[Stop, ...] = ()
    checked: int = 0

    @cached_property
    def root(self) -> Path:
        """The folder that services count paths from: the repository's, or the working directory outside of one."""
        try:
            return top(self.sources.cwd)
        except GitError:
            return self.sources.cwd

    def path(self, span: Span) -> str:
        """The file of a place as services name it: from the root, with slashes; an absolute path where it lies elsewhere."""
        full = Path(os.path.normpath(self.sources.cwd / span.file))
        for root in (self.root, self.root.resolve()):
            if full.is_relative_to(root):
                return full.relative_to(root).as_posix()
        return full.as_posix()

    def raw(self, span: Span) -> Span:
        """The rows of the file itself, for services that know no cells: of a notebook those of its JSON, whole."""
        if span.cell is None:
            return span
        first, last = (self.sources.raw_row(span.file, span.cell, row) for row in (span.row, span.end_row))
        return Span(span.file, first, 1, max(first, last), 1)

    @property
    def worst_first(self) -> list[Finding]:
        """The findings by severity, the certain ones first."""
        order = list(Severity)
        return sorted(self.findings, key=lambda one: (order.index(one.severity), one.certainty is Certainty.MAY_HOLD))


def url(finding: Finding) -> str:
    """The page of a finding's rule."""
    return URL.format(code=finding.code, name=finding.name)


def headline(finding: Finding) -> str:
    """The message, with its condition where the finding only may hold."""
    return f"{finding.message} (when {finding.condition})" if finding.certainty is Certainty.MAY_HOLD else finding.message


def way(finding: Finding) -> list[str]:
    """The stops of the trace, one line each."""
    return [f"{number}. {stop.span} {stop.message}" for number, stop in enumerate(finding.trace, start=1)]


def explained(finding: Finding, rule: Rule) -> list[str]:
    """What a finding says beyond its headline, one line each: the way of the value, the effect, and the cure."""
    effect = finding.effect or rule.effect
    seen = [f"Seen: {said}" for said in finding.evidence]
    return [*way(finding), *seen, *([f"Effect: {effect}"] if effect else []), *([f"Instead: {rule.instead}"] if rule.instead else [])]


def shown(finding: Finding) -> Finding:
    """A finding for terminals: nothing in it acts on them."""
    trace = tuple(Stop(_plain(stop.span), plain(stop.message)) for stop in finding.trace)
    condition = None if finding.condition is None else plain(finding.condition)
    evidence = tuple(map(plain, finding.evidence))
    return replace(finding, message=plain(finding.message), span=_plain(finding.span), trace=trace, condition=condition, evidence=evidence)


def _plain(span: Span) -> Span:
    return span._replace(file=plain_name(span.file))


def counted(findings: tuple[Finding, ...] | list[Finding]) -> str:
    """`2 errors, 1 warning`; empty where there are none."""
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    return ", ".join(f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in counts.items() if count)
