"""Results go in; one HTML page comes out that needs nothing else: the findings, their code, and the way of each value as a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from string import Template

from lossguard.findings import Finding
from lossguard.report.results import Results, counted, headline, shown, url
from lossguard.report.spots import Spot, spot
from lossguard.rulebook import Rule
from lossguard.source import Span

CONTEXT = 2


def text(results: Results) -> str:
    """The whole page."""
    page = Template((files("lossguard.report") / "page.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=counted(results.findings) or "No misuse found",
        checked=f"lossguard checked {results.checked} file{'' if results.checked == 1 else 's'}.",
        errors="".join(f'<p class="place">{escape(error)}</p>' for error in results.errors),
        index="\n".join(_index(results)),
        findings="\n".join(_article(finding, results) for finding in results.worst_first),
    )


def _index(results: Results) -> Iterator[str]:
    """How often each rule speaks, with a link to its first finding."""
    first = {finding.code: finding for finding in reversed(results.worst_first)}
    for code, count in Counter(finding.code for finding in results.worst_first).items():
        tone = first[code].severity.value
        link = f'<a href="#{first[code].fingerprint}">{escape(results.rules[code].title)}</a>'
        yield f'<li class="{tone}"><span>{count}</span><span class="code">{code}</span><span>{link}</span></li>'


def _article(finding: Finding, results: Results) -> str:
    said, rule = shown(finding), results.rules[finding.code]
    parts = [
        f'<article class="{said.severity.value}" id="{finding.fingerprint}">',
        f'<h2><a class="code" href="{url(finding)}">{said.code}</a> {_prose(headline(said))}</h2>',
        *_way(finding, said, results),
        *_told(said, rule),
        "</article>",
    ]
    return "\n".join(parts)


def _way(finding: Finding, said: Finding, results: Results) -> Iterator[str]:
    """The graph: from where the value was made, over what happened to it, to the loss; each with its code."""
    yield '<ol class="way">'
    for stop, printed in zip(finding.trace, said.trace, strict=True):
        where = f'<div class="place">{escape(str(printed.span))}</div>'
        yield f"<li><div>{_prose(printed.message)}</div>{where}{_frame(stop.span, results, 0)}</li>"
    yield f'<li><div class="place">{escape(str(said.span))}</div>{_frame(finding.span, results, CONTEXT)}</li>'
    yield "</ol>"


def _told(said: Finding, rule: Rule) -> Iterator[str]:
    told = {"Seen": "; ".join(said.evidence), "Effect": said.effect or rule.effect, "Instead": rule.instead}
    rows = [f"<dt>{name}</dt><dd>{_prose(text)}</dd>" for name, text in told.items() if text]
    if rows:
        yield f"<dl>{''.join(rows)}</dl>"


def _frame(span: Span, results: Results, context: int) -> str:
    found = spot(results.sources.lines(span), span)
    if found is None:
        return ""
    lines = [f"<i>{row:>5} </i>{escape(text)}" for row, text in found.above(context)]
    code = "\n".join([*lines, _marked(found)])
    return f"<pre>{code}</pre>"


def _marked(found: Spot) -> str:
    before, at, after = (escape(part) for part in (found.text[: found.start], found.text[found.start : found.end], found.text[found.end :]))
    return f"<i>{found.row:>5} </i>{before}<mark>{at}</mark>{after}"


def _prose(text: str) -> str:
    """Text with the code between its backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
