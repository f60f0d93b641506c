"""Events go in; how many losses were met, how much of what they take is understood, and why the rest is not, comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lossguard.events import Argument, Event
from lossguard.flow.places import Place
from lossguard.flow.values import Unknown


@dataclass(frozen=True, slots=True)
class Seen:
    """A loss call in one run: the place, the function, and for its first two arguments why they are not known (None: they are)."""

    place: Place
    name: str
    reasons: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """The share that is understood: loss calls, those whose prediction and whose target is known, and reasons by number."""

    calls: int
    predictions: int
    targets: int
    reasons: tuple[tuple[str, int], ...]


SHOWN: Final = 10


def seen(events: Iterable[Event]) -> Iterator[Seen]:
    """The loss calls among some events."""
    for event in events:
        if event.is_loss:
            yield Seen(event.place, event.name, tuple(map(_reason, event.arguments[:2])))


def _reason(argument: Argument) -> str | None:
    return next((f"{thing.why.value}: {thing.detail}" for thing in argument.value if isinstance(thing, Unknown)), None)


def summed(calls: Iterable[Seen]) -> Stats:
    """One call may be met in several runs: what is known in one of them is known."""
    best: dict[tuple[Place, str, int], str | None] = {}
    for call in calls:
        for index, reason in enumerate(call.reasons):
            key = (call.place, call.name, index)
            best[key] = None if best.get(key, reason) is None else reason
    predictions = {key: reason for key, reason in best.items() if key[2] == 0}
    targets = [reason for key, reason in best.items() if key[2] == 1]
    reasons = Counter(reason for reason in predictions.values() if reason is not None)
    known = sum(reason is None for reason in predictions.values())
    return Stats(len(predictions), known, sum(reason is None for reason in targets), tuple(reasons.most_common(SHOWN)))


def lines(stats: Stats) -> Iterator[str]:
    """The summary as it is printed."""
    prediction, target = _share(stats.predictions, stats.calls), _share(stats.targets, stats.calls)
    yield f"{stats.calls} loss calls; prediction understood in {prediction}, target in {target}."
    if stats.reasons:
        yield "Why predictions are not understood:"
    for reason, count in stats.reasons:
        yield f"{count:6}  {reason}"


def _share(part: int, whole: int) -> str:
    return f"{part} ({round(100 * part / whole)}%)" if whole else "0"
