"""Right programs that look like wrong ones: no word about them, before the run and during it."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lossguard.config import Config
from lossguard.engine import check
from lossguard.runtime import guard

PATH = Path(__file__).parents[1] / "fixtures" / "right_programs.py"


def programs() -> dict[str, Callable[[], None]]:
    """The functions of the file, by name."""
    spec = importlib.util.spec_from_file_location("right_programs", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: one for name, one in vars(module).items() if inspect.isfunction(one)}


PROGRAMS = programs()


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.filterwarnings("ignore:Using a target size:UserWarning")
def test_a_right_program_is_not_accused(program: Callable[[], None]) -> None:
    torch.manual_seed(0)
    with guard("collect") as watching:
        for _ in range(3):
            program()

    assert [(one.code, one.evidence) for one in watching.findings] == []
    assert not watching.troubles


def test_nor_is_their_code() -> None:
    report = check([PATH.name], PATH.parent, Config(select=("ALL",), folder=PATH.parent), cached=False)

    assert report.findings == ()
