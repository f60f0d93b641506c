"""The tree of a module goes in; the calls whose results are only read as numbers come out: printed, compared, `.item()`.

Nothing learns from such a result: `val_loss += criterion(out, y).item()`. What is returned, stored, passed on, or seen by
another scope may be learned from; so may a result that nobody uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lossguard.syntax import ir
from lossguard.syntax.scopes import nodes_of, parts, statements_of

# Whether an attribute of a tensor leads to something that nothing learns through: `item`, `detach`.
Ends = Callable[[str], bool]

# What Python's own functions read as a number or a text.
_READERS: Final = frozenset({"float", "int", "bool", "str", "print", "round", "format", "repr"})


class Use(NamedTuple):
    """Where a value goes: into a local name (`into`), or to somebody who learns from it (`learned`), or is just read."""

    learned: bool
    into: str | None = None


READ: Final = Use(learned=False)
LEARNED: Final = Use(learned=True)


@dataclass(slots=True)
class Uses:
    """What happens in one scope: to calls by their place in the tree, and to local names."""

    calls: dict[int, Use] = field(default_factory=dict)
    names: dict[str, list[Use]] = field(default_factory=dict)

    def learned(self, use: Use, seen: frozenset[str] = frozenset()) -> bool:
        """Whether somebody may learn from a value with this use; a name that is never read may be read by somebody else."""
        if use.into is None or use.into in seen:
            return use.learned
        uses = self.names.get(use.into, [])
        read = any(one.into != use.into for one in uses)
        return not read or any(self.learned(one, seen | {use.into}) for one in uses)


def only_read(module: ir.Module, ends: Ends) -> frozenset[int]:
    """The places of all calls whose results are only read."""
    return frozenset(at for body in _scopes(module.body) for at in _only_read(body, ends))


def _scopes(body: tuple[ir.Stmt, ...]) -> Iterator[tuple[ir.Stmt, ...]]:
    yield body
    for statement in statements_of(body):
        if isinstance(statement, ir.Function | ir.Class):
            yield from _scopes(statement.body)


def _only_read(body: tuple[ir.Stmt, ...], ends: Ends) -> Iterator[int]:
    uses = Uses()
    for statement in statements_of(body):
        for name, use in _statement(uses, statement, ends):
            uses.names.setdefault(name, []).append(use)
    yield from (at for at, use in uses.calls.items() if not uses.learned(use))


Named = Iterator[tuple[str, Use]]


def _statement(uses: Uses, statement: ir.Stmt, ends: Ends) -> Named:
    match statement:
        case ir.Assign(targets=(ir.Name(id=name),), value=value) | ir.Declare(target=ir.Name(id=name), value=ir.Call() as value):
            yield from _visit(uses, value, Use(learned=False, into=name), ends)
        case ir.Augment(target=ir.Name(id=name), value=value):
            yield from _visit(uses, value, Use(learned=False, into=name), ends)
        case ir.If(test=test) | ir.While(test=test) | ir.Assert(test=test):
            yield from _visit(uses, test, READ, ends)
        case ir.Function() | ir.Class():
            yield from ((name, LEARNED) for name in _names_within(statement.body))
        case ir.Global(names=names):
            yield from ((name, LEARNED) for name in names)
        case _:
            for part in parts(statement):
                yield from _visit(uses, part, LEARNED, ends)


def _names_within(body: Iterable[ir.Stmt]) -> Iterator[str]:
    """The names that an inner scope mentions, at any depth."""
    return (node.id for node in nodes_of(tuple(body)) if isinstance(node, ir.Name))


def _visit(uses: Uses, expr: ir.Expr, use: Use, ends: Ends) -> Named:
    """The names in an expression, each with the use that is made of it."""
    match expr:
        case ir.Name(id=name):
            yield name, use
        case ir.Call(func=ir.Name(id=reader), args=args) if reader in _READERS:
            yield from _all(uses, (arg.value for arg in args), READ, ends)
        case ir.Call(at=at, func=func, args=args):
            uses.calls[at] = use
            yield from _callee(uses, func, use, ends)
            yield from _all(uses, (arg.value for arg in args), LEARNED, ends)
        case ir.Attribute(value=value, name=name):
            yield from _visit(uses, value, READ if ends(name) else use, ends)
        case ir.Item(value=value, key=key):
            yield from _visit(uses, value, use, ends)
            yield from _visit(uses, key, LEARNED, ends)
        case ir.Binary(op="%", left=ir.Const(value=str()), right=right):
            yield from _visit(uses, right, READ, ends)
        case ir.Binary(left=left, right=right):
            yield from _all(uses, (left, right), use, ends)
        case ir.Unary(operand=operand):
            yield from _visit(uses, operand, use, ends)
        case ir.Compare(left=left, rest=rest):
            yield from _all(uses, (left, *(operand for _, operand in rest)), READ, ends)
        case ir.Text(parts=pieces):
            yield from _all(uses, pieces, READ, ends)
        case ir.Sequence(items=items):
            yield from _all(uses, items, READ if use == READ else LEARNED, ends)
        case _:
            yield from _anywhere(uses, expr)


def _callee(uses: Uses, func: ir.Expr, use: Use, ends: Ends) -> Named:
    """`loss.mean()` is used as its result is; `loss.item()` is read."""
    match func:
        case ir.Attribute(value=value, name=name):
            yield from _visit(uses, value, READ if ends(name) else use, ends)
        case _:
            yield from _visit(uses, func, LEARNED, ends)


def _all(uses: Uses, exprs: Iterable[ir.Expr], use: Use, ends: Ends) -> Named:
    for expr in exprs:
        yield from _visit(uses, expr, use, ends)


def _anywhere(uses: Uses, expr: ir.Expr) -> Named:
    """A form that is not looked into: whatever is in it may be learned from."""
    for node in nodes_of(expr):
        match node:
            case ir.Name(id=name):
                yield name, LEARNED
            case ir.Call(at=at):
                uses.calls[at] = LEARNED
