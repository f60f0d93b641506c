"""Lists, tuples, dicts and what is taken out of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from lossguard.flow.conditions import Literal
from lossguard.flow.places import Address
from lossguard.flow.symbols import ListLength, Symbol, Terms
from lossguard.flow.values import Constant, Unknown, Why, join, sole, unknown
from lossguard.interpret.core.machine import Frame, Machine, Site
from lossguard.interpret.core.store import joined_items
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Builtin,
    Cut,
    DictObject,
    Entries,
    Instance,
    Items,
    ListObject,
    Pack,
    Thing,
    Value,
    attributes_of,
)
from lossguard.interpret.library import axes
from lossguard.interpret.python import attributes, counting, names
from lossguard.syntax import ir
from lossguard.tensors import Tensor

# A loop over this many items, or fewer, is run item by item; so is a comprehension.
UNROLLED: Final = 8
# Longer lists, and larger tuples, are made by doubling, or are data.
MOST_ITEMS: Final = 20_000


def evaluate_sequence(m: Machine, expr: ir.Sequence, frame: Frame) -> Value:
    """`(a, b)`, `[a, *b]`, `{a, b}`."""
    content = Items()
    for item in expr.items:
        value = m.evaluate(item, frame)
        added = items_of(m, value, frame.site(item)) if isinstance(item, ir.Starred) else Items((value,))
        content = concatenated(content, added)
    if expr.kind == "tuple" and content.head is None:
        return tuple_of(content.items)
    return new_list(m, content, frame.site(expr))


def tuple_of(items: tuple[Value, ...]) -> Value:
    """A tuple, unless it is made to be large: `s = (s, s)` in a loop."""
    made = Pack(items)
    return sole(made) if made.size <= MOST_ITEMS else unknown(Why.BOUND, f"a tuple of more than {MOST_ITEMS} parts")


def concatenated(one: Items, other: Items) -> Items:
    """`[*one, *other]`: what comes before an unknown number of items becomes part of them."""
    if len(one.items) + len(other.items) > MOST_ITEMS:
        return Items(head=join((frozenset(), value) for value in (*one.everything(), *other.everything())))
    if other.head is None:
        return Items((*one.items, *other.items), one.head, counting.plus(one.lengths, len(other.items)))
    leading = [*one.everything(), other.head]
    lengths = counting.plus(other.lengths, len(one.items)) if one.head is None else frozenset()
    return Items(other.items, join((frozenset(), value) for value in leading), lengths)


def evaluate_mapping(m: Machine, expr: ir.Mapping, frame: Frame) -> Value:
    """`{key: value, **more}`; a run of known keys is put together at once."""
    content = Entries()
    run: dict[Hashable, Value] = {}
    for key, item in expr.items:
        value = m.evaluate(item, frame)
        found = None if key is None else m.evaluate(key, frame)
        if found is not None and (only := key_of(found)) is not None:
            run[only] = value
            continue
        content, run = updated(content, Entries(tuple(run.items()))), {}
        content = updated(content, _mapping_of(m, value)) if found is None else with_key(content, found, value)
    return new_dict(m, updated(content, Entries(tuple(run.items()))), frame.site(expr))


def _mapping_of(m: Machine, value: Value) -> Entries:
    more = entries_of(m, value)
    return more if more is not None else Entries(rest=unknown(Why.ITEM, "`**` of something unknown"))


def updated(content: Entries, more: Entries) -> Entries:
    """`{**content, **more}`."""
    if not content.pairs:
        content, more = Entries(more.pairs, content.rest), Entries(rest=more.rest)
    for key, value in more.pairs:
        content = content.put(key, value)
    rests = [rest for rest in (content.rest, more.rest) if rest is not None]
    return Entries(content.pairs, join((frozenset(), rest) for rest in rests) if rests else None)


def with_key(content: Entries, key: Value, value: Value) -> Entries:
    """The entries after `mapping[key] = value`."""
    only = key_of(key)
    if only is not None:
        return content.put(only, value)
    rest = value if content.rest is None else join([(frozenset(), content.rest), (frozenset(), value)])
    return Entries(content.pairs, rest)


def key_of(key: Value) -> Hashable | None:
    """A dict key that is known: a constant, or a tuple, class or function as itself."""
    match key.only:
        case Constant(value=value):
            return value
        case None | Unknown() | Tensor():
            return None
        case thing:
            return thing


def new_list(m: Machine, content: Items, site: Site) -> Value:
    """A list that is made here."""
    m.store.set((site.address, ITEMS), sole(content))
    return sole(ListObject(site.address))


def new_dict(m: Machine, content: Entries, site: Site) -> Value:
    """A dict that is made here."""
    m.store.set((site.address, ENTRIES), sole(content))
    return sole(DictObject(site.address))


def content_of(m: Machine, address: Address) -> Items | Entries | None:
    """What the container at an address holds; None where there is none."""
    for cell in (ITEMS, ENTRIES):
        held = m.store.get((address, cell))
        if held is not None and isinstance(held.only, Items | Entries):
            return held.only
    return None


def items_of(m: Machine, value: Value, site: Site) -> Items:
    """What iterating over a value gives."""
    parts = [(guard, _items_of(m, thing, site)) for thing, guard in value.under(m.path).cases if thing != Constant(None)]
    return joined_items(parts) if parts else Items(head=unknown(Why.ITEM, "nothing to iterate over"))


def _items_of(m: Machine, thing: Thing, site: Site) -> Items:
    match thing:
        case Pack(items=items):
            return Items(items)
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            match content_of(m, address):
                case Items(head=None) as content:
                    return content
                case Items() as content:
                    return replace(content, lengths=content.lengths | own_length(address, content))
                case Entries(pairs=pairs, rest=rest):
                    keys = tuple(sole(Constant(key)) for key, _ in pairs)
                    return Items(keys) if rest is None else Items(head=join((frozenset(), key) for key in keys) if keys else rest)
        case Tensor():
            return Items(head=sole(axes.indexed(thing, (Constant(0),))))
        case Constant(value=str() as text) if len(text) <= UNROLLED:
            return Items(tuple(sole(Constant(letter)) for letter in text))
    lengths = counting.terms_of(m.derived(thing, Why.CALL, "a length", Symbol.length).only)
    return Items(head=m.derived(thing, Why.ITEM, "an item of something unknown", lambda one: one.item(site.place)), lengths=lengths)


def own_length(address: Address, content: Items) -> Terms:
    """The length of a list of unknown length, as long as it holds what it holds now."""
    return counting.length_of(ListLength(address, hash(content)))


def entries_of(m: Machine, value: Value) -> Entries | None:
    """What a dict holds; None where it is not known to be one."""
    match value.only:
        case DictObject(address=address) | Instance(address=address):
            content = content_of(m, address)
            return content if isinstance(content, Entries) else None
        case _:
            return None


def evaluate_index(m: Machine, expr: ir.Expr, frame: Frame) -> Value:
    """What stands between the brackets: slices become `Cut`s."""
    match expr:
        case ir.Slice(lower=lower, upper=upper, step=step):
            bounds = [None if bound is None else m.evaluate(bound, frame) for bound in (lower, upper, step)]
            return sole(Cut(*bounds))
        case ir.Sequence(kind="tuple", items=items):
            return sole(Pack(tuple(evaluate_index(m, item, frame) for item in items)))
        case _:
            return m.evaluate(expr, frame)


def get_item(m: Machine, value: Value, index: Value, site: Site) -> Value:
    """`value[index]`."""
    return m.each(value, lambda thing: m.each(index, lambda key: _get_item(m, thing, key, site)))


def _get_item(m: Machine, thing: Thing, key: Thing, site: Site) -> Value:
    match thing:
        case Tensor():
            parts = tuple(item.only for item in key.items) if isinstance(key, Pack) else (key,)
            return sole(axes.indexed(thing, parts))
        case Pack(items=items):
            return _from_items(m, Items(items), thing, key, site)
        case Builtin(name="__dict__" | "_modules", receiver=owner) if owner is not None:  # `models.__dict__[args.arch]`
            return m.call(sole(Builtin("getattr")), Arguments((sole(owner), sole(key))), site)
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            match content_of(m, address):
                case Items() as content:
                    return _from_items(m, content, thing, key, site)
                case Entries() as content:
                    return _from_entries(m, _registered(m, address, content, key), thing, key, site)
            if isinstance(thing, Instance):
                return m.call(m.attribute(sole(thing), "__getitem__", site), Arguments((sole(key),)), site)
    if isinstance(key, Cut):
        return m.derived(thing, Why.ITEM, "a slice of something unknown", lambda one: one.cut(site.place))
    shown = key.value if isinstance(key, Constant) else None
    return m.derived(thing, Why.ITEM, f"item {shown!r} of something unknown", lambda one: one.item(shown))


def _from_items(m: Machine, content: Items, thing: Thing, key: Thing, site: Site) -> Value:
    match key:
        case Constant(value=int() as index) if content.head is None and -len(content.items) <= index < len(content.items):
            return content.items[index]
        case Constant(value=int() as index) if content.head is not None and -len(content.items) <= index < 0:
            return content.items[index]
        case Cut() if content.head is None and (taken := key.applied(content.items)) is not None:
            return _like(m, thing, Items(taken), site)
        case Cut():
            return _like(m, thing, _cut(content, key), site)
        case _:
            return any_of(content)


def _cut(content: Items, cut: Cut) -> Items:
    """`layers[:-1]`, `sizes[1:]` of a list of unknown length: how much shorter it is, and how it ends."""
    match [None if bound is None else bound.only for bound in (cut.lower, cut.upper, cut.step)]:
        case [None, Constant(value=int() as upper), None] if upper < 0:
            rest = content.items[:upper]
            return Items(rest, any_of(content), counting.plus(content.lengths, upper))
        case [Constant(value=int() as lower), None, None] if lower > 0:
            return Items(content.items, any_of(content), counting.plus(content.lengths, -lower))
        case _:
            return Items(head=any_of(content))


def any_of(content: Items) -> Value:
    """Whatever item it may be."""
    values = list(content.everything())
    return join((frozenset(), value) for value in values) if values else unknown(Why.ITEM, "item of an empty list")


def _like(m: Machine, thing: Thing, content: Items, site: Site) -> Value:
    """A part of a container is a container of the same kind: a slice of a Sequential is a Sequential."""
    if isinstance(thing, Pack) and content.head is None:
        return sole(Pack(content.items))
    m.store.set((site.address, ITEMS), sole(content))
    return sole(Instance(site.address, thing.cls) if isinstance(thing, Instance) else ListObject(site.address))


def _registered(m: Machine, address: Address, content: Entries, key: Thing) -> Entries:
    """The content of a dict; where the key is not there yet, after everything that registers itself was imported."""
    known = isinstance(key, Constant) and content.get(key.value) is not None
    if known or content.rest is not None or not names.run_registering(m):
        return content
    found = content_of(m, address)
    return found if isinstance(found, Entries) else content


def _from_entries(m: Machine, content: Entries, thing: Thing, key: Thing, site: Site) -> Value:
    match key:
        case Constant(value=value) if (found := content.get(value)) is not None:
            return found
        case Unknown(symbol=Symbol() as symbol) if content.pairs and content.rest is None:
            return join((frozenset({Literal(symbol.equals(name), positive=True)}), value) for name, value in content.pairs)
        case _ if content.rest is not None:
            return content.rest
        case Constant(value=value):
            return unknown(Why.ITEM, f"key {value!r} that the dict does not hold")
        case _ if not isinstance(key, Unknown) and (found := content.get(key)) is not None:
            return found
        case _:
            return unknown(Why.ITEM, "a dict item under an unknown key")


def set_item(m: Machine, value: Value, index: Value, item: Value, site: Site) -> Value | None:
    """`value[index] = item`; gives what the name is bound to afterwards where that is another thing (a tensor)."""
    match value.only:
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            content = content_of(m, address)
            if content == Items() and isinstance(key_of(index), str):  # an empty container of modules that turns out to be a dict
                m.store.set((address, ITEMS), None)
                content = Entries()
            if isinstance(content, Items):
                m.store.set((address, ITEMS), sole(_replaced(content, index, item)))
            elif isinstance(content, Entries):
                m.store.set((address, ENTRIES), sole(with_key(content, index, item)))
            return None
        case Builtin(receiver=Instance() as owner) if isinstance(key_of(index), str):  # `model._modules["fc"] = ...`
            attributes.set_attribute(m, sole(owner), str(key_of(index)), item)
            return None
        case Tensor() as tensor:
            return axes.filled(tensor, item)
        case Unknown(symbol=Symbol() as symbol):  # `model.classifier[6] = nn.Linear(...)`
            m.store.set((attributes_of(symbol), ITEMS), item)
            return None
        case _:
            return None


def removed(content: Items, item: Value) -> Items:
    """The items after `items.remove(item)`; where it is not certain which one that is, any of the others may be left."""
    if content.head is None and item in content.items:
        place = content.items.index(item)
        return Items((*content.items[:place], *content.items[place + 1 :]))
    return Items(head=unknown(Why.ITEM, "an item of a list that something was removed from"))


def delete_item(m: Machine, value: Value, index: Value) -> None:
    """`del value[index]`."""
    match value.only:
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            content = content_of(m, address)
            if isinstance(content, Items):
                m.store.set((address, ITEMS), sole(_without(content, index)))
            elif isinstance(content, Entries):
                m.store.set((address, ENTRIES), sole(without_key(content, index)))


def _without(content: Items, index: Value) -> Items:
    match index.only:
        case Constant(value=int() as at) if content.head is None and -len(content.items) <= at < len(content.items):
            at %= len(content.items)
            return Items((*content.items[:at], *content.items[at + 1 :]))
        case Constant(value=-1) if content.items:
            return Items(content.items[:-1], content.head)
        case Cut() as cut if content.head is None and (taken := cut.applied(content.items)) is not None:
            return Items(tuple(item for item in content.items if not any(item is gone for gone in taken)))
        case _:
            return Items(head=unknown(Why.ITEM, "an item of a list that something was removed from"))


def without_key(content: Entries, key: Value) -> Entries:
    """The entries after `del mapping[key]`."""
    only = key_of(key)
    if only is not None:
        return Entries(tuple(pair for pair in content.pairs if pair[0] != only), content.rest)
    return Entries((), unknown(Why.ITEM, "an item of a dict that something was removed from"))


def _replaced(content: Items, index: Value, item: Value) -> Items:
    match index.only:
        case Constant(value=int() as at) if -len(content.items) <= at < (len(content.items) if content.head is None else 0):
            items = list(content.items)
            items[at] = item
            return Items(tuple(items), content.head)
        case _:
            return Items(head=join((frozenset(), value) for value in (*content.everything(), item)))


def combined(m: Machine, op: str, left: Thing, right: Thing, site: Site) -> Value | None:
    """`list + list`, `[x] * n`."""
    match op, left, right:
        case "+", ListObject(address=one), ListObject(address=other):
            first, second = content_of(m, one), content_of(m, other)
            if isinstance(first, Items) and isinstance(second, Items):
                return new_list(m, concatenated(first, second), site)
        case "*", ListObject(address=one), Constant(value=int() as count):
            content = content_of(m, one)
            if isinstance(content, Items) and content.head is None and count * len(content.items) <= UNROLLED:
                return new_list(m, Items(content.items * count), site)
            return new_list(m, Items(head=any_of(content)), site) if isinstance(content, Items) else None
        case "*", ListObject(address=one), _:
            content = content_of(m, one)
            return new_list(m, Items(head=any_of(content)), site) if isinstance(content, Items) else None
    return None
