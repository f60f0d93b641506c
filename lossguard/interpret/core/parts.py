"""A thing goes in; what it is made of comes out, or the same thing made of other parts. Every walk through things is written over these.

`Thing` is all that a value may hold. A new kind of thing is added there, and mypy then names what has to know it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never, cast

from lossguard.contracts.language import ClassContract, Contract
from lossguard.flow.places import Address
from lossguard.flow.values import Constant, Unknown, sole
from lossguard.interpret.core.things import (
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
    Super,
    Thing,
    TupleClass,
    UnknownMethod,
    Value,
)
from lossguard.tensors import Tensor


def parts(thing: Thing) -> tuple[Value, ...]:
    """What a thing is made of, without what its cells hold."""
    match held := thing:
        case Constant() | Tensor() | External() | ProjectModule() | Imported() | TupleClass() | Recording() | Marker():
            return ()
        case Contract() | ClassContract() | Instance() | ListObject() | DictObject() | ProjectClass():
            return ()
        case UnknownMethod(receiver=receiver):
            return () if receiver is None else (sole(receiver),)
        case Unknown():
            return ()
        case Function(defaults=defaults):
            return tuple(value for _, value in defaults)
        case Bound(receiver=receiver, function=function):
            return (sole(receiver), sole(function))
        case Super(receiver=receiver):
            return (sole(receiver),)
        case Builtin(receiver=receiver):
            return () if receiver is None else (sole(receiver),)
        case Partial(callee=callee, arguments=arguments):
            return (callee, *arguments.values, *(() if arguments.more is None else (arguments.more,)))
        case Pack(items=items):
            return items
        case Items():
            return tuple(held.everything())
        case Entries(pairs=pairs, rest=rest):
            return (*(value for _, value in pairs), *(() if rest is None else (rest,)))
        case Cut(lower=lower, upper=upper, step=step):
            return tuple(bound for bound in (lower, upper, step) if bound is not None)
        case _:
            assert_never(held)


def rebuilt(thing: Thing, changed: tuple[Value, ...]) -> Thing:
    """The thing with other parts, in the order of `parts`."""
    left = iter(changed)
    match held := thing:
        case Constant() | Tensor() | External() | ProjectModule() | Imported() | TupleClass() | Recording() | Marker():
            return held
        case Contract() | ClassContract() | Instance() | ListObject() | DictObject() | ProjectClass():
            return held
        case UnknownMethod(receiver=receiver):
            return held if receiver is None else replace(held, receiver=cast("Unknown", _only(next(left), receiver)))
        case Unknown():
            return held
        case Function(defaults=defaults):
            return replace(held, defaults=tuple((name, next(left)) for name, _ in defaults))
        case Bound(receiver=receiver, function=function):
            return Bound(_only(next(left), receiver), cast("Function | Contract", _only(next(left), function)))
        case Super(receiver=receiver):
            return replace(held, receiver=_only(next(left), receiver))
        case Builtin(receiver=receiver):
            return held if receiver is None else replace(held, receiver=_only(next(left), receiver))
        case Partial(arguments=arguments):
            callee = next(left)
            positional = tuple(next(left) for _ in arguments.positional)
            keywords = tuple((name, next(left)) for name, _ in arguments.keywords)
            return Partial(callee, arguments._replace(positional=positional, keywords=keywords, more=next(left, None)))
        case Pack():
            return replace(held, items=changed)
        case Items(items=items, head=head):
            return Items(changed[len(changed) - len(items) :], None if head is None else changed[0], held.lengths)
        case Entries(pairs=pairs):
            return Entries(tuple((key, next(left)) for key, _ in pairs), next(left, None))
        case Cut(lower=lower, upper=upper, step=step):
            return Cut(*(None if bound is None else next(left) for bound in (lower, upper, step)))
        case _:
            assert_never(held)


def _only(part: Value, before: Thing) -> Thing:
    """A part that is a thing and no value: where it has become several, it stays what it was."""
    return before if part.only is None else part.only


def addresses(thing: Thing) -> tuple[Address, ...]:
    """Where a thing, or what it sees, lives."""
    match thing:
        case Instance(address=address) | ListObject(address=address) | DictObject(address=address) | ProjectClass(address=address):
            return (address,)
        case Function(scopes=scopes):
            return tuple(scope.address for scope in scopes)
        case _:
            return ()
