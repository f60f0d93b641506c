"""The programs in `fixtures/`: what the checker says on their lines, and the figures that torch gives."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest
import torch

from lossguard.config import Config
from lossguard.engine import check
from tests.specs import MARK, Expectation

FIXTURES = Path(__file__).parents[1] / "fixtures"
QUESTIONS = FIXTURES / "questions"


def marked(folder: Path) -> set[Expectation]:
    """The findings that comments in a folder's files announce."""
    found = set()
    for path in folder.rglob("*.py"):
        for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found |= {Expectation(str(path.relative_to(folder)), row, mark[1], mark[2]) for mark in MARK.finditer(line)}
    return found


def found_in(folder: Path) -> set[Expectation]:
    """The findings in a folder's Python files."""
    report = check(["."], folder, Config(select=("ALL",), folder=folder), cached=False)
    return {
        Expectation(one.span.file, one.span.row, "error" if one.certainty.value == "holds" else "may", one.code)
        for one in report.findings
        if one.span.cell is None
    }


@pytest.mark.parametrize("name", ["questions", "tour"])
def test_findings_are_the_ones_that_the_comments_announce(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FIXTURES / name, tmp_path / name)

    assert sorted(marked(folder)) == sorted(found_in(folder))


def test_the_tours_notebook_is_wrong_in_its_last_cell(tmp_path: Path) -> None:
    folder = shutil.copytree(FIXTURES / "tour", tmp_path / "tour")
    report = check(["look.ipynb"], folder, Config(select=("ALL",), folder=folder), cached=False)
    found = [(one.code, one.span.cell, one.span.row) for one in report.findings]

    assert found == [("LG105", 5, 3)]


def value(path: Path, name: str) -> float:
    """A number that a program comes to when torch runs it."""
    found = runpy.run_path(str(path))[name]
    assert isinstance(found, torch.Tensor)
    return float(found.item())


@pytest.mark.parametrize(
    ("file", "name", "figure"),
    [
        ("probabilities_per_pixel.py", "surprising", 0.9488),
        ("probabilities_per_pixel.py", "expected", 2.8824),
        ("a_perfect_prediction.py", "loss", 0.5514),
    ],
)
def test_torch_gives_the_figures_that_people_ask_about(file: str, name: str, figure: float) -> None:
    assert value(QUESTIONS / file, name) == pytest.approx(figure, abs=5e-5)


def test_log_softmax_in_front_of_cross_entropy_changes_nothing() -> None:
    path = QUESTIONS / "where_the_log_goes.py"

    assert value(path, "right") == pytest.approx(value(path, "redundant"), abs=1e-6)


def test_one_hot_rows_and_class_indices_give_one_loss() -> None:
    program = runpy.run_path(str(QUESTIONS / "one_hot_targets.py"))
    scores = torch.randn(4, 5)

    assert program["from_rows"](scores).item() == pytest.approx(program["from_indices"](scores).item(), abs=1e-6)


def test_rows_with_a_tie_are_not_one_hot() -> None:
    drawn = torch.tensor([[1.0, 0.0, 1.0]])
    highest = (drawn == drawn.max(dim=1, keepdim=True).values).float()

    assert highest.sum().item() == 2
