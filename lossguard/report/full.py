"""Findings go in, the report for people comes out: code frames, the way of the value, what it does and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console
from rich.text import Text

from lossguard.findings import Certainty, Finding, Severity
from lossguard.report.frames import Sources, frame
from lossguard.report.results import counted, shown, url
from lossguard.report.screen import links, more
from lossguard.rulebook import Rule
from lossguard.source import Span

CONTEXT = 2
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


@dataclass(frozen=True, slots=True)
class Page:
    """What all findings of a report are written on."""

    sources: Sources
    width: int
    more: str
    links: bool
    run: str = ""

    def framed(self, span: Span, context: int, gutter: int) -> Iterator[Text]:
        """The code of a place."""
        return frame(self.sources.lines(span), span, self.width, context, gutter, self.more)


def write(screen: Console, findings: list[Finding], rules: Mapping[str, Rule], sources: Sources, run: str = "") -> None:
    """Print every finding; `run` is what a run says about it."""
    page = Page(sources, screen.width, more(screen), links(screen), run)
    for finding in findings:
        for text in _finding(finding, rules[finding.code], page):
            screen.print(text, soft_wrap=True, highlight=False)


def _finding(finding: Finding, rule: Rule, page: Page) -> Iterator[Text]:
    gutter = len(str(max([finding.span.row, *(stop.span.row for stop in finding.trace)])))
    said = shown(finding)
    style = f"{STYLES[finding.severity]} link {url(finding)}" if page.links else STYLES[finding.severity]
    yield Text.assemble((finding.code, style), f" {finding.name}: ", said.message)
    yield Text.assemble((f"{'':>{gutter}}--> ", "dim"), str(said.span))
    yield Text(f"{'':>{gutter}} |", style="dim")
    yield from page.framed(finding.span, CONTEXT, gutter)
    if finding.certainty is Certainty.MAY_HOLD:
        yield from _paragraph("when", said.condition or "", page.width)
    elif finding.condition:
        yield from _paragraph("when", f"{said.condition}, as it is by default", page.width)
    yield from _trace(finding, said, page, gutter)
    for seen in said.evidence:
        yield from _paragraph("seen", seen, page.width)
    yield from _paragraph("run", page.run, page.width)
    yield from _paragraph("effect", finding.effect or rule.effect, page.width)
    yield from _paragraph("instead", rule.instead, page.width)
    yield Text()


def _trace(finding: Finding, said: Finding, page: Page, gutter: int) -> Iterator[Text]:
    """The stops before the loss, numbered; a line that has just been shown is not shown again."""
    pairs = list(zip(finding.trace, said.trace, strict=True))
    stops = [pair for pair, later in pairwise([*pairs, None]) if pair is not None and pair != later]
    before = finding.span
    for number, (stop, printed) in enumerate(stops, start=1):
        yield Text.assemble((f"{number:>{gutter}}. ", "bold cyan"), (str(printed.span), "dim"), f" {printed.message}")
        if stop.span != before and not _inside(stop.span, finding.span):
            yield from page.framed(stop.span, 0, gutter)
            before = stop.span


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
    console.print(f"Found {counted(findings)} in {checked} {_files(checked)}.", highlight=False)


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
