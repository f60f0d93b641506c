"""The action for GitHub's CI, its steps run as the runner runs them: a repository goes in, annotations and a failing step come out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_changed import MODEL, TRAIN, WRONG_MODEL, put

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in ACTION["runs"]["steps"] if "run" in step}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended: its exit status, what it printed, its outputs and its summary."""

    status: int
    printed: str
    outputs: dict[str, str]
    summary: str


def filled(text: str, known: dict[str, str]) -> str:
    """A text of the action with its `${{ }}` expressions replaced; an unknown one is an error."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known[found[1]], text)


def step(name: str, folder: Path, known: dict[str, str]) -> Ended:
    """Runs a step in a checkout, with bash and the options that the runner gives it."""
    files = {key: folder.parent / key for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    environment = {key: filled(value, known) for key, value in STEPS[name]["env"].items()}
    ran = subprocess.run(
        [str(shutil.which("bash")), "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
        cwd=folder / filled(STEPS[name].get("working-directory", "."), known),
        env={**os.environ, **environment, **{key: str(file) for key, file in files.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
    return Ended(ran.returncode, ran.stdout + ran.stderr, outputs, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the runner knows after the action was installed from its own checkout."""
    temporary = tmp_path_factory.mktemp("runner")
    (temporary / "work").mkdir()
    source = temporary / "action"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "tests", "fixtures", "docs"))
    known = {"steps.python.outputs.python-path": sys.executable, "github.action_path": str(source), "runner.temp": str(temporary)}
    ended = step("install", temporary / "work", known)
    assert ended.status == 0, ended.printed
    defaults = {f"inputs.{name}": str(given["default"]) for name, given in ACTION["inputs"].items()}
    return {**known, **defaults, "steps.install.outputs.bin": ended.outputs["bin"]}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose model ends with a softmax, while the loss is in another file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    put(folder, model=WRONG_MODEL, train=TRAIN)
    return folder


def test_a_mistake_fails_the_step_and_is_annotated_at_its_line(installed: dict[str, str], checkout: Path) -> None:
    ended = step("check", checkout, installed)

    assert ended.status == 1
    assert re.findall(r"^::error file=(.*?),line=(\d+),", ended.printed, re.MULTILINE) == [("train.py", "8")]
    assert "LG101" in ended.summary
    assert ended.outputs == {}


def test_right_code_passes(installed: dict[str, str], checkout: Path) -> None:
    put(checkout, model=MODEL)
    ended = step("check", checkout, installed)

    assert ended.status == 0
    assert "::" not in ended.printed


def test_paths_and_options_are_words_as_in_a_shell(installed: dict[str, str], checkout: Path) -> None:
    (checkout / "a b.py").write_text(
        "import torch.nn.functional as F\n\n\ndef f(x, y):\n    return F.cross_entropy(x.softmax(1), y)\n", encoding="utf-8"
    )
    named = step("check", checkout, {**installed, "inputs.paths": "'a b.py'"})
    ignored = step("check", checkout, {**installed, "inputs.args": "--ignore LG101"})

    assert re.findall(r"file=(.*?),", named.printed) == ["a b.py"]
    assert ignored.status == 0


def test_a_value_is_never_run_by_the_shell(installed: dict[str, str], checkout: Path) -> None:
    ended = step("check", checkout, {**installed, "inputs.paths": "$(touch ran) `touch ran` ; touch ran"})

    assert ended.status == 2
    assert not (checkout / "ran").exists()


@pytest.mark.parametrize(
    ("inputs", "written"),
    [
        pytest.param({"inputs.sarif": "found.sarif"}, "{checkout}/found.sarif", id="where it was asked for"),
        pytest.param({"inputs.upload-sarif": "true"}, "{temporary}/lossguard.sarif", id="for the upload"),
    ],
)
def test_a_sarif_report_is_written(inputs: dict[str, str], written: str, installed: dict[str, str], checkout: Path) -> None:
    ended = step("check", checkout, {**installed, **inputs})
    path = Path(written.format(checkout=checkout, temporary=installed["runner.temp"]))

    assert ended.status == 1
    assert ended.outputs == {"sarif": str(path)}
    assert '"LG101"' in path.read_text(encoding="utf-8")


def test_a_folder_of_its_own(installed: dict[str, str], checkout: Path) -> None:
    ended = step("check", checkout.parent, {**installed, "inputs.working-directory": "repository"})

    assert ended.status == 1


def test_every_input_is_used_and_described() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    guide = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    assert set(ACTION["inputs"]) <= set(re.findall(r"`([\w-]+)`", guide))
