"""The choke points of torch go in, wrappers that tell the active guards about each call come out; they can be taken off again.

Wrappers are made once, when this module is imported, and live as long as the process: TorchScript remembers them by `id`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from itertools import count
from types import FrameType, FunctionType
from typing import Any, Final, Protocol

import torch
from torch.compiler import is_compiling
from torch.utils._python_dispatch import _disable_current_modes

from lossguard.runtime.graphs import hooking
from lossguard.runtime.losses import LOSSES, Loss
from lossguard.runtime.places import here
from lossguard.runtime.sites import Site


class Watcher(Protocol):
    """What a wrapper needs of a guard. None of these raises, unless the user asked for it."""

    def visit(self, loss: Loss, inner: FrameType, args: tuple[Any, ...], weight: int) -> Site | None:
        """Count a call, which stands for some others too; the site where this one should be looked at."""

    def before(self, site: Site, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Look at the arguments."""

    def after(self, site: Site, seen: Any, args: tuple[Any, ...], result: Any) -> None:
        """Look at the result."""

    def failed(self, loss: Loss, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> None:
        """Explain torch's error."""

    def constructed(self, inner: FrameType, given: dict[str, Any], error: Exception | None) -> None:
        """Look at how a loss object was made."""

    def backward(self, tensor: Any, error: Exception | None) -> None:
        """Look at a backward pass that leads nowhere."""


active: tuple[Watcher, ...] = ()
_guards: Final[list[Watcher]] = []
_on = False
# The same thread may come in again: collecting a watched loss stops its guard, wherever the collector happens to run.
_lock: Final = threading.RLock()
# Inside a check, torch's functions are called as they are.
_own: Final = threading.local()


class Pace:
    """Which calls of one loss are visited: all of the first ones, then one in thirty-two, at intervals that no loop can keep step with.

    The intervals come from a small generator of this class's own: the random state of Python and of torch is the user's. Calls
    get their numbers from a counter that threads may share.
    """

    __slots__ = ("_counted", "_state", "due", "numbers")

    def __init__(self) -> None:
        """Begin with the first call."""
        self.numbers, self.due, self._counted, self._state = count(1), 0, ALL_OF, 0

    def taken(self, calls: int) -> int:
        """Visit a call: how many it stands for, itself and those since the visit before; the next call to visit is set."""
        if calls <= ALL_OF:
            return 1
        with _pacing:
            weight = max(calls - self._counted, 0)
            self._counted += weight
            self._state = (13 * self._state + 7) & 63
            self.due = self._counted + self._state + 1
        return weight


# The calls of a loss that are all visited, before the pace slows down.
ALL_OF: Final = 256
_paces: Final[list[list[Pace]]] = []
_pacing: Final = threading.RLock()


def _wrapper(loss: Loss, original: Callable[..., Any]) -> Callable[..., Any]:
    paces = [Pace(), Pace()]  # of calls without a gradient (evaluation), and with one
    _paces.append(paces)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not active or is_compiling():
            return original(*args, **kwargs)
        try:
            pace = paces[args[0].requires_grad]
            calls = next(pace.numbers)
        except (AttributeError, IndexError):  # called with something else than tensors: torch says so
            return visited(loss, original, 1, args, kwargs)
        if ALL_OF < calls < pace.due:
            return original(*args, **kwargs)
        return visited(loss, original, pace.taken(calls), args, kwargs)

    return wraps(original)(wrapper)


def visited(loss: Loss, original: Callable[..., Any], weight: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call that is counted at its site, and perhaps looked at; not, if another thread's visit stands for it already."""
    if weight == 0 or getattr(_own, "busy", False):
        return original(*args, **kwargs)
    inner = here(2)
    chosen = []
    for guard in active:
        site = guard.visit(loss, inner, args, weight)
        if site is not None:
            chosen.append((guard, site, guard.before(site, inner, args, kwargs)))
    try:
        result = original(*args, **kwargs)
    except Exception as error:
        for guard in active:
            guard.failed(loss, inner, args, kwargs, error)
        raise
    for guard, site, seen in chosen:
        guard.after(site, seen, args, result)
    return result


def alone(original: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a loss that is looked at as a whole: what it calls in turn is its own business."""
    before = getattr(_own, "busy", False)
    _own.busy = True
    try:
        return original(*args, **kwargs)
    finally:
        _own.busy = before


class Busy:
    """While a check runs it is no part of the program: no gradient, no modes of the user's, and nothing it calls is checked."""

    __slots__ = ("_before", "_functions", "_learning", "_modes")

    def __enter__(self) -> None:
        self._before = getattr(_own, "busy", False)
        _own.busy = True
        self._learning = torch.is_grad_enabled()
        torch._C._set_grad_enabled(False)  # noqa: FBT003  # torch's own signature
        self._functions = torch._C.DisableTorchFunction()  # modes and subclasses alike
        self._functions.__enter__()
        self._modes = _disable_current_modes() if torch._C._len_torch_dispatch_stack() else None
        if self._modes is not None:
            self._modes.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._modes is not None:
            self._modes.__exit__(*error)
        self._functions.__exit__(*error)
        torch._C._set_grad_enabled(self._learning)
        _own.busy = self._before


def _backward(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if not active or is_compiling() or not isinstance(tensors, torch.Tensor) or tensors.grad_fn is not None:
            return original(tensors, *args, **kwargs)
        try:
            result = original(tensors, *args, **kwargs)
        except RuntimeError as error:
            for guard in active:
                guard.backward(tensors, error)
            raise
        for guard in active:
            guard.backward(tensors, None)
        return result

    return backward


def _constructor(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807  # it takes the place of one
        if not active or is_compiling():
            original(self, *args, **kwargs)
            return
        inner = here(1)
        given = {**dict(zip(_CONSTRUCTOR, args, strict=False)), **kwargs}
        try:
            original(self, *args, **kwargs)
        except Exception as error:
            for guard in active:
                guard.constructed(inner, given, error)
            raise
        for guard in active:
            guard.constructed(inner, given, None)

    return __init__


_CONSTRUCTOR: Final = ("size_average", "reduce", "reduction")
_LOSS_CLASS: Final = torch.nn.modules.loss._Loss  # the base of every loss module
_Patch = tuple[Any, str, Any, Any]
_patches: Final[tuple[_Patch, ...]] = (
    *(
        (loss.owner, loss.attribute, getattr(loss.owner, loss.attribute), _wrapper(loss, getattr(loss.owner, loss.attribute)))
        for loss in LOSSES
    ),
    (torch.autograd, "backward", torch.autograd.backward, _backward(torch.autograd.backward)),
    (torch, "compile", torch.compile, hooking(torch.compile)),
    (_LOSS_CLASS, "__init__", _LOSS_CLASS.__init__, _constructor(_LOSS_CLASS.__init__)),
)
_inherited: Final = frozenset(
    index for index, (owner, name, *_) in enumerate(_patches) if isinstance(owner, type) and name not in vars(owner)
)


def _register() -> None:
    """Tell TorchScript that a wrapper is the operator that it wraps."""
    for loss, (_, _, original, wrapper) in zip(LOSSES, _patches, strict=False):
        if loss.builtin is not None:
            torch.jit._builtins._register_builtin(wrapper, loss.builtin)  # there is no public way
        elif isinstance(original, FunctionType):
            wrapper.__prepare_scriptable__ = lambda original=original: original


def enter(guard: Watcher) -> bool:
    """Make a guard active, and put the wrappers on with the first; whether it was not active already."""
    with _lock:
        is_new = guard not in _guards
        _guards.append(guard)
        for paces in _paces if is_new else ():
            paces[:] = [Pace(), Pace()]
        _settle()
        return is_new


def leave(guard: Watcher) -> bool:
    """Take back one `enter`, and take the wrappers off with the last; whether the guard is inactive now."""
    with _lock:
        if guard in _guards:
            _guards.remove(guard)
        _settle()
        return guard not in _guards


def _settle() -> None:
    """Bring the wrappers in line with the guards; a guard may leave in the middle of it, when what it watches is collected."""
    global active, _on  # noqa: PLW0603  # the wrappers read `active` on every call: a tuple behind one name is cheapest
    active = tuple(dict.fromkeys(_guards))
    while _on is not bool(_guards):
        _on = bool(_guards)
        for index, (owner, name, original, wrapper) in enumerate(_patches):
            if _on:
                setattr(owner, name, wrapper)
            else:
                _restore(owner, name, original, wrapper, inherited=index in _inherited)
    active = tuple(dict.fromkeys(_guards))


def _restore(owner: Any, name: str, original: Any, wrapper: Any, *, inherited: bool) -> None:
    """Put the original back, unless somebody else has wrapped our wrapper since: theirs stays, and ours lets calls through."""
    if vars(owner).get(name) is not wrapper:
        return
    if inherited:
        delattr(owner, name)
    else:
        setattr(owner, name, original)


_register()
