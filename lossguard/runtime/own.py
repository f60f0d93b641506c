"""A project's contracts go in; its own losses are watched from the moment when their modules are imported.

A loss of torch is called through a kernel that can be wrapped at any time. A project's is bound by name wherever it is imported,
so the wrapper has to be there first: this is for programs that are run under the guard from their beginning.
"""

from __future__ import annotations

import importlib.abc
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from torch.compiler import is_compiling

from lossguard.contracts.language import Absent, ClassContract, Contract
from lossguard.contracts.library import Library
from lossguard.runtime import ledger, patches
from lossguard.runtime.losses import LOSSES, Loss, Role

# What is looked at of an argument of which a loss demands this.
_ROLES: Final[Mapping[str, Role]] = {
    "ClassLogits": Role.CLASS_SCORES,
    "Probabilities": Role.CLASS_SCORES,
    "LogProbabilities": Role.CLASS_SCORES,
}
# The methods through which an object is called.
_CALLED: Final = ("forward", "__call__")


@dataclass(frozen=True, slots=True)
class Own:
    """One loss of a project: where it is, and as what its calls are looked at. `skipped` is 1 for a method, which gets its object."""

    module: str
    path: tuple[str, ...]
    loss: Loss
    skipped: int = 0


def losses(library: Library, known: Mapping[str, Loss]) -> Iterator[Own]:
    """The losses that a project's contracts speak of; `known` are torch's, by family."""
    for held in library.own.everything() if library.own is not None else ():
        module, _, name = held.name.rpartition(".")
        match held:
            case Contract():
                yield from _own(library, known, held, module, (name,), 0)
            case ClassContract(methods=methods):
                for called in _CALLED:
                    if called in methods:
                        yield from _own(library, known, methods[called], module, (name, called), 1)


def _own(
    library: Library, known: Mapping[str, Loss], contract: Contract, module: str, path: tuple[str, ...], skipped: int
) -> Iterator[Own]:
    if not contract.makes_loss:
        return
    names = tuple(one.name for one in contract.signatures[0].parameters if not one.kind.startswith("*"))[skipped:]
    word = contract.signatures[0].result.effect("As")
    like = None if word is None else library.find(str(word.arguments[0]))
    if isinstance(like, Contract) and like.family in known:
        loss = known[like.family]
        needed = [one.name for one in like.signatures[0].parameters if one.default is Absent.REQUIRED]
        theirs = {one.name for one in like.signatures[0].parameters}
        named = tuple(needed[at] if at < len(needed) and (at == 0 or name not in theirs) else name for at, name in enumerate(names))
        yield Own(module, path, Loss(loss.family, None, path[-1], loss.roles, named), skipped)
    elif demands := contract.demands:
        roles = {one.parameter: next((_ROLES[word] for word in one.words if word in _ROLES), Role.SCORES) for one in demands}
        yield Own(module, path, Loss(contract.family, None, path[-1], roles, names, contract=contract.name), skipped)


def take(folders: tuple[Path, ...]) -> None:
    """Watch the losses that contracts in these folders speak of. Raises ContractError for a stub that is none."""
    library = ledger.knowing(folders)
    found: dict[str, list[Own]] = {}
    for own in losses(library, {loss.family: loss for loss in LOSSES}):
        found.setdefault(own.module, []).append(own)
    if found:
        sys.meta_path.insert(0, _Finder(found))


@dataclass
class _Finder(importlib.abc.MetaPathFinder):
    """Lets the others find a module, and puts the wrappers on when it has been run."""

    found: dict[str, list[Own]]

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's own spec, with a loader that wraps afterwards."""
        if name not in self.found:
            return None
        specs = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next((one for one in specs if one is not None), None)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                for own in self.found[name]:
                    wrap(module, own)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # this loader is this module's alone
        return spec


def wrap(module: ModuleType, own: Own) -> None:
    """Put the wrapper where the loss is; a contract about something that the module does not have changes nothing."""
    holder: Any = module
    for name in own.path[:-1]:
        holder = vars(holder).get(name)
    original = None if holder is None else vars(holder).get(own.path[-1])
    if callable(original):
        setattr(holder, own.path[-1], _wrapper(own, original))


def _wrapper(own: Own, original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not patches.active or is_compiling():
            return original(*args, **kwargs)
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:  # Python says so
            return original(*args, **kwargs)
        ordered = tuple(value for name, value in given.items() if signature.parameters[name].kind not in _OPEN)[own.skipped :]
        return patches.visited(own.loss, lambda *_: patches.alone(original, args, kwargs), 1, ordered, {})

    return wraps(original)(wrapper)


_OPEN: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
