"""The value of one symbol goes in; what follows from it for a symbol that is computed from that one comes out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Final, assert_never

from lossguard.flow.symbols import (
    Among,
    Below,
    Computed,
    Converted,
    Default,
    Equals,
    HasAttribute,
    Holds,
    IsInstance,
    Length,
    Opaque,
    Symbol,
    TextOf,
)

_TYPES: Final = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "tuple": tuple, "dict": dict}


def types_of(classes: tuple[Hashable, ...]) -> tuple[type, ...] | None:
    """The classes of an `isinstance`; None where some are not Python's own."""
    found = [_TYPES.get(str(cls)) for cls in classes] if classes else [None]
    return None if None in found else tuple(cls for cls in found if cls is not None)


def computed(symbol: Symbol, held: Symbol, value: Hashable) -> Hashable:
    """What a symbol comes to where another one has this value; `Default.NONE` where that says nothing, or fails."""
    if symbol == held:
        return value
    origin = symbol.origin
    if not isinstance(origin, Computed) or isinstance(origin, Opaque):
        return Default.NONE
    found = computed(origin.of, held, value)
    try:
        return Default.NONE if found is Default.NONE else _applied(origin, found)
    except TypeError:
        return Default.NONE


def _applied(origin: Computed, value: Hashable) -> Hashable:  # one line for each kind
    """What Python makes of the value; a TypeError where it cannot."""
    match origin:
        case Equals(constant=constant):
            return value == constant
        case Among(constants=constants):
            return value in constants
        case Holds(constant=constant):
            return constant in value  # type: ignore[operator]  # the TypeError is caught
        case Below(number=number, inclusive=inclusive):
            return value <= number if inclusive else value < number  # type: ignore[operator]  # likewise
        case Length():
            return len(value)  # type: ignore[arg-type]  # likewise
        case TextOf(method=method, given=given):
            return _TEXTS[method](value, *given)
        case IsInstance(classes=classes):
            types = types_of(classes)
            return isinstance(value, types or ()) if types is not None or value is None else Default.NONE
        case HasAttribute() | Converted():
            return Default.NONE
        case _:
            assert_never(origin)


_TEXTS: Final[Mapping[str, Callable[..., Hashable]]] = {
    "startswith": str.startswith, "endswith": str.endswith, "lower": str.lower, "upper": str.upper, "strip": str.strip,
}  # fmt: skip
# The methods of a text that always come to the same, so that what is known of one call is known of the next.
TEXT_METHODS: Final = frozenset(_TEXTS)
