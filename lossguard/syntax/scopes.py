"""Statements go in, the names that they bind in their own scope come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lossguard.syntax import ir


def bound_names(body: Iterable[ir.Stmt]) -> frozenset[str]:
    """The local names of a function body: everything it binds, less what it declares global or nonlocal."""
    statements = list(statements_of(body))
    declared = {name for statement in statements if isinstance(statement, ir.Global) for name in statement.names}
    return frozenset(name for statement in statements for name in _bindings(statement)) - declared


def contains_yield(body: Iterable[ir.Stmt]) -> bool:
    """Whether a function with this body is a generator."""
    return any(
        isinstance(node, ir.Yield) for statement in statements_of(body) for expr in parts(statement) for node in expressions_of(expr)
    )


def statements_of(body: Iterable[ir.Stmt]) -> Iterator[ir.Stmt]:
    """All statements of a scope, the nested ones too, without entering functions and classes."""
    for statement in body:
        yield statement
        for inner in blocks(statement):
            yield from statements_of(inner)


def blocks(statement: ir.Stmt) -> Iterator[tuple[ir.Stmt, ...]]:
    """The blocks of a compound statement that run in the same scope."""
    match statement:
        case ir.If(body=body, orelse=orelse) | ir.For(body=body, orelse=orelse) | ir.While(body=body, orelse=orelse):
            yield from (body, orelse)
        case ir.With(body=body):
            yield body
        case ir.Try(body=body, handlers=handlers, orelse=orelse, final=final):
            yield from (body, *(handler.body for handler in handlers), orelse, final)
        case ir.Match(cases=cases):
            yield from (case.body for case in cases)


def parts(statement: ir.Stmt) -> Iterator[ir.Expr]:
    """The expressions that a statement evaluates itself."""
    match statement:
        case ir.Assign(targets=targets, value=value):
            yield from (*targets, value)
        case ir.Augment(target=target, value=value):
            yield from (target, value)
        case ir.Declare(target=target, value=value):
            yield from (target,) if value is None else (target, value)
        case ir.Evaluate(value=value) | ir.Assert(test=value):
            yield value
        case ir.Return(value=value) | ir.Raise(value=value):
            yield from () if value is None else (value,)
        case ir.If(test=test) | ir.While(test=test):
            yield test
        case ir.For(target=target, iterable=iterable):
            yield from (target, iterable)
        case ir.With(items=items):
            yield from (part for item in items for part in item if part is not None)
        case ir.Match(subject=subject):
            yield subject


def scopes_of(body: Iterable[ir.Stmt]) -> Iterator[ir.Function]:
    """The functions of a scope and the methods of its classes; what is nested in them belongs to them."""
    for statement in statements_of(body):
        match statement:
            case ir.Function():
                yield statement
            case ir.Class(body=inner):
                yield from scopes_of(inner)


def nodes_of(part: object) -> Iterator[object]:
    """Every node of a part of the tree, inner scopes as well: nodes are tuples of nodes."""
    if isinstance(part, tuple):
        yield part
        for inner in part:
            yield from nodes_of(inner)


def expressions_of(expr: ir.Expr) -> Iterator[ir.Expr]:
    """An expression and everything inside it, without entering lambdas and comprehensions."""
    yield expr
    if isinstance(expr, ir.Function | ir.Comprehension):
        return
    for part in expr:
        yield from _nested(part)


def _nested(part: object) -> Iterator[ir.Expr]:
    if isinstance(part, _EXPRESSIONS):
        yield from expressions_of(part)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _nested(inner)


_EXPRESSIONS = (
    ir.Name, ir.Const, ir.Text, ir.Attribute, ir.Item, ir.Slice, ir.Call, ir.Unary, ir.Binary, ir.Compare, ir.Bool, ir.Choice,
    ir.Sequence, ir.Mapping, ir.Comprehension, ir.Starred, ir.Walrus, ir.Yield, ir.Opaque, ir.Function,
)  # fmt: skip


def _bindings(statement: ir.Stmt) -> Iterator[str]:
    match statement:
        case ir.Function(name=name) | ir.Class(name=name):
            yield name
        case ir.Import(names=names):
            yield from (alias or dotted.partition(".")[0] for dotted, alias in names)
        case ir.ImportFrom(names=names):
            yield from (alias or name for name, alias in names)
        case ir.Try(handlers=handlers):
            yield from (handler.name for handler in handlers if handler.name is not None)
        case ir.Match(cases=cases):
            yield from (name for case in cases for name in case.names)
    yield from (name for target in _targets(statement) for name in target_names(target))
    for expr in parts(statement):
        yield from (node.target.id for node in expressions_of(expr) if isinstance(node, ir.Walrus) and isinstance(node.target, ir.Name))


def _targets(statement: ir.Stmt) -> Iterator[ir.Expr]:
    match statement:
        case ir.Assign(targets=targets) | ir.Delete(targets=targets):
            yield from targets
        case ir.Augment(target=target) | ir.Declare(target=target) | ir.For(target=target):
            yield target
        case ir.With(items=items):
            yield from (target for _, target in items if target is not None)


def target_names(target: ir.Expr) -> Iterator[str]:
    """`a, (b, *c)` -> a, b, c: the plain names that an assignment target binds."""
    match target:
        case ir.Name(id=name):
            yield name
        case ir.Starred(value=value):
            yield from target_names(value)
        case ir.Sequence(items=items):
            for item in items:
                yield from target_names(item)
