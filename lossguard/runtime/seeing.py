"""What a run can say of one argument: the words for it, and the sentences of evidence; measured numbers go in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lossguard.domains import Domain, Seen
from lossguard.runtime.measure import Extremes, Scores
from lossguard.runtime.provenance import ALONG, Origin
from lossguard.runtime.witness import Sight


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rows of one argument came to over all calls of a site: how many fit, and whether any did not."""

    rows: int = 0
    calls: int = 0
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Seeing:
    """One argument as a run saw it: its meaning, what else was seen, and the sentences that say why.

    `known` says that the meaning is certain, so that a finding of the static half can be refuted by it. `waiting` says that the
    same has to be seen in further calls before anybody speaks of it.
    """

    domain: Domain = Domain.TENSOR
    made: str | None = None
    axis: int | None = None
    seen: frozenset[Seen] = frozenset()
    evidence: tuple[str, ...] = ()
    known: bool = False
    waiting: bool = False
    tally: Tally = field(default_factory=Tally)


def way(origin: Origin) -> str:
    """`softmax over 10 classes made it (SoftmaxBackward0), then View, Slice`."""
    along = "" if origin.domain not in ALONG or origin.size is None else f" over {origin.size} class{'' if origin.size == 1 else 'es'}"
    after = f", then {', '.join(reversed(origin.steps))}" if origin.steps else ""
    return f"{origin.made}{along} made it ({origin.node}){after}"


def value_range(found: Scores | Extremes) -> str:
    """The extremes, in words."""
    return f"values from {found.low:.4g} to {found.high:.4g}"


def sums(found: Scores, tally: Tally | None = None) -> str:
    """What the rows sum to, in words."""
    off = max(abs(found.low_sum - 1), abs(found.high_sum - 1))
    rows = found.rows if tally is None else tally.rows
    return f"rows sum to {(found.low_sum + found.high_sum) / 2:.4f} \u00b1 {off:.0e}" + (f" over {rows} rows" if rows else "")


def sizes(sight: Sight) -> str:
    """The sizes of scores with a single class, in words."""
    return f"sizes {list(sight.shape)}: one class along axis {sight.axis}"


def named(dtype: Any) -> str:
    """A dtype as people write it: `float32`."""
    return str(dtype).removeprefix("torch.")
