"""All that can change lives in one table of cells; a branch is run on the side, and what it changed comes out as a delta."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from lossguard.events import Event
from lossguard.flow.conditions import Guard
from lossguard.flow.values import Constant, join, sole
from lossguard.interpret.core.things import Cell, Entries, Items, Value

Delta: TypeAlias = Mapping[Cell, Value | None]
T = TypeVar("T")


@dataclass(slots=True)
class Recording:
    """What a running call has read and reported so far.

    `cut` is whether it ran into a bound that depends on who called it, `drew` whether there was chance in it.
    """

    reads: set[Cell] = field(default_factory=set)
    events: dict[Event, None] = field(default_factory=dict)
    cut: bool = False
    drew: bool = False

    def include(self, inner: Recording) -> None:
        """What a call inside this one has done."""
        self.reads |= inner.reads
        self.events |= inner.events
        self.cut |= inner.cut
        self.drew |= inner.drew


class Store:
    """Cells and their values, with a log of what each open branch changed."""

    __slots__ = ("cells", "logs", "recordings")

    def __init__(self) -> None:
        """Nothing is bound."""
        self.cells: dict[Cell, Value] = {}
        self.logs: list[dict[Cell, Value | None]] = []
        self.recordings: list[Recording] = []

    def get(self, cell: Cell) -> Value | None:
        """What a cell holds; None where nothing was bound."""
        if self.recordings:
            self.recordings[-1].reads.add(cell)
        return self.cells.get(cell)

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """Note what is read meanwhile; those who read on behalf of others have read it too."""
        own = Recording()
        self.recordings.append(own)
        try:
            yield own
        finally:
            self.recordings.pop()
            if self.recordings:
                self.recordings[-1].include(own)

    def reset(self) -> None:
        """Close all branches, after a run that was broken off."""
        self.logs.clear()
        self.recordings.clear()

    def cut(self) -> None:
        """Note that a bound was reached that depends on who called."""
        if self.recordings:
            self.recordings[-1].cut = True

    def set(self, cell: Cell, value: Value | None) -> None:
        """Bind a cell, or unbind it."""
        if self.logs:
            self.logs[-1].setdefault(cell, self.cells.get(cell))
        if value is None:
            self.cells.pop(cell, None)
        else:
            self.cells[cell] = value

    def apply(self, delta: Delta) -> None:
        """Make the changes that a branch made."""
        for cell, value in delta.items():
            self.set(cell, value)

    def aside(self, run: Callable[[], T]) -> tuple[T, Delta]:
        """Run something and take back what it changed; the changes come out as a delta."""
        self.logs.append({})
        try:
            result = run()
            return result, {cell: self.cells.get(cell) for cell in self.logs[-1]}
        finally:
            for cell, value in self.logs.pop().items():
                if value is None:
                    self.cells.pop(cell, None)
                else:
                    self.cells[cell] = value

    def permanently(self, run: Callable[[], T]) -> T:
        """Run something whose changes no branch takes back: what a module defines stays defined."""
        logs, self.logs = self.logs, []
        try:
            return run()
        finally:
            self.logs = logs

    @property
    def depth(self) -> int:
        """How many branches are open."""
        return len(self.logs)

    def before(self, cell: Cell, depth: int) -> Value | None:
        """What a cell held when there were only so many open branches."""
        return next((log[cell] for log in self.logs[depth:] if cell in log), self.cells.get(cell))

    def since(self, depth: int) -> Delta:
        """What was changed since there were only so many open branches."""
        return {cell: self.cells.get(cell) for log in self.logs[depth:] for cell in log}


def joined(store: Store, branches: Iterable[tuple[Guard, Delta]]) -> Delta:
    """The one join of states: every cell is what each branch left in it, under that branch's guard."""
    met = list(branches)
    if len(met) == 1:
        return met[0][1]
    cells = dict.fromkeys(cell for _, delta in met for cell in delta)
    return {cell: _joined_cell([(guard, delta[cell] if cell in delta else store.get(cell)) for guard, delta in met]) for cell in cells}


def _joined_cell(branches: list[tuple[Guard, Value | None]]) -> Value | None:
    bound = [(guard, value) for guard, value in branches if value is not None]
    if not bound:
        return None
    contents = [value.only for _, value in bound]
    match contents[0]:
        case Items() if all(isinstance(content, Items) for content in contents):
            return sole(joined_items([(guard, value.only) for guard, value in bound]))  # type: ignore[misc]  # all are Items
        case Entries() if all(isinstance(content, Entries) for content in contents):
            return sole(_joined_entries([(guard, value.only) for guard, value in bound]))  # type: ignore[misc]  # all are Entries
        case _:
            return join(bound)


def joined_items(branches: list[tuple[Guard, Items]]) -> Items:
    """Lists of one length join item by item; others keep the tail that they share."""
    contents = [items for _, items in branches]
    if all(content == contents[0] for content in contents):
        return contents[0]
    if len({(len(content.items), content.head is None) for content in contents}) == 1:
        columns = zip(*(content.items for content in contents), strict=True)
        items = tuple(join((guard, item) for (guard, _), item in zip(branches, column, strict=True)) for column in columns)
        heads = [(guard, content.head) for guard, content in branches if content.head is not None]
        return Items(items, join(heads) if heads else None)
    tail = _shared_tail([content.items for content in contents])
    rests = [(guard, value) for guard, content in branches for value in _leading(content, len(tail))]
    return Items(tail, join(rests) if rests else None)


def _leading(content: Items, tail: int) -> Iterable[Value]:
    values = list(content.everything())
    return values[: len(values) - tail] if tail else values


def _shared_tail(rows: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    tail: list[Value] = []
    for column in zip(*(reversed(row) for row in rows), strict=False):
        if any(value != column[0] for value in column):
            break
        tail.append(column[0])
    return tuple(reversed(tail))


def _joined_entries(branches: list[tuple[Guard, Entries]]) -> Entries:
    keys = dict.fromkeys(key for _, entries in branches for key, _ in entries.pairs)
    pairs = []
    for key in keys:
        held = [(guard, value) for guard, entries in branches if (value := entries.get(key)) is not None]
        pairs.append((key, join(held)))
    rests = [(guard, entries.rest) for guard, entries in branches if entries.rest is not None]
    return Entries(tuple(pairs), join(rests) if rests else None)


def absent(value: Value) -> bool:
    """Whether a value is certainly None."""
    return value.only == Constant(None)
