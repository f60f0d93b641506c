"""Nodes of a graph go in, the user's lines that made them come out, for the step or two in which somebody asks.

A graph does not know lines. When a finding says that a softmax reached a loss, the functions that make such nodes are wrapped
until the loss is called again; then the line is known, and they are as before. Nothing is wrapped in a right program.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import CodeType
from typing import Any, Final

import torch
from torch.nn import functional

from lossguard.runtime.places import here, user_frame
from lossguard.runtime.provenance import kind_of

Line = tuple[CodeType, int]

_made: Final[dict[Any, Line]] = {}
# How many more looks may ask before the wrappers are taken off in any case.
_left: Final[list[int]] = []
PATIENCE: Final = 3


def _recording(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def made(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if _left and not torch.compiler.is_compiling() and isinstance(result, torch.Tensor):
            _record(result.grad_fn)
        return result

    return made


def _record(node: Any) -> None:
    frame = user_frame(here(2))
    if node is None or frame is None:
        return
    _made[node] = frame.f_code, frame.f_lasti
    if kind_of(node) in {"View", "UnsafeView"}:  # a linear layer on more than two axes
        _made[node.next_functions[0][0]] = _made[node]


_METHODS: Final = ("softmax", "log_softmax", "sigmoid", "relu", "tanh")
_SPOTS: Final = (
    *((torch.Tensor, name, f"aten::{name}") for name in _METHODS),
    *((torch, name, f"aten::{name}") for name in _METHODS),
    *((functional, name, f"aten::{name}") for name in ("linear", "conv1d", "conv2d", "conv3d")),
    (torch._C._nn, "hardtanh", "aten::hardtanh"),
)
_patches: Final = tuple((owner, name, _recording(getattr(owner, name)), vars(owner).get(name), builtin) for owner, name, builtin in _SPOTS)
for _owner, _name, _wrapper, _, _builtin in _patches:
    if _owner is not torch.Tensor:
        torch.jit._builtins._register_builtin(_wrapper, _builtin)  # TorchScript takes a wrapper for the operator that it wraps


def arm() -> None:
    """Record who makes what from now on."""
    if not _left:
        _left.append(PATIENCE)
        for owner, name, wrapper, _, _ in _patches:
            setattr(owner, name, wrapper)


def line_of(node: Any) -> Line | None:
    """The user's line that made a node, if that was recorded."""
    return _made.get(node) if _left else None


def asked() -> None:
    """A look has asked for all it could: forget the step, and stop after a few of them."""
    if not _left:
        return
    _made.clear()
    _left[0] -= 1
    if _left[0] <= 0:
        disarm()


def disarm() -> None:
    """Take the wrappers off."""
    _left.clear()
    _made.clear()
    for owner, name, wrapper, before, _ in _patches:
        if vars(owner).get(name) is not wrapper:
            continue
        if before is None:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
