"""A program goes in and is run with torch; the losses that it computes come out, in the order in which they first appear."""

from __future__ import annotations

import json
import os
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.metamorphic.losses import LOSSES
from tests.metamorphic.programs import Program


def computed(program: Program) -> list[float | str]:
    """The sums of what the loss functions give, and the kind of error that ends the program, each once."""
    seen: dict[float | str, None] = {}
    with TemporaryDirectory() as name, _recorded(seen), _imported_from(name), redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file, text in program.files.items():
            target = Path(name, file.replace(".ipynb", ".py"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_code(file, text), encoding="utf-8")
        try:
            runpy.run_path(str(Path(name, "main.py")), run_name="__main__")
        except Exception as error:  # noqa: BLE001  # what torch raises is part of the example
            seen[type(error).__name__] = None
    return list(seen)


def _code(file: str, text: str) -> str:
    if not file.endswith(".ipynb"):
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")


@contextmanager
def _recorded(seen: dict[float | str, None]) -> Iterator[None]:
    """Torch's loss functions write down what they give; the losses that are modules call them as well."""
    import torch.nn.functional as F  # noqa: N812

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            seen[round(float(result.sum()), 5)] = None
            return result

        return noted

    kept = {loss.function: getattr(F, loss.function) for loss in LOSSES}
    try:
        for name, function in kept.items():
            setattr(F, name, noting(function))
        yield
    finally:
        for name, function in kept.items():
            setattr(F, name, function)


@contextmanager
def _imported_from(folder: str) -> Iterator[None]:
    """Modules come from a folder, and are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(folder + os.sep):
                del sys.modules[name]
