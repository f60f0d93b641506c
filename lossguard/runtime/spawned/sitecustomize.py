"""A spawned interpreter goes in, one with a guard on torch's losses comes out. `lossguard run --spawn` puts this on its path.

The guard starts when torch is first imported, so that processes which never do pay nothing; another `sitecustomize` that this
one hides is run as well.
"""

from __future__ import annotations

import atexit
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_OWN = str(Path(__file__).parent)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds torch as the others do, and has the guard started once it is there."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("torch")
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads a module as its own loader does, then starts the guard."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self.loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = module.__spec__.loader = self.loader  # type: ignore[union-attr]  # an imported module has a spec
        self.loader.exec_module(module)
        _start()


def _start() -> None:
    from lossguard.runtime import guard
    from lossguard.runtime.record import FOLDER, leave

    watching = guard("collect").start()
    folder = Path(os.environ[FOLDER])
    atexit.register(leave, watching, folder)
    import multiprocessing.util

    multiprocessing.util.Finalize(None, leave, args=(watching, folder), exitpriority=0)


def _chain() -> None:
    """Run the `sitecustomize` that would have been found without ours."""
    others = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(_OWN)]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


sys.meta_path.insert(0, _Finder())
_chain()
