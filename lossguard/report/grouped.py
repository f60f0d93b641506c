"""Results go in; the findings come out file by file, one aligned line for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from lossguard.findings import Finding
from lossguard.report.results import Results, headline, shown


def text(results: Results) -> str:
    """The whole report."""
    files = groupby(map(shown, results.findings), lambda one: one.span.file)
    return "".join(f"{line}\n" for file, held in files for line in (f"{file}:", *_rows(list(held)), ""))


def _rows(findings: list[Finding]) -> Iterator[str]:
    places = [str(one.span).removeprefix(f"{one.span.file}:") for one in findings]
    width = max(map(len, places))
    for place, one in zip(places, findings, strict=True):
        yield f"  {place:>{width}}  {one.code}  {headline(one)}"
