"""The closed alphabet of things: every kind has its parts, and is itself again when it is built of them."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from enum import Enum
from typing import get_args

import pytest

from lossguard import tensors
from lossguard.contracts.language import ClassContract, Contract
from lossguard.domains import Domain
from lossguard.flow import values
from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Made, Symbol
from lossguard.flow.values import Constant, Unknown, Why, sole
from lossguard.interpret.core import things
from lossguard.interpret.core.parts import addresses, parts, rebuilt
from lossguard.interpret.core.things import (
    Arguments,
    Bound,
    Builtin,
    Cut,
    DictObject,
    Entries,
    External,
    Function,
    Imported,
    Instance,
    Items,
    ListObject,
    Marker,
    Pack,
    Partial,
    ProjectClass,
    ProjectModule,
    Recording,
    Scope,
    Super,
    Thing,
    TupleClass,
    UnknownMethod,
    Value,
)
from lossguard.syntax import ir
from lossguard.tensors import Tensor

ONE, TWO, THREE = (sole(Constant(number)) for number in (1, 2, 3))
HERE = Address(Place("a.py", 1))
LIST = ListObject(HERE)
CLASS = ProjectClass(ir.Class(1, "C", (), (), ()), "a.py", HERE, ())
OBJECT = Instance(HERE, CLASS)
FUNCTION = Function(ir.Function(2, "f", (), (), (), frozenset(), generator=False), "a.py", (Scope(HERE, None),), (("x", ONE), ("y", TWO)))
UNKNOWN = Unknown(Why.CALL, "f()", Symbol(Made("x", 0), "f()"))

# One of each kind, with what it is made of.
KINDS: dict[Thing, tuple[Value, ...]] = {
    Constant(1): (),
    Tensor(Domain.LOGITS): (),
    External("torch.nn"): (),
    ProjectModule("a.py"): (),
    Imported("a.py", "x"): (),
    TupleClass("T", ("x",)): (),
    Recording(enabled=False): (),
    Marker.SELF: (),
    Contract("f", ()): (),
    ClassContract("C"): (),
    LIST: (),
    DictObject(HERE): (),
    OBJECT: (),
    CLASS: (),
    UNKNOWN: (),
    UnknownMethod(Why.ATTRIBUTE, "x", None, UNKNOWN, Contract("f", ())): (sole(UNKNOWN),),
    UnknownMethod(Why.ATTRIBUTE, "x"): (),
    FUNCTION: (ONE, TWO),
    Bound(OBJECT, FUNCTION): (sole(OBJECT), sole(FUNCTION)),
    Super(OBJECT, CLASS): (sole(OBJECT),),
    Builtin("len"): (),
    Builtin("append", LIST): (sole(LIST),),
    Partial(ONE, Arguments((TWO,), (("k", THREE),))): (ONE, TWO, THREE),
    Partial(ONE, Arguments((TWO,), (), open=True, more=THREE)): (ONE, TWO, THREE),
    Pack((ONE, TWO), ("x", "y")): (ONE, TWO),
    Items((ONE, TWO)): (ONE, TWO),
    Items((ONE, TWO), THREE): (THREE, ONE, TWO),
    Items((), THREE): (THREE,),
    Entries((("a", ONE), ("b", TWO))): (ONE, TWO),
    Entries((("a", ONE),), TWO): (ONE, TWO),
    Cut(ONE, None, TWO): (ONE, TWO),
}


def kind(thing: Thing) -> str:
    """The name of its class."""
    return type(thing).__name__


@pytest.mark.parametrize("thing", KINDS, ids=lambda thing: f"{kind(thing)}")
def test_a_thing_has_its_parts_and_is_built_of_them(thing: Thing) -> None:
    held = parts(thing)

    assert held == KINDS[thing]
    assert rebuilt(thing, held) == thing
    assert kind(rebuilt(thing, held)) == kind(thing)


@pytest.mark.parametrize("thing", [thing for thing in KINDS if parts(thing)], ids=kind)
def test_a_thing_of_other_parts_has_them(thing: Thing) -> None:
    other = Bound(OBJECT, FUNCTION)
    changed = tuple(sole(other) if part != sole(FUNCTION) else part for part in parts(thing))

    assert parts(rebuilt(thing, changed)) == changed


def test_every_kind_is_among_them() -> None:
    written = {
        cls
        for module in (things, values, tensors)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__ and (is_dataclass(cls) or issubclass(cls, Enum))
    }
    # What is about things, and is none: the words and places that they are described with.
    about = {"Kind", "Term", "Value", "Why"}
    held = set(get_args(Thing))

    assert {cls.__name__ for cls in written} - about == {cls.__name__ for cls in held} - {"Contract", "ClassContract"} | {"UnknownMethod"}
    assert {kind(thing) for thing in KINDS} == {cls.__name__ for cls in held} | {"UnknownMethod"}


def test_what_lives_somewhere_says_where() -> None:
    assert {kind(thing) for thing in KINDS if addresses(thing)} == {"Instance", "ListObject", "DictObject", "ProjectClass", "Function"}


def test_a_kind_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(AssertionError):
        parts("no thing")  # type: ignore[arg-type]  # what nobody may write
