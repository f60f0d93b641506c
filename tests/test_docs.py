"""The guides tell the truth: their programs give what their comments say, their commands exist and end as they should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.specs import Program, actual, expected, programs
from tests.test_cli import lossguard

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = [DOCS / name for name in ("suppressions.md",)]
PROGRAMS = [pytest.param(program, id=program.name) for guide in GUIDES for program in programs(guide)]
WRONG = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.cross_entropy(x.softmax(1), y)\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_what_its_comments_say(program: Program, tmp_path: Path) -> None:
    assert expected(program) == actual(program, tmp_path)


COMMANDS = sorted({command for guide in GUIDES for command in re.findall(r"`lossguard ([^`\n]+)`", guide.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one(command: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(WRONG, encoding="utf-8")
    if "baseline" in command:
        lossguard("baseline", "write", cwd=tmp_path)

    assert lossguard(*command.split(), cwd=tmp_path).status in {0, 1}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", guide.read_text(encoding="utf-8"))

    assert [link for link in links if not (guide.parent / link).exists()] == []
