"""Looks go in, findings come out: the numbers are waited for, conclusions are judged once, and everything is counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lossguard.contracts.library import Library
from lossguard.domains import Reach, Seen
from lossguard.events import Event
from lossguard.findings import MEASURED, Finding, Severity, Stop
from lossguard.judge import Verdict, judge
from lossguard.rulebook import RuleBook, shipped
from lossguard.runtime import graphs, tracing
from lossguard.runtime.events import all_seen, event_of, signature
from lossguard.runtime.graphs import Compiled
from lossguard.runtime.losses import contract_of
from lossguard.runtime.measure import Reading
from lossguard.runtime.places import span_of
from lossguard.runtime.remarks import Remarks
from lossguard.runtime.seeing import Seeing
from lossguard.runtime.sites import FIRST, Site, Witnessed, spelled
from lossguard.runtime.tracing import Line
from lossguard.runtime.witness import Look

_books: list[RuleBook] = []


def book() -> RuleBook:
    """The rules that speak at run time, read once."""
    if not _books:
        knowing(())
    return _books[0]


def knowing(folders: tuple[Path, ...]) -> Library:
    """Let the rules know a project's own contracts, from now on."""
    library = Library((shipped() / "contracts",), own=folders)
    _books[:] = [RuleBook((shipped(),), library.demands, at_run_time=True)]
    return library


@dataclass(slots=True)
class Observed:
    """A verdict at a site, with what was seen, and in how many of the checked calls."""

    site: Site
    verdict: Verdict
    evidence: tuple[str, ...]
    key: Any
    times: int = 1
    made_at: Line | None = None
    told: bool = False


@dataclass(slots=True)
class Waiting:
    """Numbers that have not arrived yet, and what to do with them."""

    site: Site
    reading: Reading
    then: Callable[[list[tuple[float, ...]]], None]


# A site that is seen in more ways than this is a library's, and its calls differ in everything.
MOST_WAYS: Final = 64


@dataclass(eq=False)
class Ledger:
    """What a guard has seen so far."""

    cwd: Path
    tell: Callable[[Finding, Site], None]
    sites: dict[tuple[int, int, str], Site] = field(default_factory=dict)
    observed: dict[tuple[str, int], Observed] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    remarks: Remarks = field(init=False)

    def __post_init__(self) -> None:
        self.remarks = Remarks(lambda: self.cwd)

    def take(self, site: Site, look: Look) -> None:
        """Conclude now where the numbers are there, later otherwise.

        The first calls are waited for: on a GPU a label out of range ends in a device assert, after which nothing can be read.
        """
        reading = look.reading
        if reading is None:
            self._concluded(site, look, [])
        elif reading.arrived or site.checked <= FIRST:
            reading.wait()
            self._concluded(site, look, reading.numbers())
        else:
            self.later(site, reading, lambda numbers: self._concluded(site, look, numbers))

    def later(self, site: Site, reading: Reading, then: Callable[[list[tuple[float, ...]]], None]) -> None:
        """Do something with numbers once they have arrived."""
        with self.lock:
            self.waiting.append(Waiting(site, reading, then))

    def arrived(self, *, wait: bool = False) -> list[Waiting]:
        """What has arrived since, taken off the list."""
        if not self.waiting:
            return []
        with self.lock:
            if wait:
                for one in self.waiting:
                    one.reading.wait()
            ready = [one for one in self.waiting if one.reading.arrived]
            self.waiting = [one for one in self.waiting if one not in ready]
        return ready

    def _concluded(self, site: Site, look: Look, numbers: list[tuple[float, ...]]) -> None:
        named = dict(zip(look.measured, numbers, strict=True))
        for found, seeings in all_seen(look, named, site.tallies):
            if found is look:
                site.tallies.update({name: one.tally for name, one in seeings.items()})
            self.judged(site, found, seeings)

    def judged(self, site: Site, look: Look, seeings: Mapping[str, Seeing]) -> None:
        """Judge a way of being called that is new at its site; count one that is known."""
        if look.family == site.loss.family and "result" not in seeings:
            site.sizes.update(sight.classes for sight in look.sights.values() if sight.name == "input")
            waits = any(one.waiting for one in seeings.values())
            if _has_one_class(seeings):
                # In-batch losses meet a last batch of one sample; only a network that always has one class is wrong.
                if len(site.sizes) > 1:
                    return
                waits |= site.checked < FIRST
            site.pending = (look, seeings) if waits else None
            if waits:
                return
        self._settled(site, look, seeings)

    def compiled_site(self, one: Compiled) -> Site:
        """The site of a loss in a compiled graph: a line, for which nothing is called any more."""
        with self.lock:
            key = (hash((one.span.file, one.span.row)), -1, one.loss.family)
            new = Site(one.loss, _nothing.__code__, 0, "", "", len(self.sites), direct=False, fixed=one.span)
            return self.sites.setdefault(key, new)

    def last_words(self, site: Site) -> None:
        """Speak of what was seen in a few calls only, and of what waited for its producer, now that there will be no more."""
        if site.pending is not None:
            look, seeings = site.pending
            site.pending = None
            if _has_one_class(seeings) and len(site.sizes) > 1:
                return
            self._settled(site, look, seeings)
        for one in [one for one in self.observed.values() if one.site is site]:
            self._speak(one)

    def _settled(self, site: Site, look: Look, seeings: Mapping[str, Seeing]) -> None:
        key = signature(look, seeings)
        new = None if key in site.witnessed else Witnessed(look, seeings, event_of(look, seeings, site, spelled(site)), times=0)
        with self.lock:
            if new is not None and len(site.witnessed) < MOST_WAYS:
                site.witnessed.setdefault(key, new)
            way = site.witnessed.get(key)
            if way is not None:
                way.times += 1
        if new is not None and way is new:
            self._judge(site, look, seeings, new.event, key)
        else:
            self._again(site, look, key)

    def _judge(self, site: Site, look: Look, seeings: Mapping[str, Seeing], event: Event, key: Any) -> None:
        for verdict in judge(book(), [event]):
            if verdict.reach is Reach.MEASURED and verdict.severity is Severity.INFO:
                continue  # a warning, were it trained: of how well something is learned, or at what cost
            self._found(site, verdict, seeings, key)
            if not graphs.used and any(sight.origin is not None for sight in look.sights.values()):
                tracing.arm()

    def _again(self, site: Site, look: Look, key: Any) -> None:
        """Count what is known already; by now it may be known where the value was made."""
        line = next((sight.made_at for sight in look.sights.values() if sight.made_at is not None), None)
        with self.lock:
            known = [one for one in self.observed.values() if one.site is site and one.key == key]
            for one in known:
                one.times += 1
                one.made_at = one.made_at or line
        for one in known:  # outside of the lock: whoever is told may call a loss
            if one.made_at is not None:
                self._speak(one)

    def _found(self, site: Site, verdict: Verdict, seeings: Mapping[str, Seeing], key: Any) -> None:
        """Record a verdict; the second of one code at one site is only counted."""
        identity = (verdict.rule.code, site.number)
        with self.lock:
            known = self.observed.get(identity)
            if known is not None:
                known.times += 1
                if known.verdict.reach is Reach.MEASURED:  # as when a validation comes first
                    known.verdict = verdict
                return
            site.due = min(site.due, site.calls + 1)
            one = self.observed[identity] = Observed(site, verdict, _evidence(verdict, site, seeings), key)
        # Where the value was made is known a call later: a comment that may stand there is waited for.
        if one.made_at is not None or not self.remarks.elsewhere(verdict.rule.code, verdict.rule.name):
            self._speak(one)

    def _speak(self, one: Observed) -> None:
        """Tell of an observation, once, unless a comment suppresses it."""
        if not one.told:
            one.told = True
            finding = self.finding(one)
            if not self.remarks.suppress(finding):
                self.tell(finding, one.site)

    def finding(self, one: Observed) -> Finding:
        """An observation as a finding: at the call, with the user's own line where the call is a library's."""
        site, verdict = one.site, one.verdict
        span = site.span(self.cwd)
        trace: tuple[Stop, ...] = ()
        if one.made_at is not None:
            trace = (Stop(span_of(*one.made_at, self.cwd), one.evidence[0] if one.evidence else "it is made here"),)
        if site.caller is not None:
            trace = (*trace, Stop(span, f"the loss is called here, in `{site.module}`"))
            span = span_of(*site.caller, self.cwd)
        counts = f"in {one.times} of {site.checked} checked call{'' if site.checked == 1 else 's'}, {site.calls} in all"
        rule = verdict.rule
        return Finding(
            rule.code, rule.name, verdict.severity, verdict.message, span, trace=trace, line=_line(span, self.cwd),
            evidence=(*one.evidence, counts), function=site.function, reach=verdict.reach,
            effect=MEASURED if verdict.reach is Reach.MEASURED else verdict.effect,
        )  # fmt: skip

    def findings(self) -> list[Finding]:
        """All findings that no comment suppresses, in the order of reports."""
        found = [finding for one in list(self.observed.values()) if not self.remarks.suppress(finding := self.finding(one))]
        return sorted(found, key=lambda one: (one.span, one.code))


def _has_one_class(seeings: Mapping[str, Seeing]) -> bool:
    return any(one.seen & {Seen.ONE_CLASS, Seen.SOFTMAX_OVER_ONE} for one in seeings.values())


def _nothing() -> None:
    """The code of a site that is only a line."""


def _evidence(verdict: Verdict, site: Site, seeings: Mapping[str, Seeing]) -> tuple[str, ...]:
    """The evidence about the arguments that the rule speaks of, each with its name where there are several."""
    whens = book().whens(verdict.rule, site.loss.family, contract_of(site.loss, site.loss.family))
    asked = {name for when in whens for name in when.patterns} or set(seeings)
    held = {name: one.evidence for name, one in seeings.items() if name in asked and one.evidence}
    return tuple(said if len(held) == 1 else f"{name}: {said}" for name, texts in held.items() for said in texts)


def _line(span: Any, cwd: Path) -> str:
    import linecache

    return linecache.getline(str(cwd / span.file) if not Path(span.file).is_absolute() else span.file, span.row).rstrip("\n")
