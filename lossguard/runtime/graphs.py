"""A graph that Dynamo captured goes in, looks at the losses in it come out: once, when it is compiled, and never per step.

A compiled step does not call the wrappers, so what a loss gets is read off the graph: the functions are named there as they were
called, every node knows its user's line, and the sizes are those of the example values.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

import torch
from torch.nn import functional

from lossguard.domains import Domain
from lossguard.runtime.losses import LOSSES, Loss
from lossguard.runtime.places import is_inside
from lossguard.runtime.provenance import Origin, Sizes, through_view
from lossguard.runtime.witness import LITERALS, Look, Sight, class_axis
from lossguard.source import Span

Node = Any  # torch.fx.Node

_BY_NAME: Final[dict[str, Loss]] = {loss.family: loss for loss in LOSSES}
_MADE: Final = {
    "softmax": Domain.PROBABILITIES,
    "log_softmax": Domain.LOG_PROBABILITIES,
    "sigmoid": Domain.ELEMENTWISE_PROBABILITIES,
    "logsigmoid": Domain.ELEMENTWISE_LOG_PROBABILITIES,
    "log_sigmoid": Domain.ELEMENTWISE_LOG_PROBABILITIES,
    "relu": Domain.NON_NEGATIVE,
    "relu6": Domain.BOUNDED,
    "tanh": Domain.BOUNDED,
    "softplus": Domain.NON_NEGATIVE,
    "exp": Domain.NON_NEGATIVE,
    "linear": Domain.LOGITS,
}
_ACTIVATIONS: Final = frozenset({"softmax", "log_softmax"})
_SAME: Final = frozenset({"clone", "contiguous", "to", "float", "half", "bfloat16", "double", "type_as"})
_RESIZED: Final = frozenset({"view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as", "reshape_as"})
FARTHEST: Final = 32


@dataclass(frozen=True, slots=True)
class Compiled:
    """A loss in a compiled graph: what it gets, and the user's line."""

    loss: Loss
    look: Look
    span: Span


def losses_of(graph: Any) -> Iterator[Compiled]:
    """The losses in a captured graph."""
    for node in graph.nodes:
        loss = _BY_NAME.get(_name(node)) if node.op in {"call_function", "call_method"} else None
        if loss is not None:
            given = _bound(loss, node)
            yield Compiled(loss, _look(loss, given), _span(node.stack_trace or ""))


def _name(node: Node) -> str:
    """`torch.nn.functional.softmax`, `torch.softmax` and `Tensor.softmax` are all `softmax`."""
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")


def _bound(loss: Loss, node: Node) -> dict[str, Any]:
    """The arguments by name; the choke point's own order where there is no functional."""
    function = getattr(functional, loss.family, None)
    if function is None or node.op == "call_method":
        return {**dict(zip(loss.parameters, node.args, strict=False)), **node.kwargs}
    bound = inspect.signature(function).bind_partial(*node.args, **node.kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _look(loss: Loss, given: dict[str, Any]) -> Look:
    sights = {name: _sight(loss, name, given[name]) for name in loss.roles if _value(given.get(name)) is not None}
    literals: dict[str, Any] = {name: given[name] for name in LITERALS if name in given and not isinstance(given[name], torch.fx.Node)}
    return Look(loss.family, sights, literals, weighted=_value(given.get("weight")) is not None)


def _value(node: object) -> Any:
    """The example value of a node, if it is a tensor."""
    held = node.meta.get("example_value") if isinstance(node, torch.fx.Node) else None
    return held if isinstance(held, torch.Tensor) else None


def _sight(loss: Loss, name: str, node: Node) -> Sight:
    value = _value(node)
    role = loss.roles[name]
    axis = class_axis(role, loss.family, value.dim())
    return Sight(name, role, tuple(value.shape), value.dtype, value.requires_grad, origin_of(node), axis, related=True)


def origin_of(node: Node, left: int = FARTHEST) -> Origin | None:
    """What made a node's value, through what keeps every number as it is."""
    passed: list[tuple[str, Sizes, Sizes]] = []
    while left > 0 and isinstance(node, torch.fx.Node) and (value := _value(node)) is not None:
        left -= 1
        name = _name(node)
        if name in _MADE and isinstance(node.args[0] if node.args else None, torch.fx.Node):
            return _carried(_maker(name, node, tuple(value.shape), left), passed)
        before = _value(node.args[0]) if node.args else None
        if name not in _SAME | _RESIZED or before is None:
            return None
        passed.append((name, tuple(before.shape), tuple(value.shape)))
        node = node.args[0]
    return None


def _maker(name: str, node: Node, shape: Sizes, left: int) -> Origin:
    dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else None)
    along = name in _ACTIVATIONS and isinstance(dim, int) and bool(shape)
    axis = dim % len(shape) if along else len(shape) - 1 if name == "linear" else None
    size = shape[axis] if axis is not None else None
    return Origin(_MADE[name], name, f"{name} in a compiled graph", axis, size, inner=origin_of(node.args[0], left))


def _carried(origin: Origin, passed: list[tuple[str, Sizes, Sizes]]) -> Origin | None:
    axis = origin.axis
    for name, before, after in reversed(passed):
        axis = axis if axis is None or name in _SAME else through_view(before, after, axis)
    if origin.made in _ACTIVATIONS and axis is None:
        return None
    steps = tuple(name for name, *_ in passed)
    return Origin(origin.domain, origin.made, origin.node, axis, origin.size, steps, origin.inner)


_FRAME: Final = re.compile(r'File "(.+?)", line (\d+), in ')


def _span(stack: str) -> Span:
    """The last line in a stack trace that is not torch's own."""
    frames = [(file, int(row)) for file, row in _FRAME.findall(stack) if not is_inside(file)]
    file, row = frames[-1] if frames else ("<compiled>", 1)
    return Span(file, row, 1, row, 2)


Seen = Callable[[Any], None]
_listeners: Final[list[Seen]] = []


def listen(seen: Seen) -> None:
    """Have every graph that is captured from now on shown to a function."""
    _listeners.append(seen)
    if "torch._dynamo.repro.after_dynamo" in sys.modules:
        hook()


def forget(seen: Seen) -> None:
    """The opposite of `listen`."""
    if seen in _listeners:
        _listeners.remove(seen)


_hooked: Final[list[bool]] = []
# Whether anything was compiled while a guard was active: then no more of torch's functions are wrapped, which would compile it again.
used: Final[list[bool]] = []


def hook() -> None:
    """Look at what backends are given, once per process; importing Dynamo takes a second, so this waits for who needs it."""
    if _hooked:
        return
    _hooked.append(True)
    from torch._dynamo.repro.after_dynamo import WrapBackendDebug

    original = WrapBackendDebug.__call__

    @wraps(original)
    def called(self: Any, graph: Any, inputs: Any, **options: Any) -> Any:
        used.append(True)
        for listener in tuple(_listeners):
            listener(graph.graph)
        return original(self, graph, inputs, **options)

    WrapBackendDebug.__call__ = called


def hooking(original: Callable[..., Any]) -> Callable[..., Any]:
    """`torch.compile`, which puts the hook on before it does its work."""

    @wraps(original)
    def compile_(*args: Any, **kwargs: Any) -> Any:
        if _listeners and not torch.compiler.is_compiling():
            used.append(True)
            hook()
        return original(*args, **kwargs)

    return compile_
