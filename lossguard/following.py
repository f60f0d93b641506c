"""A root goes in; what following it comes to, judged and located, comes out."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lossguard import cache as caches
from lossguard.domains import Reach
from lossguard.errors import UserError
from lossguard.findings import MEASURED, Finding, Stop
from lossguard.identity import Excerpts
from lossguard.isolation import Lost, Say, excused
from lossguard.judge import Verdict, judge
from lossguard.knowledge import Knowledge
from lossguard.policy import UNREADABLE
from lossguard.source import Source, Span, UnreadableError, bytes_of, from_bytes
from lossguard.stats import Seen, seen
from lossguard.syntax.uses import only_read

if TYPE_CHECKING:
    from lossguard.events import Event
    from lossguard.flow.places import Place
    from lossguard.program import Program

REVEAL: Final = "reveal"
# Deep programs recurse deeply: every Python call that is followed takes some twenty frames of ours.
RECURSION: Final = 20_000


@dataclass(frozen=True, slots=True)
class Fresh:
    """What running one root came to, and which files it looked into.

    Every finding stands with the entry points that lead to it; `callers` says which functions were called from which entry.
    """

    root: str
    findings: tuple[caches.Led, ...]
    callers: caches.Callers
    notes: tuple[Stop, ...]
    touched: tuple[str, ...]
    exhausted: bool
    seen: tuple[Seen, ...]


def _nothing(_text: str) -> None:
    """Nobody listens."""


@dataclass
class Run:
    """One run over some files: what is known, the contents that replace files, and what has been read so far.

    `lost` are files that nobody can read, and why. `say` is told which file is about to be read, and "" when it is.
    """

    cwd: Path
    knowledge: Knowledge
    files: tuple[str, ...]
    given: Mapping[str, bytes] = field(default_factory=dict)
    data: dict[str, bytes | None] = field(default_factory=dict)
    digests: dict[str, str | None] = field(default_factory=dict)
    notes: dict[Stop, None] = field(default_factory=dict)
    exhausted: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    followed: int = 0
    reads: dict[str, frozenset[int]] = field(default_factory=dict)
    lost: dict[str, UnreadableError] = field(default_factory=dict)
    say: Say = _nothing

    @cached_property
    def program(self) -> Program:
        """The program that the files make up; the parser is imported only now."""
        from lossguard.interpret.interpreter import forget
        from lossguard.program import Program

        forget()
        sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
        given = {name: _source(name, data) for name, data in self.given.items()}
        return Program(self.cwd, given, self.files, tuple(os.path.relpath(path, self.cwd) for path in self.knowledge.config.src))

    @cached_property
    def excerpts(self) -> Excerpts:
        """What findings are recognised by."""
        return Excerpts(lambda file: self.program.parsed(file).source)

    def only_read(self, file: str) -> frozenset[int]:
        """The calls of a file whose results are only read as numbers."""
        if file not in self.reads:
            self.reads[file] = only_read(self.program.parsed(file).module, self.knowledge.library.detaches)
        return self.reads[file]

    def read(self, file: str) -> bytes | None:
        """A file's bytes; None where it cannot be read."""
        if file not in self.data:
            self.data[file] = self.given[file] if file in self.given else _bytes_of(self.cwd / file)
        return self.data[file]

    def digest(self, file: str) -> str | None:
        """A short name for a file's content."""
        if file not in self.digests:
            data = self.read(file)
            self.digests[file] = None if data is None else caches.digest(data)
        return self.digests[file]


def _bytes_of(path: Path) -> bytes | None:
    try:
        return bytes_of(path)
    except (OSError, UnreadableError):
        return None


def _source(name: str, data: bytes) -> Source:
    try:
        return from_bytes(data, name)
    except UnreadableError:
        return Source(name, data.decode(errors="replace"))


def attempt(run: Run, root: str) -> Fresh | Lost:
    """Run one root, here; an error of ours is its own alone."""
    try:
        return fresh_of(run, root)
    except UserError:
        raise
    except Exception as error:  # noqa: BLE001  # it is reported
        return excused(error)


def fresh_of(run: Run, root: str) -> Fresh:
    """Run one root and judge what happened."""
    from lossguard.interpret.interpreter import interpret

    book = run.knowledge.book
    run.program.touched.clear()
    run.program.lost, run.program.say = run.lost, run.say
    gc.disable()  # the trees of a parse are many small objects without cycles
    try:
        outcome = interpret(run.program, run.knowledge.library, book.watched | {REVEAL}, root)
    finally:
        gc.enable()
    events = [_reached(run, event) for event in outcome.events]
    verdicts = judge(book, events)
    led = zip(_located(run.program, verdicts, run.excerpts), (one.entries for one in verdicts), strict=True)
    unreadable = ((finding, frozenset({None})) for finding in _unreadable(run, run.program.touched, run.excerpts))
    callers = {} if outcome.exhausted else outcome.callers
    notes = tuple(_revealed(run.program, [event for event in outcome.events if event.name == REVEAL]))
    return Fresh(root, (*led, *unreadable), callers, notes, tuple(run.program.touched), outcome.exhausted, tuple(seen(outcome.events)))


def _reached(run: Run, event: Event) -> Event:
    """A loss whose value is only read is measured, wherever it is computed."""
    if not event.is_loss or event.place.node not in run.only_read(event.place.file):
        return event
    return replace(event, reach=Reach.MEASURED)


def _revealed(program: Program, events: list[Event]) -> Iterator[Stop]:
    """What `lossguard.reveal(x)` says: the distinct values over all runs that get there."""
    spans = spans_of(program, [event.place for event in events])
    shown: dict[Span, dict[str, None]] = {}
    for event in events:
        shown.setdefault(spans[event.place], {}).update(dict.fromkeys(str(argument.value) for argument in event.arguments))
    yield from (Stop(span, " | ".join(texts)) for span, texts in shown.items())


def _located(program: Program, verdicts: list[Verdict], texts: Excerpts) -> Iterator[Finding]:
    """Verdicts speak of nodes, findings of rows and columns."""
    spans = spans_of(program, [place for one in verdicts for place in (one.place, *(step.place for step in one.steps))])
    for one in verdicts:
        span, rule = spans[one.place], one.rule
        trace = tuple(Stop(spans[step.place], step.text) for step in one.steps)
        yield Finding(
            rule.code, rule.name, one.severity, one.message, span, one.certainty, one.condition, trace, texts.line(span),
            reach=one.reach, local=one.local, effect=MEASURED if one.reach is Reach.MEASURED else one.effect,
            function=texts.function(span), text=texts.code(span), producer=texts.code(trace[0].span) if trace else "",
        )  # fmt: skip


def spans_of(program: Program, places: Iterable[Place]) -> dict[Place, Span]:
    """Where some nodes stand, file by file."""
    wanted: dict[str, set[Place]] = {}
    for place in places:
        wanted.setdefault(place.file, set()).add(place)
    return {place: span for file, held in wanted.items() for place, span in program.spans(file, held).items()}


def _unreadable(run: Run, files: Iterable[str], texts: Excerpts) -> Iterator[Finding]:
    """One finding for each place that cannot be read, in the files that are checked."""
    rule = run.knowledge.book.rules[UNREADABLE]
    for file in sorted(set(files).intersection(run.files)):
        parsed = run.program.parsed(file)
        for error in parsed.unreadable:
            span = parsed.source.span(error.row, error.column, error.row, error.column + 1)
            message, severity = rule.message.format(error=error.message), rule.reasons.get(error.reason, rule.severity)
            yield Finding(rule.code, rule.name, severity, message, span, line=texts.line(span), text=error.message)


def events_of(run: Run, root: str, file: str) -> Iterator[tuple[Event, Span]]:
    """What a root's run does in one file, with the places."""
    from lossguard.interpret.interpreter import interpret

    outcome = interpret(run.program, run.knowledge.library, run.knowledge.book.watched, root)
    held = [event for event in outcome.events if event.place.file == file]
    spans = spans_of(run.program, [event.place for event in held])
    yield from ((event, spans[event.place]) for event in held)
