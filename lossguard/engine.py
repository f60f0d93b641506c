"""Paths go in, findings come out: files are found, their roots followed one by one, and what all of them say is put together."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lossguard import cache as caches
from lossguard.changed import reaching
from lossguard.config import Config
from lossguard.domains import Reach
from lossguard.files import found_below
from lossguard.findings import Finding, Stop
from lossguard.following import Fresh, Run, attempt, events_of, fresh_of
from lossguard.isolation import Limits, Lost, Say, answers
from lossguard.knowledge import Knowledge
from lossguard.policy import UNREADABLE, Heeded, heeding_comments, reported, unknown_to_baseline, whole_projects
from lossguard.roots import roots_of
from lossguard.source import Span, UnreadableError, unread
from lossguard.stats import Seen

if TYPE_CHECKING:
    from lossguard.events import Entry, Event

# Another process is worth its start for this many roots.
FEW: Final = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """A root that could not be followed, and why: what it leads to was not checked."""

    root: str
    lost: Lost

    def __str__(self) -> str:
        """`train.py: its process died (SIGSEGV): what it leads to was not checked`."""
        detail = f" ({self.lost.detail})" if self.lost.detail else ""
        return f"{self.root}: {self.lost.cause.value}{detail}: what it leads to was not checked"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found and in which files, what comments suppress, what the baseline knows, what `reveal` shows, what went wrong.

    `exhausted` roots were not followed to the end, `failures` not at all; `unread` counts the files that could not be read, or not
    all of them, without a finding that says so. `followed` programs were run, of `kept` ones the results of an earlier run held.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    suppressed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    notes: tuple[Stop, ...] = ()
    exhausted: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    unread: int = 0
    seen: tuple[Seen, ...] = ()
    followed: int = 0
    kept: int = 0

    @property
    def checked(self) -> int:
        """How many files were checked."""
        return len(self.files)


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
    isolated: bool = False,
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Check files and folders; `given` are contents that take the place of files on disk.

    Without `comments` nothing is suppressed. `closest` gives the settings that hold in a folder, for what is decided file by
    file; without it `config` holds everywhere. Of `changed` files only findings with a place in one of them are reported. `isolated`
    programs are followed in processes of their own, so that not even a crash of the parser ends the check. `step` is told how
    many programs are done, of how many.

    Raises PathError for a path that does not exist, RuleError and ContractError for rules or contracts that cannot be used.
    """
    paths = tuple(paths)
    of = closest or (lambda _folder: config)
    found = {**found_below(paths, cwd, lambda folder: of(folder).excluded, force=config.force_exclude), **dict.fromkeys(given or (), True)}
    run = Run(cwd, Knowledge(config).examined(), tuple(found), given or {})
    roots = roots_of(found, run.read, run.knowledge.own_losses)
    key = caches.key_of(run.knowledge.folders, config.src)
    cache = caches.load(cwd, key, found, run.read) if cached and not given else caches.Cache(None, key)
    needed = roots if changed is None else _seeing(run, roots, changed, cache)
    findings, failures = _all(run, needed, cache, step, isolated=isolated)
    cache.save()
    heeded = _heeding(run, findings, paths if needed == roots and not failures else ()) if comments else Heeded(tuple(findings))
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
        failures,
        len(_unreadable(findings) - _unreadable((*kept, *suppressed))),
        tuple(run.seen),
        run.followed,
        len(needed) - run.followed,
    )


def _unreadable(findings: Iterable[Finding]) -> set[str]:
    """The files that a finding says cannot be read."""
    return {finding.span.file for finding in findings if finding.code == UNREADABLE}


def _heeding(run: Run, findings: list[Finding], paths: Iterable[str]) -> Heeded:
    """Comments are called unused only where everything that may reach them was followed to the end."""
    whole = whole_projects(paths, run.cwd)
    unread = _unreadable(findings)
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


def _all(
    run: Run, roots: list[str], cache: caches.Cache, step: Callable[[int, int], None], *, isolated: bool
) -> tuple[list[Finding], tuple[Failure, ...]]:
    """The findings of all roots, and the roots that failed; what several find at one place, from one producer, is one finding."""
    known = {root: held for root in roots if (held := cache.get(root, run.digest)) is not None}
    missing = [root for root in roots if root not in known]
    done: dict[str, Fresh | Lost] = {}
    for root, answer in _followed(run, missing, isolated=isolated):
        done[root] = answer
        step(len(done), len(missing))
    run.followed = len(missing)
    for root in missing:
        fresh = done[root]
        if isinstance(fresh, Lost):
            continue
        run.notes.update(dict.fromkeys(fresh.notes))
        run.seen += fresh.seen
        known[root] = caches.Held(fresh.findings, fresh.callers, fresh.exhausted)
        if not fresh.notes and run.lost.keys().isdisjoint(fresh.touched):
            cache.put(root, {file: run.digest(file) for file in fresh.touched}, known[root])
    run.exhausted += [root for root in roots if root in known and known[root].exhausted]
    failures = tuple(Failure(root, lost) for root in missing if isinstance(lost := done[root], Lost))
    return _best([known[root] for root in roots if root in known]), failures


def _followed(run: Run, roots: list[str], *, isolated: bool) -> Iterator[tuple[str, Fresh | Lost]]:
    """Follow roots. A file that breaks whoever reads it is not read again, and the root that did is followed without it."""
    left = deque(roots)
    while left:
        for root, answer in _attempts(run, left, isolated=isolated):
            if isinstance(answer, Lost) and answer.during not in {"", *run.lost}:
                run.lost[answer.during] = unread(answer)
                left.append(root)
            else:
                yield root, answer


# A root, and the files that cannot be read, with the reason.
Task = tuple[str, dict[str, UnreadableError]]


def _attempts(run: Run, left: deque[str], *, isolated: bool) -> Iterator[tuple[str, Fresh | Lost]]:
    """Follow each root once, in several processes where there are enough of them. What `left` gets meanwhile is for the next time."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = min(cpus, max(int(isolated), len(left) // FEW))
    if workers == 0 or (workers == 1 and not isolated):
        yield from ((root, attempt(run, root)) for root in _taken(left))
        return
    tasks = ((root, dict(run.lost)) for root in _taken(left))
    arguments = (run.cwd, run.knowledge.config, run.files, dict(run.given))
    yield from ((root, answer) for (root, _), answer in answers(tasks, _begin, arguments, workers, Limits()))


def _taken(left: deque[str]) -> Iterator[str]:
    for _ in range(len(left)):
        yield left.popleft()


def _begin(cwd: Path, config: Config, files: tuple[str, ...], given: dict[str, bytes]) -> Callable[[Task, Say], Fresh]:
    """What a worker does: follow one root after the other."""
    run = Run(cwd, Knowledge(config), files, given)

    def follow(task: Task, say: Say) -> Fresh:
        root, run.lost = task
        run.say = say
        return fresh_of(run, root)

    return follow


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


def events_at(file: str, row: int, cwd: Path, config: Config, paths: Iterable[str]) -> list[tuple[Event, Span]]:
    """What reaches the losses on one line of a file, in every run that gets there: for `--why`."""
    found = {**found_below([file], cwd), **found_below(paths, cwd, lambda _folder: config.excluded)}
    run = Run(cwd, Knowledge(config).examined(), tuple(found))
    target = next(iter(found))
    seen: dict[object, tuple[Event, Span]] = {}
    roots = roots_of(found, run.read, run.knowledge.own_losses)
    for root in found:
        if root == target or root in roots:
            for event, span in events_of(run, root, target):
                if span.row <= row <= span.end_row:
                    seen.setdefault((event.place, event.name, tuple(argument.value for argument in event.arguments)), (event, span))
    return list(seen.values())
