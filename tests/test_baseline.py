"""A baseline knows what was found, whatever is moved, edited nearby or renamed; what is new fails."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lossguard.config import Config
from lossguard.engine import check
from lossguard.findings import Finding, Severity, numbered
from lossguard.source import Span
from tests.test_cli import Ran, lossguard

TRAIN = """\
import torch.nn.functional as F


def step(model, x, y):
    probs = F.softmax(model(x), dim=1)
    return F.cross_entropy(probs, y)
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607  # git is looked up as everywhere


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one finding, which its baseline knows."""
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    (tmp_path / "other.py").write_text(TRAIN.replace("F.softmax(model(x), dim=1)", "model(x)").replace("step", "right"), encoding="utf-8")
    assert lossguard("baseline", "write", cwd=tmp_path).out == "1 finding in .lossguard-baseline.json.\n"
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def compared(project: Path, *paths: str) -> Ran:
    return lossguard("check", "--output-format", "concise", "--baseline", ".lossguard-baseline.json", *paths, cwd=project)


def test_what_the_baseline_knows_is_not_reported(project: Path) -> None:
    assert lossguard("check", cwd=project).status == 1
    ran = compared(project)

    assert (ran.status, ran.out) == (0, "No misuse found in 2 files.\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def step", "import os\n\n\ndef other():\n    return os\n\n\ndef step"),  # moved
        ("    return", "    print(x)\n    return"),  # edited nearby
        ("F.cross_entropy(probs, y)", "F.cross_entropy(\n        probs,\n        y,  # the labels\n    )"),  # formatted
        ("return F", "loss = 2 * F"),  # another statement around it
        ("def step(model, x, y)", "def train(model, x, y)"),  # the function has another name
        (  # moved into a class
            "def step(model, x, y):\n    probs = F.softmax(model(x), dim=1)\n    return F",
            "class A:\n    def step(self, model, x, y):\n        probs = F.softmax(model(x), dim=1)\n        return F",
        ),
    ],
)  # fmt: skip
def test_edits_around_it_change_nothing(old: str, new: str, project: Path) -> None:
    assert old in TRAIN
    (project / "train.py").write_text(TRAIN.replace(old, new), encoding="utf-8")

    assert compared(project).status == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("F.cross_entropy(probs, y)", "F.nll_loss(probs, y)"),  # another mistake
        ("F.cross_entropy(probs, y)", "F.cross_entropy(probs, y, reduction='sum')"),  # another call
        ("F.softmax(model(x), dim=1)", "F.softmax(model(x + 1), dim=1)"),  # another producer
        ("    return", "    F.cross_entropy(probs, y)\n    return"),  # once more
        (TRAIN, TRAIN + TRAIN.replace("step", "again")),  # in another function
    ],
)
def test_another_mistake_is_new(old: str, new: str, project: Path) -> None:
    (project / "train.py").write_text(TRAIN.replace(old, new), encoding="utf-8")
    ran = compared(project)

    assert (ran.status, ran.out.count("train.py:")) == (1, 1)


def test_a_copy_in_another_file_is_new(project: Path) -> None:
    (project / "twin.py").write_text(TRAIN, encoding="utf-8")
    ran = compared(project)

    assert (ran.status, ran.out.splitlines()[0].partition(":")[0]) == (1, "twin.py")


def test_a_file_that_git_renamed_is_the_same(project: Path) -> None:
    """Git tells it from the rest of the file, although the function has another name, too."""
    (project / "sub").mkdir()
    git(project, "mv", "train.py", "sub/fit.py")
    (project / "sub" / "fit.py").write_text(TRAIN.replace("step", "fit"), encoding="utf-8")
    git(project, "add", ".")
    assert compared(project).status == 0

    git(project, "commit", "-qm", "renamed")
    assert compared(project).status == 0


def test_a_file_that_was_renamed_without_git_is_known_by_its_code(project: Path) -> None:
    (project / "train.py").rename(project / "fit.py")
    assert compared(project).status == 0

    (project / "twin.py").write_text(TRAIN, encoding="utf-8")
    assert compared(project).out.count("LG101") == 1


def test_a_file_outside_of_any_repository_can_be_renamed(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    lossguard("baseline", "write", cwd=tmp_path)
    (tmp_path / "train.py").rename(tmp_path / "fit.py")

    assert compared(tmp_path).status == 0


def test_a_baseline_check_says_what_is_new_known_and_gone(project: Path) -> None:
    ran = lossguard("baseline", "check", cwd=project)
    assert (ran.status, ran.out) == (0, "No misuse found in 2 files.\n1 finding known.\n")

    (project / "train.py").write_text(TRAIN.replace("F.cross_entropy", "F.nll_loss"), encoding="utf-8")
    ran = lossguard("baseline", "check", cwd=project)
    assert ran.status == 1
    assert ran.out.splitlines()[0].startswith("LG105")
    assert ran.out.splitlines()[-1] == "0 findings known. 1 finding gone: `lossguard baseline prune` takes them out."


def entries(project: Path) -> list[tuple[str, str, int]]:
    rows = json.loads((project / ".lossguard-baseline.json").read_text(encoding="utf-8"))["findings"]
    return [(row["file"], row["code"], row["count"]) for row in rows]


def test_pruning_takes_out_what_is_gone_and_adds_nothing(project: Path) -> None:
    (project / "train.py").write_text(TRAIN + TRAIN.replace("F.cross_entropy", "F.nll_loss").replace("step", "other"), encoding="utf-8")
    ran = lossguard("baseline", "prune", cwd=project)
    assert ran.out == "0 findings taken out, 1 finding left in .lossguard-baseline.json.\n"

    (project / "train.py").write_text("", encoding="utf-8")
    ran = lossguard("baseline", "prune", cwd=project)
    assert ran.out == "1 finding taken out, 0 findings left in .lossguard-baseline.json.\n"
    assert entries(project) == []


def test_pruning_follows_renames(project: Path) -> None:
    git(project, "mv", "train.py", "fit.py")
    lossguard("baseline", "prune", cwd=project)

    assert entries(project) == [("fit.py", "LG101", 1)]


def test_files_that_were_not_asked_for_keep_their_entries(project: Path) -> None:
    (project / "wrong.py").write_text(TRAIN.replace("    return", "    F.cross_entropy(probs, y)\n    return"), encoding="utf-8")
    assert lossguard("baseline", "write", "wrong.py", cwd=project).out.startswith("3 findings in")
    assert entries(project) == [("train.py", "LG101", 1), ("wrong.py", "LG101", 2)]

    assert lossguard("baseline", "prune", "other.py", cwd=project).out.startswith("0 findings taken out, 3")
    assert lossguard("baseline", "check", "other.py", cwd=project).out.endswith("0 findings known.\n")


def test_the_settings_name_a_baseline(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.lossguard]\nbaseline = "known.json"\n', encoding="utf-8")
    ran = lossguard("check", cwd=project)
    assert (ran.status, ran.err) == (2, f"lossguard: {project}/known.json: no such baseline; `lossguard baseline write` makes one\n")

    lossguard("baseline", "write", cwd=project)
    assert lossguard("check", cwd=project).status == 0
    (project / "sub").mkdir()
    assert lossguard("check", "..", cwd=project / "sub").status == 0


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{"file": "a.py"}]}'])
def test_a_file_that_is_no_baseline_is_one_line_and_status_2(text: str, project: Path) -> None:
    (project / ".lossguard-baseline.json").write_text(text, encoding="utf-8")
    ran = compared(project)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"lossguard: {project}/.lossguard-baseline.json: ")


def test_fingerprints_are_all_different_and_stay_when_rows_move(tmp_path: Path) -> None:
    wrong = "    F.cross_entropy(x.softmax(1), y)\n"
    text = f"import torch.nn.functional as F\n\n\ndef step(x, y):\n{wrong}{wrong}\n\ndef other(x, y):\n{wrong}"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    before = [one.fingerprint for one in check(["."], tmp_path, Config(folder=tmp_path), cached=False).findings]
    (tmp_path / "a.py").write_text(f"import os\n{text}", encoding="utf-8")

    assert len(set(before)) == 3
    assert [one.fingerprint for one in check(["."], tmp_path, Config(folder=tmp_path), cached=False).findings] == before


def test_equals_are_numbered_in_the_order_of_reports() -> None:
    one = Finding("LG101", "a", Severity.ERROR, "m", Span("a.py", 3, 1, 3, 2), text="f(x)")
    first = replace(one, span=Span("a.py", 1, 1, 1, 2))
    other = replace(one, span=Span("a.py", 2, 1, 2, 2), text="g(x)")

    assert [(found.span.row, found.occurrence) for found in numbered([one, other, first])] == [(1, 0), (2, 0), (3, 1)]
