"""Attributes are set here: an owner, a name and a value go in, cells change."""

from __future__ import annotations

from lossguard.contracts.language import ClassContract
from lossguard.flow.places import Address
from lossguard.flow.symbols import Symbol
from lossguard.flow.values import Unknown, Why, join, sole
from lossguard.interpret.core.machine import Machine
from lossguard.interpret.core.things import ITEMS, Instance, Items, ProjectClass, Super, Value, attributes_of


def set_attribute(m: Machine, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value`, on everything that the owner may be."""
    for thing in owner.under(m.path):
        match thing:
            case Instance(address=address, cls=ClassContract()):
                _set_part(m, address, name, value)
            case Instance(address=address) | ProjectClass(address=address):
                m.store.set((address, name), value)
            case Unknown(symbol=Symbol() as symbol):
                m.store.set((attributes_of(symbol), name), value)
            case Super(receiver=Instance(address=address)):
                m.store.set((address, name), value)


def _set_part(m: Machine, address: Address, name: str, value: Value) -> None:
    """A module that becomes an attribute of a container of modules is one of its items: in place of the old one, or the last."""
    held, old = m.store.get((address, ITEMS)), m.store.get((address, name))
    if held is not None and isinstance(held.only, Items) and isinstance(value.only, Instance):
        items = held.only.items
        place = next((index for index, item in enumerate(items) if item == old), len(items))
        m.store.set((address, ITEMS), sole(Items((*items[:place], value, *items[place + 1 :]), held.only.head)))
    m.store.set((address, name), value)


def forget_parts(m: Machine, instance: Instance, value: Value) -> None:
    """`setattr(model, name, value)` with a name that is not known: any part may be the new value now.

    Settings that a caller hands over (`for key, value in kwargs.items()`) are taken for settings, not for parts.
    """
    if all(isinstance(thing, Unknown) and thing.why is Why.PARAMETER for thing in value):
        return
    for (address, name), old in list(m.store.cells.items()):
        if address == instance.address and isinstance(old.only, Instance):
            m.store.set((address, name), join([(frozenset(), old), (frozenset(), value)]))
