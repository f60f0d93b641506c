"""Expressions go in, values come out."""

from __future__ import annotations

from typing import Final

from lossguard.flow.values import Constant, Why, sole, unknown
from lossguard.interpret.core.machine import Evaluator, Frame, Machine
from lossguard.interpret.core.things import Arguments, Builtin, Value
from lossguard.interpret.python import arithmetic, comprehensions, containers, functions, names, objects, tests
from lossguard.syntax import ir
from lossguard.syntax.spell import spell


def _constant(m: Machine, expr: ir.Const, frame: Frame) -> Value:
    return sole(Constant(expr.value))


def _text(m: Machine, expr: ir.Text, frame: Frame) -> Value:
    """An f-string is known where its parts are."""
    parts = [m.evaluate(part, frame).only for part in expr.parts]
    if all(isinstance(part, Constant) for part in parts):
        return sole(Constant("".join(str(part.value) for part in parts if isinstance(part, Constant))))
    return m.unknown(Why.OPERATION, spell(expr), frame.site(expr))


def _attribute(m: Machine, expr: ir.Attribute, frame: Frame) -> Value:
    site = frame.site(expr)
    return names.settled(m, m.attribute(m.evaluate(expr.value, frame), expr.name, site), site)


def _item(m: Machine, expr: ir.Item, frame: Frame) -> Value:
    value = m.evaluate(expr.value, frame)
    return containers.get_item(m, value, containers.evaluate_index(m, expr.key, frame), frame.site(expr))


def _call(m: Machine, expr: ir.Call, frame: Frame) -> Value:
    callee = m.evaluate(expr.func, frame)
    if callee.only == Builtin("super"):
        return objects.make_super(m, _arguments(m, expr, frame), frame)
    return m.call(callee, _arguments(m, expr, frame), frame.site(expr))


def _arguments(m: Machine, expr: ir.Call, frame: Frame) -> Arguments:
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    is_open = False
    more: Value | None = None
    for arg in expr.args:
        value = m.evaluate(arg.value, frame)
        if arg.star == "*":
            items = containers.items_of(m, value, frame.site(expr))
            is_open |= items.head is not None
            more = value if items.head is not None else more
            positional += items.items if items.head is None else ()
        elif arg.star == "**":
            entries = containers.entries_of(m, value)
            is_open |= entries is None or entries.rest is not None
            keywords += [(str(key), item) for key, item in entries.pairs] if entries is not None else []
        elif arg.keyword is not None:
            keywords.append((arg.keyword, value))
        else:
            positional.append(value)
    return Arguments(tuple(positional), tuple(keywords), is_open, more)


def _starred(m: Machine, expr: ir.Starred, frame: Frame) -> Value:
    return m.evaluate(expr.value, frame)


def _walrus(m: Machine, expr: ir.Walrus, frame: Frame) -> Value:
    value = m.evaluate(expr.value, frame)
    if isinstance(expr.target, ir.Name):
        names.bind(m, expr.target.id, value, frame)
    return value


def _yield(m: Machine, expr: ir.Yield, frame: Frame) -> Value:
    if expr.value is not None:
        value = m.evaluate(expr.value, frame)
        frame.yields.extend(containers.items_of(m, value, frame.site(expr)).everything() if expr.delegates else [value])
    return unknown(Why.SYNTAX, "what a generator is sent")


def _opaque(m: Machine, expr: ir.Opaque, frame: Frame) -> Value:
    return m.unknown(Why.SYNTAX, expr.form, frame.site(expr))


def _slice(m: Machine, expr: ir.Slice, frame: Frame) -> Value:
    return m.unknown(Why.SYNTAX, "a slice on its own", frame.site(expr))


EVALUATORS: Final[dict[type, Evaluator]] = {
    ir.Name: names.evaluate_name,
    ir.Const: _constant,
    ir.Text: _text,
    ir.Attribute: _attribute,
    ir.Item: _item,
    ir.Slice: _slice,
    ir.Call: _call,
    ir.Unary: arithmetic.evaluate_unary,
    ir.Binary: arithmetic.evaluate_binary,
    ir.Compare: tests.evaluate_compare,
    ir.Bool: tests.evaluate_bool,
    ir.Choice: tests.evaluate_choice,
    ir.Sequence: containers.evaluate_sequence,
    ir.Mapping: containers.evaluate_mapping,
    ir.Comprehension: comprehensions.evaluate_comprehension,
    ir.Starred: _starred,
    ir.Walrus: _walrus,
    ir.Yield: _yield,
    ir.Opaque: _opaque,
    ir.Function: functions.evaluate_function,
}
