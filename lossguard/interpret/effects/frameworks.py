"""The effects of contracts of frameworks: options of a command line, and training loops that call the model and the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lossguard.contracts.language import ClassContract, Word
from lossguard.flow import values
from lossguard.flow.places import Address
from lossguard.flow.symbols import Default, Held, Option, Setting, Symbol
from lossguard.flow.values import Constant, Why, sole, unknown
from lossguard.interpret.core.machine import Site
from lossguard.interpret.core.things import (
    ENTRIES,
    ITEMS,
    Arguments,
    Entries,
    External,
    Instance,
    Pack,
    ProjectClass,
    Thing,
    Value,
    attributes_of,
)
from lossguard.interpret.library.results import Call
from lossguard.interpret.python.containers import content_of, items_of
from lossguard.syntax import ir


def _declares(call: Call, base: Value, word: Word) -> Value:
    """`parser.add_argument("--loss", default="ce", choices=["ce", "nll"])`."""
    given = dict(call.arguments.keywords)
    flags = [thing.value for value in call.arguments.positional if isinstance(thing := value.only, Constant)]
    name = _destination([str(flag) for flag in flags], given)
    if isinstance(call.receiver, Instance) and name is not None:
        option = Option(call.site.place, name, _choices(call, given))
        text = next((str(flag) for flag in flags if str(flag).startswith("--")), name)
        _declare(call, call.receiver, name, Symbol(option, text, _usual(given, text)))
    return base


def _destination(flags: list[str], given: dict[str, Value]) -> str | None:
    match given.get("dest"):
        case values.Value(cases=((Constant(value=str() as name), _),)):
            return name
    chosen = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else None)
    return None if chosen is None else chosen.lstrip("-").replace("-", "_")


def _choices(call: Call, given: dict[str, Value]) -> tuple[object, ...]:
    if "choices" not in given:
        return ()
    held = items_of(call.m, given["choices"], call.site)
    things = [item.only for item in held.items] if held.head is None else []
    return tuple(thing.value for thing in things if isinstance(thing, Constant))


_SWITCHES: Final = {"store_true": False, "store_false": True}


def _usual(given: dict[str, Value], text: str) -> object:
    """What an option is when nobody gives it."""
    action = given["action"].only if "action" in given else None
    if isinstance(action, Constant) and action.value in _SWITCHES:
        return _SWITCHES[str(action.value)]
    default = given["default"].only if "default" in given else Constant(None if text.startswith("-") else Default.NONE)
    return default.value if isinstance(default, Constant) else Default.NONE


def _declare(call: Call, parser: Instance, name: str, symbol: Symbol) -> None:
    content = content_of(call.m, parser.address)
    entries = content if isinstance(content, Entries) else Entries()
    option = unknown(Why.PARAMETER, f"the option {symbol.text}", symbol)
    call.m.store.set((parser.address, ENTRIES), sole(entries.put(name, option)))


def _defaults(call: Call, base: Value, word: Word) -> Value:
    """`parser.set_defaults(loss="nll")`."""
    for name, value in call.arguments.keywords:
        if isinstance(call.receiver, Instance) and isinstance(value.only, Constant):
            _declare(call, call.receiver, name, Symbol(Option(call.site.place, name), f"--{name}", value.only.value))
    return base


def _parsed(call: Call, base: Value, word: Word) -> Value:
    """`parser.parse_args()`: an object with an attribute for each option."""
    content = content_of(call.m, call.receiver.address) if isinstance(call.receiver, Instance) else None
    for thing in base:
        if isinstance(thing, Instance) and isinstance(content, Entries):
            for name, value in content.pairs:
                call.m.store.set((thing.address, str(name)), value)
    return base


def _passed(call: Call, base: Value, word: Word) -> Value:
    """`model, optimizer = accelerator.prepare(model, optimizer)`."""
    match call.thing(word.arguments[0]):
        case Pack(items=(one,)):
            return one
        case Pack() as several:
            return sole(several)
        case _:
            return base


def _overridden(call: Call, base: Value, word: Word) -> Value:
    """`cfg.merge_from_file(path)`: every setting may be another one now, and is what it was by default."""
    if isinstance(call.receiver, Instance):
        _override(call, call.receiver.address, "")
    return base


def _override(call: Call, address: Address, prefix: str) -> None:
    for (owner, name), value in list(call.m.store.cells.items()):
        match value.only if owner == address else None:
            case Constant(value=default):
                symbol = Symbol(Setting(address, name), f"{prefix}{name}", default)
                call.m.store.set((owner, name), unknown(Why.PARAMETER, f"the setting {symbol.text}", symbol))
            case Instance(address=inner) if inner != address:
                _override(call, inner, f"{prefix}{name}.")


def _constructed(call: Call, base: Value, word: Word) -> Value:
    """`Model.from_pretrained("name")`: an object of the class, made with arguments that nobody knows."""
    if not isinstance(call.receiver, ProjectClass | ClassContract):
        return base
    return call.m.call(sole(call.receiver), Arguments(open=True), call.site)


def _invokes(call: Call, base: Value, word: Word) -> Value:
    """`trainer.train()` calls a method of the trainer's own, with an attribute for its first argument."""
    method, attribute = map(str, word.arguments)
    if isinstance(call.receiver, Instance) and isinstance(call.receiver.cls, ProjectClass):
        first = call.m.attribute(sole(call.receiver), attribute, call.site)
        function = call.m.attribute(sole(call.receiver), method, call.site)
        call.m.call(function, Arguments((first,), open=True), call.site)
    return base


def _fits(call: Call, base: Value, word: Word) -> Value:
    """A loop that a framework owns: the loss is called where the model and the loss are handed over."""
    model, loss, *exceptions = (str(argument) for argument in word.arguments)
    if model not in call.bound or loss not in call.bound:
        return base
    net, criterion = (_made(call, call.bound[name]) for name in (model, loss))
    site = _handing_over(call, model, loss)
    batch = call.m.unknown(Why.PARAMETER, "a batch", call.site)
    output = call.m.call(net, Arguments((batch,)), site)
    target = unknown(Why.PARAMETER, "the targets of a batch")
    for thing in criterion:
        if thing != Constant(None) and not _is_one_of(thing, exceptions):
            call.m.call(sole(thing), Arguments((output, target)), site)
    return base


def _ends(call: Call, base: Value, word: Word) -> Value:
    """What a well-known architecture makes: what its last layer makes, the one it has by itself or one that was put in its place."""
    if not isinstance(call.receiver, Instance):
        return base
    address = call.receiver.address
    names = [str(name) for name in word.arguments]
    replaced = [held for name in names if (held := call.m.store.get((address, name))) is not None]
    replaced += [held for name in names if (held := call.m.store.get((attributes_of(_head(address, name)), ITEMS))) is not None]
    if not replaced:
        return base
    if len(replaced) > 1:
        return call.m.unknown(Why.OPERATION, "a model with several new layers", call.site)
    features = call.m.unknown(Why.OPERATION, "what comes before the last layer", call.site)
    return call.m.call(replaced[0], Arguments((features,)), call.site)


def _head(address: Address, name: str) -> Symbol:
    return Symbol(Held(address, name), f"self.{name}")


def _made(call: Call, value: Value) -> Value:
    """The object itself, or one of the class that is handed over."""
    match value.only:
        case ProjectClass() as cls:
            return call.m.call(sole(cls), Arguments(open=True), call.site)
        case External(name=name) if isinstance(call.m.library.find(name), ClassContract):
            return call.m.call(value, Arguments(), call.site)
        case _:
            return value


def _is_one_of(thing: Thing, names: list[str]) -> bool:
    return isinstance(thing, Instance) and isinstance(thing.cls, ClassContract) and thing.cls.name.rpartition(".")[2] in names


def _handing_over(call: Call, model: str, loss: str) -> Site:
    """The call that the framework makes, as if it stood where the pair is handed over: `criterion(net(...))`."""
    site = call.site
    if not isinstance(site.expr, ir.Call):
        return site
    at = site.expr.at
    given = dict(_written(call, site.expr))
    function = given.get(loss, ir.Name(at, loss))
    network = ir.Call(at, given.get(model, ir.Name(at, model)), (ir.Arg(ir.Const(at, ...)),))
    return site._replace(expr=ir.Call(at, function, (ir.Arg(network),)))


def _written(call: Call, expr: ir.Call) -> Iterator[tuple[str, ir.Expr]]:
    """The arguments as they are written, by parameter."""
    names = [parameter.name for parameter in call.contract.signatures[0].parameters if parameter.name != "self"]
    for index, arg in enumerate(expr.args):
        if arg.keyword is not None:
            yield arg.keyword, arg.value
        elif not arg.star and index < len(names):
            yield names[index], arg.value


EFFECTS: Final = {
    "Declares": _declares,
    "Defaults": _defaults,
    "Parsed": _parsed,
    "Passed": _passed,
    "Overridden": _overridden,
    "Constructed": _constructed,
    "Invokes": _invokes,
    "Fits": _fits,
    "Ends": _ends,
}
