"""Everything that was found goes in; what is left to report, after comments, settings and the baseline, comes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lossguard import baseline
from lossguard.annotate import annotated
from lossguard.changed import MARKERS
from lossguard.config import Config, asked_for, level, selected
from lossguard.findings import Finding, Severity, numbered
from lossguard.patterns import spec_of
from lossguard.rulebook import RuleBook
from lossguard.selection import heaviest
from lossguard.source import Source, UnreadableError, from_bytes
from lossguard.suppress import MENTIONED, OURS, UNUSED, Comments
from lossguard.writing import rewrite

UNREADABLE: Final = "LG900"


@dataclass(frozen=True, slots=True)
class Heeded:
    """Findings that stand, and those that a comment suppresses."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Finding, ...] = ()


def heeding_comments(
    found: Iterable[Finding], files: Iterable[str], read: Callable[[str], bytes | None], book: RuleBook, complete: Callable[[str], bool]
) -> Heeded:
    """Take out what comments suppress, and add what in the comments of `files` suppresses nothing.

    `complete` says of a file whether everything that reaches it was looked at.
    """
    comments = Comments(lambda file: _source(file, read(file)))
    kept, suppressed = _parted(found, comments)
    written = [file for file in files if OURS.search(read(file) or b"")]
    idle, accepted = _parted([one for file in written for one in _idle(comments, file, book, complete=complete(file))], comments)
    return Heeded((*kept, *idle), (*suppressed, *accepted))


def _parted(findings: Iterable[Finding], comments: Comments) -> tuple[list[Finding], list[Finding]]:
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        (suppressed if comments.suppress(finding) else kept).append(finding)
    return kept, suppressed


def _source(file: str, data: bytes | None) -> Source | None:
    if data is None or not MENTIONED.search(data):
        return None
    try:
        return from_bytes(data, file)
    except UnreadableError:
        return None


def _idle(comments: Comments, file: str, book: RuleBook, *, complete: bool) -> Iterator[Finding]:
    rule = book.rules[UNUSED]
    names = {known.code: known.name for known in book.rules.values()}
    elsewhere = {known.code: known.name for known in book.rules.values() if known.needs_a_run or known is rule}
    for one, error in comments.idle(file, names, elsewhere if complete else None):
        yield Finding(rule.code, rule.name, rule.severity, rule.message.format(error=error), one.span, line=one.text)


def whole_projects(paths: Iterable[str], cwd: Path) -> Callable[[str], bool]:
    """Whether the whole project that a file belongs to lies below one of the given folders."""
    folders = [folder for path in paths if (folder := (cwd / path).resolve()).is_dir()]
    known: dict[Path, bool] = {}

    def is_whole(file: str) -> bool:
        parent = (cwd / file).resolve().parent
        if parent not in known:
            root = next((above for above in (parent, *parent.parents) if any((above / marker).exists() for marker in MARKERS)), cwd)
            known[parent] = any(root.is_relative_to(folder) for folder in folders)
        return known[parent]

    return is_whole


def reported(findings: Iterable[Finding], cwd: Path, closest: Callable[[Path], Config]) -> tuple[Finding, ...]:
    """The findings that the settings of their files let through, with the severities that these give them."""
    found = []
    for finding in numbered(findings):
        path = Path(os.path.normpath(cwd / finding.span.file))
        found.append(_as_set(finding, path, closest(path.parent)))
    return tuple(finding for finding in found if finding is not None)


def _as_set(finding: Finding, path: Path, config: Config) -> Finding | None:
    """A finding with the severity that a project gives it; None where it is left out. Remarks are for those who asked."""
    said = level(config, finding.code, finding.name)
    if said == "off" or not selected(config, finding.code, finding.name) or _ignored_in(path, finding, config):
        return None
    severity = finding.severity if said is None else Severity(said)
    if severity is Severity.INFO and not asked_for(config, finding.code, finding.name):
        return None
    return replace(finding, severity=severity)


def _ignored_in(path: Path, finding: Finding, config: Config) -> bool:
    return any(
        heaviest(rules, finding.code, finding.name) and _fits(path, base, pattern) for base, pattern, rules in config.per_file_ignores
    )


def _fits(path: Path, base: Path, pattern: str) -> bool:
    """Whether a file below a folder fits a pattern; `!pattern` fits the others."""
    if not path.is_relative_to(base):
        return False
    return spec_of((pattern.removeprefix("!"),)).match_file(path.relative_to(base).as_posix()) is not pattern.startswith("!")


def fails(findings: Iterable[Finding], least: str) -> bool:
    """Whether one of the findings is bad enough to fail for."""
    order = list(Severity)
    return any(order.index(finding.severity) <= order.index(Severity(least)) for finding in findings)


def unknown_to_baseline(
    findings: tuple[Finding, ...], path: Path | None, cwd: Path, checked: Iterable[str]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that are new, and those that the baseline knows; without one all are new."""
    if path is None:
        return findings, ()
    compared = baseline.compare(path, findings, cwd, checked)
    return compared.new, compared.known


def add_comments(findings: Iterable[Finding], cwd: Path, reason: str) -> list[str]:
    """Write a comment that suppresses each finding where its loss stands; the files that were changed. Raises WriteError."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.code not in {UNREADABLE, UNUSED}:
            by_file.setdefault(finding.span.file, []).append(finding)
    for file, held in by_file.items():
        path = cwd / file
        rewrite(path, annotated(path.read_bytes(), file, held, reason))
    return list(by_file)
