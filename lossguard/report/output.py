"""The reports that were asked for go in with the results; they are written to standard output and to files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from lossguard.config import ConfigError
from lossguard.engine import Report
from lossguard.formats import READ, Wanted
from lossguard.report import concise, full, grouped
from lossguard.report.frames import Sources
from lossguard.report.results import Results
from lossguard.report.screen import console, page
from lossguard.rulebook import RuleBook


def results(report: Report, book: RuleBook, cwd: Path, given: Mapping[str, bytes] | None = None) -> Results:
    """What the formats make of a report."""
    cut = tuple(f"{file}: too large to be followed to the end" for file in report.exhausted)
    failed = tuple(map(str, report.failures))
    return Results(report.findings, book.rules, Sources(cwd, given or {}), failed + cut, report.notes, report.checked)


def write(wanted: Iterable[Wanted], results: Results, *, quiet: bool = False) -> None:
    """Write every report. Raises ConfigError where a file cannot be written."""
    for one in wanted:
        if one.file is not None:
            _to_file(one.file, one.format, results)
        elif one.format in READ:
            _for_people(sys.stdout, one.format, results, quiet=quiet)
        else:
            sys.stdout.write(text(one.format, results))
        if one.format == "github":
            _add_summary(results)
    sys.stdout.flush()


def _to_file(file: Path, name: str, results: Results) -> None:
    try:
        with file.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            if name in READ:
                _for_people(stream, name, results)
            else:
                stream.write(text(name, results))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error


def _for_people(stream: TextIO, name: str, results: Results, *, quiet: bool = False) -> None:
    screen = console() if stream is sys.stdout else page(stream)
    match name:
        case "full":
            full.write(screen, list(results.findings), results.rules, results.sources)
        case "concise":
            stream.write(concise.text(results))
        case _:
            stream.write(grouped.text(results))
    stream.write("".join(f"{note.span}: revealed: {note.message}\n" for note in results.notes))
    if not quiet:
        full.summary(screen, list(results.findings), results.checked)


def text(name: str, results: Results) -> str:
    """A report for tools."""
    from lossguard.report import azure, github, gitlab, html, junit, machine, markdown, rdjson, sarif

    match name:
        case "json":
            return machine.text(results)
        case "json-lines":
            return machine.lines(results)
        case "github":
            return github.text(results)
        case "gitlab":
            return gitlab.text(results)
        case "azure":
            return azure.text(results)
        case "sarif":
            return sarif.text(results)
        case "junit":
            return junit.text(results)
        case "rdjson":
            return rdjson.text(results)
        case "markdown":
            return markdown.text(results)
        case "html":
            return html.text(results)
        case _:
            raise ValueError(name)


def _add_summary(results: Results) -> None:
    """GitHub shows what a step adds to this file on the page of the run."""
    from lossguard.report import markdown

    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(markdown.text(results))
