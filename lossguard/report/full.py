"""Findings go in, the report for people comes out: code frames, the way of the value, what it does and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rich.console import Console
from rich.text import Text

from lossguard.findings import Certainty, Finding, Severity
from lossguard.report.frames import Sources, frame
from lossguard.rulebook import Rule
from lossguard.source import Span

CONTEXT = 2
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


def write(console: Console, findings: list[Finding], rules: dict[str, Rule], sources: Sources, run: str = "") -> None:
    """Print every finding; `run` is what a run says about it."""
    for finding in findings:
        for text in _finding(finding, rules[finding.code], sources, console.width, run):
            console.print(text, soft_wrap=True, highlight=False)


def _finding(finding: Finding, rule: Rule, sources: Sources, width: int, run: str) -> Iterator[Text]:
    gutter = len(str(max([finding.span.row, *(stop.span.row for stop in finding.trace)])))
    yield Text.assemble((finding.code, STYLES[finding.severity]), f" {finding.name}: ", finding.message)
    yield Text.assemble((f"{'':>{gutter}}--> ", "dim"), str(finding.span))
    yield from _framed(finding.span, sources, width, gutter)
    if finding.certainty is Certainty.MAY_HOLD:
        yield from _paragraph("when", finding.condition or "", width)
    elif finding.condition:
        yield from _paragraph("when", f"{finding.condition}, as it is by default", width)
    yield from _trace(finding, sources, width, gutter)
    for said in finding.evidence:
        yield from _paragraph("seen", said, width)
    yield from _paragraph("run", run, width)
    yield from _paragraph("effect", finding.effect or rule.effect, width)
    yield from _paragraph("instead", rule.instead, width)
    yield Text()


def _framed(span: Span, sources: Sources, width: int, gutter: int) -> Iterator[Text]:
    yield Text(f"{'':>{gutter}} |", style="dim")
    yield from frame(sources.lines(span), span, width, CONTEXT, gutter)


def _trace(finding: Finding, sources: Sources, width: int, gutter: int) -> Iterator[Text]:
    """The stops before the loss, numbered; a line that has just been shown is not shown again."""
    stops = [stop for stop, later in pairwise([*finding.trace, None]) if stop is not None and stop != later]
    shown = finding.span
    for number, stop in enumerate(stops, start=1):
        yield Text.assemble((f"{number:>{gutter}}. ", "bold cyan"), (str(stop.span), "dim"), f" {stop.message}")
        if stop.span != shown and not _inside(stop.span, finding.span):
            yield from frame(sources.lines(stop.span), stop.span, width, 0, gutter)
            shown = stop.span


def _inside(span: Span, other: Span) -> bool:
    """Whether a place stands on the line of another one."""
    return (span.file, span.cell, span.row) == (other.file, other.cell, other.row)


def _paragraph(label: str, text: str, width: int) -> Iterator[Text]:
    """A labelled paragraph, wrapped with a hanging indent."""
    if not text:
        return
    lines = Text(text).wrap(Console(width=width), max(width - len(label) - 4, 20))
    for index, line in enumerate(lines):
        head = f"= {label}: " if index == 0 else " " * (len(label) + 4)
        yield Text.assemble((head, "bold" if index == 0 else ""), line.plain.rstrip())


def summary(console: Console, findings: list[Finding], checked: int) -> None:
    """The last line."""
    if not findings:
        console.print(f"No misuse found in {checked} {_files(checked)}.", highlight=False)
        return
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    parts = [f"{count} {severity.value}{'' if count == 1 else 's'}" for severity, count in counts.items() if count]
    console.print(f"Found {', '.join(parts)} in {checked} {_files(checked)}.", highlight=False)


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
