"""A libcst statement goes in, our own statements come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import libcst as cst

from lossguard.syntax import ir
from lossguard.syntax.expressions import Marks, arguments, dotted, lower, operator, optional, parameters
from lossguard.syntax.scopes import bound_names, contains_yield


def lower_module(module: cst.Module, marks: Marks) -> ir.Module:
    """Lower a whole file."""
    return ir.Module(tuple(_block(module.body, marks)))


def _block(statements: Iterable[cst.CSTNode], marks: Marks) -> Iterator[ir.Stmt]:
    for statement in statements:
        match statement:
            case cst.SimpleStatementLine(body=body):
                yield from _block(body, marks)
            case _:
                handler = _HANDLERS.get(type(statement))
                if handler is not None:
                    yield handler(statement, marks)


def _suite(suite: cst.BaseSuite, marks: Marks) -> tuple[ir.Stmt, ...]:
    return tuple(_block(suite.body, marks))


def _decorators(decorators: Sequence[cst.Decorator], marks: Marks) -> tuple[ir.Expr, ...]:
    return tuple(lower(decorator.decorator, marks) for decorator in decorators)


def _function(node: cst.FunctionDef, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    decorators = _decorators(node.decorators, marks)
    params = parameters(node.params, marks)
    body = _suite(node.body, marks)
    bound = bound_names(body) | {param.name for param in params}
    return ir.Function(at, node.name.value, params, body, decorators, bound, contains_yield(body))


def _class(node: cst.ClassDef, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    decorators = _decorators(node.decorators, marks)
    bases = arguments((*node.bases, *node.keywords), marks)
    return ir.Class(at, node.name.value, bases, _suite(node.body, marks), decorators)


def _assign(node: cst.Assign, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    value = lower(node.value, marks)
    return ir.Assign(at, tuple(lower(target.target, marks) for target in node.targets), value)


def _augment(node: cst.AugAssign, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Augment(at, lower(node.target, marks), operator(node.operator), lower(node.value, marks))


def _declare(node: cst.AnnAssign, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Declare(at, lower(node.target, marks), lower(node.annotation.annotation, marks), optional(node.value, marks))


def _evaluate(node: cst.Expr, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Evaluate(at, lower(node.value, marks))


def _return(node: cst.Return, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Return(at, optional(node.value, marks))


def _if(node: cst.If, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.If(at, lower(node.test, marks), _suite(node.body, marks), _else(node.orelse, marks))


def _else(node: cst.If | cst.Else | None, marks: Marks) -> tuple[ir.Stmt, ...]:
    match node:
        case None:
            return ()
        case cst.If():
            return (_if(node, marks),)
        case cst.Else(body=body):
            return _suite(body, marks)


def _for(node: cst.For, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    iterable, target = lower(node.iter, marks), lower(node.target, marks)
    return ir.For(at, target, iterable, _suite(node.body, marks), _else(node.orelse, marks))


def _while(node: cst.While, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.While(at, lower(node.test, marks), _suite(node.body, marks), _else(node.orelse, marks))


def _with(node: cst.With, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    items = tuple((lower(item.item, marks), None if item.asname is None else lower(item.asname.name, marks)) for item in node.items)
    return ir.With(at, items, _suite(node.body, marks))


def _try(node: cst.Try | cst.TryStar, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    body = _suite(node.body, marks)
    handlers = tuple(
        ir.Handler(optional(handler.type, marks), _bound(handler.name), _suite(handler.body, marks)) for handler in node.handlers
    )
    final = () if node.finalbody is None else _suite(node.finalbody.body, marks)
    return ir.Try(at, body, handlers, _else(node.orelse, marks), final)


def _bound(name: cst.AsName | None) -> str | None:
    return name.name.value if name is not None and isinstance(name.name, cst.Name) else None


def _match(node: cst.Match, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Match(at, lower(node.subject, marks), tuple(_case(case, marks) for case in node.cases))


def _case(node: cst.MatchCase, marks: Marks) -> ir.MatchCase:
    at = marks.at(node)
    constants, names = _pattern(node.pattern, marks)
    return ir.MatchCase(at, constants, names, optional(node.guard, marks), _suite(node.body, marks))


def _pattern(node: cst.MatchPattern, marks: Marks) -> tuple[tuple[ir.Expr, ...] | None, tuple[str, ...]]:
    """The constants that a pattern accepts (None: more than constants) and the names that it binds."""
    match node:
        case cst.MatchValue(value=value) | cst.MatchSingleton(value=value):
            return (lower(value, marks),), ()
        case cst.MatchOr(patterns=patterns):
            parts = [_pattern(part.pattern, marks)[0] for part in patterns]
            known = [part for part in parts if part is not None]
            return (sum(known, ()) if len(known) == len(parts) else None), ()
        case cst.MatchAs(pattern=pattern, name=name):
            constants = None if pattern is None else _pattern(pattern, marks)[0]
            return constants, (name.value,) if name is not None else ()
        case _:
            return None, ()


def _import(node: cst.Import, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Import(at, tuple((dotted(alias.name), _bound(alias.asname)) for alias in node.names))


def _import_from(node: cst.ImportFrom, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    if isinstance(node.names, cst.ImportStar):
        names: tuple[tuple[str, str | None], ...] = (("*", None),)
    else:
        names = tuple((dotted(alias.name), _bound(alias.asname)) for alias in node.names)
    return ir.ImportFrom(at, len(node.relative), dotted(node.module), names)


def _global(node: cst.Global | cst.Nonlocal, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Global(at, tuple(item.name.value for item in node.names), isinstance(node, cst.Global))


def _delete(node: cst.Del, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    target = lower(node.target, marks)
    return ir.Delete(at, target.items if isinstance(target, ir.Sequence) else (target,))


def _raise(node: cst.Raise, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Raise(at, optional(node.exc, marks))


def _assert(node: cst.Assert, marks: Marks) -> ir.Stmt:
    at = marks.at(node)
    return ir.Assert(at, lower(node.test, marks))


def _jump(kind: str) -> Callable[[Any, Marks], ir.Stmt]:
    return lambda node, marks: ir.Jump(marks.at(node), kind)


_HANDLERS: Final[dict[type, Callable[[Any, Marks], ir.Stmt]]] = {
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Assign: _assign,
    cst.AugAssign: _augment,
    cst.AnnAssign: _declare,
    cst.Expr: _evaluate,
    cst.Return: _return,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Global: _global,
    cst.Nonlocal: _global,
    cst.Del: _delete,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Break: _jump("break"),
    cst.Continue: _jump("continue"),
}
