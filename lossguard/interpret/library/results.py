"""What a contract's result says goes in, the value that the call gives comes out, each effect done by one function."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Final

from lossguard.contracts.language import ClassContract, Contract, Result, Signature
from lossguard.domains import Domain
from lossguard.flow.symbols import Phase, Symbol
from lossguard.flow.traces import Move, Step, Trace, extended
from lossguard.flow.values import NONE, Constant, Unknown, Why, sole, unknown
from lossguard.interpret.core.machine import Machine, Site, UnreachableError
from lossguard.interpret.core.things import Arguments, Instance, Marker, Pack, Thing, Value
from lossguard.syntax import ir
from lossguard.syntax.spell import spell
from lossguard.tensors import Tensor, Term

SELF: Final = Marker.SELF


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a contract: its arguments as given (without the receiver) and by parameter, each certainly one thing."""

    m: Machine
    contract: Contract
    arguments: Arguments
    bound: dict[str, Value]
    site: Site
    receiver: Thing | None = None

    def thing(self, name: Hashable) -> Thing | None:
        """The argument for a parameter."""
        value = self.bound.get(str(name))
        return None if value is None else value.only

    def dim(self, argument: Hashable) -> int | None:
        """A dim that a word names: a literal axis, or an integer argument."""
        if isinstance(argument, int):
            return argument
        match self.thing(argument):
            case Constant(value=int() as number) if not isinstance(number, bool):
                return number
            case Unknown(symbol=Symbol(default=int() as number)) if not isinstance(number, bool):
                return number
            case Pack(items=(first,)) if isinstance(first.only, Constant) and isinstance(first.only.value, int):
                return first.only.value
            case _:
                return None

    def numbers(self, argument: Hashable) -> list[int | None] | None:
        """The integers of `*shape`, of a tuple or of one number; None where there is no telling how many there are."""
        match self.thing(argument):
            case Pack(items=(only,)) if isinstance(only.only, Pack):
                return [_integer(item) for item in only.only.items]
            case Pack(items=(only,)) if not isinstance(only.only, Constant | Unknown):
                return None
            case Pack(items=items):
                return [_integer(item) for item in items]
            case Constant(value=int() as number):
                return [number]
            case _:
                return None

    def flag(self, argument: Hashable) -> bool:
        """Whether a boolean argument is certainly true."""
        return self.thing(argument) == Constant(value=True)

    @property
    def spelled(self) -> str:
        """The function as the code spells it, with the class of an object that is called."""
        text = spell(self.site.expr.func) if isinstance(self.site.expr, ir.Call) else self.contract.family
        match self.receiver:
            case Instance(cls=ClassContract() as cls) if not text.endswith(cls.family):
                return f"`{text}` ({cls.family})"
            case _:
                return f"`{text}`"


def _integer(value: Value) -> int | None:
    match value.only:
        case Constant(value=int() as number):
            return number
        case _:
            return None


def build(call: Call, signature: Signature) -> Value:
    """The result of a call for the overload that fits."""
    return built(call, signature.result, signature)


def built(call: Call, result: Result, signature: Signature | None = None) -> Value:
    """What a result says, of a call or of an attribute."""
    if result.never:
        raise UnreachableError
    if result.none:
        base: Value = NONE
    elif result.items is not None:
        base = sole(Pack(tuple(built(call, item, signature) for item in result.items)))
    elif result.instance is not None:
        base = _instance(call, result.instance)
    elif result.variable is not None:
        base = _variable(call, result.variable, signature)
    elif result.domain is not None:
        base = sole(_tensor(call, result))
    else:
        base = call.m.unknown(Why.NO_CONTRACT, f"`{call.contract.name}`", call.site)
    return apply(call, result, base)


def apply(call: Call, result: Result, base: Value) -> Value:
    """The effects of a result, one after the other."""
    for word in result.effects:
        base = call.m.tables.effects[word.name](call, base, word)
    return base


def _instance(call: Call, name: str) -> Value:
    cls = call.m.library.find(name)
    if isinstance(cls, ClassContract):
        return sole(Instance(call.site.address, cls))
    return call.m.unknown(Why.NO_CONTRACT, f"`{name}`", call.site)


def _variable(call: Call, name: str, signature: Signature | None) -> Value:
    if name == "Self":
        return sole(call.receiver) if call.receiver is not None else unknown(Why.NO_CONTRACT, f"`{call.contract.name}`")
    parameters = signature.parameters if signature is not None else ()
    holder = next((parameter for parameter in parameters if parameter.accepts.variable == name), None)
    return call.bound[holder.name] if holder is not None else unknown(Why.NO_CONTRACT, f"`{call.contract.name}`")


def _tensor(call: Call, result: Result) -> Tensor:
    """A tensor whose meaning is made here; one that keeps an argument's meaning keeps its origin and its way."""
    like = result.effect("Like")
    model = call.thing(like.arguments[0]) if like is not None else None
    domain = result.domain if result.domain is not None else Domain.TENSOR
    if isinstance(model, Tensor) and model.domain.is_a(domain) and model.domain is not Domain.TENSOR:
        return replace(model, domain=domain, term=term(call))
    made = Tensor(domain, made=call.contract.family, source=call.site.place, term=term(call))
    before = model.trace if isinstance(model, Tensor) else None
    return replace(made, trace=_made(call, made, result, before))


def _made(call: Call, made: Tensor, result: Result, before: Trace | None) -> Trace | None:
    if made.domain in {Domain.TENSOR, Domain.LOSS}:
        return None
    along = result.effect("Along")
    dim = call.dim(along.arguments[0]) if along is not None else None
    over = "" if dim is None else f" (dim {dim})"
    move = Move.MADE if before is None else Move.CHANGED
    return extended(before, Step(move, call.site.place, f"{call.spelled} makes {made.domain}{over}"))


def term(call: Call) -> Term:
    """The value number of a result: the function and what it was given."""
    return Term(call.contract.family, tuple(part(value.only) for value in call.bound.values()))


def part(thing: Thing | None) -> Hashable:
    """A thing, as a part of a value number."""
    match thing:
        case Tensor(term=Term() as number):
            return number
        case Constant(value=value):
            return value
        case Unknown(symbol=Symbol() as symbol):
            return symbol
        case Pack(items=items):
            return tuple(part(item.only) for item in items)
        case _:
            return thing


def attribute(m: Machine, cls: ClassContract, name: str) -> Value:
    """What a contract says of an attribute of its objects."""
    result = cls.attributes[name]
    if result.variable == "Self":
        return sole(SELF)
    if result.effect("Phase") is not None:
        return unknown(Why.ATTRIBUTE, f"`{name}`, the phase of the run", Symbol(Phase(cls.name, name), f"self.{name}", default=True))
    if result.domain is not None:
        along = result.effect("Along")
        axis = along.arguments[0] if along is not None else None
        return sole(Tensor(result.domain, axis=axis if isinstance(axis, int) else None, made=name))
    return unknown(Why.NO_CONTRACT, f"`{cls.name}.{name}`")


def tensors(value: Value, change: Callable[[Tensor], Thing]) -> Value:
    """The value with every tensor changed; what is unknown stays unknown."""
    return value.map(lambda thing: change(thing) if isinstance(thing, Tensor) else thing)
