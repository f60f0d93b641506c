"""The begin and the end of a training come in, as often as a framework says so; one guard that is active between them comes out."""

from __future__ import annotations

import weakref

from lossguard.findings import Finding
from lossguard.runtime import Guard, OnFinding, guard, patches
from lossguard.runtime.policies import Collect


class Run:
    """A guard that is active from `begin` to `end`, never twice, and at most as long as this object lives."""

    def __init__(self, on_finding: OnFinding) -> None:
        """Take the policy. Raises ValueError for a word that names none."""
        self.on_finding = on_finding
        self.guard = guard(on_finding)
        weakref.finalize(self, _end, self.guard)

    def __reduce__(self) -> tuple[type[Run], tuple[OnFinding]]:
        """Start anew in the process that a launcher spawns: a guard has locks, and what it saw is its own process's."""
        return Run, (self.on_finding,)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far in this process."""
        return self.guard.findings

    def begin(self, *, speaks: bool = True) -> None:
        """Start watching. Of many ranks that see the same mistake, one warns, and the others only collect."""
        if self.on_finding == "warn" and not speaks:
            self.guard.policy = Collect()
        if self.guard not in patches.active:
            self.guard.start()

    def end(self, error: BaseException | None = None) -> None:
        """Stop watching; an error of a loss that ended the training gains a note."""
        _end(self.guard, error)


def _end(found: Guard, error: BaseException | None = None) -> None:
    if found not in patches.active:
        return
    if error is None:
        found.stop()
    else:
        found.__exit__(type(error), error, error.__traceback__)
