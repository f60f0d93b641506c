"""Tests go in; the conditions under which they come out true and false, or booleans under such conditions, come out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from lossguard.flow import symbols, values
from lossguard.flow.conditions import ALWAYS, Guard, Literal, both, decided, failing
from lossguard.flow.symbols import Symbol
from lossguard.flow.values import Constant, Unknown, Why, join, merged, sole, unknown
from lossguard.interpret.core.machine import Frame, Machine, Site
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Bound,
    Builtin,
    DictObject,
    Entries,
    External,
    Function,
    Instance,
    Items,
    ListObject,
    Pack,
    ProjectClass,
    ProjectModule,
    Thing,
    Value,
)
from lossguard.interpret.library import calls
from lossguard.interpret.python import counting
from lossguard.syntax import ir
from lossguard.syntax.spell import spell
from lossguard.tensors import Tensor


class Test(NamedTuple):
    """The conditions under which a test is true and false; None where it never is."""

    yes: Guard | None
    no: Guard | None


TRUE = sole(Constant(value=True))
FALSE = sole(Constant(value=False))


def test(m: Machine, value: Value, site: Site) -> Test:
    """When a value is true, and when it is false."""
    outcomes = [found for thing, guard in value.under(m.path).cases for found in _outcomes(m, thing, guard, site)]
    yes, no = ([guard for truth, guard in outcomes if truth is side] for side in (True, False))
    return Test(_either(yes, no, site, positive=True), _either(no, yes, site, positive=False))


def _outcomes(m: Machine, thing: Thing, guard: Guard, site: Site) -> Iterator[tuple[bool, Guard]]:
    """The truth values that one case may have, each with its condition."""
    truth = truth_of(m, thing)
    if truth is not None:
        yield truth, guard
        return
    symbol = thing.symbol if isinstance(thing, Unknown) and thing.symbol is not None else _opaque(site)
    known = decided(m.path | guard, symbol)
    for outcome in (True, False):
        if known in {None, outcome}:
            yield outcome, guard if known is not None else guard | {Literal(symbol, outcome)}


def _either(guards: list[Guard], others: list[Guard], site: Site, *, positive: bool) -> Guard | None:
    """One guard for several: what they share, and that the one other outcome fails, or just how the test came out."""
    if len(guards) <= 1 or ALWAYS in guards:
        return min(guards, key=len, default=None)
    apart = failing(others[0]) if len(others) == 1 and others[0] else Literal(_opaque(site), positive)
    return frozenset.intersection(*guards) | {apart}


def _opaque(site: Site) -> Symbol:
    """A test of which nothing is known but where it stands."""
    return Symbol(symbols.Test(site.place, site.context), spell_of(site))


def truth_of(m: Machine, thing: Thing) -> bool | None:
    """The truth value of one thing; None where it is open."""
    match thing:
        case Constant(value=value):
            return bool(value)
        case Pack(items=items):
            return bool(items)
        case ListObject(address=address) | Instance(address=address) if (content := _content(m, address, ITEMS)) is not None:
            return True if content.items else None if content.head is not None else False
        case DictObject(address=address) if (entries := m.store.get((address, ENTRIES))) is not None:
            return _truth_of_entries(entries.only)
        case Function() | ProjectClass() | ProjectModule() | External() | Builtin() | Bound() | Instance():
            return True
        case _:
            return None


def _content(m: Machine, address: object, cell: str) -> Items | None:
    held = m.store.get((address, cell))  # type: ignore[arg-type]  # an Address
    return held.only if held is not None and isinstance(held.only, Items) else None


def _truth_of_entries(entries: Thing | None) -> bool | None:
    match entries:
        case Entries(pairs=pairs, rest=rest):
            return True if pairs else None if rest is not None else False
        case _:
            return None


def evaluate_bool(m: Machine, expr: ir.Bool, frame: Frame) -> Value:
    """`a and b`, `a or b`: `b` is evaluated only where it decides."""
    left = m.evaluate(expr.left, frame)
    outcome = test(m, left, frame.site(expr.left))
    stays, goes_on = (outcome.no, outcome.yes) if expr.op == "and" else (outcome.yes, outcome.no)
    if goes_on is None:
        return left
    with m.assuming(goes_on):
        right, delta = m.store.aside(lambda: m.evaluate(expr.right, frame))
    if stays is None:
        m.store.apply(delta)
        return right
    kept = _with_truth(m, left, truth=expr.op == "or")
    return m.merge([(stays, kept.under(m.path | stays), {}), (goes_on, right, delta)])


def _with_truth(m: Machine, value: Value, *, truth: bool) -> Value:
    """The cases of a value that can have this truth value."""
    cases = tuple(case for case in value.cases if truth_of(m, case.thing) in {truth, None})
    return values.Value(cases) if cases else value


def evaluate_choice(m: Machine, expr: ir.Choice, frame: Frame) -> Value:
    """`yes if test else no`."""
    outcome = test(m, m.evaluate(expr.test, frame), frame.site(expr.test))
    if outcome.no is None:
        return m.evaluate(expr.yes, frame)
    if outcome.yes is None:
        return m.evaluate(expr.no, frame)
    branches = []
    for guard, side in ((outcome.yes, expr.yes), (outcome.no, expr.no)):
        with m.assuming(guard) as possible:
            if possible:
                value, delta = m.store.aside(lambda side=side: m.evaluate(side, frame))  # type: ignore[misc]  # bound now
                branches.append((guard, value, delta))
    return m.merge(branches)


def evaluate_not(m: Machine, value: Value, site: Site) -> Value:
    """`not x`."""
    outcome = test(m, value, site)
    return boolean(Test(outcome.no, outcome.yes))


def boolean(outcome: Test) -> Value:
    """A test as a value: True under one condition, False under the other."""
    if outcome.no is None:
        return TRUE
    if outcome.yes is None:
        return FALSE
    return join([(outcome.yes, TRUE), (outcome.no, FALSE)])


def evaluate_compare(m: Machine, expr: ir.Compare, frame: Frame) -> Value:
    """`a == b`; a chain is as true as all its links."""
    left = m.evaluate(expr.left, frame)
    result: Value | None = None
    for op, operand in expr.rest:
        right = m.evaluate(operand, frame)
        link = compare(m, op, left, right, frame.site(expr))
        result = link if result is None else _conjunction(m, result, link, frame.site(expr))
        left = right
    return result if result is not None else TRUE


def _conjunction(m: Machine, one: Value, other: Value, site: Site) -> Value:
    first, second = test(m, one, site), test(m, other, site)
    yes = None if first.yes is None or second.yes is None else both(first.yes, second.yes)
    no = None if first.no is None and second.no is None else frozenset({Literal(_opaque(site), positive=False)})
    return boolean(Test(yes, no))


def compare(m: Machine, op: str, left: Value, right: Value, site: Site) -> Value:
    """One comparison, case by case."""
    cases = [
        values.Case(thing, joint)
        for one, one_guard in left.under(m.path).cases
        for other, other_guard in right.under(m.path).cases
        if (joined := both(one_guard, other_guard)) is not None
        for thing, guard in _compared(m, op, one, other, site).cases
        if (joint := both(joined, guard)) is not None
    ]
    return values.Value(merged(cases)).under(m.path) if cases else m.unknown(Why.OPERATION, spell_of(site), site)


def spell_of(site: Site) -> str:
    """The site's expression as text."""
    return spell(site.expr)


_NEGATED = {"!=": "==", "is not": "is", "not in": "in"}


# Comparisons as methods, and the one that says the same from the other side.
_METHODS: Final = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
_MIRRORED: Final = {**counting.MIRRORED, "!=": "!="}


def _compared(m: Machine, op: str, left: Thing, right: Thing, site: Site) -> Value:
    if op in _METHODS and isinstance(left, Tensor):
        return calls.call_method(m, left, _METHODS[op], Arguments((sole(right),)), site)
    if op in _METHODS and isinstance(right, Tensor):
        return calls.call_method(m, right, _METHODS[_MIRRORED[op]], Arguments((sole(left),)), site)
    if op in _NEGATED:
        return evaluate_not(m, _compared(m, _NEGATED[op], left, right, site), site)
    known = counting.compared(op, left, right) if op in counting.COMPARISONS else None
    if known is not None:
        return TRUE if known else FALSE
    match op, left, right:
        case _, Constant(value=one), Constant(value=other):
            return _folded(m, op, one, other, site)
        case "is" | "==", one, Constant(value=None) if _is_object(one):
            return FALSE
        case "==" | "is", Unknown(symbol=Symbol() as symbol), Constant(value=constant):
            return _literal(symbol.equals(constant))
        case "==" | "is", Constant(value=constant), Unknown(symbol=Symbol() as symbol):
            return _literal(symbol.equals(constant))
        case "==" | "is", Unknown(), Unknown():
            return _open(left, right, site)
        case "is", Constant(value=None), other if _is_object(other):
            return FALSE
        case "==" | "is", one, other if _is_object(one) and _is_object(other) and type(one) is type(other):
            return TRUE if one == other else FALSE
        case "in", one, other:
            return _contained(m, one, other, site)
        case "<" | "<=" | ">" | ">=", Unknown(symbol=Symbol() as symbol), Constant(value=int() | float() as bound):
            return _bounded(op, symbol, bound)
        case "<" | "<=" | ">" | ">=", Constant(value=int() | float() as bound), Unknown(symbol=Symbol() as symbol):
            return _bounded(counting.MIRRORED[op], symbol, bound)
        case _:
            return _open(left, right, site)


def _open(left: Thing, right: Thing, site: Site) -> Value:
    """A test that comes out either way, and what it is about."""
    about = tuple(thing.symbol for thing in (left, right) if isinstance(thing, Unknown) and thing.symbol is not None)
    text = spell_of(site)
    return unknown(Why.OPERATION, text, Symbol(symbols.Test(site.place, site.context, about), text))


# What is not None, whatever it is: slices, numbers, and what tests and lengths come to.
_SOMETHING: Final = symbols.Slice | symbols.Linear | symbols.Counter | symbols.Test | symbols.Computed


def _is_object(thing: Thing) -> bool:
    """Whether something certainly is not None."""
    match thing:
        case Unknown(symbol=Symbol(origin=origin)):
            return isinstance(origin, _SOMETHING)
        case Unknown() | Constant():
            return False
        case _:
            return True


def _literal(symbol: Symbol) -> Value:
    return join([(frozenset({Literal(symbol, outcome)}), TRUE if outcome else FALSE) for outcome in (True, False)])


def _bounded(op: str, symbol: Symbol, bound: float) -> Value:
    """`depth < 3`; `depth > 3` is that `depth <= 3` fails."""
    positive = op in {"<", "<="}
    condition = symbol.below(bound, inclusive=op in {"<=", ">"})
    return join([(frozenset({Literal(condition, outcome)}), TRUE if outcome is positive else FALSE) for outcome in (True, False)])


def _folded(m: Machine, op: str, left: Hashable, right: Hashable, site: Site) -> Value:
    try:
        match op:
            case "==":
                return TRUE if left == right else FALSE
            case "is":
                return TRUE if left is right or (left == right and type(left) is type(right)) else FALSE
            case "in":
                return TRUE if left in right else FALSE  # type: ignore[operator]  # the TypeError is caught
            case "<":
                return TRUE if left < right else FALSE  # type: ignore[operator]
            case "<=":
                return TRUE if left <= right else FALSE  # type: ignore[operator]
            case ">":
                return TRUE if left > right else FALSE  # type: ignore[operator]
            case _:
                return TRUE if left >= right else FALSE  # type: ignore[operator]
    except TypeError:
        return m.unknown(Why.OPERATION, spell_of(site), site)


def _contained(m: Machine, item: Thing, container: Thing, site: Site) -> Value:
    """`x in ("a", "b")`, `key in mapping`."""
    known = _constants_in(m, container)
    match item:
        case Constant(value=value) if known is not None:
            return TRUE if value in known else FALSE
        case Unknown(symbol=Symbol() as symbol) if known is not None:
            return _literal(symbol.among(frozenset(known), f"{tuple(known)}"))
        case Constant(value=value) if isinstance(container, Unknown) and container.symbol is not None:
            return _literal(container.symbol.holding(value))
        case _:
            return _open(item, container, site)


def _constants_in(m: Machine, container: Thing) -> list[Hashable] | None:
    """The constants that a container holds; None where it may hold anything else."""
    match container:
        case Pack(items=items):
            held: tuple[Value, ...] | None = items
        case ListObject(address=address):
            content = _content(m, address, ITEMS)
            held = content.items if content is not None and content.head is None else None
        case DictObject(address=address):
            entries = m.store.get((address, ENTRIES))
            known = entries.only if entries is not None else None
            return [key for key, _ in known.pairs] if isinstance(known, Entries) and known.rest is None else None
        case _:
            held = None
    things = [value.only for value in held] if held is not None else [None]
    return (
        [thing.value for thing in things if isinstance(thing, Constant)] if all(isinstance(thing, Constant) for thing in things) else None
    )
