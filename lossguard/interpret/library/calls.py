"""Calls into libraries: a contract and arguments go in, what the contract says comes out; demands become events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product, takewhile
from math import prod
from typing import Final

from lossguard.contracts.language import Absent, Accepts, ClassContract, Contract, Parameter, Signature
from lossguard.domains import Domain
from lossguard.events import Argument, Event, EventKind
from lossguard.flow.conditions import ALWAYS, Guard, both
from lossguard.flow.symbols import Symbol
from lossguard.flow.traces import Move, Step, Trace
from lossguard.flow.values import NONE, Constant, Unknown, Why, sole, unknown
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.things import Arguments, Case, External, Instance, Pack, ProjectClass, Thing, Value
from lossguard.interpret.library import axes, results
from lossguard.interpret.library.results import SELF, Call
from lossguard.syntax import ir
from lossguard.syntax.spell import spell
from lossguard.tensors import Tensor, Term

__all__ = ["SELF", "attribute_value", "call_contract", "call_external", "call_method", "construct", "tensor_method"]

MOST_COMBINATIONS: Final = 32
SMALL: Final = 1e-2


def tensor_method(m: Machine, name: str) -> Contract | None:
    """The contract of a tensor's method."""
    return m.library.method(name)


def tensor_attribute(m: Machine, tensor: Thing, name: str, site: Site) -> Value | None:
    """`tensor.data`, `tensor.T`; None where there is no such attribute, or it is a method."""
    held = m.library.tensor_attributes
    result = held.attributes.get(name) if held is not None else None
    if held is None or result is None:
        return None
    call = Call(m, Contract(f"{held.name}.{name}", ()), Arguments(), {"self": sole(tensor)}, site, tensor)
    return results.built(call, result)


def call_method(m: Machine, tensor: Thing, name: str, arguments: Arguments, site: Site) -> Value:
    """`tensor.name(arguments)`."""
    contract = tensor_method(m, name)
    if contract is None:
        return m.unknown(Why.NO_CONTRACT, f"a tensor's `{name}`", site)
    return call_contract(m, contract, arguments, site, receiver=tensor)


def attribute_value(m: Machine, cls: ClassContract, name: str) -> Value:
    """What a contract says of an attribute; `SELF` where it is the object itself."""
    return results.attribute(m, cls, name)


def call_external(m: Machine, thing: External, arguments: Arguments, site: Site) -> Value:
    """Call something of a library by its full name."""
    match m.library.find(thing.name):
        case Contract(signatures=(signature, *_)) as contract if signature.parameters[:1] and signature.parameters[0].name == "cls":
            return call_contract(m, contract, arguments, site, receiver=m.library.find(thing.name.rpartition(".")[0]))
        case Contract() as contract:
            return call_contract(m, contract, arguments, site)
        case ClassContract() as cls:
            return make(m, cls, arguments, site, thing)
        case _:
            return m.unknown(Why.CALL, f"`{thing.name}`", site)


def make(m: Machine, cls: ClassContract, arguments: Arguments, site: Site, thing: External | None = None) -> Value:
    """An object of a library's class."""
    instance = Instance(site.address, cls)
    constructor = next((base.methods["__init__"] for base in m.library.mro(cls) if "__init__" in base.methods), None)
    if constructor is not None:
        construct(m, constructor, instance, arguments, site, thing)
    return sole(instance)


def construct(
    m: Machine, constructor: Contract, instance: Instance, arguments: Arguments, site: Site, thing: External | None = None
) -> None:
    """Run a library's constructor: its parameters become attributes of the object."""
    receiver = arguments._replace(positional=(sole(instance), *arguments.positional))
    signature, bound = _matching(constructor, receiver)
    if signature is None or bound is None:
        return
    if isinstance(instance.cls, ClassContract) and _is_loss(m, instance.cls):
        named = (parameter for parameter in signature.parameters if parameter.name in bound)
        options = [parameter.name for parameter in named if _is_option(parameter) or _is_output(bound[parameter.name])]
        _emit_construction(m, {name: bound[name] for name in options}, site, thing)
    # `Categorical(logits=x).logits` is not x: it is normalised.
    described = {name for base in _contracts(m, instance.cls) for name in base.attributes}
    extra = arguments.keywords if any(parameter.kind == "**" for parameter in signature.parameters) else ()
    for name, value in (*bound.items(), *((name, value) for name, value in extra if name not in bound)):
        if name != "self" and name not in described:
            m.store.set((instance.address, name), value)
    result = constructor.signatures[0].result
    results.apply(Call(m, constructor, arguments, bound, site, instance), result, NONE)


def _contracts(m: Machine, cls: Thing) -> Iterator[ClassContract]:
    """The contracts that a class is made of, also below a project's own class."""
    match cls:
        case ClassContract():
            yield from m.library.mro(cls)
        case ProjectClass(bases=bases):
            for base in bases:
                yield from _contracts(m, base)


def _is_loss(m: Machine, cls: ClassContract) -> bool:
    forward = next((base.methods["forward"] for base in m.library.mro(cls) if "forward" in base.methods), None)
    return forward is not None and forward.makes_loss


def _matching(contract: Contract, arguments: Arguments) -> tuple[Signature | None, dict[str, Value] | None]:
    """The first overload that the arguments go with, and what they are bound to."""
    return next(((one, found) for one in contract.signatures if (found := bind(one, arguments)) is not None), (None, None))


def _is_option(parameter: Parameter) -> bool:
    """Whether a constructor's parameter can only be a flag or a word: class weights are tensors by right, a number may be one."""
    accepts = parameter.accepts
    return not accepts.anything and accepts.domains is None and float not in (accepts.constants or ())


def _is_output(value: Value) -> bool:
    """Whether this is what a network makes of its input: nobody weighs classes with that."""
    return isinstance(value.only, Tensor) and value.only.domain is Domain.LOGITS


def _emit_construction(m: Machine, bound: dict[str, Value], site: Site, thing: External | None) -> None:
    shown = tuple(Argument(name, value.under(m.path), name) for name, value in bound.items())
    held = thing.bound_at if thing is not None else None
    callee = None if held is None else Trace(Step(Move.CHOSEN, held, "the class itself gets a name here, no object is made"))
    m.emit(Event(EventKind.CONSTRUCT, "loss", _callee(site), site.place, shown, m.path, site=site, callee=callee))


def call_contract(
    m: Machine, contract: Contract, arguments: Arguments, site: Site, *, receiver: Thing | None = None, maker: Thing | None = None
) -> Value:
    """Call a function or method that has a contract; `maker` is the object that hands its call on to the function."""
    given = arguments if receiver is None else arguments._replace(positional=(sole(receiver), *arguments.positional))
    holder = receiver if receiver is not None else maker
    given = _completed(m, contract, given, holder)
    if contract.makes_loss or contract.family in m.watched:
        _emit_call(m, contract, given, site, holder)
    skipped = 0 if receiver is None else 1
    if contract.hands_on and (bound := bind(contract.signatures[0], given)) is not None:
        plain = given._replace(positional=given.positional[skipped:])
        return results.build(Call(m, contract, plain, bound, site, holder), contract.signatures[0])
    if _is_plain(m, given):
        return _call_once(m, contract, given, site, holder, skipped)
    return m.split(_alternatives(m, given), lambda one: _call_once(m, contract, one, site, holder, skipped))


def _emit_call(m: Machine, contract: Contract, given: Arguments, site: Site, holder: Thing | None) -> None:
    target = contract.signatures[0].result.effect("As")
    signature, bound = _matching(contract, given)
    if target is not None or signature is None or bound is None:
        return
    texts = _texts(site, signature, is_method=isinstance(holder, Tensor))
    shown = tuple(Argument(name, value.under(m.path), texts.get(name, name)) for name, value in bound.items())
    made = holder if isinstance(holder, Instance) else None
    event = Event(EventKind.CALL, contract.family, _callee(site), site.place, shown, m.path, ALWAYS, site, _made(made))
    m.emit(replace(event, is_loss=contract.makes_loss, contract=contract.name, reach=m.reach))


def _completed(m: Machine, contract: Contract, given: Arguments, holder: Thing | None) -> Arguments:
    """The arguments of a method, with those that only its object has, from its constructor: `DiceLoss("binary", from_logits=False)`.

    These are the keywords without a default: no call could leave them out.
    """
    if not isinstance(holder, Instance):
        return given
    parameters = (one for signature in contract.signatures for one in signature.parameters)
    names = dict.fromkeys(one.name for one in parameters if one.kind == "keyword" and one.default is Absent.REQUIRED)
    held = ((name, m.store.get((holder.address, name))) for name in names if given.keyword(name) is None)
    return given._replace(keywords=(*given.keywords, *((name, value) for name, value in held if value is not None)))


def _made(instance: Instance | None) -> Trace | None:
    if instance is None or not isinstance(instance.cls, ClassContract):
        return None
    return Trace(Step(Move.CHOSEN, instance.address.place, f"the loss is {instance.cls.family}, made here"))


def _callee(site: Site) -> str:
    return spell(site.expr.func) if isinstance(site.expr, ir.Call) else "it"


def _texts(site: Site, signature: Signature, *, is_method: bool) -> dict[str, str]:
    """How the caller spells the arguments, as far as they stand in the call as they are; `x.log()` has `x` for its first."""
    call = site.expr
    if not isinstance(call, ir.Call):
        return {}
    names = [parameter.name for parameter in signature.parameters if parameter.kind == "positional"]
    texts: dict[str, str] = {}
    if names and (names[0] == "self" or (is_method and isinstance(call.func, ir.Attribute))):
        receiver = names.pop(0)
        texts |= {receiver: spell(call.func.value)} if isinstance(call.func, ir.Attribute) else {}
    plain = takewhile(lambda arg: not arg.star and arg.keyword is None, call.args)
    texts |= {name: spell(arg.value) for name, arg in zip(names, plain, strict=False)}
    return texts | {arg.keyword: spell(arg.value) for arg in call.args if arg.keyword is not None}


def _is_plain(m: Machine, arguments: Arguments) -> bool:
    """Whether there is one alternative only."""
    return all(len(value.cases) == 1 or len(value.under(m.path).cases) == 1 for value in arguments.values)


def _alternatives(m: Machine, arguments: Arguments) -> Iterator[tuple[Guard, Arguments]]:
    """The combinations of what the arguments may be; too many are not told apart."""
    values = [value.under(m.path) for value in arguments.values]
    count = prod(len(value.cases) for value in values)
    if count > MOST_COMBINATIONS:
        values = [value if len(value.cases) == 1 else unknown(Why.BOUND, "too many combinations of arguments") for value in values]
    for cases in product(*(value.cases for value in values)):
        guard = _together(cases)
        if guard is not None:
            things = [sole(case.thing) for case in cases]
            split = len(arguments.positional)
            keywords = tuple((key, thing) for (key, _), thing in zip(arguments.keywords, things[split:], strict=True))
            yield guard, Arguments(tuple(things[:split]), keywords, arguments.open)


def _together(cases: tuple[Case, ...]) -> Guard | None:
    guard: Guard | None = ALWAYS
    for case in cases:
        guard = None if guard is None else both(guard, case.guard)
    return guard


def _call_once(m: Machine, contract: Contract, arguments: Arguments, site: Site, receiver: Thing | None, skipped: int) -> Value:
    plain = arguments._replace(positional=arguments.positional[skipped:])
    for signature in contract.signatures:
        bound = bind(signature, arguments)
        if bound is not None and all(_fits(parameter, bound) for parameter in signature.parameters):
            return results.build(Call(m, contract, plain, bound, site, receiver), signature)
    if contract.makes_loss:  # of whatever it is, it is a loss
        return sole(Tensor(Domain.LOSS, made=contract.family, source=site.place))
    return m.unknown(Why.OPERATION, f"`{contract.family}` of something that has no meaning to keep", site)


def bind(signature: Signature, arguments: Arguments) -> dict[str, Value] | None:
    """Every parameter with its argument or default; None where the arguments do not go with the parameters."""
    positional = list(arguments.positional)
    keywords = dict(arguments.keywords)
    bound: dict[str, Value] = {}
    for parameter in signature.parameters:
        match parameter.kind:
            case "*":
                alone = arguments.more if arguments.more is not None and not positional else None
                bound[parameter.name] = sole(Pack(tuple(positional) if alone is None else (alone,)))
                positional = []
            case "**":
                keywords = {}
            case _:
                value = positional.pop(0) if positional and parameter.kind == "positional" else keywords.pop(parameter.name, None)
                if value is None and parameter.default is Absent.REQUIRED and not arguments.open:
                    return None
                bound[parameter.name] = value if value is not None else _default(parameter, is_open=arguments.open)
    return None if positional or keywords else bound


def _default(parameter: Parameter, *, is_open: bool) -> Value:
    if is_open or parameter.default is Absent.REQUIRED:
        return unknown(Why.PARAMETER, f"`{parameter.name}`, perhaps among `*` or `**` arguments")
    return sole(Constant(parameter.default))


def _fits(parameter: Parameter, bound: dict[str, Value]) -> bool:
    accepts = parameter.accepts
    value = bound.get(parameter.name)
    if value is None or (accepts.anything and not accepts.relations):
        return True
    thing = value.only
    return _welcome(accepts, thing) and all(_related(word.name, word.arguments, thing, bound) for word in accepts.relations)


def _welcome(accepts: Accepts, thing: Thing | None) -> bool:
    if accepts.domains is None and accepts.constants is None and accepts.literals is None:
        return True
    match thing:
        case Tensor(domain=domain):
            return accepts.domains is not None and any(domain.is_a(wanted) for wanted in accepts.domains)
        case Constant(value=value):
            kinds = accepts.constants or frozenset()
            return type(value) in kinds or any(value == one and type(value) is type(one) for one in accepts.literals or ())
        case Unknown():
            return accepts.constants is not None and accepts.domains is None
        case _:
            return False


def _related(name: str, arguments: tuple[object, ...], thing: Thing | None, bound: dict[str, Value]) -> bool:
    match name:
        case "Small":
            number = _number(thing)
            return number is not None and abs(number) <= SMALL
        case "Learned":
            return isinstance(thing, Tensor) and thing.made == axes.LEARNED
        case "SumOf":
            return _total_of("Summed", thing, bound[str(arguments[0])].only)
        case "LogSumExpOf":
            return _total_of("LogSummed", thing, bound[str(arguments[0])].only)
        case _:
            return False


def _number(thing: Thing | None) -> float | None:
    """A number that is known, or that is what it is by default."""
    match thing:
        case Constant(value=int() | float() as number):
            return number
        case Unknown(symbol=Symbol(default=int() | float() as number)):
            return number
        case _:
            return None


def _total_of(name: str, thing: Thing | None, part: Thing | None) -> bool:
    match thing, part:
        case Tensor(term=Term(name=found, parts=(whole, *_))), Tensor(term=term):
            return found == name and whole == term and term is not None
        case _:
            return False
