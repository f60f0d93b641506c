"""Paths go in, findings come out: files are found, run one root at a time, judged and located."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lossguard import cache as caches
from lossguard.changed import reaching
from lossguard.config import Config
from lossguard.contracts.library import Library
from lossguard.domains import Reach
from lossguard.files import found_below
from lossguard.findings import MEASURED, Finding, Stop
from lossguard.identity import Excerpts
from lossguard.judge import Verdict, judge
from lossguard.policy import UNREADABLE, Heeded, heeding_comments, reported, unknown_to_baseline, whole_projects
from lossguard.roots import roots_of
from lossguard.rulebook import RuleBook, shipped
from lossguard.source import Source, Span, UnreadableError, from_bytes
from lossguard.stats import Seen, seen
from lossguard.syntax.uses import only_read

if TYPE_CHECKING:
    from lossguard.program import Program
    from lossguard.values import Entry, Event, Place

REVEAL: Final = "reveal"
# Deep programs recurse deeply: every Python call that is followed takes some twenty frames of ours.
RECURSION: Final = 20_000
# Another process is worth its start for this many roots.
FEW: Final = 12


@dataclass
class Knowledge:
    """The rule book and the contracts, the shipped ones and a project's own."""

    config: Config = field(default_factory=Config)

    @cached_property
    def book(self) -> RuleBook:
        """The rules."""
        return RuleBook((shipped(), *self.config.rule_folders))

    @cached_property
    def library(self) -> Library:
        """The contracts; a project's own come first."""
        return Library((shipped() / "contracts",), own=self.config.contract_folders)

    @cached_property
    def own_losses(self) -> frozenset[str]:
        """The names of the losses that a project's own contracts speak of."""
        return frozenset() if self.library.own is None else self.library.own.losses

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where all of it is kept."""
        return (shipped(), *self.config.rule_folders, *self.config.contract_folders)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found and in which files, what comments suppress, what the baseline knows, what `reveal` shows, what was cut short.

    `followed` programs were run, of `kept` ones the results of an earlier run still held.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    suppressed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    notes: tuple[Stop, ...] = ()
    exhausted: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    followed: int = 0
    kept: int = 0

    @property
    def checked(self) -> int:
        """How many files were checked."""
        return len(self.files)


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


@dataclass
class Run:
    """One run over some files: what is known, the contents that replace files, and what has been read so far."""

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
            try:
                self.data[file] = self.given[file] if file in self.given else (self.cwd / file).read_bytes()
            except OSError:
                self.data[file] = None
        return self.data[file]

    def digest(self, file: str) -> str | None:
        """A short name for a file's content."""
        if file not in self.digests:
            data = self.read(file)
            self.digests[file] = None if data is None else caches.digest(data)
        return self.digests[file]


def _source(name: str, data: bytes) -> Source:
    try:
        return from_bytes(data, name)
    except UnreadableError:
        return Source(name, data.decode(errors="replace"))


def check(
    paths: Iterable[str],
    cwd: Path,
    config: Config,
    *,
    given: Mapping[str, bytes] | None = None,
    cached: bool = True,
    comments: bool = True,
    closest: Callable[[Path], Config] | None = None,
    changed: frozenset[str] | None = None,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Check files and folders; `given` are contents that take the place of files on disk.

    Without `comments` nothing is suppressed. `closest` gives the settings that hold in a folder, for what is decided file by
    file; without it `config` holds everywhere. Of `changed` files only findings with a place in one of them are reported. `step`
    is told how many programs are done, of how many.

    Raises PathError for a path that does not exist, RuleError and ContractError for rules or contracts that cannot be used.
    """
    paths = tuple(paths)
    of = closest or (lambda _folder: config)
    found = {**found_below(paths, cwd, lambda folder: of(folder).excluded, force=config.force_exclude), **dict.fromkeys(given or (), True)}
    run = Run(cwd, Knowledge(config), tuple(found), given or {})
    roots = roots_of(found, run.read, run.knowledge.own_losses)
    key = caches.key_of(run.knowledge.folders, config.src)
    cache = caches.load(cwd, key, found, run.read) if cached and not given else caches.Cache(None, key)
    needed = roots if changed is None else _seeing(run, roots, changed, cache)
    findings = _all(run, needed, cache, step)
    cache.save()
    heeded = _heeding(run, findings, paths if needed == roots else ()) if comments else Heeded(tuple(findings))
    kept, suppressed = (reported(held, cwd, of) for held in (heeded.kept, heeded.suppressed))
    new, known = unknown_to_baseline(kept, config.baseline_file, cwd, found)
    new = new if changed is None else tuple(finding for finding in new if changed & {span.file for span in finding.places})
    return Report(
        new,
        tuple(found),
        suppressed,
        known,
        tuple(run.notes),
        tuple(run.exhausted),
        tuple(run.seen),
        run.followed,
        len(needed) - run.followed,
    )


def _heeding(run: Run, findings: list[Finding], paths: Iterable[str]) -> Heeded:
    """Comments are called unused only where everything that may reach them was followed to the end."""
    whole = whole_projects(paths, run.cwd)
    unread = {finding.span.file for finding in findings if finding.code == UNREADABLE}
    return heeding_comments(
        findings, run.files, run.read, run.knowledge.book, lambda file: not run.exhausted and file not in unread and whole(file)
    )


def _seeing(run: Run, roots: list[str], changed: frozenset[str], cache: caches.Cache) -> list[str]:
    """The roots that may see a file that changed, and those whose results still hold: these say who calls what.

    Those that saw one in their last run do; of the others without a result that holds, any whose text leads there.
    """
    known = [root for root in roots if root in changed or cache.read_by(root) & changed or cache.holds(root, run.digest)]
    possible = reaching(changed, run.files, run.read) if len(known) < len(roots) else set()
    return [root for root in roots if root in known or root in possible]


def _all(run: Run, roots: list[str], cache: caches.Cache, step: Callable[[int, int], None]) -> list[Finding]:
    """The findings of all roots; what several of them find at one place, from one producer, is one finding."""
    known = {root: held for root in roots if (held := cache.get(root, run.digest)) is not None}
    missing = [root for root in roots if root not in known]
    for fresh in _fresh(run, missing):
        run.followed += 1
        step(run.followed, len(missing))
        run.notes.update(dict.fromkeys(fresh.notes))
        run.seen += fresh.seen
        known[fresh.root] = caches.Held(fresh.findings, fresh.callers, fresh.exhausted)
        if not fresh.notes:
            cache.put(fresh.root, {file: run.digest(file) for file in fresh.touched}, known[fresh.root])
    run.exhausted += [root for root in roots if known[root].exhausted]
    return _best([known[root] for root in roots])


def _best(roots: list[caches.Held]) -> list[Finding]:
    """A function that some root calls is what it is called with: what an unknown caller would have done with it counts no more."""
    callers: dict[Entry, set[Entry | None]] = {}
    for held in roots:
        for entry, by in held.callers.items():
            callers.setdefault(entry, set()).update(by)
    best: dict[object, Finding] = {}
    ways: dict[object, set[Span | None]] = {}
    for finding in (
        finding for held in roots for finding, entries in held.findings if not all(_is_called(one, callers) for one in entries)
    ):
        producer = finding.trace[0].span if finding.trace else None
        key = (finding.code, finding.span, None if finding.local else producer)
        ways.setdefault(key, set()).add(producer)
        best[key] = min(finding, best.get(key, finding), key=_rank)
    return [_counted(finding, len(ways[key])) for key, finding in best.items()]


def _counted(finding: Finding, ways: int) -> Finding:
    """One line in a helper is one finding, with the others that come to it counted."""
    others = ways - 1
    if not others:
        return finding
    said = f"so it does for {others} other value{'s' if others > 1 else ''} that come{'' if others > 1 else 's'} here"
    return replace(finding, message=f"{finding.message} ({said})")


def _is_called(entry: Entry | None, callers: Mapping[Entry, set[Entry | None]]) -> bool:
    """Whether somebody calls a function who is not called by it in turn; the body of a module just runs."""
    return entry is not None and any(one is None or entry not in callers.get(one, ()) for one in callers.get(entry, ()))


def _rank(finding: Finding) -> tuple[bool, str, int]:
    """Of two findings that say the same, the one of a run that trains, then the more certain one, then the shorter one."""
    return finding.reach is Reach.MEASURED, finding.certainty.value, len(finding.trace)


def _fresh(run: Run, roots: list[str]) -> Iterator[Fresh]:
    """Run roots, in several processes where there are enough of them."""
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, len(roots) // FEW)
    if workers <= 1:
        yield from (fresh_of(run, root) for root in roots)
        return
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(run.cwd, run.knowledge.config, run.files, dict(run.given))) as pool:
        yield from pool.map(_of_this_process, roots, chunksize=max(1, len(roots) // (workers * 8)))


# The run of a worker process.
_own: list[Run] = []


def _begin(cwd: Path, config: Config, files: tuple[str, ...], given: dict[str, bytes]) -> None:
    _own[:] = [Run(cwd, Knowledge(config), files, given)]


def _of_this_process(root: str) -> Fresh:
    return fresh_of(_own[0], root)


def fresh_of(run: Run, root: str) -> Fresh:
    """Run one root and judge what happened."""
    from lossguard.interpret.interpreter import interpret

    book = run.knowledge.book
    run.program.touched.clear()
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


def events_at(file: str, row: int, cwd: Path, config: Config, paths: Iterable[str]) -> list[tuple[Event, Span]]:
    """What reaches the losses on one line of a file, in every run that gets there: for `--why`."""
    found = {**found_below([file], cwd), **found_below(paths, cwd, lambda _folder: config.excluded)}
    run = Run(cwd, Knowledge(config), tuple(found))
    target = next(iter(found))
    seen: dict[object, tuple[Event, Span]] = {}
    roots = roots_of(found, run.read, run.knowledge.own_losses)
    for root in found:
        if root == target or root in roots:
            for event, span in _events_of(run, root, target):
                if span.row <= row <= span.end_row:
                    seen.setdefault((event.place, event.name, tuple(argument.value for argument in event.arguments)), (event, span))
    return list(seen.values())


def _events_of(run: Run, root: str, file: str) -> Iterator[tuple[Event, Span]]:
    from lossguard.interpret.interpreter import interpret

    outcome = interpret(run.program, run.knowledge.library, run.knowledge.book.watched, root)
    held = [event for event in outcome.events if event.place.file == file]
    spans = spans_of(run.program, [event.place for event in held])
    yield from ((event, spans[event.place]) for event in held)
