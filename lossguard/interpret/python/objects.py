"""Classes and objects: what a class statement makes, what calling a class makes, and how attributes are found and set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from lossguard.contracts.language import ClassContract, Contract
from lossguard.events import Entry
from lossguard.flow import values
from lossguard.flow.places import Address
from lossguard.flow.symbols import Held, Symbol
from lossguard.flow.values import NONE, Constant, Why, sole, unknown
from lossguard.interpret.core.machine import Exits, Flow, Frame, Machine, Site
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Bound,
    Builtin,
    External,
    Function,
    Instance,
    Kind,
    Pack,
    ProjectClass,
    Recording,
    Scope,
    Super,
    Thing,
    Value,
)
from lossguard.interpret.library import calls
from lossguard.interpret.python import functions, names
from lossguard.syntax import ir
from lossguard.syntax.scopes import statements_of

_FIELDED: Final = ("dataclass", "NamedTuple", "ModelOutput", "TypedDict")


def execute_class(m: Machine, node: ir.Class, frame: Frame) -> Flow:
    """`class Name(bases): body`."""
    bases = tuple(thing for arg in node.bases if arg.keyword is None for thing in _base(m, arg.value, frame))
    marks = [m.evaluate(decorator, frame).only for decorator in node.decorators]
    fielded = any(isinstance(mark, External) and mark.name.rpartition(".")[2] in _FIELDED for mark in (*marks, *bases))
    cls = ProjectClass(node, frame.file, frame.site(node).address, bases, fielded or _decorated_as_fielded(node))
    scope = Scope(cls.address, None)
    body = Frame(frame.file, (scope, *frame.scopes), frame.context, Exits(m.store.depth, m.path), owner=cls)
    m.execute(node.body, body)
    value: Value = sole(cls)
    for decorator, mark in zip(reversed(node.decorators), reversed(marks), strict=True):
        if isinstance(mark, Function | Bound):
            made = m.call(sole(mark), Arguments((value,)), frame.site(decorator))
            value = made if isinstance(made.only, ProjectClass | Function) else value
    names.bind(m, node.name, value, frame)
    return Flow.ON


def _decorated_as_fielded(node: ir.Class) -> bool:
    """`@dataclass(frozen=True)`: the decorator is a call."""
    heads = (decorator.func for decorator in node.decorators if isinstance(decorator, ir.Call))
    return any((isinstance(head, ir.Name | ir.Attribute) and (head[-1] in _FIELDED)) for head in heads)


def _base(m: Machine, expr: ir.Expr, frame: Frame) -> Iterator[Thing]:
    match m.evaluate(expr, frame).only:
        case External(name=name) as external:
            found = m.library.find(name)
            yield found if isinstance(found, ClassContract) else external
        case ProjectClass() | ClassContract() as base:
            yield base
        case _:
            yield External("?")


def mro(m: Machine, cls: Thing) -> tuple[Thing, ...]:
    """The method resolution order: project classes, then contracts, depth first, the last mention of a class counting."""
    if cls not in m.orders:
        found: dict[Thing, None] = {}
        _visit(m, cls, found)
        m.orders[cls] = tuple(reversed(found))
    return m.orders[cls]


def _visit(m: Machine, cls: Thing, order: dict[Thing, None]) -> None:
    """Add a class after all that comes behind it: what was met before stands behind it already."""
    if cls in order:
        return
    match cls:
        case ProjectClass(bases=bases):
            behind: tuple[Thing, ...] = bases
        case ClassContract(bases=names_of):
            behind = tuple(found for found in map(m.library.find, names_of) if isinstance(found, ClassContract))
        case _:
            behind = ()
    for base in reversed(behind):
        _visit(m, base, order)
    order[cls] = None


def member(m: Machine, order: tuple[Thing, ...], name: str) -> Value | Contract | None:
    """The first definition of a name along a method resolution order."""
    for cls in order:
        match cls:
            case ProjectClass(address=address):
                found = m.store.get((address, name))
                if found is not None:
                    return found
            case ClassContract(methods=methods) if name in methods:
                return methods[name]
            case ClassContract(attributes=attributes) if name in attributes:
                return calls.attribute_value(m, cls, name)
    return None


def recording_of(order: tuple[Thing, ...], name: str) -> Recording | None:
    """What the framework that calls a method says about gradients: none are recorded in Lightning's `validation_step`."""
    contracts = (cls.methods[name] for cls in order if isinstance(cls, ClassContract) and name in cls.methods)
    words = (word for one in contracts if (word := one.signatures[0].result.effect("Gradients")) is not None)
    return next((Recording(enabled=bool(word.arguments[0])) for word in words), None)


def get_attribute(m: Machine, instance: Instance, name: str, site: Site) -> Value:
    """`object.name`."""
    own = m.store.get((instance.address, name))
    if own is not None:
        return own.under(m.path)
    if name == "__class__":
        return sole(instance.cls)
    if name in {"__dict__", "_modules"} or (name in CONTAINER_METHODS and _contains(m, instance)):
        return sole(Builtin(name, instance))
    order = mro(m, instance.cls)
    found = member(m, order, name)
    if found is None:
        found = _set_elsewhere(m, instance, order, name, site)
    if found is None:
        symbol = Symbol(Held(instance.address, name), f"self.{name}")
        return unknown(Why.ATTRIBUTE, f"`{name}` of a {instance}", symbol)
    return bound_to(m, instance, found, site)


# What containers of modules have from lists and dicts.
CONTAINER_METHODS: Final = frozenset("append extend insert pop update clear items values keys".split())


def _contains(m: Machine, instance: Instance) -> bool:
    return any(m.store.get((instance.address, cell)) is not None for cell in (ITEMS, ENTRIES))


def bound_to(m: Machine, receiver: Thing, found: Value | Contract, site: Site) -> Value:
    """A definition seen through an object: functions become methods, properties are run."""
    if isinstance(found, Contract):
        return sole(Bound(receiver, found))
    return m.each(found, lambda thing: _bound_thing(m, receiver, thing, site))


def _bound_thing(m: Machine, receiver: Thing, thing: Thing, site: Site) -> Value:
    match thing:
        case Function(kind=Kind.PROPERTY):
            return functions.call_function(m, thing, Arguments((sole(receiver),)), site)
        case Function(kind=Kind.STATIC):
            return sole(thing)
        case Function(kind=Kind.CLASS):
            return sole(Bound(receiver.cls if isinstance(receiver, Instance) else receiver, thing))
        case Function():
            return sole(Bound(receiver, thing))
        case calls.SELF if isinstance(receiver, Instance):
            return sole(receiver)
        case calls.SELF:
            return unknown(Why.ATTRIBUTE, "what only objects have, of a class")
        case _:
            return sole(thing)


def _set_elsewhere(m: Machine, instance: Instance, order: tuple[Thing, ...], name: str, site: Site) -> Value | None:
    """An attribute that only another method sets (`setup`, `build`): that method is run, with arguments nobody knows."""
    for cls in order:
        for method in setters(cls).get(name, ()) if isinstance(cls, ProjectClass) else ():
            key = ("set", instance.address, method)
            function = member(m, order, method)
            thing = function.only if isinstance(function, values.Value) else None
            if key in m.resolving or not isinstance(thing, Function):
                continue
            m.resolving.add(key)
            m.store.permanently(lambda thing=thing: call_openly(m, thing, instance, site))  # type: ignore[misc]  # bound now
            found = m.store.get((instance.address, name))
            if found is not None:
                return found
    return None


@lru_cache(maxsize=4096)
def setters(cls: ProjectClass) -> Mapping[str, tuple[str, ...]]:
    """The methods that set an attribute, by the attribute's name."""
    found: dict[str, tuple[str, ...]] = {}
    for method in cls.node.body:
        if isinstance(method, ir.Function):
            for name in {name for statement in statements_of(method.body) for name in _set_by(statement)}:
                found[name] = (*found.get(name, ()), method.name)
    return found


def only_init_sets(m: Machine, cls: ProjectClass, name: str) -> bool:
    """Whether an attribute that an object does not have after it was made is one that it will not get later either."""
    order = mro(m, cls)
    known = all(isinstance(base, ProjectClass | ClassContract) for base in order)
    return known and all(set(setters(base).get(name, ())) <= {"__init__"} for base in order if isinstance(base, ProjectClass))


def _set_by(statement: ir.Stmt) -> Iterator[str]:
    """`self.a, self.b = ...` -> a, b."""
    targets = statement.targets if isinstance(statement, ir.Assign) else (statement.target,) if isinstance(statement, ir.Declare) else ()
    for target in (item for one in targets for item in (one.items if isinstance(one, ir.Sequence) else (one,))):
        if isinstance(target, ir.Attribute) and isinstance(target.value, ir.Name):
            yield target.name


def call_openly(m: Machine, function: Function, receiver: Thing | None, site: Site) -> Value:
    """Call a function with arguments of which nothing is known, as an entry point."""
    params = function.node.params if receiver is None or function.kind is Kind.STATIC else function.node.params[1:]
    defaults = dict(function.defaults)
    named = tuple(
        (param.name, functions.parameter(function, param, defaults.get(param.name))) for param in params if not param.kind.startswith("*")
    )
    first = () if receiver is None or function.kind is Kind.STATIC else (sole(receiver),)
    return functions.call_function(m, function, Arguments(first, named, any(param.kind.startswith("*") for param in params)), site)


def get_class_attribute(m: Machine, cls: ProjectClass, name: str, site: Site) -> Value:
    """`Class.name`."""
    if name == "__name__":
        return sole(Constant(cls.node.name))
    found = member(m, mro(m, cls), name)
    match found:
        case None:
            return m.unknown(Why.ATTRIBUTE, f"`{name}` of the class {cls.node.name}", site)
        case Contract(signatures=(signature, *_)) if signature.parameters and signature.parameters[0].name == "cls":
            return sole(Bound(cls, found))
        case Contract():
            return sole(found)
        case values.Value(only=calls.SELF):  # only objects have what the contract says to be the object itself
            return m.unknown(Why.ATTRIBUTE, f"`{name}` of the class {cls.node.name}", site)
        case _:
            return m.each(
                found, lambda thing: sole(Bound(cls, thing)) if isinstance(thing, Function) and thing.kind is Kind.CLASS else sole(thing)
            )


def get_super_attribute(m: Machine, thing: Super, name: str, site: Site) -> Value:
    """`super().name`."""
    cls = thing.receiver.cls if isinstance(thing.receiver, Instance) else thing.receiver
    order = mro(m, cls)
    after = order[order.index(thing.after) + 1 :] if thing.after in order else order
    found = member(m, after, name)
    if found is None:
        return m.unknown(Why.ATTRIBUTE, f"`super().{name}`", site)
    return bound_to(m, thing.receiver, found, site)


def instantiate(m: Machine, cls: ProjectClass, arguments: Arguments, site: Site) -> Value:
    """`Class(arguments)`."""
    instance = Instance(site.address, cls)
    order = mro(m, cls)
    if any(isinstance(base, External) and base.name.endswith("NamedTuple") for base in cls.bases):
        return _named_tuple(cls, arguments)
    if cls.fielded and m.store.get((cls.address, "__init__")) is None:
        return _with_fields(m, instance, order, arguments, site)
    match member(m, order, "__init__"):
        case Contract() as contract:
            calls.construct(m, contract, instance, arguments, site)
        case values.Value() as found:
            m.call(found, replace_first(arguments, sole(instance)), site)
    return sole(instance)


def _named_tuple(cls: ProjectClass, arguments: Arguments) -> Value:
    """An object of a class whose base is `NamedTuple` is a tuple."""
    names_of = tuple(s.target.id for s in cls.node.body if isinstance(s, ir.Declare) and isinstance(s.target, ir.Name))
    missing = unknown(Why.PARAMETER, f"a field of a {cls}")
    items = (value if (value := arguments.at(index, name)) is not None else missing for index, name in enumerate(names_of))
    return sole(Pack(tuple(items), names_of))


def replace_first(arguments: Arguments, first: Value) -> Arguments:
    """The arguments with the receiver in front."""
    return arguments._replace(positional=(first, *arguments.positional))


def _with_fields(m: Machine, instance: Instance, order: tuple[Thing, ...], arguments: Arguments, site: Site) -> Value:
    """An object of a dataclass: its annotated names take the arguments in order."""
    classes = [cls for cls in reversed(order) if isinstance(cls, ProjectClass)]
    fields = [s.target.id for cls in classes for s in cls.node.body if isinstance(s, ir.Declare) and isinstance(s.target, ir.Name)]
    for index, name in enumerate(dict.fromkeys(fields)):
        value = arguments.at(index, name)
        if value is not None:
            m.store.set((instance.address, name), value)
    match member(m, order, "__post_init__"):
        case values.Value() as found:
            m.call(found, Arguments((sole(instance),)), site)
    return sole(instance)


def call_instance(m: Machine, instance: Instance, arguments: Arguments, site: Site) -> Value:
    """`object(arguments)`: `__call__`, or `forward` where the class behind it is not read."""
    order = mro(m, instance.cls)
    name = next((name for name in ("__call__", "forward") if member(m, order, name) is not None), None)
    if name is None:
        return m.unknown(Why.CALL, f"a {instance}", site)
    return m.call(get_attribute(m, instance, name, site), arguments, site)


def call_bound(m: Machine, bound: Bound, arguments: Arguments, site: Site) -> Value:
    """`object.method(arguments)`."""
    if isinstance(bound.function, Contract):
        if bound.function.family == "__init__" and isinstance(bound.receiver, Instance):
            calls.construct(m, bound.function, bound.receiver, arguments, site)
            return NONE
        return calls.call_contract(m, bound.function, arguments, site, receiver=bound.receiver)
    if isinstance(bound.receiver, Instance) and isinstance(bound.receiver.cls, ProjectClass):
        m.entered_on.add((bound.function.place, bound.receiver.cls.place))
        m.enter(Entry(bound.function.place, bound.receiver.cls.place))
    return functions.call_function(m, bound.function, replace_first(arguments, sole(bound.receiver)), site)


def generic(m: Machine, cls: ProjectClass, site: Site) -> Instance:
    """An object of a class as some unknown caller would make it."""
    instance = Instance(Address(cls.place, -1), cls)
    order = mro(m, cls)
    found = member(m, order, "__init__")
    thing = found.only if isinstance(found, values.Value) else None
    if isinstance(thing, Function):
        call_openly(m, thing, instance, site)
    elif isinstance(found, Contract):
        calls.construct(m, found, instance, Arguments(open=True), site)
    return instance


def make_super(m: Machine, arguments: Arguments, frame: Frame) -> Value:
    """`super()`, and `super(Class, self)`."""
    function = frame.function
    match [value.only for value in arguments.positional]:
        case [ProjectClass() as cls, receiver] if receiver is not None:
            return sole(Super(receiver, cls))
        case _ if function is not None and function.owner is not None and function.node.params:
            first = m.store.get((frame.scopes[0].address, function.node.params[0].name))
            if first is not None and first.only is not None:
                return sole(Super(first.only, function.owner))
    return unknown(Why.SYNTAX, "`super()` outside of a method")
