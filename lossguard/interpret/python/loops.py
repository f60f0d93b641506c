"""Loops: turn by turn over a few known items, otherwise to a fixpoint that two or three passes approximate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lossguard.flow.conditions import ALWAYS, Guard
from lossguard.flow.symbols import Symbol, Varied
from lossguard.flow.values import Constant, Why, join, sole, unknown
from lossguard.interpret.core.machine import Exits, Flow, Frame, Machine
from lossguard.interpret.core.store import Delta, joined, joined_items
from lossguard.interpret.core.things import Items, Value
from lossguard.interpret.python import assignment, containers, tests
from lossguard.syntax import ir
from lossguard.syntax.scopes import statements_of

Ends: TypeAlias = list[tuple[Guard, Delta]]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that is being run: the statement, its frame, and where the run stood when the loop began."""

    statement: ir.For | ir.While
    frame: Frame
    depth: int
    path: Guard


def execute_for(m: Machine, statement: ir.For, frame: Frame) -> Flow:
    """`for target in iterable`. A loop is taken to run at least once: nobody trains on nothing."""
    items = containers.items_of(m, m.evaluate(statement.iterable, frame), frame.site(statement.iterable))
    loop = Loop(statement, frame, m.store.depth, m.path)
    if items.head is None and len(items.items) <= _most_turns(statement):
        return _unrolled(m, loop, items.items)
    values = list(items.everything())
    last = items.items[-1] if items.items else values[-1]
    return _repeated(m, loop, (join((ALWAYS, item) for item in values[:-1] or values), last))


def execute_while(m: Machine, statement: ir.While, frame: Frame) -> Flow:
    """`while test`."""
    outcome = tests.test(m, m.evaluate(statement.test, frame), frame.site(statement.test))
    if outcome.yes is None:
        return m.execute(statement.orelse, frame)
    return _repeated(m, Loop(statement, frame, m.store.depth, m.path), (None, None))


def _most_turns(statement: ir.For) -> int:
    """How many turns are worth telling apart: many where layers are stacked, few where batches are run."""
    nested = any(isinstance(inner, ir.For | ir.While) for inner in statements_of(statement.body))
    return containers.UNROLLED // 3 if nested else containers.UNROLLED


def _unrolled(m: Machine, loop: Loop, items: tuple[Value, ...]) -> Flow:
    """Turn by turn: every turn has its own chain of calls, so that what it makes is its own."""
    before = loop.frame.context
    ends: Ends = []
    try:
        (flow, end), delta = m.store.aside(lambda: (_turns(m, loop, items, ends), m.path))
    finally:
        loop.frame.context = before
        m.path = loop.path
    if flow is Flow.ON:
        ends.append((end - loop.path, delta))
    return _after(m, ends)


def _turns(m: Machine, loop: Loop, items: tuple[Value, ...], ends: Ends) -> Flow:
    before = loop.frame.context
    for turn, value in enumerate(items):
        loop.frame.context = m.context(before, loop.frame.site(loop.statement).place, turn)
        flow, breaks = _turn(m, loop, value)
        ends.extend(breaks)
        if flow is Flow.DEAD:
            return flow
    loop.frame.context = before
    return m.execute(loop.statement.orelse, loop.frame)


def _turn(m: Machine, loop: Loop, value: Value | None) -> tuple[Flow, Ends]:
    """One turn: go on from its end and from its `continue`s; its `break`s leave the loop."""
    breaks, continues = Exits(loop.depth, loop.path), Exits(m.store.depth, m.path)
    loop.frame.loops.append((breaks, continues))
    base = m.path
    try:
        if value is not None and isinstance(loop.statement, ir.For):
            assignment.assign(m, loop.statement.target, value, loop.frame)
        (flow, end), delta = m.store.aside(lambda: (m.execute(loop.statement.body, loop.frame), m.path))
    finally:
        loop.frame.loops.pop()
        m.path = base
    alive = [(guard, changed) for guard, _, changed in continues.taken]
    if flow is Flow.ON:
        alive.append((end - base, delta))
    if alive:
        m.store.apply(joined(m.store, alive))
    return Flow.ON if alive else Flow.DEAD, [(guard, changed) for guard, _, changed in breaks.taken]


def _after(m: Machine, ends: Ends) -> Flow:
    """Go on after a loop, from its end and from its `break`s."""
    if not ends:
        return Flow.DEAD
    m.store.apply(joined(m.store, ends))
    return Flow.ON


Turns: TypeAlias = tuple[Value | None, Value | None]


def _repeated(m: Machine, loop: Loop, turns: Turns) -> Flow:
    """A loop of any number of turns: some turn, and then the last one, on what that left."""
    ends: Ends = []
    breaks: Ends = []
    m.store.aside(lambda: _passes(m, loop, turns, ends, breaks))
    if not ends:
        return _after(m, breaks)
    m.store.apply(joined(m.store, ends))
    if isinstance(loop.statement, ir.While) and _forever(loop.statement.test):
        return _after(m, breaks)
    flow = m.execute(loop.statement.orelse, loop.frame)
    return flow if not breaks else _after(m, [*breaks, (ALWAYS, {})])


def _passes(m: Machine, loop: Loop, turns: Turns, ends: Ends, breaks: Ends) -> None:
    before, last = turns
    flow, left = _turn(m, loop, before)
    breaks += left
    if flow is Flow.DEAD:
        return
    _generalise(m, loop.depth)
    flow, left = _turn(m, loop, last)
    breaks += left
    if flow is Flow.ON:
        ends.append((ALWAYS, m.store.since(loop.depth)))


def _generalise(m: Machine, depth: int) -> None:
    """One turn stands for any number of them: what it counts up, switches off or appends to has any value, any length."""
    for cell, value in m.store.since(depth).items():
        old = m.store.before(cell, depth)
        match (None if old is None else old.only), (None if value is None else value.only):
            case Constant() as one, Constant() as other if one != other:
                m.store.set(cell, unknown(Why.OPERATION, f"`{cell[1]}`, which a loop changes", Symbol(Varied(*cell), cell[1])))
            case Items() as one, Items() as other if one != other:
                m.store.set(cell, sole(joined_items([(ALWAYS, one), (ALWAYS, other)])))


def _forever(test: ir.Expr) -> bool:
    return isinstance(test, ir.Const) and bool(test.value)
