"""A thing goes in, one like it that shares nothing with it comes out: `copy.copy` and `copy.deepcopy`."""

from __future__ import annotations

from dataclasses import replace

from lossguard.interpret.machine import Machine, Site
from lossguard.interpret.things import (
    Address,
    Arguments,
    Bound,
    Builtin,
    DictObject,
    Entries,
    Instance,
    Items,
    ListObject,
    Pack,
    Partial,
    Super,
)
from lossguard.values import Thing, Value


class Copier:
    """One copy: objects that are met twice are copied once."""

    def __init__(self, m: Machine, site: Site, *, deep: bool) -> None:
        """`deep` also copies what the objects hold."""
        self.m, self.site, self.deep = m, site, deep
        self.context = m.context(site.context, site.place)
        self.made: dict[Address, Address] = {}
        self.held: dict[Address, list[tuple[str, Value]]] = {}
        for (address, name), value in m.store.cells.items():
            self.held.setdefault(address, []).append((name, value))

    def thing(self, thing: Thing) -> Thing:
        """The copy of a thing."""
        match thing:
            case ListObject(address=address) | DictObject(address=address) | Instance(address=address):
                return replace(thing, address=self.address(address))
            case Pack(items=items):
                return replace(thing, items=tuple(self.value(item) for item in items))
            case Items(items=items, head=head):
                return Items(tuple(self.value(item) for item in items), None if head is None else self.value(head))
            case Entries(pairs=pairs, rest=rest):
                copied = tuple((key, self.value(value)) for key, value in pairs)
                return Entries(copied, None if rest is None else self.value(rest))
            case Bound() | Super() | Builtin():
                return replace(thing, receiver=self.thing(thing.receiver))
            case Partial(callee=callee, arguments=Arguments() as arguments):
                positional = tuple(self.value(item) for item in arguments.positional)
                keywords = tuple((name, self.value(item)) for name, item in arguments.keywords)
                return Partial(self.value(callee), arguments._replace(positional=positional, keywords=keywords))
            case _:
                return thing

    def value(self, value: Value) -> Value:
        """The copy of what an object holds."""
        return value.map(self.thing)

    def address(self, old: Address) -> Address:
        """Where the copy of an object lives; its cells are filled the first time."""
        if old not in self.made:
            self.made[old] = Address(self.site.place, self.m.context(self.context, old.place, old.context))
            for name, value in self.held.get(old, ()):
                self.m.store.set((self.made[old], name), self.value(value) if self.deep else value)
        return self.made[old]
