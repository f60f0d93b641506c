"""A libcst expression goes in, our own expression comes out."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import libcst as cst

from lossguard.syntax import ir


class Marks:
    """Hands out ordinals to libcst nodes, in the order in which they are lowered; the same file gets the same ordinals."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        """No node has an ordinal yet."""
        self.nodes: list[cst.CSTNode] = []

    def at(self, node: cst.CSTNode) -> int:
        """The ordinal of a node that has none yet."""
        self.nodes.append(node)
        return len(self.nodes) - 1


def lower(node: cst.BaseExpression, marks: Marks) -> ir.Expr:
    """Lower one expression."""
    handler = _HANDLERS.get(type(node))
    return ir.Opaque(marks.at(node), type(node).__name__) if handler is None else handler(node, marks)


def optional(node: cst.BaseExpression | None, marks: Marks) -> ir.Expr | None:
    """Lower an expression that may be absent."""
    return None if node is None else lower(node, marks)


def dotted(node: cst.BaseExpression | None) -> str:
    """`a.b.c` of an import statement, as a string."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr.value}"
        case _:
            return ""


def arguments(args: Sequence[cst.Arg], marks: Marks) -> tuple[ir.Arg, ...]:
    """`x, key=y, *z, **w` of a call or a class statement."""
    return tuple(ir.Arg(lower(arg.value, marks), None if arg.keyword is None else arg.keyword.value, arg.star) for arg in args)


def parameters(params: cst.Parameters, marks: Marks) -> tuple[ir.Param, ...]:
    """The parameters of a function or a lambda, in order."""
    return tuple(
        ir.Param(param.name.value, kind, optional(param.default, marks), _annotation(param.annotation, marks))
        for kind, param in _kinds(params)
    )


def _annotation(node: cst.Annotation | None, marks: Marks) -> ir.Expr | None:
    return None if node is None else lower(node.annotation, marks)


def _kinds(params: cst.Parameters) -> Iterator[tuple[str, cst.Param]]:
    for param in (*params.posonly_params, *params.params):
        yield "positional", param
    if isinstance(params.star_arg, cst.Param):
        yield "*", params.star_arg
    for param in params.kwonly_params:
        yield "keyword", param
    if params.star_kwarg is not None:
        yield "**", params.star_kwarg


def _name(node: cst.Name, marks: Marks) -> ir.Expr:
    match node.value:
        case "None" | "True" | "False" as word:
            return ir.Const(marks.at(node), {"None": None, "True": True, "False": False}[word])
        case word:
            return ir.Name(marks.at(node), word)


def _literal(node: cst.Integer | cst.Float | cst.SimpleString | cst.Imaginary, marks: Marks) -> ir.Expr:
    return ir.Const(marks.at(node), literal_eval(node.value))


def _concatenated(node: cst.ConcatenatedString, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    match lower(node.left, marks), lower(node.right, marks):
        case ir.Const(value=left), ir.Const(value=right) if type(left) is type(right):
            return ir.Const(at, left + right)  # type: ignore[operator]  # two str or two bytes
        case left, right:
            return ir.Text(at, (left, right))


def _formatted(node: cst.FormattedString, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    parts: list[ir.Expr] = []
    for part in node.parts:
        match part:
            case cst.FormattedStringExpression(expression=expression):
                parts.append(lower(expression, marks))
            case cst.FormattedStringText(value=text):
                parts.append(ir.Const(marks.at(part), text))
    return ir.Text(at, tuple(parts))


def _attribute(node: cst.Attribute, marks: Marks) -> ir.Expr:
    return ir.Attribute(marks.at(node), lower(node.value, marks), node.attr.value)


def _subscript(node: cst.Subscript, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    value = lower(node.value, marks)
    indices = tuple(_index(element.slice, marks) for element in node.slice)
    one = len(indices) == 1 and not isinstance(node.slice[0].comma, cst.Comma)
    return ir.Item(at, value, indices[0] if one else ir.Sequence(marks.at(node), "tuple", indices))


def _index(node: cst.BaseSlice, marks: Marks) -> ir.Expr:
    match node:
        case cst.Index(value=value, star=star):
            inner = lower(value, marks)
            return ir.Starred(marks.at(node), inner) if star else inner
        case cst.Slice(lower=lower_, upper=upper, step=step):
            at = marks.at(node)
            return ir.Slice(at, optional(lower_, marks), optional(upper, marks), optional(step, marks))
        case _:
            return ir.Opaque(marks.at(node), type(node).__name__)


def _call(node: cst.Call, marks: Marks) -> ir.Expr:
    return ir.Call(marks.at(node), lower(node.func, marks), arguments(node.args, marks))


def _unary(node: cst.UnaryOperation, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    match _symbol(node.operator), lower(node.expression, marks):
        case "-", ir.Const(value=int() | float() as number):
            return ir.Const(at, -number)
        case op, operand:
            return ir.Unary(at, op, operand)


_SYMBOLS: Final[dict[type, str]] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%", cst.Power: "**",
    cst.MatrixMultiply: "@", cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^", cst.LeftShift: "<<", cst.RightShift: ">>",
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/", cst.FloorDivideAssign: "//",
    cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.MatrixMultiplyAssign: "@", cst.BitAndAssign: "&", cst.BitOrAssign: "|",
    cst.BitXorAssign: "^", cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>",
    cst.Minus: "-", cst.Plus: "+", cst.Not: "not", cst.BitInvert: "~", cst.And: "and", cst.Or: "or",
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">", cst.GreaterThanEqual: ">=",
    cst.Is: "is", cst.IsNot: "is not", cst.In: "in", cst.NotIn: "not in",
}  # fmt: skip


def _symbol(operator: cst.CSTNode) -> str:
    return _SYMBOLS[type(operator)]


def operator(node: cst.CSTNode) -> str:
    """`+=` -> `+`: the operator of an augmented assignment."""
    return _symbol(node)


def _binary(node: cst.BinaryOperation, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    return ir.Binary(at, _symbol(node.operator), lower(node.left, marks), lower(node.right, marks))


def _boolean(node: cst.BooleanOperation, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    return ir.Bool(at, _symbol(node.operator), lower(node.left, marks), lower(node.right, marks))


def _comparison(node: cst.Comparison, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    left = lower(node.left, marks)
    return ir.Compare(at, left, tuple((_symbol(target.operator), lower(target.comparator, marks)) for target in node.comparisons))


def _choice(node: cst.IfExp, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    return ir.Choice(at, lower(node.test, marks), lower(node.body, marks), lower(node.orelse, marks))


def _sequence(kind: str) -> Callable[[Any, Marks], ir.Expr]:
    def lowered(node: cst.Tuple | cst.List | cst.Set, marks: Marks) -> ir.Expr:
        at = marks.at(node)
        return ir.Sequence(at, kind, tuple(_element(element, marks) for element in node.elements))

    return lowered


def _element(node: cst.BaseElement, marks: Marks) -> ir.Expr:
    if isinstance(node, cst.StarredElement):
        at = marks.at(node)
        return ir.Starred(at, lower(node.value, marks))
    return lower(node.value, marks)


def _mapping(node: cst.Dict, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    return ir.Mapping(at, tuple(_pair(element, marks) for element in node.elements))


def _pair(node: cst.BaseDictElement, marks: Marks) -> tuple[ir.Expr | None, ir.Expr]:
    match node:
        case cst.DictElement(key=key, value=value):
            return lower(key, marks), lower(value, marks)
        case _:
            return None, lower(node.value, marks)


def _comprehension(kind: str) -> Callable[[Any, Marks], ir.Expr]:
    def lowered(node: cst.ListComp | cst.SetComp | cst.GeneratorExp, marks: Marks) -> ir.Expr:
        at = marks.at(node)
        clauses = tuple(_clauses(node.for_in, marks))
        return ir.Comprehension(at, kind, None, lower(node.elt, marks), clauses)

    return lowered


def _dict_comprehension(node: cst.DictComp, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    clauses = tuple(_clauses(node.for_in, marks))
    return ir.Comprehension(at, "dict", lower(node.key, marks), lower(node.value, marks), clauses)


def _clauses(node: cst.CompFor | None, marks: Marks) -> Iterator[ir.Clause]:
    while node is not None:
        iterable, target = lower(node.iter, marks), lower(node.target, marks)
        yield ir.Clause(target, iterable, tuple(lower(condition.test, marks) for condition in node.ifs))
        node = node.inner_for_in


def _lambda(node: cst.Lambda, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    params = parameters(node.params, marks)
    result = ir.Return(at, lower(node.body, marks))
    return ir.Function(at, "<lambda>", params, (result,), (), frozenset(param.name for param in params), generator=False)


def _walrus(node: cst.NamedExpr, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    return ir.Walrus(at, lower(node.target, marks), lower(node.value, marks))


def _await(node: cst.Await, marks: Marks) -> ir.Expr:
    return lower(node.expression, marks)


def _yield(node: cst.Yield, marks: Marks) -> ir.Expr:
    at = marks.at(node)
    match node.value:
        case cst.From(item=item):
            return ir.Yield(at, lower(item, marks), delegates=True)
        case value:
            return ir.Yield(at, optional(value, marks), delegates=False)


def _ellipsis(node: cst.Ellipsis, marks: Marks) -> ir.Expr:
    return ir.Const(marks.at(node), ...)


_HANDLERS: Final[dict[type, Callable[[Any, Marks], ir.Expr]]] = {
    cst.Name: _name,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.Imaginary: _literal,
    cst.SimpleString: _literal,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Call: _call,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _choice,
    cst.Tuple: _sequence("tuple"),
    cst.List: _sequence("list"),
    cst.Set: _sequence("set"),
    cst.Dict: _mapping,
    cst.ListComp: _comprehension("list"),
    cst.SetComp: _comprehension("set"),
    cst.GeneratorExp: _comprehension("generator"),
    cst.DictComp: _dict_comprehension,
    cst.Lambda: _lambda,
    cst.NamedExpr: _walrus,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.Ellipsis: _ellipsis,
}
