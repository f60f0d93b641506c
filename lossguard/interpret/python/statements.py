"""Statements go in; cells change, and whether execution goes on comes out."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from lossguard.flow.conditions import Guard, Literal
from lossguard.flow.symbols import Symbol, Taken
from lossguard.flow.values import NONE, Why, unknown
from lossguard.interpret.core.machine import Executor, Flow, Frame, Machine
from lossguard.interpret.core.store import Delta, joined
from lossguard.interpret.core.things import Items, Recording, Value
from lossguard.interpret.library import axes
from lossguard.interpret.python import assignment, containers, functions, loops, names, objects, tests
from lossguard.syntax import ir
from lossguard.tensors import Tensor


def _evaluate(m: Machine, statement: ir.Evaluate, frame: Frame) -> Flow:
    value = m.evaluate(statement.value, frame)
    assignment.note_kept(m, statement, frame)
    owner = _in_place_of(statement.value)
    if isinstance(owner, ir.Name | ir.Attribute):
        _changed_in_place(m, owner, value, frame)
    return Flow.ON


def _in_place_of(expr: ir.Expr) -> ir.Expr | None:
    """What a chain of methods changes in place: `x` for `x.mul_(2).sub_(1)`; None where there is something else in the chain."""
    match expr:
        case ir.Call(func=ir.Attribute(value=owner, name=name)) if _in_place(name):
            return _in_place_of(owner) if isinstance(owner, ir.Call) else owner
        case _:
            return None


def _in_place(name: str) -> bool:
    return name.endswith("_") and not name.startswith("_")


def _changed_in_place(m: Machine, owner: ir.Expr, value: Value, frame: Frame) -> None:
    """`x.clamp_(0.01)`, `x.data.clamp_(0.01)`: the name holds the changed tensor now."""
    target = owner.value if isinstance(owner, ir.Attribute) and owner.name == "data" else owner
    held = m.evaluate(target, frame)
    tensors = [thing for thing in held if isinstance(thing, Tensor)]
    if tensors and all(one.made != axes.LEARNED for one in tensors):  # weights stay weights
        assignment.assign(m, target, value, frame)


def _return(m: Machine, statement: ir.Return, frame: Frame) -> Flow:
    value = NONE if statement.value is None else m.evaluate(statement.value, frame)
    functions.leave(m, frame.returns, value)
    return Flow.DEAD


def _raise(m: Machine, statement: ir.Raise, frame: Frame) -> Flow:
    if statement.value is not None:
        m.evaluate(statement.value, frame)
    return Flow.DEAD


def _assert(m: Machine, statement: ir.Assert, frame: Frame) -> Flow:
    m.evaluate(statement.test, frame)
    return Flow.ON


def _if(m: Machine, statement: ir.If, frame: Frame) -> Flow:
    outcome = tests.test(m, m.evaluate(statement.test, frame), frame.site(statement.test))
    if outcome.no is None:
        return m.execute(statement.body, frame)
    if outcome.yes is None:
        return m.execute(statement.orelse, frame)
    branches = [branch(m, outcome.yes, statement.body, frame), branch(m, outcome.no, statement.orelse, frame)]
    return rejoin(m, branches)


def branch(m: Machine, guard: Guard, body: tuple[ir.Stmt, ...], frame: Frame) -> tuple[Flow, Guard, Delta]:
    """Run a block under a condition, on the side: whether it goes on, under which condition then, and what it changed."""
    before = m.path
    with m.assuming(guard) as possible:
        if not possible:
            return Flow.DEAD, guard, {}
        (flow, end), delta = m.store.aside(lambda: (m.execute(body, frame), m.path))
    return flow, end - before, delta


def rejoin(m: Machine, branches: list[tuple[Flow, Guard, Delta]]) -> Flow:
    """Go on after branches: with the join of those that go on; after a single one its condition stays known.

    A test of which nothing is known but its place is never met again, so it is forgotten.
    """
    alive = [(guard, delta) for flow, guard, delta in branches if flow is Flow.ON]
    if not alive:
        return Flow.DEAD
    if len(alive) == 1:
        m.path |= frozenset(literal for literal in alive[0][0] if not literal.symbol.is_opaque)
    m.store.apply(joined(m.store, alive))
    return Flow.ON


def _with(m: Machine, statement: ir.With, frame: Frame) -> Flow:
    """`with torch.no_grad(), open(path) as file: ...`: whether gradients are recorded holds for the block."""
    with ExitStack() as stack:
        for context, target in statement.items:
            value = m.evaluate(context, frame)
            if target is not None:
                assignment.assign(m, target, value, frame)
            stack.enter_context(m.under(value.only if isinstance(value.only, Recording) else None))
        return m.execute(statement.body, frame)


def _try(m: Machine, statement: ir.Try, frame: Frame) -> Flow:
    """The body is taken to succeed; handlers are looked into, and are where things go on when the body never ends."""
    flow, guard, delta = branch(m, frozenset(), (*statement.body, *statement.orelse), frame)
    handlers = [_handler(m, handler, frame) for handler in statement.handlers]
    if flow is Flow.ON:
        m.path |= guard
        m.store.apply(delta)
    elif rejoin(m, handlers) is Flow.DEAD:
        m.store.aside(lambda: m.execute(statement.final, frame))
        return Flow.DEAD
    return m.execute(statement.final, frame)


def _handler(m: Machine, handler: ir.Handler, frame: Frame) -> tuple[Flow, Guard, Delta]:
    if handler.name is not None:
        names.bind(m, handler.name, unknown(Why.SYNTAX, "an exception"), frame)
    return branch(m, frozenset(), handler.body, frame)


def _match(m: Machine, statement: ir.Match, frame: Frame) -> Flow:
    subject = m.evaluate(statement.subject, frame)
    branches: list[tuple[Flow, Guard, Delta]] = []
    rest: Guard | None = frozenset()
    for case in statement.cases:
        outcome = _case(m, subject, case, frame)
        if outcome.yes is not None and rest is not None:
            branches.append(branch(m, rest | outcome.yes, case.body, frame))
        rest = None if outcome.no is None or rest is None else rest | outcome.no
    if rest is not None:
        branches.append((Flow.ON, rest, {}))
    return rejoin(m, branches)


def _case(m: Machine, subject: Value, case: ir.MatchCase, frame: Frame) -> tests.Test:
    """When a case is taken."""
    for name in case.names:
        names.bind(m, name, subject, frame)
    site = frame.site(case)
    if case.constants is None:
        if case.guard is None and case.names:
            return tests.Test(frozenset(), None)
        symbol = Symbol(Taken(site.place, site.context), "a match case")
        return tests.Test(frozenset({Literal(symbol, positive=True)}), frozenset({Literal(symbol, positive=False)}))
    constants = [m.evaluate(constant, frame) for constant in case.constants]
    accepted = containers.new_list(m, Items(tuple(constants)), site)
    value = tests.compare(m, "in", subject, accepted, site) if len(constants) > 1 else tests.compare(m, "==", subject, constants[0], site)
    return tests.test(m, value, site)


def _jump(m: Machine, statement: ir.Jump, frame: Frame) -> Flow:
    if frame.loops:
        breaks, continues = frame.loops[-1]
        functions.leave(m, breaks if statement.kind == "break" else continues, None)
    return Flow.DEAD


EXECUTORS: Final[dict[type, Executor]] = {
    ir.Function: functions.execute_function,
    ir.Class: objects.execute_class,
    ir.Assign: assignment.execute_assign,
    ir.Augment: assignment.execute_augment,
    ir.Declare: assignment.execute_declare,
    ir.Evaluate: _evaluate,
    ir.Return: _return,
    ir.If: _if,
    ir.For: loops.execute_for,
    ir.While: loops.execute_while,
    ir.With: _with,
    ir.Try: _try,
    ir.Match: _match,
    ir.Import: names.execute_import,
    ir.ImportFrom: names.execute_import_from,
    ir.Global: names.execute_global,
    ir.Delete: assignment.execute_delete,
    ir.Raise: _raise,
    ir.Assert: _assert,
    ir.Jump: _jump,
}
