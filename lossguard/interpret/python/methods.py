"""The methods of Python's strings, lists and dicts on abstract values; containers of modules have them too."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Final

from lossguard.flow.conditions import ALWAYS
from lossguard.flow.places import Address
from lossguard.flow.values import NONE, Constant, Why, join, sole, unknown
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.store import joined_items
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
    Value,
)
from lossguard.interpret.python import containers, counting
from lossguard.interpret.python.arithmetic import is_small
from lossguard.interpret.python.containers import content_of, items_of, new_dict, new_list


def call_method(m: Machine, thing: Builtin, arguments: Arguments, site: Site) -> Value:
    """`[].append(x)`, `{}.items()`, `"a".lower()`."""
    match thing.receiver:
        case Constant(value=str() as text):
            return _text_method(m, text, thing.name, arguments, site)
        case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
            match content_of(m, address):
                case Items() as items:
                    done = _list_method(m, address, items, thing.name, arguments, site)
                    return sole(thing.receiver) if done == NONE and isinstance(thing.receiver, Instance) else done
                case Entries() as entries:
                    return _dict_method(m, address, entries, thing.name, arguments, site)
    return m.unknown(Why.CALL, f"`{thing.name}`", site)


def _text_method(m: Machine, text: str, name: str, arguments: Arguments, site: Site) -> Value:
    given = [value.only for value in arguments.positional]
    constants = [thing.value for thing in given if isinstance(thing, Constant)]
    if name in _PURE and not arguments.keywords and len(constants) == len(given) and _stays_small(text, constants):
        try:
            found: Hashable | list[str] = getattr(text, name)(*constants)
        except (TypeError, ValueError, LookupError, AttributeError):
            return m.unknown(Why.OPERATION, f"`str.{name}`", site)
        if isinstance(found, list):
            return new_list(m, Items(tuple(sole(Constant(part)) for part in found)), site)
        return sole(Constant(found))
    return m.unknown(Why.OPERATION, f"`str.{name}`", site)


_PURE: Final = frozenset(
    "lower upper strip lstrip rstrip startswith endswith replace split title capitalize"
    " format count find partition removeprefix removesuffix".split()
)


# `"{:999999999}".format(x)` takes a gigabyte, and `text.replace("a", "aa")` doubles.
_WIDE: Final = re.compile(r"\{[^{}]*\d{4,}")


def _stays_small(text: str, given: list[Hashable]) -> bool:
    """Whether what a method makes of a text is of a size that is worth knowing."""
    return all(map(is_small, (text, *given))) and not _WIDE.search(text)


def _list_method(m: Machine, address: Address, items: Items, name: str, arguments: Arguments, site: Site) -> Value:
    given = arguments.at(0)
    match name:
        case "append" | "add" | "appendleft" if given is not None:
            m.store.set((address, ITEMS), sole(containers.concatenated(items, Items((given,)))))
        case "extend" | "update" if given is not None:
            m.store.set((address, ITEMS), sole(containers.concatenated(items, items_of(m, given, site))))
        case "insert" if len(arguments.positional) == 2:
            m.store.set((address, ITEMS), sole(_inserted(items, arguments.positional[0], arguments.positional[1])))
        case "pop" | "popleft":
            return _popped(m, address, items, sole(Constant(0)) if name == "popleft" else given)
        case "clear":
            m.store.set((address, ITEMS), sole(Items()))
        case "remove" if given is not None:
            m.store.set((address, ITEMS), sole(containers.removed(items, given)))
        case "copy":
            return new_list(m, items, site)
        case "reverse" | "sort":
            changed = Items(items.items[::-1]) if items.head is None and name == "reverse" else Items(head=containers.any_of(items))
            m.store.set((address, ITEMS), sole(changed))
        case _:
            return m.unknown(Why.CALL, f"`list.{name}`", site)
    return NONE


def _inserted(items: Items, index: Value, value: Value) -> Items:
    match index.only:
        case Constant(value=int() as at) if items.head is None:
            changed = list(items.items)
            changed.insert(at, value)
            return Items(tuple(changed))
        case Constant(value=0):
            return Items(items.items, join((ALWAYS, part) for part in (items.head, value) if part is not None))
        case _:
            return Items(head=join((ALWAYS, part) for part in (*items.everything(), value)))


def _popped(m: Machine, address: Address, items: Items, index: Value | None) -> Value:
    at = -1 if index is None else index.only.value if isinstance(index.only, Constant) else None
    if items.head is None and isinstance(at, int) and -len(items.items) <= at < len(items.items):
        changed = list(items.items)
        value = changed.pop(at)
        m.store.set((address, ITEMS), sole(Items(tuple(changed))))
        return value
    m.store.set((address, ITEMS), sole(_shorter(items, at)))
    return items.items[-1] if at == -1 and items.items else containers.any_of(items)


def _shorter(items: Items, at: object) -> Items:
    """A list of unknown length without its last item, its first, or some other one."""
    match at:
        case -1 if items.items:
            return Items(items.items[:-1], items.head, counting.plus(items.lengths, -1))
        case 0:
            return Items(items.items, items.head, counting.plus(items.lengths, -1))
        case _:
            return Items(head=containers.any_of(items), lengths=counting.plus(items.lengths, -1))


def _dict_method(m: Machine, address: Address, entries: Entries, name: str, arguments: Arguments, site: Site) -> Value:
    match name:
        case "get" | "pop" | "setdefault":
            return _got(m, address, entries, name, arguments, site)
        case "items":
            pairs = tuple(sole(Pack((sole(Constant(key)), value))) for key, value in entries.pairs)
            return new_list(m, _open(pairs, entries, m, site, paired=True), site)
        case "values":
            return new_list(m, _open(tuple(value for _, value in entries.pairs), entries, m, site, paired=False), site)
        case "keys":
            keys = tuple(sole(Constant(key)) for key, _ in entries.pairs)
            return new_list(m, Items(keys) if entries.rest is None else Items(head=m.unknown(Why.ITEM, "a key", site)), site)
        case "update":
            more = [containers.entries_of(m, value) for value in arguments.positional]
            for known in (*more, Entries(arguments.keywords)):
                added = known if known is not None else Entries(rest=unknown(Why.ITEM, "more of a dict"))
                entries = containers.updated(entries, added)
            m.store.set((address, ENTRIES), sole(entries))
            return NONE
        case "copy":
            return new_dict(m, entries, site)
        case "popitem" if entries.pairs and entries.rest is None:
            (key, value), kept = entries.pairs[-1], entries.pairs[:-1]
            m.store.set((address, ENTRIES), sole(Entries(kept)))
            return sole(Pack((sole(Constant(key)), value)))
        case "clear":
            m.store.set((address, ENTRIES), sole(Entries()))
            return NONE
        case _:
            return m.unknown(Why.CALL, f"`dict.{name}`", site)


def _open(known: tuple[Value, ...], entries: Entries, m: Machine, site: Site, *, paired: bool) -> Items:
    if entries.rest is None:
        return Items(known)
    rest = sole(Pack((m.unknown(Why.ITEM, "a key", site), entries.rest))) if paired else entries.rest
    return joined_items([(ALWAYS, Items(head=value)) for value in (*known, rest)])


def _got(m: Machine, address: Address, entries: Entries, name: str, arguments: Arguments, site: Site) -> Value:
    key = arguments.at(0, "key")
    default = arguments.at(1, "default")
    if key is None:
        return m.unknown(Why.CALL, f"`dict.{name}`", site)
    missing = isinstance(key.only, Constant) and entries.get(key.only.value) is None and entries.rest is None
    if missing:
        if name == "setdefault" and default is not None:
            m.store.set((address, ENTRIES), sole(containers.with_key(entries, key, default)))
        return default if default is not None else NONE
    value = containers.get_item(m, sole(DictObject(address)), key, site)
    if name == "pop":
        m.store.set((address, ENTRIES), sole(containers.without_key(entries, key)))
    return value
