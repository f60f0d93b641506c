"""The effects of contracts on objects and calls: delegation, containers of modules, registration, application."""

from __future__ import annotations

from typing import Final

from lossguard.contracts.language import Contract, Word
from lossguard.flow.values import Constant, Unknown, Why, sole, unknown
from lossguard.interpret.core.copies import Copier
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Builtin,
    DictObject,
    Entries,
    Instance,
    Items,
    ListObject,
    Pack,
    Partial,
    Recording,
    Thing,
    TupleClass,
    Value,
)
from lossguard.interpret.library import calls
from lossguard.interpret.library.results import Call
from lossguard.interpret.python.containers import concatenated, content_of, items_of


def _as(call: Call, base: Value, word: Word) -> Value:
    """What another function makes of the same arguments; what it does not get, the object has from its constructor."""
    target = call.m.library.find(str(word.arguments[0]))
    if not isinstance(target, Contract):
        return base
    names = [parameter.name for parameter in target.signatures[0].parameters if not parameter.kind.startswith("*")]
    plain = _plain(call)
    placed = zip(target.signatures[0].standing_for([name for name, _ in plain]), (value for _, value in plain), strict=True)
    given = {name: value for name, value in placed if name is not None}
    for name in names:
        held = call.m.store.get((call.receiver.address, name)) if isinstance(call.receiver, Instance) else None
        if name not in given and held is not None:
            given[name] = held
    keywords = tuple((name, value) for name, value in given.items() if name in names)
    return calls.call_contract(call.m, target, Arguments(keywords=keywords), call.site, maker=call.receiver)


def _plain(call: Call) -> list[tuple[str, Value]]:
    """The arguments by name, without the receiver when it is an object."""
    skipped = "self" if isinstance(call.receiver, Instance) else ""
    return [(name, value) for name, value in call.bound.items() if name != skipped]


def _calls(call: Call, base: Value, word: Word) -> Value:
    """`module(x)` is `module.forward(x)`."""
    if call.receiver is None:
        return base
    method = call.m.attribute(sole(call.receiver), str(word.arguments[0]), call.site)
    return call.m.call(method, call.arguments, call.site)


def _chained(call: Call, base: Value, word: Word) -> Value:
    """What the items of a container make of the input, one after the other."""
    content = content_of(call.m, call.receiver.address) if isinstance(call.receiver, Instance) else None
    values = [value for name, value in call.bound.items() if name != "self"]
    if content is None or not values:
        return base
    value = values[0]
    items = content if isinstance(content, Items) else Items(tuple(item for _, item in content.pairs), content.rest)
    if items.head is not None:
        call.m.call(items.head, Arguments((value,)), call.site)
        value = call.m.unknown(Why.BOUND, "any number of layers", call.site)
    for layer in items.items:
        value = call.m.call(layer, Arguments((value,)), call.site)
    return value


def _holds(call: Call, base: Value, word: Word) -> Value:
    """The object becomes a container; a dict of modules is one of its values, known by its keys."""
    given = call.bound.get(str(word.arguments[0]))
    if not isinstance(call.receiver, Instance) or given is None:
        return base
    content = _content(call, given)
    cell = ITEMS if isinstance(content, Items) else ENTRIES
    call.m.store.set((call.receiver.address, cell), sole(content))
    return base


def _content(call: Call, given: Value) -> Items | Entries:
    match given.only:
        case Pack(items=(one,)) if (entries := _entries(call, one)) is not None:
            for key, value in entries.pairs:
                _register(call, key, value)
            return Items(tuple(value for _, value in entries.pairs), entries.rest)
        case Pack(items=(one,)) if isinstance(one.only, ListObject):  # `nn.Sequential(*layers)`, of any number of layers
            return items_of(call.m, one, call.site)
        case Pack(items=items):
            return Items(items)
        case Constant(value=None):
            return Items()
        case Unknown():
            return Items(head=unknown(Why.ITEM, "a module of a container of unknown content"))
        case _:
            entries = _entries(call, given)
            return entries if entries is not None else items_of(call.m, given, call.site)


def _entries(call: Call, value: Value) -> Entries | None:
    match value.only:
        case DictObject(address=address):
            content = content_of(call.m, address)
            return content if isinstance(content, Entries) else None
        case _:
            return None


def _register(call: Call, name: object, value: Value) -> None:
    if isinstance(call.receiver, Instance) and isinstance(name, str):
        call.m.store.set((call.receiver.address, name), value)


def _registers(call: Call, base: Value, word: Word) -> Value:
    """`add_module("name", module)`: an attribute; in a container of modules, the last item too."""
    name, value = (call.bound.get(str(argument)) for argument in word.arguments)
    if not isinstance(call.receiver, Instance) or name is None or value is None:
        return base
    match name.only:
        case Constant(value=text):
            _register(call, text, value)
    content = content_of(call.m, call.receiver.address)
    if isinstance(content, Items):
        call.m.store.set((call.receiver.address, ITEMS), sole(concatenated(content, Items((value,)))))
    elif isinstance(content, Entries) and isinstance(name.only, Constant):
        call.m.store.set((call.receiver.address, ENTRIES), sole(content.put(name.only.value, value)))
    return base


def _partial(call: Call, base: Value, word: Word) -> Value:
    """`functools.partial(callee, ...)`."""
    first, rest = call.arguments.positional[0], call.arguments.positional[1:]
    return sole(Partial(first, call.arguments._replace(positional=rest)))


def _python(call: Call, base: Value, word: Word) -> Value:
    """What one of Python's builtins makes of the same arguments: `OrderedDict(...)` is a dict."""
    return call.m.call(sole(Builtin(str(word.arguments[0]))), call.arguments, call.site)


def _copied(call: Call, base: Value, word: Word) -> Value:
    """`copy.deepcopy(model)`."""
    copier = Copier(call.m, call.site, deep=bool(word.arguments[0]))
    return base.map(copier.thing)


def _factory(call: Call, base: Value, word: Word) -> Value:
    """`field(default=0)`, `field(default_factory=list)`."""
    default, factory = (call.bound.get(str(argument)) for argument in word.arguments)
    if factory is not None and not isinstance(factory.only, Unknown | Constant):
        return call.m.call(factory, Arguments(), call.site)
    return default if default is not None and default.only != Constant(...) else base


def _tuple_class(call: Call, base: Value, word: Word) -> Value:
    """`namedtuple("Point", "x y")`, `namedtuple("Point", ["x", "y"])`."""
    name, fields = (call.thing(argument) for argument in word.arguments)
    match fields:
        case Constant(value=str() as text):
            return sole(TupleClass(str(name), tuple(text.replace(",", " ").split())))
        case None:
            return base
    held = [item.only for item in items_of(call.m, sole(fields), call.site).items]
    names = tuple(str(item.value) for item in held if isinstance(item, Constant))
    return sole(TupleClass(str(name), names)) if names and len(names) == len(held) else base


def _applied(call: Call, base: Value, word: Word) -> Value:
    """The result of calling one argument with others: `checkpoint(block, x)`."""
    callee = call.bound[str(word.arguments[0])]
    rest = call.bound.get(str(word.arguments[1])) if len(word.arguments) > 1 else None
    match rest.only if rest is not None else None:
        case Pack(items=items):
            return call.m.call(callee, Arguments(items), call.site)
        case _:
            return call.m.call(callee, Arguments(open=True), call.site)


def _gradients(call: Call, base: Value, word: Word) -> Value:
    """`torch.no_grad()`."""
    return sole(Recording(enabled=bool(word.arguments[0])))


def _kept(call: Call, base: Value, word: Word) -> Value:
    """`Phase` speaks of attributes only, `Detached` of what the value is used for."""
    return base


def _item(call: Call, base: Value, word: Word) -> Value:
    """An item of the object, or of an argument."""
    holder = call.receiver if len(word.arguments) == 1 else call.thing(word.arguments[1])
    if holder is None:
        return base
    method = call.m.attribute(sole(holder), "__getitem__", call.site)
    return call.m.call(method, Arguments((call.bound[str(word.arguments[0])],)), call.site)


def _attribute(call: Call, base: Value, word: Word) -> Value:
    """`getattr(object, "name")`, or the attribute of that name of an argument."""
    holder = call.bound.get(str(word.arguments[0]))
    name: Thing | None = call.thing(word.arguments[1]) if len(word.arguments) > 1 else None
    if holder is None or not isinstance(name, Constant):
        return base
    return call.m.attribute(holder, str(name.value), call.site)


EFFECTS: Final = {
    "As": _as,
    "Calls": _calls,
    "Chained": _chained,
    "Holds": _holds,
    "Registers": _registers,
    "Partial": _partial,
    "Python": _python,
    "Copied": _copied,
    "Factory": _factory,
    "TupleClass": _tuple_class,
    "Applied": _applied,
    "Gradients": _gradients,
    "Phase": _kept,
    "Detached": _kept,
    "Trains": _kept,
    "Steps": _kept,
    "Item": _item,
    "Attribute": _attribute,
}
