"""Operators: constants are computed, tensors asked for their dunder methods, lists put together."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable
from typing import Any, Final

from lossguard.flow.values import Constant, Unknown, Why, sole
from lossguard.interpret.core.machine import Frame, Machine, Site
from lossguard.interpret.core.things import Arguments, Pack, Thing, Value
from lossguard.interpret.library import calls
from lossguard.interpret.python import containers, counting, tests
from lossguard.syntax import ir
from lossguard.syntax.spell import spell
from lossguard.tensors import Tensor


def evaluate_unary(m: Machine, expr: ir.Unary, frame: Frame) -> Value:
    """`-x`, `not x`, `~x`."""
    value = m.evaluate(expr.operand, frame)
    site = frame.site(expr)
    if expr.op == "not":
        return tests.evaluate_not(m, value, site)
    return m.each(value, lambda thing: _unary_of(m, expr.op, thing, site))


_UNARY: Final = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def _unary_of(m: Machine, op: str, thing: Thing, site: Site) -> Value:
    match thing:
        case Constant(value=int() | float() as number):
            return sole(Constant(-number if op == "-" else number))
        case Tensor():
            return calls.call_method(m, thing, _UNARY[op], Arguments(), site)
        case _:
            return m.unknown(Why.OPERATION, f"`{op}` on something unknown", site)


def evaluate_binary(m: Machine, expr: ir.Binary, frame: Frame) -> Value:
    """`x + y` and its relatives."""
    left, right = m.evaluate(expr.left, frame), m.evaluate(expr.right, frame)
    return binary(m, expr.op, left, right, frame.site(expr))


def binary(m: Machine, op: str, left: Value, right: Value, site: Site) -> Value:
    """`left op right`, for everything that the two may be."""
    return m.each(left, lambda one: m.each(right, lambda other: _binary_of(m, op, one, other, site)))


_METHODS: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_FOLDED: Final[dict[str, Callable[[Any, Any], Hashable]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip
_LONGEST_TEXT: Final = 1000
_MOST_BITS: Final = 256


def _binary_of(m: Machine, op: str, left: Thing, right: Thing, site: Site) -> Value:
    match left, right:
        case Constant(value=one), Constant(value=other):
            return _folded(m, op, one, other, site)
        case Tensor(), _:
            return calls.call_method(m, left, f"__{_METHODS[op]}__", Arguments((sole(right),)), site)
        case _, Tensor():
            return calls.call_method(m, right, f"__r{_METHODS[op]}__", Arguments((sole(left),)), site)
        case Pack(items=one), Pack(items=other) if op == "+":
            return containers.tuple_of((*one, *other))
        case Unknown(), Constant(value=int() as number) if (
            op in {"+", "-"} and (found := counting.shifted(left, number if op == "+" else -number, spell(site.expr))) is not None
        ):
            return found
        case Constant(value=int() as number), Unknown() if (
            op == "+" and (found := counting.shifted(right, number, spell(site.expr))) is not None
        ):
            return found
        case _ if op in {"+", "*"} and (made := containers.combined(m, op, left, right, site)) is not None:
            return made
        case _:
            return m.unknown(Why.OPERATION, spell(site.expr), site)


def _folded(m: Machine, op: str, left: Hashable, right: Hashable, site: Site) -> Value:
    """Arithmetic on constants, as long as it stays small."""
    small = is_small(left) and is_small(right)
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if op in _FOLDED and small and (numbers or op == "+"):
        try:
            return sole(Constant(_FOLDED[op](left, right)))
        except (TypeError, ZeroDivisionError, OverflowError, ValueError):
            pass
    return m.unknown(Why.OPERATION, spell(site.expr), site)


def is_small(value: Hashable) -> bool:
    """Whether a constant is of a size that is worth computing with: `n = n * n` in a loop grows without end."""
    match value:
        case str() | bytes():
            return len(value) < _LONGEST_TEXT
        case int():
            return value.bit_length() < _MOST_BITS
        case _:
            return True
