"""What reaches a loss goes in, why each argument is what it is, or is not known, comes out."""

from __future__ import annotations

from collections.abc import Iterator

from lossguard.events import Argument, Event
from lossguard.flow.conditions import spelled
from lossguard.flow.values import Constant, Unknown
from lossguard.source import Span
from lossguard.tensors import Tensor


def lines(events: list[tuple[Event, Span]]) -> Iterator[str]:
    """Every call of a loss on the line, with its arguments."""
    for event, span in events:
        yield f"{span}: {event.kind.value} of {event.name}, as `{event.spelled}`" + (f", when {spelled(event.path)}" if event.path else "")
        for argument in event.arguments:
            if not all(isinstance(thing, Constant) for thing in argument.value):
                yield from _argument(argument)


def _argument(argument: Argument) -> Iterator[str]:
    for thing, guard in argument.value.cases:
        condition = f"  [when {spelled(guard)}]" if guard else ""
        match thing:
            case Unknown():
                what = f"unknown, {thing}"
            case Tensor(domain=domain):
                what = f"{domain} ({thing})"
            case _:
                what = str(thing)
        yield f"  {argument.name} = `{argument.text}`: {what}{condition}"
        if isinstance(thing, Tensor) and thing.trace is not None:
            yield from (f"    {number}. {step.text}" for number, step in enumerate(thing.trace, start=1))
