"""Findings of earlier runs: a root's name goes in, what was found last time comes out if nothing that it depends on changed."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeAlias

from lossguard.changed import Read, mention, newly_meant
from lossguard.domains import Reach
from lossguard.events import Entry
from lossguard.findings import Certainty, Finding, Severity, Stop
from lossguard.flow.places import Place
from lossguard.source import Span
from lossguard.writing import WriteError, rewrite

FOLDER: Final = ".lossguard_cache"
# What the rows below look like: a cache of another form is an empty one.
_FORM: Final = b"4"
_TAG: Final = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds what lossguard found in earlier runs. It can be deleted.\n"


def digest(data: bytes) -> str:
    """A short name for some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def key_of(folders: Iterable[Path], src: Iterable[str]) -> str:
    """What every cached finding depends on: the versions, the rules and contracts, and where imports may start from."""
    sums = hashlib.blake2b(digest_size=16)
    for name in ("lossguard", "libcst"):
        sums.update(version(name).encode())
    sums.update(sys.version.encode() + _FORM)
    for folder in folders:
        for path in sorted((*folder.rglob("*.md"), *folder.rglob("*.pyi"))):
            sums.update(str(path).encode())
            sums.update(path.read_bytes())
    sums.update("\0".join(src).encode())
    return sums.hexdigest()


# A finding, with the entry points that lead to it; and which functions were called from which entry.
Led: TypeAlias = tuple[Finding, frozenset[Entry | None]]
Callers: TypeAlias = Mapping[Entry, frozenset[Entry | None]]


@dataclass(frozen=True, slots=True)
class Held:
    """What the run of a root came to: its findings, what it called, and whether it was cut short."""

    findings: tuple[Led, ...]
    callers: Callers
    exhausted: bool


@dataclass(slots=True)
class Cache:
    """What was found by root, with the digests of the files that the root's run read; `files` are those that there were."""

    path: Path | None
    key: str
    files: tuple[str, ...] = ()
    roots: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: bool = False

    def holds(self, root: str, digests: Callable[[str], str | None]) -> bool:
        """Whether every file that a root's last run read is as it was."""
        return root in self.roots and all(digests(file) == known for file, known in self.roots[root]["files"].items())

    def get(self, root: str, digests: Callable[[str], str | None]) -> Held | None:
        """What was found in a root, and what it called, if that still holds."""
        if not self.holds(root, digests):
            return None
        held = self.roots[root]
        findings = tuple((_finding(row), frozenset(map(_entry, row["entries"]))) for row in held["findings"])
        callers = [(_entry(entry), frozenset(map(_entry, by))) for entry, by in held["callers"]]
        return Held(findings, {entry: by for entry, by in callers if entry is not None}, held["exhausted"])

    def read_by(self, root: str) -> frozenset[str]:
        """The files that a root's last run read."""
        return frozenset(self.roots[root]["files"]) if root in self.roots else frozenset()

    def put(self, root: str, files: Mapping[str, str | None], held: Held) -> None:
        """Remember what was found in a root."""
        rows = [_row(finding) | {"entries": list(map(_entry_row, entries))} for finding, entries in held.findings]
        called = [[_entry_row(entry), list(map(_entry_row, by))] for entry, by in held.callers.items()]
        self.roots[root] = {"files": dict(files), "findings": rows, "callers": called, "exhausted": held.exhausted}
        self.changed = True

    def save(self) -> None:
        """Write the cache, all at once; a folder that cannot be written is no reason to fail."""
        if self.path is None or not self.changed:
            return
        with suppress(OSError, WriteError):
            self.path.parent.mkdir(exist_ok=True)
            (self.path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            (self.path.parent / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
            rewrite(self.path, json.dumps({"key": self.key, "list": self.files, "roots": self.roots}).encode())


def load(cwd: Path, key: str, files: Iterable[str], read: Read) -> Cache:
    """The cache of a working directory; one made under other rules, or damaged, is empty.

    A root is kept where none of the files that it read says a name that came or went with some file.
    """
    path = cwd / FOLDER / "findings.json"
    now = tuple(sorted(files))
    try:
        document = json.loads(path.read_bytes())
        roots, before = (document["roots"], document["list"]) if document["key"] == key else ({}, now)
        return Cache(path, key, now, _meaning_the_same(roots, before, now, read), tuple(before) != now)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Cache(path, key, now)


def _meaning_the_same(roots: dict[str, dict[str, Any]], before: Iterable[str], now: Iterable[str], read: Read) -> dict[str, dict[str, Any]]:
    names = newly_meant(before, now, read)
    if names is None:
        return {}
    if not names:
        return roots
    wanted = mention(names)
    naming = {file: wanted.search(read(file) or b"") is not None for file in {file for row in roots.values() for file in row["files"]}}
    return {root: row for root, row in roots.items() if not any(naming[file] for file in row["files"])}


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "head": [
            finding.code,
            finding.name,
            finding.severity.value,
            finding.message,
            finding.certainty.value,
            finding.condition,
            finding.line,
            finding.function,
            finding.text,
            finding.producer,
            finding.reach.value,
            finding.effect,
            finding.local,
        ],
        "span": list(finding.span),
        "trace": [[list(stop.span), stop.message] for stop in finding.trace],
    }


def _finding(row: dict[str, Any]) -> Finding:
    code, name, severity, message, certainty, condition, line, function, text, producer, reach, effect, local = row["head"]
    trace = tuple(Stop(Span(*span), said) for span, said in row["trace"])
    return Finding(
        code, name, Severity(severity), message, Span(*row["span"]), Certainty(certainty), condition, trace, line,
        function=function, text=text, producer=producer, reach=Reach(reach), effect=effect, local=local,
    )  # fmt: skip


def _entry_row(entry: Entry | None) -> list[Any] | None:
    return None if entry is None else [list(entry.function), None if entry.on is None else list(entry.on)]


def _entry(row: list[Any] | None) -> Entry | None:
    return None if row is None else Entry(Place(*row[0]), None if row[1] is None else Place(*row[1]))
