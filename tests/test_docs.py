"""The guides tell the truth: their programs give what their comments say, their commands exist and end as they should."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lossguard.pages import blocks
from lossguard.settings import FIELDS
from tests.specs import Program, actual, expected, programs
from tests.test_baseline import git
from tests.test_changed import HOOKS, LINE, TRAIN, WRONG_MODEL, put
from tests.test_cli import lossguard

ROOT = Path(__file__).parents[1]
DOCS, README = ROOT / "docs", ROOT / "README.md"
# What is written for users; the others speak of one run inside, or are generated.
GUIDES = [path for path in sorted(DOCS.glob("*.md")) if path.name not in {"misuses.md", "one-run.md"}]
# Whole walks through a small project, whose files and commands belong together.
WALKS = [DOCS / name for name in ("get-started.md", "runtime.md", "contracts.md", "writing-rules.md")]
PROGRAMS = [pytest.param(program, id=program.name) for guide in GUIDES if guide not in WALKS for program in programs(guide)]
WRONG = """\
import argparse

import torch
import torch.nn.functional as F


def step(x, y):
    return F.cross_entropy(x.softmax(1), y)


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.parse_args()
step(torch.randn(8, 3, requires_grad=True), torch.arange(8) % 3).backward()
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_what_its_comments_say(program: Program, tmp_path: Path) -> None:
    assert expected(program) == actual(program, tmp_path)


def commands_of(text: str) -> list[str]:
    """The commands of a page: in backticks, and after a `$` in what a console shows."""
    inline = re.findall(r"`(lossguard [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    shown = [
        line[2:].partition(" #")[0].strip() for block in blocks(text) if block.language == "console" for line in block.text.splitlines()
    ]
    return [*inline, *(line for line in shown if line.startswith("lossguard "))]


COMMANDS = sorted(
    {command for guide in (README, *GUIDES) if guide not in WALKS for command in commands_of(guide.read_text(encoding="utf-8"))}
)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A project in a repository of git, with what the commands of the guides speak of."""
    (tmp_path / "src").mkdir()
    (tmp_path / "notebooks").mkdir()
    for file in ("train.py", "src/train.py"):
        (tmp_path / file).write_text(WRONG, encoding="utf-8")
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "import torch\n"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "train.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one(command: str, scratch: Path) -> None:
    if "baseline" in command:
        lossguard("baseline", "write", cwd=scratch)
    if "--confirm" in command:
        lossguard("run", "--output-format", "json", "--output-file", "run.json", "train.py", cwd=scratch)
    words = shlex.split(command)[1:]
    words = [str(ROOT / word) if word.startswith("fixtures/") else word for word in words]

    assert lossguard(*words, cwd=scratch, stdin=WRONG).status in {0, 1}


@pytest.mark.parametrize("walk", WALKS, ids=lambda path: path.name)
def test_a_walk_goes_as_it_is_told(walk: Path, tmp_path: Path) -> None:
    for block in blocks(walk.read_text(encoding="utf-8")):
        if block.file:
            (tmp_path / block.file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, *lines in (part.splitlines() for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]):
                ran = lossguard(*shlex.split(command)[1:], cwd=tmp_path)
                assert (command, ran.status in {0, 1}) == (command, True), ran.err
                assert ran.out.splitlines()[: len(lines)] == lines


@pytest.mark.parametrize("walk", WALKS, ids=lambda path: path.name)
def test_what_a_walk_finds_is_marked(walk: Path, tmp_path: Path) -> None:
    found = {block.file: block.text for block in blocks(walk.read_text(encoding="utf-8")) if block.file}
    program = Program(walk.name, {file: text for file, text in found.items() if file.endswith(".py")})
    for file, text in found.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    lines = lossguard("check", "--output-format", "json-lines", cwd=tmp_path).out.splitlines()
    said = {(one["filename"], one["location"]["row"], one["code"]) for one in map(json.loads, lines) if "code" in one}

    assert said == {(one.file, one.row, one.text) for one in expected(program)}


def test_the_settings_that_are_shown_can_be_used(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.*?)```", (DOCS / "configuration.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    for folder in ("lint/stubs", "lint/rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(shown[1], encoding="utf-8")
    (tmp_path / "train.py").write_text(WRONG, encoding="utf-8")
    lossguard("baseline", "write", cwd=tmp_path)

    assert lossguard("check", cwd=tmp_path).status == 0
    assert set(tomllib.loads(shown[1])["tool"]["lossguard"]) <= set(FIELDS)


def test_the_hooks_that_are_shown_exist_and_say_what_is_shown(tmp_path: Path) -> None:
    text = (DOCS / "pre-commit.md").read_text(encoding="utf-8")
    put(tmp_path, model=WRONG_MODEL, train=TRAIN)
    shown = re.search(r"```console\n\$ git commit.*\n(.*)\n(.*)\n```", text)
    assert shown is not None

    assert set(re.findall(r"(?:- id: |hook )`?([\w-]+)", text)) <= {*HOOKS, "runs"}
    assert list(shown.groups()) == lossguard("check", "--changed", "model.py", cwd=tmp_path).out.splitlines()[:2]
    assert LINE.startswith(shown[2].removeprefix("  --> "))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str, tmp_path: Path) -> None:
    ran = lossguard(cwd=tmp_path, _LOSSGUARD_COMPLETE=f"{shell}_source")

    assert f"{shell}_source" in (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert "_LOSSGUARD_COMPLETE" in ran.out


def test_every_setting_is_described() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "configuration.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row)} == set(FIELDS)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", guide.read_text(encoding="utf-8"))

    assert [link for link in links if not (guide.parent / link).exists()] == []
