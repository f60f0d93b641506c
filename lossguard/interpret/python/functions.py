"""Project functions: arguments are bound to parameters, the body is run, and every way out of it is joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lossguard.contracts.language import Contract
from lossguard.events import Entry
from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Default, Parameter, Symbol
from lossguard.flow.traces import Move, Step
from lossguard.flow.values import NONE, Constant, Unknown, Why, join, sole, unknown
from lossguard.interpret.core.machine import DEEPEST_CALL, MOST_RECURSION, Exits, Flow, Frame, Machine, Site
from lossguard.interpret.core.store import Delta
from lossguard.interpret.core.summaries import Named
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Builtin,
    DictObject,
    Entries,
    External,
    Function,
    Items,
    Kind,
    ListObject,
    Pack,
    Recording,
    Scope,
    Thing,
    Value,
)
from lossguard.interpret.python import names
from lossguard.syntax import ir
from lossguard.tensors import Tensor


def evaluate_function(m: Machine, expr: ir.Function, frame: Frame) -> Value:
    """`lambda x: ...`."""
    return sole(make(m, expr, frame))


def make(m: Machine, node: ir.Function, frame: Frame) -> Function:
    """The function that a `def` or a lambda makes: its defaults are evaluated now, and a class body is no scope for it."""
    defaults = tuple((param.name, m.evaluate(param.default, frame)) for param in node.params if param.default is not None)
    scopes = frame.scopes[1:] if frame.owner is not None else frame.scopes
    m.captured.update(scope.address for scope in scopes)
    return Function(node, frame.file, scopes, defaults, frame.owner)


def execute_function(m: Machine, node: ir.Function, frame: Frame) -> Flow:
    """`def f(...): ...` with its decorators."""
    value: Value = sole(make(m, node, frame))
    for decorator in reversed(node.decorators):
        value = _decorated(m, m.evaluate(decorator, frame), value, frame.site(decorator))
    names.bind(m, node.name, value, frame)
    return Flow.ON


_KINDS: Final = {"property": Kind.PROPERTY, "staticmethod": Kind.STATIC, "classmethod": Kind.CLASS}
_PROPERTIES: Final = ("cached_property", "abstractproperty", "lazy_property")


def _decorated(m: Machine, decorator: Value, value: Value, site: Site) -> Value:
    """What a decorator makes of a function; one that is not known is taken to leave it as it is."""
    function = value.only
    match decorator.only:
        case Builtin(name=name) if name in _KINDS and isinstance(function, Function):
            return sole(replace(function, kind=_KINDS[name]))
        case External(name=name) if name.rpartition(".")[2] in _PROPERTIES and isinstance(function, Function):
            return sole(replace(function, kind=Kind.PROPERTY))
        case Recording() as recording if isinstance(function, Function):
            return sole(replace(function, recording=recording))
        case External(name=name) if (found := _recording(m, name, site)) is not None and isinstance(function, Function):
            return sole(replace(function, recording=found))
        case Function():
            made = m.call(decorator, Arguments((value,)), site)
            return value if isinstance(made.only, Unknown) or made == NONE else made
        case _:
            return value


def _recording(m: Machine, name: str, site: Site) -> Recording | None:
    """What `@torch.no_grad`, without a call, does to the function below it."""
    contract = m.library.find(name)
    if not isinstance(contract, Contract) or contract.signatures[0].result.effect("Gradients") is None:
        return None
    made = m.call(sole(External(name)), Arguments(), site).only
    return made if isinstance(made, Recording) else None


def call_function(m: Machine, function: Function, arguments: Arguments, site: Site) -> Value:
    """Run a project function on abstract arguments, or remember what it did when it was run on the same ones."""
    if len(m.calls) >= DEEPEST_CALL or m.calls.count(function.place) >= MOST_RECURSION:
        m.store.cut()
        return m.unknown(Why.BOUND, f"`{function.text}` calls itself, or is called too deep", site)
    with m.under(function.recording):
        return _called(m, function, arguments, site)


def _called(m: Machine, function: Function, arguments: Arguments, site: Site) -> Value:
    m.step()
    m.entered.add(function.place)
    m.enter(Entry(function.place))
    context = m.context(site.context, site.place)
    scope = Scope(Address(function.place, context), function.node.bound)
    bound = tuple(_bound(m, function, arguments, site, scope))
    done = m.memory.recall(m, function, bound, context, site)
    if done is None:
        done = _run(m, function, bound, scope, site)
    value, delta = done
    m.store.apply(delta)
    return _passed(value, Step(Move.RETURNED, site.place, f"`{function.text}` returns it here"))


def _run(m: Machine, function: Function, bound: Named, scope: Scope, site: Site) -> tuple[Value, Delta]:
    """What a call comes to and changes; its local names are forgotten, unless a function that it made still sees them."""
    frame = Frame(function.file, (scope, *function.scopes), scope.address.context, Exits(m.store.depth + 1, m.path), function)
    m.calls.append(function.place)
    try:
        with m.store.recording() as recording:
            value, changed = m.store.aside(lambda: _ran(m, function, bound, frame, site))
    finally:
        m.calls.pop()
    local = None if scope.address in m.captured else scope.address
    delta = {cell: new for cell, new in changed.items() if cell[0] != local}
    if not recording.cut:
        m.memory.keep(m, function, bound, scope.address.context, recording, (value, delta))
    return value, delta


def _ran(m: Machine, function: Function, bound: Named, frame: Frame, site: Site) -> Value:
    for name, value in bound:
        m.store.set((frame.scopes[0].address, name), value)
    m.store.aside(lambda: run(m, function.node.body, frame))
    return _returned(m, function, frame, site)


def run(m: Machine, body: tuple[ir.Stmt, ...], frame: Frame) -> None:
    """Run a body; falling off its end is one more way out, with None."""
    before = m.path
    try:
        if m.execute(body, frame) is Flow.ON:
            leave(m, frame.returns, NONE)
    finally:
        m.path = before


def leave(m: Machine, exits: Exits, value: Value | None) -> None:
    """Take a way out of a block: remember the condition, what is carried, and the changes made since the block began."""
    exits.taken.append((m.path - exits.path, value, m.store.since(exits.depth)))


def _returned(m: Machine, function: Function, frame: Frame, site: Site) -> Value:
    """What the call comes to: the join of all ways out, a list of what was yielded for a generator."""
    exits = [(guard, value if value is not None else NONE, delta) for guard, value, delta in frame.returns.taken]
    if not exits:
        return m.unknown(Why.CALL, f"`{function.text}` never returns", site)
    value = m.merge(exits)
    if function.node.generator:
        address = Address(function.place, frame.context)
        content = join((frozenset(), item) for item in frame.yields) if frame.yields else unknown(Why.ITEM, "nothing is yielded")
        m.store.set((address, ITEMS), sole(Items(head=content)))
        return sole(ListObject(address))
    return value


def stepped(thing: Thing, step: Step) -> Thing:
    """A tensor, or the tensors of a tuple, one step further on their way."""
    match thing:
        case Tensor(trace=trace) if trace is not None:
            return thing.stepped(step)
        case Pack(items=items, fields=fields):
            return Pack(tuple(item.map(lambda inner: stepped(inner, step)) for item in items), fields)
        case _:
            return thing


def _bound(m: Machine, function: Function, arguments: Arguments, site: Site, scope: Scope) -> Iterator[tuple[str, Value]]:
    """Every parameter with its argument, its default, or the reason for not knowing."""
    positional = list(arguments.positional)
    keywords = dict(arguments.keywords)
    defaults = dict(function.defaults)
    for param in function.node.params:
        match param.kind:
            case "*":
                yield param.name, _rest(m, scope, param.name, positional, is_open=arguments.open)
                positional = []
            case "**":
                yield param.name, _more(m, scope, param.name, keywords, is_open=arguments.open)
            case _:
                given = positional.pop(0) if positional and param.kind == "positional" else keywords.pop(param.name, None)
                value = given if given is not None else _absent(function, param, defaults, is_open=arguments.open)
                yield param.name, _passed(value, Step(Move.PASSED, site.place, f"passed as `{param.name}` to `{function.text}`"))


def _passed(value: Value, step: Step) -> Value:
    return value.map(lambda thing: stepped(thing, step))


def _absent(function: Function, param: ir.Param, defaults: dict[str, Value], *, is_open: bool) -> Value:
    default = defaults.get(param.name)
    if default is not None and not is_open:
        return default
    return parameter(function, param, default)


def parameter(function: Function, param: ir.Param, default: Value | None) -> Value:
    """A parameter of which nothing is known but its default."""
    constant = default.only if default is not None else None
    usual = constant.value if isinstance(constant, Constant) else Default.NONE
    symbol = Symbol(Parameter(function.place, param.name), param.name, usual)
    return unknown(Why.PARAMETER, f"`{param.name}` of `{function.text}`", symbol)


def _gathered(scope: Scope, stars: str) -> Address:
    """Where the list of `*args`, or the dict of `**kwargs`, of a call lives."""
    return Address(Place(f"{stars}{scope.address.place.file}", scope.address.place.node), scope.address.context)


def _rest(m: Machine, scope: Scope, name: str, positional: list[Value], *, is_open: bool) -> Value:
    address = _gathered(scope, "*")
    head = unknown(Why.PARAMETER, f"more of `*{name}`") if is_open else None
    m.store.set((address, ITEMS), sole(Items(tuple(positional), head)))
    return sole(ListObject(address))


def _more(m: Machine, scope: Scope, name: str, keywords: dict[str, Value], *, is_open: bool) -> Value:
    address = _gathered(scope, "**")
    rest = unknown(Why.PARAMETER, f"more of `**{name}`") if is_open else None
    m.store.set((address, ENTRIES), sole(Entries(tuple(keywords.items()), rest)))
    return sole(DictObject(address))
