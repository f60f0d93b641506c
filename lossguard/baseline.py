"""Findings and the baseline of a project go in; those that the baseline does not know, and entries that nothing answers to, come out.

An entry knows a finding by its rule, its file, the function that it stands in, the code of the loss and the code that made the
value, never by its row. Equal entries are counted, so that a copy of a known mistake is a new one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from lossguard.errors import UserError
from lossguard.findings import Finding
from lossguard.git import renames
from lossguard.writing import rewrite

NAME: Final = ".lossguard-baseline.json"
VERSION: Final = 1


class BaselineError(UserError):
    """A baseline that cannot be used; the message starts with its name."""


class Entry(NamedTuple):
    """What a finding is known by. `file` is relative to the folder of the baseline, with forward slashes."""

    file: str
    code: str
    function: str
    text: str
    producer: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings that are new, those that are known, and the baseline as it would be without what is gone."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    left: Counter[Entry]
    gone: int


def entry_of(finding: Finding, cwd: Path, folder: Path) -> Entry:
    """What a finding would be known by in the baseline of a folder."""
    file = Path(os.path.relpath(cwd / finding.span.file, folder)).as_posix()
    return Entry(file, finding.code, finding.function or "", finding.text, finding.producer)


def compare(path: Path, findings: Iterable[Finding], cwd: Path, checked: Iterable[str]) -> Compared:
    """Which findings a baseline knows. Raises BaselineError for a baseline that cannot be read.

    Entries about files that were not checked, and are still there, are kept as they are.
    """
    entries = read(path)
    looked_at = {Path(os.path.relpath(cwd / file, path.parent)).as_posix() for file in checked}
    found = [(finding, entry_of(finding, cwd, path.parent)) for finding in findings]
    matched = _matched(entries, [entry for _, entry in found], path)
    new = tuple(finding for (finding, _), is_known in zip(found, matched, strict=True) if not is_known)
    known = tuple(finding for (finding, _), is_known in zip(found, matched, strict=True) if is_known)
    held = Counter(entry for (_, entry), is_known in zip(found, matched, strict=True) if is_known)
    held.update({entry: count for entry, count in entries.items() if entry.file not in looked_at and (path.parent / entry.file).is_file()})
    return Compared(new, known, held, entries.total() - held.total())


def _matched(entries: Counter[Entry], found: list[Entry], path: Path) -> list[bool]:
    """Which findings have an entry: first those that are as they were, then those whose file or function got another name."""
    left = entries.copy()
    matched = _taken(left, found, [False] * len(found), lambda entry: entry)
    if left and not all(matched):
        gone = {entry for entry in left if not (path.parent / entry.file).is_file()}
        if gone:
            left = _renamed(left, renames(path))
            matched = _taken(left, found, matched, lambda entry: entry)
            matched = _taken_from_gone(left, found, matched, path.parent)
        matched = _taken(left, found, matched, lambda entry: entry._replace(function=""))
    return matched


def _taken(left: Counter[Entry], found: list[Entry], matched: list[bool], view: Callable[[Entry], Entry]) -> list[bool]:
    """Let entries answer for findings that look like them, each once; what is used up leaves `left`."""
    by_view: dict[Entry, list[Entry]] = {}
    for entry in left.elements():
        by_view.setdefault(view(entry), []).append(entry)
    done = list(matched)
    for index, entry in enumerate(found):
        if not done[index] and (held := by_view.get(view(entry))):
            left[held.pop()] -= 1
            done[index] = True
    for entry in [entry for entry, count in left.items() if not count]:
        del left[entry]
    return done


def _taken_from_gone(left: Counter[Entry], found: list[Entry], matched: list[bool], folder: Path) -> list[bool]:
    """Entries whose file is no longer there answer for the same code in a file that the baseline does not know."""
    named = {entry.file for entry in left}
    gone = Counter({entry: count for entry, count in left.items() if not (folder / entry.file).is_file()})
    before = gone.copy()
    fresh = [is_known or entry.file in named for entry, is_known in zip(found, matched, strict=True)]
    taken = _taken(gone, found, fresh, lambda entry: entry._replace(file=""))
    left.subtract(before - gone)
    return [is_known or (now and not was) for is_known, now, was in zip(matched, taken, fresh, strict=True)]


def _renamed(left: Counter[Entry], names: Mapping[str, str]) -> Counter[Entry]:
    found: Counter[Entry] = Counter()
    for entry, count in left.items():
        found[entry._replace(file=names.get(entry.file, entry.file))] += count
    return found


def updated(path: Path, findings: Iterable[Finding], cwd: Path, checked: Iterable[str]) -> Counter[Entry]:
    """The baseline that knows all findings, and what it knew of files that were not checked."""
    held = Counter(entry_of(finding, cwd, path.parent) for finding in findings)
    if path.is_file():
        looked_at = {Path(os.path.relpath(cwd / file, path.parent)).as_posix() for file in checked}
        for entry, count in read(path).items():
            if entry.file not in looked_at and (path.parent / entry.file).is_file():
                held[entry] = count
    return held


def read(path: Path) -> Counter[Entry]:
    """The entries of a baseline, with how many findings each stands for."""
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except FileNotFoundError as error:
        raise BaselineError(f"{path}: no such baseline; `lossguard baseline write` makes one") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path}: {error}") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise BaselineError(f"{path}: not a baseline of this version")
    try:
        return Counter({_entry(row): int(row["count"]) for row in document["findings"]})
    except (KeyError, TypeError, ValueError) as error:
        raise BaselineError(f"{path}: an entry that is none: {error!r}") from error


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(*(str(row[name]) for name in Entry._fields))


def write(path: Path, entries: Counter[Entry]) -> None:
    """Write a baseline: sorted, one entry after the other, so that it reads well in a diff. Raises WriteError."""
    rows = [{**entry._asdict(), "count": count} for entry, count in sorted(entries.items())]
    text = json.dumps({"version": VERSION, "findings": rows}, indent=2, ensure_ascii=False) + "\n"
    rewrite(path, text.encode("utf-8", "surrogateescape"))  # file names need not be text
