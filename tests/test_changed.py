"""What is reported of files that changed, from a commit hook or since a revision; and which results of earlier runs still stand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lossguard.changed import newly_meant, reaching
from tests.test_baseline import git
from tests.test_cli import lossguard

ROOT = Path(__file__).parents[1]
MODEL = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(x)
"""
WRONG_MODEL = MODEL.replace("self.out(x)", "self.out(x).softmax(dim=1)")
TRAIN = """\
from model import Net
from torch import nn

net, criterion = Net(), nn.CrossEntropyLoss()


def step(x, y):
    return criterion(net(x), y)
"""
ALONE = "import torch.nn.functional as F\n\n\ndef alone(x, y):\n    return F.cross_entropy(x.softmax(1), y)\n"
RIGHT = ALONE.replace("x.softmax(1)", "x")
LINE = "train.py:8:12: LG101"


def notebook(text: str) -> str:
    """A notebook with one cell."""
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def put(folder: Path, **files: str) -> None:
    """Write files: `model` is model.py."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a model, its training, and a mistake of long standing in a third file."""
    put(tmp_path, model=MODEL, train=TRAIN, old=ALONE, other=RIGHT)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def reported(project: Path, *options: str) -> list[str]:
    """The findings, in short."""
    ran = lossguard("check", "--output-format", "concise", *options, cwd=project)
    assert ran.err == ""
    lines = [line for line in ran.out.splitlines() if ": LG" in line]
    assert ran.status == (1 if lines else 0)
    return [line.split(" ")[0] + " " + line.split(" ")[1] for line in lines]


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (["model.py"], [LINE]),
        (["train.py"], [LINE]),
        (["model.py", "train.py"], [LINE]),
        (["old.py"], ["old.py:5:12: LG101"]),
        (["other.py"], []),
        (["other.py", "model.py"], [LINE]),
        (["."], ["old.py:5:12: LG101", LINE]),
        ([], []),
    ],
)
def test_a_finding_is_reported_for_each_of_its_places(changed: list[str], found: list[str], project: Path, *, warm: bool) -> None:
    if warm:
        lossguard("check", cwd=project)
    put(project, model=WRONG_MODEL)

    assert reported(project, "--changed", *changed) == found


def test_files_that_see_each_other_through_others_count(project: Path) -> None:
    put(project, model="from layers.head import head\n\n\nclass Net:\n    def __call__(self, x):\n        return head(x)\n")
    (project / "layers").mkdir()
    (project / "layers" / "__init__.py").write_text("", encoding="utf-8")
    (project / "layers" / "head.py").write_text("def head(x):\n    return x.softmax(dim=1)\n", encoding="utf-8")

    assert reported(project, "--changed", "layers/head.py") == [LINE]


def test_excluded_files_do_not_count_where_that_is_forced(project: Path) -> None:
    (project / "lossguard.toml").write_text('exclude = ["old.py"]', encoding="utf-8")

    assert reported(project, "--changed", "old.py") == ["old.py:5:12: LG101"]
    assert reported(project, "--changed", "--force-exclude", "old.py") == []


def test_comments_are_not_called_unused_where_not_everything_was_looked_at(project: Path) -> None:
    put(project, other=RIGHT.replace(", y)\n", ", y)  # lossguard: ignore[LG101]\n"))
    assert reported(project, "--changed", "other.py") == []

    lossguard("check", cwd=project)
    assert reported(project) == ["old.py:5:12: LG101", "other.py:5:35: LG901"]


def test_since_a_revision_means_changed_staged_and_new_files(project: Path) -> None:
    assert reported(project, "--since", "HEAD") == []

    put(project, model=WRONG_MODEL)
    assert reported(project, "--since", "HEAD") == [LINE]
    git(project, "add", ".")
    assert reported(project, "--since", "HEAD") == [LINE]
    git(project, "commit", "-qm", "second")
    assert reported(project, "--since", "HEAD") == []
    assert reported(project, "--since", "HEAD~1") == [LINE]

    (project / "new.ipynb").write_text(notebook(ALONE), encoding="utf-8")
    assert reported(project, "--since", "HEAD") == ["new.ipynb:cell 1:5:12:"]
    (project / "model.py").unlink()
    assert reported(project, "--since", "HEAD") == ["new.ipynb:cell 1:5:12:"]


def test_since_counts_from_the_current_folder(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(ALONE, encoding="utf-8")

    assert reported(project / "sub", "--since", "HEAD") == ["a.py:5:12: LG101"]
    assert reported(project, "--since", "HEAD", "sub") == ["sub/a.py:5:12: LG101"]


@pytest.mark.parametrize("revision", ["nothing", "--output=x"])
def test_a_revision_that_is_none_is_one_line_and_status_2(revision: str, project: Path) -> None:
    ran = lossguard("check", f"--since={revision}", cwd=project)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert revision in ran.err


def test_a_folder_outside_of_any_repository_has_no_revisions(tmp_path: Path) -> None:
    ran = lossguard("check", "--since", "HEAD", cwd=tmp_path)

    assert (ran.status, ran.err) == (2, "lossguard: not a git repository (or any of the parent directories): .git\n")


def kept(project: Path) -> set[str]:
    """The roots that the cache knows."""
    return set(json.loads((project / ".lossguard_cache" / "findings.json").read_text(encoding="utf-8"))["roots"])


def test_a_new_file_leaves_the_results_that_it_cannot_change(project: Path) -> None:
    (project / "train.py").write_text(TRAIN.replace("from model", "from heads"), encoding="utf-8")
    assert reported(project) == ["old.py:5:12: LG101"]
    cache = project / ".lossguard_cache" / "findings.json"
    document = json.loads(cache.read_text(encoding="utf-8"))
    for row in document["roots"].values():
        row["findings"] = []
    cache.write_text(json.dumps(document), encoding="utf-8")

    put(project, heads=WRONG_MODEL)
    assert reported(project) == [LINE]  # what is said about old.py is kept, and what is said about train.py is not
    (project / "heads.py").unlink()
    assert reported(project) == []


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (["a.py"], ["a.py", "b.py"], {"b"}),
        (["a.py", "b.py"], ["a.py"], {"b"}),
        (["a.py"], ["a.py", "p/b.py"], {"b", "p"}),
        (["p/a.py"], ["p/a.py", "p/q/b.ipynb"], {"b", "q"}),
        (["a.py"], ["a.py", "p/__init__.py"], None),
        (["a.py"], ["a.py", "registers.py"], None),
        (["a.py"], ["a.py"], set()),
    ],
)
def test_what_a_list_of_files_means_differs_by_names(before: list[str], after: list[str], names: set[str] | None) -> None:
    assert newly_meant(before, after, {"registers.py": b"@register('x')\ndef f(): ..."}.get) == names


def test_who_can_see_a_file_says_its_name_or_that_of_one_who_does() -> None:
    texts = {
        "a.py": b"",
        "b.py": b"from .a import x",
        "c.py": b"import b as d",
        "p/__init__.py": b"import c",
        "e.py": b"from p import f",
        "g.py": b"import ab",
        "r.py": b"@register\nclass A: ...",
    }

    assert reaching(["a.py"], texts, texts.get) == {"a.py", "b.py", "c.py", "p/__init__.py", "e.py"}
    assert reaching(["g.py"], texts, texts.get) == {"g.py"}
    assert reaching(["r.py"], texts, texts.get) == set(texts)


# With the real pre-commit.

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}


def pre_commit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def hooked(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository with the hook `lossguard` installed, as it is published but that it runs this checkout."""
    install(project, "lossguard")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(project / ".git" / "pre-commit-home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.org")
    done = pre_commit("install", cwd=project)
    assert done.returncode == 0, done.stderr
    return project


def install(project: Path, name: str) -> None:
    hook = {**HOOKS[name], "language": "system", "entry": HOOKS[name]["entry"].replace("lossguard", f"{sys.executable} -m lossguard", 1)}
    del hook["minimum_pre_commit_version"]
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git(project, "add", ".pre-commit-config.yaml")


def commit(project: Path, *files: str) -> tuple[bool, str]:
    """Commit some files; whether the hook let them pass, and what was printed."""
    git(project, "add", *files)
    done = subprocess.run(["git", "commit", "-m", "x"], cwd=project, capture_output=True, text=True, check=False)  # noqa: S607  # git is looked up as everywhere
    return done.returncode == 0, done.stdout + done.stderr


def test_a_commit_of_what_is_right_passes_whatever_else_is_wrong(hooked: Path) -> None:
    put(hooked, other=RIGHT + "\n\nx = 1\n")
    passed, said = commit(hooked, "other.py")

    assert passed, said
    assert "LG101" not in said


def test_a_commit_of_what_is_wrong_is_stopped(hooked: Path) -> None:
    put(hooked, new=ALONE)
    passed, said = commit(hooked, "new.py")

    assert not passed
    assert "new.py:5:12" in said
    assert "old.py" not in said


def test_a_commit_of_a_model_is_stopped_for_the_loss_in_another_file(hooked: Path) -> None:
    put(hooked, model=WRONG_MODEL)
    passed, said = commit(hooked, "model.py")

    assert not passed
    assert said.count("LG101") == 1
    assert "--> train.py:8:12" in said
    assert "1. model.py:10:16" in said


def test_a_commit_of_a_notebook_is_stopped_at_its_cell(hooked: Path) -> None:
    (hooked / "look.ipynb").write_text(notebook(ALONE), encoding="utf-8")
    passed, said = commit(hooked, "look.ipynb")
    assert not passed
    assert "look.ipynb:cell 1:5:12" in said

    (hooked / "look.ipynb").write_text(notebook(RIGHT), encoding="utf-8")
    assert commit(hooked, "look.ipynb")[0]


def test_what_is_not_in_the_commit_does_not_count(hooked: Path) -> None:
    """Pre-commit puts changes that are not staged aside while hooks run."""
    put(hooked, model=WRONG_MODEL, other=RIGHT + "\n\nx = 1\n")
    passed, said = commit(hooked, "other.py")

    assert passed, said
    assert (hooked / "model.py").read_text(encoding="utf-8") == WRONG_MODEL


def test_a_commit_of_excluded_files_or_of_none_that_matter_passes(hooked: Path) -> None:
    (hooked / "lossguard.toml").write_text('exclude = ["third/"]\n', encoding="utf-8")
    (hooked / "third").mkdir()
    (hooked / "third" / "a.py").write_text(ALONE, encoding="utf-8")
    assert commit(hooked, "third")[0]

    (hooked / "notes.txt").write_text("loss", encoding="utf-8")
    assert commit(hooked, "notes.txt", "lossguard.toml")[0]


def test_the_hook_for_the_whole_project_stops_for_anything(hooked: Path) -> None:
    install(hooked, "lossguard-project")
    put(hooked, other=RIGHT + "\n\nx = 1\n")
    passed, said = commit(hooked, "other.py")

    assert not passed
    assert "--> old.py:5:12" in said


def test_the_hooks_are_what_pre_commit_expects(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", tmp_path)
    done = pre_commit("validate-manifest", ".pre-commit-hooks.yaml", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert {name: hook.get("pass_filenames", True) for name, hook in HOOKS.items()} == {"lossguard": True, "lossguard-project": False}
