"""Assignment: a target and a value go in, cells change."""

from __future__ import annotations

from lossguard.domains import Domain, Reach
from lossguard.events import Argument, Event, EventKind
from lossguard.flow.places import Place
from lossguard.flow.values import Unknown, Why, sole
from lossguard.interpret.core.machine import Flow, Frame, Machine, Site
from lossguard.interpret.core.store import joined_items
from lossguard.interpret.core.things import External, Instance, Items, ListObject, Thing, Value
from lossguard.interpret.python import arithmetic, attributes, containers, names
from lossguard.syntax import ir
from lossguard.tensors import Tensor


def assign(m: Machine, target: ir.Expr, value: Value, frame: Frame) -> None:
    """`target = value`."""
    match target:
        case ir.Name(id=name):
            names.bind(m, name, value, frame)
        case ir.Attribute(value=owner, name=name):
            attributes.set_attribute(m, m.evaluate(owner, frame), name, value)
        case ir.Item(value=owner, key=key):
            _assign_item(m, owner, containers.evaluate_index(m, key, frame), value, frame)
        case ir.Sequence(items=items):
            _unpack(m, items, value, frame)
        case ir.Starred(value=inner):
            assign(m, inner, value, frame)


def _assign_item(m: Machine, owner: ir.Expr, index: Value, value: Value, frame: Frame) -> None:
    replaced = containers.set_item(m, m.evaluate(owner, frame), index, value, frame.site(owner))
    if replaced is not None and isinstance(owner, ir.Name | ir.Attribute):
        assign(m, owner, replaced, frame)


def _unpack(m: Machine, targets: tuple[ir.Expr, ...], value: Value, frame: Frame) -> None:
    """`a, (b, *c) = value`, each target under the conditions of what it is unpacked from; `() = value` binds nothing."""
    if not targets:
        return
    site = frame.site(targets[0])
    rows = [(guard, _spread(m, thing, targets, site)) for thing, guard in value.under(m.path).cases]
    for index, target in enumerate(targets):
        part = joined_items([(guard, row[index]) for guard, row in rows])
        starred = isinstance(target, ir.Starred)
        assign(m, target, containers.new_list(m, part, frame.site(target)) if starred else containers.any_of(part), frame)


def _spread(m: Machine, thing: Thing, targets: tuple[ir.Expr, ...], site: Site) -> list[Items]:
    """What each target gets: one item by position where the length is known, any item otherwise."""
    items = containers.items_of(m, sole(thing), site)
    starred = next((index for index, target in enumerate(targets) if isinstance(target, ir.Starred)), None)
    if items.head is None and starred is None and len(items.items) == len(targets):
        return [Items((item,)) for item in items.items]
    if items.head is None and starred is not None and len(items.items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        end = len(items.items) - after
        return [
            *(Items((item,)) for item in items.items[:starred]),
            Items(items.items[starred:end]),
            *(Items((item,)) for item in items.items[end:]),
        ]
    if isinstance(thing, Unknown):
        return [Items((_item(m, thing, index),)) for index in range(len(targets))]
    return [Items(head=containers.any_of(items)) for _ in targets]


def _item(m: Machine, thing: Unknown, index: int) -> Value:
    return m.derived(thing, Why.ITEM, f"item {index} of {thing.detail}", lambda symbol: symbol.item(index))


def execute_assign(m: Machine, statement: ir.Assign, frame: Frame) -> Flow:
    """`a = b = value`; a class that gets a name remembers where, for "you never made an object of it"."""
    value = m.evaluate(statement.value, frame)
    note_kept(m, statement, frame)
    if not isinstance(statement.value, ir.Call):
        place = Place(frame.file, statement.at)
        value = value.map(lambda thing: External(thing.name, place) if isinstance(thing, External) else thing)
    for target in statement.targets:
        assign(m, target, value, frame)
    return Flow.ON


def execute_augment(m: Machine, statement: ir.Augment, frame: Frame) -> Flow:
    """`a += value`."""
    left, right = m.evaluate(statement.target, frame), m.evaluate(statement.value, frame)
    note_kept(m, statement, frame)
    assign(m, statement.target, arithmetic.binary(m, statement.op, left, right, frame.site(statement)), frame)
    return Flow.ON


def note_kept(m: Machine, statement: ir.Stmt, frame: Frame) -> None:
    """Report a loss whose graph outlives its turn of a loop. That a backward pass starts from it says what it is, known or not."""
    kept = m.program.keeping(frame.file, m.library.loops).get(statement.at)
    if kept is not None and m.reach is Reach.TRAINED and _is_kept(m, statement, m.evaluate(kept.value, frame), frame):
        argument = Argument("value", sole(Tensor(Domain.LOSS)), kept.loss)
        m.emit(Event(EventKind.ACCUMULATE, "loss", kept.total, Place(frame.file, statement.at), (argument,), m.path))


def _is_kept(m: Machine, statement: ir.Stmt, value: Value, frame: Frame) -> bool:
    """Whether the value may have a graph, and a list it goes into is one that keeps all of them."""
    match statement:
        case ir.Evaluate(value=ir.Call(func=ir.Attribute(value=held))):
            lasting = all(isinstance(thing, ListObject) for thing in m.evaluate(held, frame))
        case _:
            lasting = True
    return lasting and any(isinstance(thing, Unknown | Tensor) for thing in value)


def execute_declare(m: Machine, statement: ir.Declare, frame: Frame) -> Flow:
    """`a: T = value`."""
    if statement.value is not None:
        assign(m, statement.target, m.evaluate(statement.value, frame), frame)
    return Flow.ON


def execute_delete(m: Machine, statement: ir.Delete, frame: Frame) -> Flow:
    """`del x`, `del x[i]`, `del x.name`."""
    for target in statement.targets:
        match target:
            case ir.Name(id=name):
                m.store.set((frame.redirected.get(name, frame.scopes[0].address), name), None)
            case ir.Item(value=owner, key=key):
                containers.delete_item(m, m.evaluate(owner, frame), containers.evaluate_index(m, key, frame))
            case ir.Attribute(value=owner, name=name):
                for thing in m.evaluate(owner, frame):
                    if isinstance(thing, Instance):
                        m.store.set((thing.address, name), None)
    return Flow.ON
