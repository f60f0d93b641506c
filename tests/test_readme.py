"""The README tells the truth: its capture is what the tool prints, its commands are those that CI runs, its table is the rule book."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from lossguard.rulebook import RuleBook, shipped

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def printed(*arguments: str) -> str:
    """What lossguard prints on a screen of 80 columns."""
    command = [sys.executable, "-m", "lossguard", *arguments]
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


def test_the_capture_is_what_is_printed() -> None:
    capture = re.search(r"```console\n\$ lossguard (check \S+)\n(.*?)```", README, re.DOTALL)
    assert capture is not None

    assert printed(*capture[1].split(), "--no-cache") == capture[2]


def test_ci_runs_the_commands_of_the_readme() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README)

    assert len(commands) == 2
    assert set(commands) <= set((ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines())


def test_the_table_is_the_rule_book() -> None:
    rows = dict(re.findall(r"^\| (LG\d+) \| (\w+) \|", README, re.MULTILINE))

    assert rows == {rule.code: rule.severity.value for rule in RuleBook((shipped(),)).rules.values()}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_wheel_holds_the_rules(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    pages = {str(path.relative_to(ROOT)) for folder in ("*.md", "**/*.pyi") for path in (ROOT / "rules").glob(folder)}
    assert {f"lossguard/{page}" for page in pages} <= names
