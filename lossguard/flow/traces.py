"""The way of a value: each step goes in as it happens; the steps in order come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lossguard.flow.places import Place


class Move(Enum):
    """What happened to a value at one step of its way."""

    MADE = "made"
    CHANGED = "changed"
    RETURNED = "returned"
    PASSED = "passed"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way a value took: where, and what happened there, in words."""

    move: Move
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of a value, newest first, sharing their tails."""

    step: Step
    before: Trace | None = None
    length: int = 1

    def __iter__(self) -> Iterator[Step]:
        """The steps from the first to the last."""
        steps = []
        trace: Trace | None = self
        while trace is not None:
            steps.append(trace.step)
            trace = trace.before
        return reversed(steps)


LONGEST_TRACE: Final = 24


def extended(trace: Trace | None, step: Step) -> Trace | None:
    """The trace with one more step; the same step twice running, or a trace that is too long, stays as it is."""
    if trace is None:
        return Trace(step)
    if trace.step == step or trace.length >= LONGEST_TRACE:
        return trace
    return Trace(step, trace, trace.length + 1)
