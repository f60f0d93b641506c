"""Tensors as the analysis knows them: a meaning, an axis, a shape, a value number, and the way it took."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lossguard.domains import Domain, Seen
from lossguard.flow.places import Place
from lossguard.flow.traces import Step, Trace, extended


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A value number: two tensors with equal terms hold the same numbers (`x.sum(1)` twice, with the same `x`).

    Terms share their parts, so they are compared by a digest: walking through them would take exponential time.
    """

    name: str
    parts: tuple[Hashable, ...]
    digest: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.name, self.parts)))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Term) and self.digest == other.digest and self.name == other.name)

    def __hash__(self) -> int:
        return self.digest


Shape: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor and what it means.

    `axis` is the one along which the meaning lies (the class axis of probabilities), negative when counted from the end,
    None when unknown. `made` names the function that made the meaning ("softmax") as long as nothing mixed it since, and
    `source` is where. `shape` holds the sizes that are known, `seen` what a run saw of it beside its meaning.
    """

    domain: Domain
    axis: int | None = None
    made: str | None = None
    source: Place | None = None
    shape: Shape | None = None
    trace: Trace | None = field(default=None, compare=False)
    term: Term | None = field(default=None, compare=False)
    seen: frozenset[Seen] = frozenset()

    def __str__(self) -> str:
        """The name in `# revealed:` comments: `Probabilities`, or `Probabilities[1]` where the axis is known."""
        return self.domain.value if self.axis is None else f"{self.domain.value}[{self.axis}]"

    def stepped(self, step: Step) -> Tensor:
        """The same tensor, one step further on its way."""
        return replace(self, trace=extended(self.trace, step))
