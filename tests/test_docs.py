"""The guides tell the truth: their programs give what their comments say, their commands exist and end as they should."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from lossguard.settings import FIELDS
from tests.specs import Program, actual, expected, programs
from tests.test_baseline import git
from tests.test_changed import HOOKS, LINE, TRAIN, WRONG_MODEL, put
from tests.test_cli import lossguard

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = [DOCS / name for name in ("suppressions.md", "configuration.md", "pre-commit.md")]
PROGRAMS = [pytest.param(program, id=program.name) for guide in GUIDES for program in programs(guide)]
WRONG = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.cross_entropy(x.softmax(1), y)\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_what_its_comments_say(program: Program, tmp_path: Path) -> None:
    assert expected(program) == actual(program, tmp_path)


COMMANDS = sorted({command for guide in GUIDES for command in re.findall(r"`lossguard ([^`\n]+)`", guide.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one(command: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(WRONG, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    if "baseline" in command:
        lossguard("baseline", "write", cwd=tmp_path)

    assert lossguard(*shlex.split(command), cwd=tmp_path).status in {0, 1}


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
