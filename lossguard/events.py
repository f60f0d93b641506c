"""What the interpreter tells the judge: calls that somebody may have an opinion on, with the values that reached them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from lossguard.domains import Reach
from lossguard.flow.conditions import ALWAYS, Guard
from lossguard.flow.places import Place
from lossguard.flow.traces import Trace
from lossguard.flow.values import Value


class EventKind(Enum):
    """What happened."""

    CALL = "call"
    CONSTRUCT = "construct"
    ACCUMULATE = "accumulate"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as it reached the function: the parameter's name, what it is, and how the caller spells it."""

    name: str
    value: Value[Hashable]
    text: str


class Entry(NamedTuple):
    """A function or method that was run as an unknown caller would; `on` is the class whose objects have it by inheritance."""

    function: Place
    on: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something the judge may have an opinion on: a call of a loss, of a logarithm, of a loss's constructor.

    `name` is the function's family ("cross_entropy" also for the module), `contract` its full name. `path` is the condition
    under which the place is reached, `choice` the further condition under which this function is the one called there; events
    of one `site` are alternatives of the same call. `reach` says whether something can learn from what comes out. `entries` are
    where the runs began that got there; None stands for the body of a module.
    """

    kind: EventKind
    name: str
    spelled: str
    place: Place
    arguments: tuple[Argument, ...]
    path: Guard = ALWAYS
    choice: Guard = ALWAYS
    site: Hashable = None
    callee: Trace | None = None
    is_loss: bool = False
    contract: str = ""
    reach: Reach = Reach.TRAINED
    entries: frozenset[Entry | None] = frozenset()

    def argument(self, name: str) -> Argument | None:
        """The argument for a parameter; None where the call leaves it out."""
        return next((argument for argument in self.arguments if argument.name == name), None)
