"""The runtime half: calls of torch's losses go in, findings come out. It imports torch, and never the parser."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any, Final, TypeVar, cast

import torch

from lossguard.runtime.places import frames
from lossguard.runtime.policies import LossWarning, OnFinding, WrongLossError, policy_of
from lossguard.runtime.watching import Guard

Criterion = TypeVar("Criterion", bound=Callable[..., Any])

_watched: Final[weakref.WeakKeyDictionary[Any, Guard]] = weakref.WeakKeyDictionary()


def guard(on_finding: OnFinding = "warn") -> Guard:
    """A guard for a block or a function: `with lossguard.guard() as found: train()`, or `@lossguard.guard()`.

    `on_finding` is "warn" (a `LossWarning` at the user's line), "raise" (a `WrongLossError` out of the loss), "collect", or a
    function that takes each finding. Everything found is in the guard's `findings`; losses, gradients and random state are
    what they are without it.
    """
    return Guard(policy_of(on_finding))


def watch(criterion: Criterion, on_finding: OnFinding = "warn") -> Criterion:
    """Watch one loss from now on, and give it back unchanged: `criterion = lossguard.watch(nn.CrossEntropyLoss())`.

    A module is watched wherever it is called, with every loss of torch that its `forward` calls; its state, hooks and class stay
    what they are. A function is given back wrapped. Raises TypeError for what cannot be called.
    """
    if isinstance(criterion, torch.nn.Module):
        if criterion not in _watched:
            found = _watched[criterion] = Guard(policy_of(on_finding), only=_under(weakref.ref(criterion))).start()
            weakref.finalize(criterion, found.stop)
        return criterion
    if not callable(criterion):
        raise TypeError(f"watch takes a loss, not {type(criterion).__name__}")
    return cast("Criterion", _watched_function(criterion, Guard(policy_of(on_finding))))


def _watched_function(function: Callable[..., Any], found: Guard) -> Callable[..., Any]:
    @wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        with found:
            return function(*args, **kwargs)

    return watched


def _under(module: Callable[[], Any]) -> Callable[[FrameType], bool]:
    """Whether a frame runs inside the `forward` of a module."""

    def is_under(frame: FrameType) -> bool:
        held = module()
        return any(one.f_code.co_name == "forward" and one.f_locals.get("self") is held for one in frames(frame))

    return is_under


__all__ = ["Guard", "LossWarning", "OnFinding", "WrongLossError", "guard", "watch"]
