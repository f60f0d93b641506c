"""Results go in; GitHub's workflow commands come out, which annotate lines of a change.

A step may annotate ten errors, ten warnings and ten notices; the rest is dropped by the runner without a word. So the worst come
first, and what is not annotated stands in the log as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lossguard.findings import Finding, Severity
from lossguard.report import concise
from lossguard.report.plain import plain_name
from lossguard.report.results import Results, explained, headline, shown

KINDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
LIMIT: Final = 10


def text(results: Results) -> str:
    """One command for each annotation, then what the runner would not show."""
    by_kind = {severity: [one for one in results.worst_first if one.severity is severity] for severity in Severity}
    rest = [one for held in by_kind.values() for one in held[LIMIT:]]
    commands = (_command(one, results) for held in by_kind.values() for one in held[:LIMIT])
    return "".join(f"{line}\n" for line in (*commands, *_beyond(rest)))


def _command(finding: Finding, results: Results) -> str:
    span = results.raw(finding.span)
    columns = {} if finding.span.cell is not None else {"col": span.column, "endColumn": span.end_column}
    properties = {
        "file": plain_name(results.path(finding.span)), "line": span.row, "endLine": span.end_row, **columns,
        "title": f"{finding.code} {finding.name}",
    }  # fmt: skip
    said = "\n".join([_located(shown(finding)), *explained(shown(finding), results.rules[finding.code])])
    return f"::{KINDS[finding.severity]} {','.join(f'{key}={_property(str(value))}' for key, value in properties.items())}::{_data(said)}"


def _located(finding: Finding) -> str:
    """The annotation of a notebook stands on a row of its JSON: the text names the cell."""
    where = "" if finding.span.cell is None else f"Cell {finding.span.cell}, line {finding.span.row}: "
    return where + headline(finding)


def _beyond(rest: list[Finding]) -> Iterator[str]:
    """A line of the log that began with a file name could be taken for a command: there is a dash before it."""
    if rest:
        yield f"GitHub shows {LIMIT} annotations of a kind; these are not annotated:"
    yield from (f"- {concise.line(shown(one))}" for one in rest)


def _data(text: str) -> str:
    """As the runner unescapes a message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As the runner unescapes a property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
