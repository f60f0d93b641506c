"""Comprehensions: item by item where the items are known and few, once with "any item" otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Terms
from lossguard.flow.values import join
from lossguard.interpret.core.machine import Frame, Machine
from lossguard.interpret.core.things import Entries, Items, Scope, Value
from lossguard.interpret.python import assignment, tests
from lossguard.interpret.python.containers import UNROLLED, any_of, items_of, new_dict, new_list, with_key
from lossguard.syntax import ir
from lossguard.syntax.scopes import target_names


def evaluate_comprehension(m: Machine, expr: ir.Comprehension, frame: Frame) -> Value:
    """`[f(x) for x in xs if c]` and its relatives; a generator is taken for a list."""
    bound = frozenset(name for clause in expr.clauses for name in target_names(clause.target))
    scope = Scope(Address(Place(frame.file, expr.at), frame.context), bound)
    inner = replace(frame, scopes=(scope, *frame.scopes))
    found = list(_turns(m, expr, expr.clauses, inner))
    if expr.kind == "dict":
        content = Entries()
        for _, key, value in found:
            content = with_key(content, key, value) if key is not None else content
        return new_dict(m, content, frame.site(expr))
    values = [value for _, _, value in found]
    if all(exact for exact, _, _ in found):
        return new_list(m, Items(tuple(values)), frame.site(expr))
    head = join((frozenset(), value) for value in values)
    return new_list(m, Items(head=head, lengths=_lengths(m, expr.clauses, frame)), frame.site(expr))


def _lengths(m: Machine, clauses: tuple[ir.Clause, ...], frame: Frame) -> Terms:
    """A list with one element for each item of another has its length."""
    match clauses:
        case (ir.Clause(iterable=iterable, conditions=()),):
            return items_of(m, m.evaluate(iterable, frame), frame.site(iterable)).lengths
        case _:
            return frozenset()


def _turns(
    m: Machine, expr: ir.Comprehension, clauses: tuple[ir.Clause, ...], frame: Frame, *, exact: bool = True
) -> Iterator[tuple[bool, Value | None, Value]]:
    """The elements that the clauses lead to, with their keys, and whether each is certainly one element."""
    if not clauses:
        key = None if expr.key is None else m.evaluate(expr.key, frame)
        yield exact, key, m.evaluate(expr.element, frame)
        return
    clause, *rest = clauses
    items = items_of(m, m.evaluate(clause.iterable, frame), frame.site(clause.iterable))
    exact &= items.head is None and len(items.items) <= UNROLLED
    values = items.items if exact else (any_of(items),)
    before = frame.context
    for turn, value in enumerate(values):
        frame.context = m.context(before, Place(frame.file, expr.at), turn) if exact and len(values) > 1 else before
        assignment.assign(m, clause.target, value, frame)
        outcomes = [tests.test(m, m.evaluate(condition, frame), frame.site(condition)) for condition in clause.conditions]
        if all(outcome.yes is not None for outcome in outcomes):
            certain = exact and all(outcome.no is None for outcome in outcomes)
            yield from _turns(m, expr, tuple(rest), frame, exact=certain)
    frame.context = before
