"""Numbers that stand in the code go in, the meaning that they spell out comes out: rows that sum to 1 are probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import exp, isclose
from typing import Final, TypeAlias

from lossguard.domains import Domain
from lossguard.flow.traces import Move, Step, Trace
from lossguard.flow.values import Constant
from lossguard.interpret.core.machine import Machine, Site
from lossguard.interpret.core.things import Items, ListObject, Pack, Thing, Value
from lossguard.interpret.python.containers import content_of
from lossguard.tensors import Shape, Tensor

Nested: TypeAlias = float | list["Nested"]
MOST_NUMBERS: Final = 10_000
TOLERANCE: Final = 1e-3
# Below this, a logarithm stands for "never".
CERTAIN: Final = -20


def read(m: Machine, thing: Thing | None, site: Site) -> Tensor:
    """A tensor made of literal numbers; what they say, if they say anything."""
    data = _numbers(m, thing)
    shape = None if data is None else _shape(data)
    if data is None or shape is None or not shape:
        return Tensor(Domain.TENSOR)
    domain, axis = _meaning(data, shape)
    if domain is Domain.TENSOR:
        return Tensor(domain, shape=shape)
    over = "" if axis is None else f": they sum to 1 over dim {axis}" if domain is Domain.PROBABILITIES else f" (dim {axis})"
    trace = Trace(Step(Move.MADE, site.place, f"these numbers are {domain}{over}"))
    return Tensor(domain, axis, "literal", site.place, shape, trace)


def _numbers(m: Machine, thing: Thing | None) -> Nested | None:
    match thing:
        case Constant(value=int() | float() as number):
            return number
        case Pack(items=items):
            return _row(m, items)
        case ListObject(address=address):
            content = content_of(m, address)
            return _row(m, content.items) if isinstance(content, Items) and content.head is None else None
        case _:
            return None


def _row(m: Machine, items: tuple[Value, ...]) -> Nested | None:
    row = [_numbers(m, item.only) for item in items]
    return None if any(part is None for part in row) else [part for part in row if part is not None]


def _shape(data: Nested) -> Shape | None:
    """The sizes of nested rows; None where rows differ in length."""
    if not isinstance(data, list):
        return ()
    shapes = {_shape(part) for part in data}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(data), *inner)


def _flat(data: Nested) -> Iterator[float]:
    if isinstance(data, list):
        for part in data:
            yield from _flat(part)
    else:
        yield data


def _at(data: Nested, index: tuple[int, ...]) -> float:
    for number in index:
        data = data[number]  # type: ignore[index]  # the shape says that it is a list
    return data  # type: ignore[return-value]  # so many numbers as the shape has sizes lead to an entry


def _meaning(data: Nested, shape: Shape) -> tuple[Domain, int | None]:
    numbers = list(_flat(data))
    if len(numbers) > MOST_NUMBERS or any(isinstance(number, bool) for number in numbers):
        return Domain.TENSOR, None
    if all(isinstance(number, int) for number in numbers):
        one_hot = len(shape) > 1 and set(numbers) == {0, 1} and _sums_to_one(data, shape, len(shape) - 1)
        return (Domain.ONE_HOT, len(shape) - 1) if one_hot else (Domain.INDICES, None)
    if len(shape) < 2:
        return Domain.TENSOR, None
    axis = next((axis for axis in (1, len(shape) - 1) if _telling(shape, axis) and _sums_to_one(data, shape, axis)), None)
    if axis is not None and min(numbers) >= 0 and max(numbers) <= 1:
        return Domain.PROBABILITIES, axis
    graded = sum(number > CERTAIN for number in numbers) > len(numbers) // (shape[1] or 1)  # else they are scores of someone certain
    if max(numbers) <= 0 and graded and _telling(shape, 1) and _sums_to_one(data, shape, 1, exponentiated=True):
        return Domain.LOG_PROBABILITIES, 1
    return (Domain.LOGITS, None) if max(numbers) > 1 or min(numbers) < 0 < max(numbers) else (Domain.TENSOR, None)


def _telling(shape: Shape, axis: int) -> bool:
    """Whether sums of 1 along an axis can hardly be chance: three classes, or two in several rows."""
    classes = shape[axis] or 0
    rows = 1
    for index, size in enumerate(shape):
        rows *= 1 if index == axis else size or 0
    return classes > 2 or (classes == 2 and rows > 1)


def _sums_to_one(data: Nested, shape: Shape, axis: int, *, exponentiated: bool = False) -> bool:
    others = [range(1 if index == axis else size or 0) for index, size in enumerate(shape)]
    for index in product(*others):
        line = (_at(data, (*index[:axis], place, *index[axis + 1 :])) for place in range(shape[axis] or 0))
        if not isclose(sum(exp(number) if exponentiated else number for number in line), 1, abs_tol=TOLERANCE):
            return False
    return True
