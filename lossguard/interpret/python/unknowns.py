"""What code asks of something unknown goes in: attributes, calls; unknowns that are the same whenever it is asked come out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from lossguard.domains import Domain
from lossguard.flow.computing import TEXT_METHODS
from lossguard.flow.symbols import Attribute, Default, Symbol, Test
from lossguard.flow.values import Constant, Unknown, Why, sole, unknown
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.things import Arguments, Bound, Pack, UnknownMethod, Value, attributes_of
from lossguard.interpret.library import calls
from lossguard.tensors import Tensor


def get_attribute(m: Machine, thing: Unknown, name: str, site: Site) -> Value:
    """`unknown.name`: what was set there, or one more unknown; a tensor's method as such."""
    if thing.symbol is not None and (found := m.store.get((attributes_of(thing.symbol), name))) is not None:
        return found
    if thing.symbol is not None and isinstance(thing.symbol.origin, Test) and (mask := of_mask(m, name)) is not None:
        return mask
    found = m.derived(thing, Why.ATTRIBUTE, f"`{name}` of {thing.detail}", lambda one: one.attribute(name))
    method = calls.tensor_method(m, name)
    plain = found.only
    if method is None or not isinstance(plain, Unknown):
        return found
    return sole(UnknownMethod(plain.why, plain.detail, plain.symbol, thing, method))


def of_mask(m: Machine, name: str) -> Value | None:
    """`(a > b).float`: Python's booleans have no such method, so what was compared are tensors; None where they have."""
    method = None if hasattr(bool, name) else calls.tensor_method(m, name)
    return None if method is None else sole(Bound(Tensor(Domain.MASK), method))


def by_default(found: Value, default: Value, *, known: bool) -> Value:
    """`getattr(args, "soft", False)`: what was found; the default where a known object has no such thing, and usually elsewhere."""
    match found.only, default.only:
        case Unknown(), _ if known:
            return default
        case Unknown(symbol=Symbol() as symbol) as thing, Constant(value=usual):
            return sole(replace(thing, symbol=replace(symbol, default=usual)))
        case _:
            return found


def call(m: Machine, thing: Unknown, arguments: Arguments, site: Site) -> Value:
    """`unknown(...)`."""
    text = thing.detail if thing.symbol is None else thing.symbol.text
    asked = None if thing.symbol is None else _asked(thing.symbol, arguments)
    return m.unknown(Why.CALL, f"`{text}`", site) if asked is None else unknown(Why.CALL, f"`{asked.text}`", asked)


def _asked(method: Symbol, arguments: Arguments) -> Symbol | None:
    """What comes to the same whenever it is called: `name.startswith("res")`, `cfg.get("loss", "ce")`; None for other methods."""
    given = [_constant(value) for value in arguments.positional]
    if arguments.keywords or arguments.open or Default.NONE in given:
        return None
    match method.origin, given:
        case Attribute(of=of, name="get"), [str() as key, *usual] if len(usual) <= 1:
            return replace(of.item(key), default=usual[0] if usual else None)
        case Attribute(of=of, name=name), _ if name in TEXT_METHODS:
            return of.method(name, *given)
        case _:
            return None


def _constant(value: Value) -> Hashable:
    """The value of a constant, or of a tuple of them; `Default.NONE` for anything else."""
    match value.only:
        case Constant(value=held):
            return held
        case Pack(items=items) if Default.NONE not in (held := tuple(map(_constant, items))):
            return held
        case _:
            return Default.NONE


def call_method(m: Machine, thing: UnknownMethod, arguments: Arguments, site: Site) -> Value:
    """`unknown.softmax(...)`: if it is a tensor, that is what its method makes."""
    if thing.method is None:
        return call(m, thing, arguments, site)
    return calls.call_contract(m, thing.method, arguments, site, receiver=thing.receiver)
