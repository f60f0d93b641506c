"""The machine is put together here: which module does which work, and where a run begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lossguard.contracts.language import ClassContract, Contract
from lossguard.contracts.library import Library
from lossguard.events import Entry, Event
from lossguard.flow import conditions, symbols
from lossguard.flow.values import Constant, Unknown, Why, sole
from lossguard.interpret import entries
from lossguard.interpret.core.machine import Machine, Site, Tables
from lossguard.interpret.core.things import (
    Arguments,
    Bound,
    Builtin,
    Cut,
    DictObject,
    External,
    Function,
    Imported,
    Instance,
    ListObject,
    Pack,
    Partial,
    ProjectClass,
    ProjectModule,
    Recording,
    Super,
    Thing,
    TupleClass,
    UnknownMethod,
    Value,
)
from lossguard.interpret.effects import frameworks, tensors
from lossguard.interpret.effects import objects as object_effects
from lossguard.interpret.library import calls
from lossguard.interpret.python import builtins, expressions, functions, names, objects, statements, unknowns
from lossguard.program import Program
from lossguard.tensors import Tensor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the run of one root came to: the events, whether the bounds cut it short, and which functions were called by whom."""

    events: tuple[Event, ...]
    exhausted: bool
    callers: Mapping[Entry, frozenset[Entry | None]]


def interpret(program: Program, library: Library, watched: frozenset[str], file: str) -> Outcome:
    """Run a file as a script, then everything in it that nothing called."""
    machine = Machine(program, library, watched, TABLES)
    exhausted = entries.run(machine, file)
    events = (event for events in machine.events.values() for event in events)
    callers = {entry: frozenset(callers) for entry, callers in machine.callers.items()}
    return Outcome(tuple(replace(event, entries=frozenset(machine.origins[event])) for event in events), exhausted, callers)


def forget() -> None:
    """Forget what was worked out for another program: its places and symbols look the same and mean something else."""
    for known in (symbols.roots_of, conditions.conflict, conditions.both, objects.setters):
        known.cache_clear()


def _call_contract(m: Machine, contract: Contract, arguments: Arguments, site: Site) -> Value:
    return calls.call_contract(m, contract, arguments, site)


def _call_class(m: Machine, cls: ClassContract, arguments: Arguments, site: Site) -> Value:
    return calls.make(m, cls, arguments, site)


def _call_partial(m: Machine, partial: Partial, arguments: Arguments, site: Site) -> Value:
    first = partial.arguments
    later = {name for name, _ in arguments.keywords}
    keywords = (*((name, value) for name, value in first.keywords if name not in later), *arguments.keywords)
    merged = Arguments((*first.positional, *arguments.positional), keywords, first.open or arguments.open)
    return m.call(partial.callee, merged, site)


def _call_tuple_class(m: Machine, cls: TupleClass, arguments: Arguments, site: Site) -> Value:
    given = [arguments.at(index, name) for index, name in enumerate(cls.fields)]
    missing = (m.unknown(Why.PARAMETER, f"`{name}` of a {cls.name}", site) for name in cls.fields)
    return sole(Pack(tuple(value if value is not None else unknown for value, unknown in zip(given, missing, strict=True)), cls.fields))


def _call_imported(m: Machine, thing: Imported, arguments: Arguments, site: Site) -> Value:
    return m.call(names.imported(m, thing, site), arguments, site)


def _call_other(m: Machine, thing: Thing, arguments: Arguments, site: Site) -> Value:
    return m.unknown(Why.CALL, f"{type(thing).__name__}, which cannot be called", site)


def _get_external(m: Machine, thing: External, name: str, site: Site) -> Value:
    return sole(External(f"{thing.name}.{name}"))


def _get_of_tensor(m: Machine, tensor: Tensor, name: str, site: Site) -> Value:
    attribute = calls.tensor_attribute(m, tensor, name, site)
    if attribute is not None:
        return attribute
    method = calls.tensor_method(m, name)
    return m.unknown(Why.NO_CONTRACT, f"a tensor's `{name}`", site) if method is None else sole(Bound(tensor, method))


def _get_imported(m: Machine, thing: Imported, name: str, site: Site) -> Value:
    return m.attribute(names.imported(m, thing, site), name, site)


def _get_of_contract(m: Machine, cls: ClassContract, name: str, site: Site) -> Value:
    found = objects.member(m, objects.mro(m, cls), name)
    return sole(found) if isinstance(found, Contract) else m.unknown(Why.ATTRIBUTE, f"`{name}` of {cls.name}", site)


def _get_other(m: Machine, thing: Thing, name: str, site: Site) -> Value:
    return m.unknown(Why.ATTRIBUTE, f"`{name}` of a {type(thing).__name__.lower()}", site)


TABLES: Final = Tables(
    evaluators=expressions.EVALUATORS,
    executors=statements.EXECUTORS,
    callers={
        Function: functions.call_function,
        Bound: objects.call_bound,
        ProjectClass: objects.instantiate,
        Instance: objects.call_instance,
        External: calls.call_external,
        Contract: _call_contract,
        ClassContract: _call_class,
        Builtin: builtins.call_builtin,
        Partial: _call_partial,
        TupleClass: _call_tuple_class,
        Imported: _call_imported,
        Unknown: unknowns.call,
        UnknownMethod: unknowns.call_method,
        **dict.fromkeys((Tensor, Constant, Pack, ListObject, DictObject, ProjectModule, Super, Cut, Recording), _call_other),
    },
    getters={
        Instance: objects.get_attribute,
        ProjectClass: objects.get_class_attribute,
        ProjectModule: names.get_module_attribute,
        Super: objects.get_super_attribute,
        External: _get_external,
        Imported: _get_imported,
        Tensor: _get_of_tensor,
        ClassContract: _get_of_contract,
        Unknown: unknowns.get_attribute,
        UnknownMethod: unknowns.get_attribute,
        **dict.fromkeys((Constant, Pack, ListObject, DictObject, Function, Builtin), builtins.get_builtin_attribute),
        **dict.fromkeys((Bound, Partial, TupleClass, Contract, Cut, Recording), _get_other),
    },
    effects={**tensors.EFFECTS, **object_effects.EFFECTS, **frameworks.EFFECTS},
)
