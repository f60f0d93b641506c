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

from lossguard.contracts.language import Contract
from lossguard.contracts.library import Library
from lossguard.runtime import ledger, patches
from lossguard.runtime.losses import LOSSES, Loss, Role

# What is looked at of an argument of which a loss demands this.
_ROLES: Final[Mapping[str, Role]] = {
    "ClassLogits": Role.CLASS_SCORES,
    "Probabilities": Role.CLASS_SCORES,
    "LogProbabilities": Role.CLASS_SCORES,
}


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
        module = held.name.rpartition(".")[0]
        for path, contract in library.losses_of(held).items():
            if (loss := _loss_of(library, known, contract, path)) is not None:
                yield Own(module, path, loss, skipped=len(path) - 1)


def _loss_of(library: Library, known: Mapping[str, Loss], contract: Contract, path: tuple[str, ...]) -> Loss | None:
    """As what the calls of a loss are looked at: as those of the loss that it is like, or by what it demands."""
    signature = contract.signatures[0]
    names = tuple(one.name for one in signature.parameters if not one.kind.startswith("*"))[len(path) - 1 :]
    word = signature.result.effect("As")
    like = None if word is None else library.find(str(word.arguments[0]))
    if isinstance(like, Contract) and like.family in known:
        theirs = like.signatures[0].standing_for(names)
        parameters = tuple(their or our for their, our in zip(theirs, names, strict=True))
        return Loss(like.family, None, path[-1], known[like.family].roles, parameters)
    roles = {one.parameter: next((_ROLES[word] for word in one.words if word in _ROLES), Role.SCORES) for one in contract.demands}
    return Loss(contract.family, None, path[-1], roles, names, contract=contract.name) if roles else None


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
