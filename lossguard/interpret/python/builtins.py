"""Python's own functions on abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lossguard.contracts.language import ClassContract
from lossguard.domains import Domain
from lossguard.flow import values
from lossguard.flow.conditions import Literal
from lossguard.flow.symbols import Symbol
from lossguard.flow.values import NONE, Constant, Unknown, Why, join, sole, unknown
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.things import (
    Arguments,
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
    Thing,
    Value,
)
from lossguard.interpret.python import arithmetic, attributes, containers, counting, methods, names, objects, tests, unknowns
from lossguard.interpret.python.containers import content_of, items_of, new_dict, new_list
from lossguard.syntax.spell import spell
from lossguard.tensors import Tensor


def call_builtin(m: Machine, thing: Builtin, arguments: Arguments, site: Site) -> Value:
    """Call one of Python's own functions, or a method of one of its containers."""
    if thing.receiver is not None:
        return methods.call_method(m, thing, arguments, site)
    work = _FUNCTIONS.get(thing.name)
    return work(m, arguments, site) if work is not None else m.unknown(Why.CALL, f"`{thing.name}`", site)


def _range(m: Machine, arguments: Arguments, site: Site) -> Value:
    constants = [value.only for value in arguments.positional]
    numbers = [thing.value for thing in constants if isinstance(thing, Constant) and isinstance(thing.value, int)]
    if len(numbers) == len(constants) and len(numbers) in {1, 2, 3} and numbers[2:] != [0]:
        found = range(*(numbers if len(numbers) > 1 else [0, *numbers]))
        if len(found) <= containers.UNROLLED:
            return new_list(m, Items(tuple(sole(Constant(number)) for number in found)), site)
    return new_list(m, _counted(constants, site), site)


def _counted(bounds: list[Thing | None], site: Site) -> Items:
    """`range(n)`, `range(1, n)`: the counters of all turns but the last, and that of the last."""
    match bounds:
        case [stop]:
            start: int | None = 0
        case [Constant(value=int() as start), stop]:
            pass
        case [Constant(value=int() as start), stop, Constant(value=1)]:
            pass
        case _:
            start, stop = None, None
    if start is None:
        return Items(head=counting.counter(site.place, site.context, frozenset(), None, "a number of a range"))
    before, last = counting.turns(site.place, site.context, counting.plus(counting.terms_of(stop), -start), start)
    ends = _last_of(stop, last)
    return Items((ends,), before, counting.plus(counting.terms_of(stop), -start))


def _last_of(stop: Thing | None, otherwise: Value) -> Value:
    """The last number of a range: a known one where its end is known."""
    return sole(Constant(stop.value - 1)) if isinstance(stop, Constant) and isinstance(stop.value, int) else otherwise


def _list(m: Machine, arguments: Arguments, site: Site) -> Value:
    given = arguments.at(0)
    return new_list(m, items_of(m, given, site) if given is not None else Items(), site)


def _tuple(m: Machine, arguments: Arguments, site: Site) -> Value:
    given = arguments.at(0)
    items = items_of(m, given, site) if given is not None else Items()
    return sole(Pack(items.items)) if items.head is None else new_list(m, items, site)


def _dict(m: Machine, arguments: Arguments, site: Site) -> Value:
    content = Entries(arguments.keywords, unknown(Why.ITEM, "more of `**`") if arguments.open else None)
    for given in arguments.positional:
        known = containers.entries_of(m, given)
        content = containers.updated(known if known is not None else _from_pairs(m, given, site), content)
    return new_dict(m, content, site)


def _from_pairs(m: Machine, given: Value, site: Site) -> Entries:
    """`dict([("a", x), ("b", y)])`."""
    content = Entries()
    for item in items_of(m, given, site).everything():
        match item.only:
            case Pack(items=(key, value)):
                content = containers.with_key(content, key, value)
            case _:
                content = Entries(content.pairs, unknown(Why.ITEM, "a dict of unknown content"))
    return content


def _zip(m: Machine, arguments: Arguments, site: Site) -> Value:
    columns = [items_of(m, value, site) for value in arguments.positional]
    if columns and all(column.head is None for column in columns):
        rows = zip(*(column.items for column in columns), strict=False)
        return new_list(m, Items(tuple(sole(Pack(row)) for row in rows)), site)
    last = sole(Pack(tuple(column.items[-1] if column.items else containers.any_of(column) for column in columns)))
    lengths = frozenset(length for column in columns for length in column.lengths)
    return new_list(m, Items((last,), sole(Pack(tuple(map(containers.any_of, columns)))), lengths), site)


def _enumerate(m: Machine, arguments: Arguments, site: Site) -> Value:
    items = items_of(m, arguments.positional[0], site) if arguments.positional else Items()
    match arguments.at(1, "start"):
        case values.Value(cases=((Constant(value=int() as start), _),)):
            pass
        case _:
            start = 0
    if items.head is None:
        rows = tuple(sole(Pack((sole(Constant(index + start)), item))) for index, item in enumerate(items.items))
        return new_list(m, Items(rows), site)
    before, end = counting.turns(site.place, site.context, items.lengths, start)
    last = items.items[-1] if items.items else items.head
    row = sole(Pack((before, containers.any_of(items))))
    return new_list(m, Items((sole(Pack((end, last))),), row, items.lengths), site)


def _same(m: Machine, arguments: Arguments, site: Site) -> Value:
    """`sorted`, `iter`, `set`: the same items, for all that is known."""
    return new_list(m, items_of(m, arguments.positional[0], site), site) if arguments.positional else new_list(m, Items(), site)


def _reversed(m: Machine, arguments: Arguments, site: Site) -> Value:
    items = items_of(m, arguments.positional[0], site) if arguments.positional else Items()
    return new_list(m, Items(items.items[::-1]) if items.head is None else Items(head=containers.any_of(items)), site)


def _next(m: Machine, arguments: Arguments, site: Site) -> Value:
    return containers.any_of(items_of(m, arguments.positional[0], site)) if arguments.positional else NONE


def _map(m: Machine, arguments: Arguments, site: Site) -> Value:
    if len(arguments.positional) < 2:
        return m.unknown(Why.CALL, "`map`", site)
    callee, *given = arguments.positional
    columns = [items_of(m, value, site) for value in given]
    if all(column.head is None and len(column.items) <= containers.UNROLLED for column in columns):
        rows = zip(*(column.items for column in columns), strict=False)
        return new_list(m, Items(tuple(m.call(callee, Arguments(tuple(row)), site) for row in rows)), site)
    return new_list(m, Items(head=m.call(callee, Arguments(tuple(map(containers.any_of, columns))), site)), site)


def _filter(m: Machine, arguments: Arguments, site: Site) -> Value:
    items = items_of(m, arguments.positional[1], site) if len(arguments.positional) > 1 else Items()
    return new_list(m, Items(head=containers.any_of(items)), site)


def _sum(m: Machine, arguments: Arguments, site: Site) -> Value:
    items = items_of(m, arguments.positional[0], site) if arguments.positional else Items()
    if items.head is not None or not items.items:
        return m.unknown(Why.OPERATION, "a sum of any number of items", site)
    total = items.items[0]
    for item in items.items[1:]:
        total = arithmetic.binary(m, "+", total, item, site)
    return total


def _len(m: Machine, arguments: Arguments, site: Site) -> Value:
    thing = arguments.positional[0].only if arguments.positional else None
    match thing:
        case Pack(items=items):
            return sole(Constant(len(items)))
        case Constant(value=str() as text):
            return sole(Constant(len(text)))
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            match content_of(m, address):
                case Items(items=items, head=None):
                    return sole(Constant(len(items)))
                case Items() as content:
                    return counting.number(content.lengths | containers.own_length(address, content), spell(site.expr))
                case Entries(pairs=pairs, rest=None):
                    return sole(Constant(len(pairs)))
    return m.derived(thing, Why.CALL, "a length", Symbol.length) if isinstance(thing, Unknown) else m.unknown(Why.CALL, "a length", site)


def _isinstance(m: Machine, arguments: Arguments, site: Site) -> Value:
    if len(arguments.positional) != 2:
        return m.unknown(Why.CALL, "`isinstance`", site)
    value, classes = arguments.positional
    return m.each(value, lambda thing: _instance_of(m, thing, classes, site))


def _instance_of(m: Machine, thing: Thing, classes: Value, site: Site) -> Value:
    wanted = _classes(m, classes, site)
    verdicts = [_is_a(m, thing, cls) for cls in wanted]
    if True in verdicts:
        return tests.TRUE
    if verdicts and None not in verdicts:
        return tests.FALSE
    return (
        m.derived(thing, Why.CALL, "an `isinstance`", lambda symbol: symbol.is_instance(tuple(wanted)))
        if isinstance(thing, Unknown)
        else m.unknown(Why.CALL, "an `isinstance`", site)
    )


def _classes(m: Machine, classes: Value, site: Site) -> list[Thing]:
    match classes.only:
        case Pack(items=items):
            return [thing for item in items for thing in item]
        case None:
            return []
        case thing:
            return [thing]


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,), "float": (float,), "str": (str,), "bool": (bool,), "bytes": (bytes,),
}  # fmt: skip


def _is_a(m: Machine, thing: Thing, cls: Thing) -> bool | None:
    """Whether a thing is of a class; None where that cannot be told."""
    match thing, cls:
        case Instance(cls=held), ProjectClass():
            return cls in objects.mro(m, held) or None
        case Instance(cls=held), External(name=name):
            found = m.library.find(name)
            return (found in objects.mro(m, held)) or None if isinstance(found, ClassContract) else None
        case Tensor(), External(name=name) if name.endswith(f".{Domain.TENSOR.value}"):
            return True
        case ((Pack() | ListObject() | DictObject() | Tensor() | Constant()), Builtin(name=name)):
            return _is_builtin(thing, name)
        case ((Pack() | ListObject() | DictObject() | Constant()), (External() | ProjectClass())):
            return False
        case _:
            return None


def _is_builtin(thing: Thing, name: str) -> bool:
    match thing:
        case Constant(value=value):
            return isinstance(value, _TYPES.get(name, ()))
        case Pack():
            return name == "tuple"
        case ListObject():
            return name in {"list", "set"}
        case DictObject():
            return name == "dict"
        case _:
            return False


def _hasattr(m: Machine, arguments: Arguments, site: Site) -> Value:
    if len(arguments.positional) == 2 and isinstance(arguments.positional[1].only, Constant):
        name = str(arguments.positional[1].only.value)
        match arguments.positional[0].only:
            case Instance() as instance if m.store.get((instance.address, name)) is not None:
                return tests.TRUE
            case Instance(cls=ProjectClass() as cls) if objects.member(m, objects.mro(m, cls), name) is not None:
                return tests.TRUE
            case Instance(cls=ProjectClass() as cls) if objects.only_init_sets(m, cls, name):
                return tests.FALSE
            case Unknown() as thing:
                return m.derived(thing, Why.CALL, "a `hasattr`", lambda symbol: symbol.has_attribute(name))
    return m.unknown(Why.CALL, "a `hasattr`", site)


def _getattr(m: Machine, arguments: Arguments, site: Site) -> Value:
    if len(arguments.positional) < 2:
        return m.unknown(Why.CALL, "`getattr`", site)
    owner, name, *default = arguments.positional
    match name.only:
        case Constant(value=str() as text):
            found = names.settled(m, m.attribute(owner, text, site), site)
            return unknowns.by_default(found, default[0], known=not isinstance(owner.only, Unknown)) if default else found
        case Unknown(symbol=Symbol() as symbol):
            return _chosen(m, owner, symbol, site)
        case _:
            return m.unknown(Why.ATTRIBUTE, "an attribute whose name is not known", site)


def _chosen(m: Machine, owner: Value, symbol: Symbol, site: Site) -> Value:
    """`getattr(nn, args.loss)`: one of the values that the name is said to have, or something else."""
    names_of = [name for name in symbol.alternatives if isinstance(name, str)]
    chosen = [Literal(symbol.equals(name), positive=True) for name in names_of]
    found = [(frozenset({one}), m.attribute(owner, name, site)) for one, name in zip(chosen, names_of, strict=True)]
    other = m.unknown(Why.ATTRIBUTE, "an attribute whose name is not known", site)
    if len(found) != 1:
        return join(found) if found else other
    return join([*found, (frozenset({chosen[0].opposite}), other)])


def _setattr(m: Machine, arguments: Arguments, site: Site) -> Value:
    match arguments.positional:
        case (owner, name, value) if isinstance(name.only, Constant):
            attributes.set_attribute(m, owner, str(name.only.value), value)
        case (owner, _, value):
            for thing in owner:
                if isinstance(thing, Instance):
                    attributes.forget_parts(m, thing, value)
    return NONE


def _type(m: Machine, arguments: Arguments, site: Site) -> Value:
    match arguments.positional:
        case (value,) if isinstance(value.only, Instance):
            return sole(value.only.cls)
        case _:
            return m.unknown(Why.CALL, "`type`", site)


def _converted(kind: Callable[..., Any]) -> Callable[[Machine, Arguments, Site], Value]:
    def work(m: Machine, arguments: Arguments, site: Site) -> Value:
        thing = arguments.positional[0].only if arguments.positional else Constant(kind())
        match thing:
            case Constant(value=value):
                try:
                    return sole(Constant(kind(value)))
                except (TypeError, ValueError, OverflowError):
                    return m.unknown(Why.OPERATION, f"`{kind.__name__}({value!r})`", site)
            case Unknown(symbol=Symbol()):
                said = f"a {kind.__name__}"
                return (
                    sole(thing) if kind in {str, bool} else m.derived(thing, Why.OPERATION, said, lambda one: one.converted(kind.__name__))
                )
            case _:
                return m.unknown(Why.OPERATION, f"a {kind.__name__}", site)

    return work


def _none(m: Machine, arguments: Arguments, site: Site) -> Value:
    return NONE


_FUNCTIONS: Final[dict[str, Callable[[Machine, Arguments, Site], Value]]] = {
    "range": _range, "list": _list, "tuple": _tuple, "dict": _dict, "zip": _zip, "enumerate": _enumerate, "set": _same,
    "frozenset": _same, "sorted": _same, "iter": _same, "reversed": _reversed, "next": _next, "map": _map, "filter": _filter,
    "sum": _sum, "len": _len, "isinstance": _isinstance, "hasattr": _hasattr, "getattr": _getattr, "setattr": _setattr,
    "type": _type, "int": _converted(int), "float": _converted(float), "str": _converted(str), "bool": _converted(bool),
    "print": _none,
}  # fmt: skip


def get_builtin_attribute(m: Machine, thing: Thing, name: str, site: Site) -> Value:
    """An attribute of a Python value: its methods, the fields of a named tuple."""
    if isinstance(thing, Pack) and name in thing.fields:
        return thing.items[thing.fields.index(name)]
    if isinstance(thing, Constant) and isinstance(thing.value, bool) and (mask := unknowns.of_mask(m, name)) is not None:
        return mask
    if isinstance(thing, Function | Builtin) or thing == Constant(None):
        return m.unknown(Why.ATTRIBUTE, f"`{name}` of {thing}", site)
    return sole(Builtin(name, thing))
