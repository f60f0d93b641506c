"""A module's tree goes in; the statements that keep the graph of every loss come out: `total += loss` beside `loss.backward()`.

A sum that a backward pass starts from needs the graphs, so it is none of them; nor is one that is begun anew inside the loop. A loop
whose turns do not end in a step of the optimizer goes over parts of one step: what it adds up does not grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lossguard.contracts.library import Loops
from lossguard.syntax import ir
from lossguard.syntax.scopes import nodes_of, parts, statements_of
from lossguard.syntax.spell import spell

# Methods that take something out of a list.
_TAKING: Final = frozenset({"pop", "popleft", "clear", "remove"})


class Kept(NamedTuple):
    """What outlives the turn of a loop, and the loss that is added to it, as the code spells them."""

    total: str
    loss: str
    value: ir.Expr


def keeping(module: ir.Module, loops: Loops) -> dict[int, Kept]:
    """All statements, in loops, that add a loss which is trained in the same turn to what outlives the turn, by their places."""
    found = [pair for loop in _loops(module.body) for pair in _keeping(tuple(statements_of(loop.body)), loops)]
    bounded = frozenset(_bounded(module.body)) if found else frozenset()
    return {at: kept for at, kept in found if kept.total not in bounded}


def _bounded(body: tuple[ir.Stmt, ...]) -> Iterator[str]:
    """What keeps the last few only: `shown = deque(maxlen=100)`."""
    for statement in statements_of(body):
        match statement:
            case ir.Assign(targets=targets, value=ir.Call(args=args)) if any(arg.keyword == "maxlen" for arg in args):
                yield from map(spell, targets)
            case ir.Function(body=inner) | ir.Class(body=inner):
                yield from _bounded(inner)


def _loops(body: tuple[ir.Stmt, ...]) -> Iterator[ir.For | ir.While]:
    for statement in statements_of(body):
        if isinstance(statement, ir.For | ir.While):
            yield statement
        elif isinstance(statement, ir.Function | ir.Class):
            yield from _loops(statement.body)


def _keeping(turn: tuple[ir.Stmt, ...], loops: Loops) -> Iterator[tuple[int, Kept]]:
    if not any(_steps(statement, loops) for statement in turn):
        return
    trained = [(index, name) for index, statement in enumerate(turn) for name in _trained(statement, loops)]
    shorter = {total for statement in turn for total in _shortened(statement)} | {name for _, name in trained}
    for index, statement in enumerate(turn):
        for total, value in _kept(statement):
            same = [start for start, name in trained if name == _loss(value, loops) and not _set_between(turn, name, start, index)]
            if same and total not in shorter:
                yield statement.at, Kept(total, spell(value), value)


def _steps(statement: ir.Stmt, loops: Loops) -> bool:
    nodes = (node for part in parts(statement) for node in nodes_of(part))
    return any(isinstance(node, ir.Call) and isinstance(node.func, ir.Attribute) and node.func.name in loops.steps for node in nodes)


def _kept(statement: ir.Stmt) -> Iterator[tuple[str, ir.Expr]]:
    """What is added to, and what is added to it: `total += loss`, `total = total + loss`, `losses.append(loss)`."""
    match statement:
        case ir.Augment(target=target, op="+", value=value):
            yield spell(target), value
        case ir.Assign(targets=(target,), value=ir.Binary(op="+", left=left, right=right)):
            total = spell(target)
            yield from ((total, added) for held, added in ((left, right), (right, left)) if spell(held) == total)
        case ir.Evaluate(value=ir.Call(func=ir.Attribute(value=held, name="append"), args=(ir.Arg(value=value),))):
            yield spell(held), value


def _shortened(statement: ir.Stmt) -> Iterator[str]:
    """What is begun anew, or made shorter."""
    match statement:
        case ir.Assign(targets=targets) if not any(True for _ in _kept(statement)):
            yield from map(spell, targets)
        case ir.Evaluate(value=ir.Call(func=ir.Attribute(value=held, name=name))) if name in _TAKING:
            yield spell(held)
        case ir.Delete(targets=targets):
            yield from (spell(target.value) for target in targets if isinstance(target, ir.Item))


def _trained(statement: ir.Stmt, loops: Loops) -> Iterator[str]:
    """The names of the losses that a statement starts a backward pass from."""
    for node in (node for part in parts(statement) for node in nodes_of(part)):
        match node:
            case ir.Call(func=ir.Attribute(value=receiver, name=name), args=args) if name in loops.starts:
                if not any(arg.keyword in loops.starts[name] for arg in args):
                    yield from _names((receiver, *(arg.value for arg in args)), loops)
    match statement:  # `with amp.scale_loss(loss, optimizer) as scaled: scaled.backward()`
        case ir.With(items=((ir.Call(args=args), ir.Name(id=name)),), body=body) if name in {
            found for inner in statements_of(body) for found in _trained(inner, loops)
        }:
            yield from _names((arg.value for arg in args), loops)


def _names(parts_of: Iterable[ir.Expr], loops: Loops) -> Iterator[str]:
    """The losses in what a backward pass starts from: `loss / 4`, `scaler.scale(loss)`."""
    for part in parts_of:
        match part:
            case ir.Call(func=ir.Attribute(name=name), args=(ir.Arg(value=value),)) if (
                name in loops.scales
            ):  # `scaler.scale(loss).backward()`
                yield from _names((value,), loops)
            case _ if (found := _loss(part, loops)) is not None:
                yield found


def _loss(expr: ir.Expr, loops: Loops) -> str | None:
    """The one name that a value comes to by arithmetic: `loss * len(x) / 2`."""
    match expr:
        case ir.Name(id=name):
            return name
        case ir.Unary(operand=value):
            return _loss(value, loops)
        case ir.Call(func=ir.Attribute(value=value, name=name)) if name in loops.keeps:
            return _loss(value, loops)
        case ir.Binary(op="*" | "/", left=left, right=right):
            return _loss(right if isinstance(left, ir.Const) else left, loops)
        case _:
            return None


def _set_between(turn: tuple[ir.Stmt, ...], name: str, one: int, other: int) -> bool:
    """Whether a name means something else at two statements of a turn."""
    first, last = sorted((one, other))
    return any(name in {spell(target) for target in _targets(statement)} for statement in turn[first + 1 : last])


def _targets(statement: ir.Stmt) -> Iterator[ir.Expr]:
    match statement:
        case ir.Assign(targets=targets):
            for target in targets:
                yield from target.items if isinstance(target, ir.Sequence) else (target,)
        case ir.For(target=target) | ir.Declare(target=target) | ir.Augment(target=target):
            yield target
