"""Results go in; Markdown comes out: a table of the findings, for the summary of a step or a comment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Final

from lossguard.findings import Finding, Severity
from lossguard.report.results import Results, counted, headline, shown, url
from lossguard.source import Span

SIGNS: Final = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}
# A summary may hold 1 MiB: the worst ones fit, whatever their texts.
ROWS: Final = 200


def text(results: Results) -> str:
    """The whole report."""
    return "".join(f"{line}\n" for line in _lines(results))


def _lines(results: Results) -> Iterator[str]:
    checked = f"{results.checked} file{'' if results.checked == 1 else 's'} checked"
    yield f"### lossguard: {counted(results.findings) or 'no misuse found'}"
    yield ""
    yield f"{checked}." if not results.errors else f"{checked}; {len(results.errors)} not looked at to the end:"
    yield from (f"- {_escaped(error)}" for error in results.errors[:ROWS])
    if results.findings:
        yield from ("", "| | Rule | Place | What is wrong |", "|---|---|---|---|")
    yield from (_row(finding, results) for finding in results.worst_first[:ROWS])
    if rest := len(results.findings) - ROWS:
        yield from ("", f"... and {rest} more.") if rest > 0 else ()


def _row(finding: Finding, results: Results) -> str:
    said = shown(finding)
    steps = "".join(f"<br>↳ {_place(stop.span, results)} {_escaped(stop.message)}" for stop in said.trace)
    where = _place(said.span, results)
    return f"| {SIGNS[said.severity]} | [{said.code}]({url(said)}) | {where} | {_escaped(headline(said))}{steps} |"


def _place(span: Span, results: Results) -> str:
    """A place, with a link to its line where the environment says which commit this is."""
    where = [os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")]
    shown_as = f"`{span}`".replace("|", "\\|")
    if not all(where):
        return shown_as
    server, repository, commit = where
    path = results.path(span).replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("|", "%7C")
    return f"[{shown_as}]({server}/{repository}/blob/{commit}/{path}#L{results.raw(span).row})"


def _escaped(text: str) -> str:
    """Text of a cell of a table: nothing in it is markup but the code between backticks."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part.replace("|", "\\|") if part.startswith("`") else re.sub(r"([\\|*_<>\[\]#~])", r"\\\1", part) for part in parts)
