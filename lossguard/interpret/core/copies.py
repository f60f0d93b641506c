"""A thing goes in, one like it that shares nothing with it comes out: `copy.copy` and `copy.deepcopy`."""

from __future__ import annotations

from dataclasses import replace

from lossguard.flow.places import Address
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.parts import parts, rebuilt
from lossguard.interpret.core.things import DictObject, Function, Instance, ListObject, Thing, Value


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
            case Function():  # Python copies no functions
                return thing
            case _:
                held = parts(thing)
                return rebuilt(thing, tuple(map(self.value, held))) if held else thing

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
