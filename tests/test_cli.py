"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lossguard.rulebook import shipped

WRONG = """\
import torch.nn.functional as F


def step(model, x, y):
    probs = F.softmax(model(x), dim=1)
    return F.cross_entropy(probs, y)
"""
COLOUR = re.compile(r"\x1b\[[\d;]*(?:3|9)\d[;m]")
RIGHT = WRONG.replace("probs", "logits").replace("F.softmax(model(x), dim=1)", "model(x)")


class Ran:
    """How a run of the command ended."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        """Keep what the tests look at."""
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr


def lossguard(*args: str, cwd: Path, stdin: str | None = None, **environment: str) -> Ran:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "lossguard", *args]
    env = {**os.environ, "COLUMNS": "80", **environment}
    return Ran(subprocess.run(command, cwd=cwd, input=stdin, env=env, capture_output=True, text=True, check=False))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a wrong file and a right one."""
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    return tmp_path


def test_findings_exit_with_1(project: Path) -> None:
    ran = lossguard("check", cwd=project)

    assert ran.status == 1
    assert ran.err == ""


def test_full_output_shows_the_loss_the_way_the_effect_and_the_cure(project: Path) -> None:
    ran = lossguard("check", "wrong.py", cwd=project)

    expected = """\
LG101 softmax-into-cross-entropy: `F.cross_entropy` applies the softmax itself, but `probs` already holds probabilities
 --> wrong.py:6:12
  |
4 | def step(model, x, y):
5 |     probs = F.softmax(model(x), dim=1)
6 |     return F.cross_entropy(probs, y)
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^
1. wrong.py:5:13 `F.softmax` makes probabilities over classes (dim 1)
5 |     probs = F.softmax(model(x), dim=1)
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^
"""
    assert expected == ran.out[: len(expected)]
    assert "= effect: The loss cannot fall below" in ran.out
    assert "= instead: Give the loss the scores before the softmax" in ran.out
    assert ran.out.endswith("\nFound 1 error in 1 file.\n")


def test_no_line_of_the_report_is_wider_than_the_screen_but_the_headline(project: Path) -> None:
    lines = lossguard("check", "wrong.py", cwd=project).out.splitlines()

    assert max(len(line) for line in lines if not line.startswith("LG")) <= 80


def test_a_pipe_gets_no_colour_unless_it_is_forced(project: Path) -> None:
    assert "\x1b" not in lossguard("check", cwd=project).out
    assert COLOUR.search(lossguard("check", cwd=project, FORCE_COLOR="1").out)
    assert not COLOUR.search(lossguard("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").out)


def test_concise_output_is_one_line_for_each_finding(project: Path) -> None:
    ran = lossguard("check", "--output-format", "concise", cwd=project)

    assert ran.out.splitlines() == [
        "wrong.py:6:12: LG101 `F.cross_entropy` applies the softmax itself, but `probs` already holds probabilities",
        "Found 1 error in 2 files.",
    ]


def test_json_output_has_the_fields_that_tools_read(project: Path) -> None:
    ran = lossguard("check", "--output-format", "json", cwd=project)
    report = json.loads(ran.out)
    finding = report["findings"][0]

    assert (report["version"], report["errors"]) == (1, [])
    assert finding["code"] == "LG101"
    assert finding["name"] == "softmax-into-cross-entropy"
    assert finding["severity"] == "error"
    assert finding["certainty"] == "holds"
    assert finding["condition"] is None
    assert (finding["filename"], finding["cell"]) == ("wrong.py", None)
    assert finding["location"] == {"row": 6, "column": 12}
    assert finding["end_location"] == {"row": 6, "column": 37}
    assert [stop["location"] for stop in finding["trace"]] == [{"row": 5, "column": 13}]
    assert finding["fix"] is None
    assert finding["url"].endswith("/rules/LG101-softmax-into-cross-entropy.md")
    assert len(finding["fingerprint"]) == 16


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--select", "LG1"], 1),
        (["--select", "LG4,LG501"], 0),
        (["--select", "softmax-into-cross-entropy"], 1),
        (["--ignore", "LG101"], 0),
        (["--select", "ALL", "--ignore", "LG1"], 0),
        (["--ignore", "LG1", "--select", "LG101"], 1),
        (["--ignore", "ALL"], 0),
        (["--exit-zero"], 0),
    ],
)
def test_selectors_are_codes_prefixes_names_and_all(options: list[str], status: int, project: Path) -> None:
    assert lossguard("check", *options, cwd=project).status == status


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["check", "nowhere.py"], "lossguard: nowhere.py: no such file or folder"),
        (["check", "--select", "LG999"], "lossguard: --select: unknown rule `LG999`; `lossguard rules` lists them"),
        (["check", "--why", "wrong.py"], "lossguard: --why takes FILE:LINE, not `wrong.py`"),
        (["check", "--stdin-filename", "a.py"], "lossguard: --stdin-filename goes with the path `-`"),
        (["explain", "LG999"], "lossguard: unknown rule `LG999`; `lossguard rules` lists them"),
    ],
)
def test_what_a_user_gets_wrong_is_one_line_and_status_2(args: list[str], line: str, project: Path) -> None:
    ran = lossguard(*args, cwd=project)

    assert (ran.status, ran.out, ran.err) == (2, "", f"{line}\n")


def test_an_unknown_option_ends_with_status_2(project: Path) -> None:
    ran = lossguard("check", "--select-all", cwd=project)

    assert ran.status == 2
    assert "No such option" in ran.err


def test_standard_input_is_checked_under_the_name_it_is_given(project: Path) -> None:
    ran = lossguard("check", "-", "--stdin-filename", "typed.py", "--output-format", "concise", cwd=project, stdin=WRONG)

    assert ran.status == 1
    assert ran.out.startswith("typed.py:6:12: LG101")


def test_a_file_that_cannot_be_parsed_is_reported_and_the_rest_is_checked(project: Path) -> None:
    (project / "broken.py").write_text('import torch\nprint("loss", loss\n', encoding="utf-8")
    ran = lossguard("check", "--output-format", "concise", cwd=project)

    assert ran.status == 1
    assert ran.out.splitlines()[0].startswith("broken.py:2:6: LG900 cannot be read as Python: '(' was never closed")
    assert ran.out.splitlines()[1].startswith("wrong.py:6:12: LG101")


@pytest.mark.parametrize("depth", [2_000, 50_000])
def test_nesting_that_would_kill_the_parser_is_a_finding(depth: int, project: Path) -> None:
    (project / "deep.py").write_text(f"loss = {'(' * depth}1{')' * depth}\n", encoding="utf-8")
    ran = lossguard("check", "deep.py", "--output-format", "concise", cwd=project)

    assert ran.out.startswith("deep.py:1:1: LG900 cannot be read as Python: nested too deeply")


def test_bytes_that_are_no_text_are_a_finding(project: Path) -> None:
    (project / "latin.py").write_bytes(b"# loss \xe9\n")
    ran = lossguard("check", "latin.py", "--output-format", "concise", cwd=project)

    assert ran.out.startswith("latin.py:1:1: LG900 cannot be read as Python: cannot be decoded")


def test_a_notebook_that_is_no_json_is_a_finding(project: Path) -> None:
    (project / "look.ipynb").write_text("loss", encoding="utf-8")
    ran = lossguard("check", "look.ipynb", "--output-format", "concise", cwd=project)

    assert ran.out.startswith("look.ipynb:1:1: LG900 cannot be read as Python: not a notebook")


def test_why_says_what_reaches_a_loss(project: Path) -> None:
    ran = lossguard("check", "--why", "right.py:6", cwd=project)

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "right.py:6:12: call of cross_entropy, as `F.cross_entropy`",
        "  input = `logits`: unknown, result of a call that nothing here defines: `model`",
        "  target = `y`: unknown, parameter of an entry point: `y` of `step`",
    ]


def test_why_says_that_there_is_no_loss(project: Path) -> None:
    assert lossguard("check", "--why", "right.py:1", cwd=project).out == "right.py:1: no call of a loss was reached on this line\n"


def test_settings_come_from_pyproject_unless_isolated(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.lossguard]\nignore = ["LG101"]\n', encoding="utf-8")

    assert lossguard("check", cwd=project).status == 0
    assert lossguard("check", "--isolated", cwd=project).status == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("selct = []", "pyproject.toml:2: unknown setting `selct`; did you mean `select`?"),
        ('select = "LG1"', "pyproject.toml:2: `select`: expected a list, got a string"),
        ("select = [", "pyproject.toml:2: Invalid value"),
        ('select = ["LG9999"]', "pyproject.toml:2: unknown rule `LG9999`"),
    ],
)
def test_settings_that_cannot_be_used_are_one_line_and_status_2(table: str, message: str, project: Path) -> None:
    (project / "pyproject.toml").write_text(f"[tool.lossguard]\n{table}\n", encoding="utf-8")
    ran = lossguard("check", cwd=project)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert message in ran.err


def test_ignored_and_excluded_files_are_left_out_unless_named(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.lossguard]\nexclude = ["wrong.py"]\n', encoding="utf-8")
    (project / ".gitignore").write_text("scratch/\n", encoding="utf-8")
    (project / "scratch").mkdir()
    (project / "scratch" / "also.py").write_text(WRONG, encoding="utf-8")
    (project / ".venv").mkdir()
    (project / ".venv" / "lib.py").write_text(WRONG, encoding="utf-8")

    assert lossguard("check", cwd=project).status == 0
    assert lossguard("check", "wrong.py", cwd=project).status == 1


def test_a_projects_own_contract_is_known(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.lossguard]\ncontracts = ["contracts"]\n', encoding="utf-8")
    (project / "contracts").mkdir()
    stub = "from words import Along, Annotated, Probabilities, Tensor\ndef head(x: Tensor) -> Annotated[Probabilities, Along(1)]: ...\n"
    (project / "contracts" / "ourlib.pyi").write_text(stub, encoding="utf-8")
    (project / "use.py").write_text(
        "import ourlib\nimport torch.nn.functional as F\n\ndef f(x, y):\n    F.cross_entropy(ourlib.head(x), y)\n"
    )
    ran = lossguard("check", "use.py", "--output-format", "concise", cwd=project)

    assert ran.out.startswith("use.py:5:5: LG101")


@pytest.fixture
def with_a_loss_of_its_own(project: Path) -> Path:
    """A project whose loss nobody can look into, with one line about it; no word in the script tells that it has a loss."""
    (project / "pyproject.toml").write_text('[tool.lossguard]\ncontracts = ["stubs"]\n', encoding="utf-8")
    (project / "stubs" / "ours").mkdir(parents=True)
    stub = "from words import Annotated, As, Loss, Tensor\n"
    stub += 'def penalty(scores: Tensor, labels: Tensor) -> Annotated[Loss, As("torch.nn.functional.cross_entropy")]: ...\n'
    (project / "stubs" / "ours" / "terms.pyi").write_text(stub, encoding="utf-8")
    (project / "ours").mkdir()
    (project / "ours" / "__init__.py").touch()
    body = "import kernels\n\ndef penalty(scores, labels):\n    return kernels.penalty(scores, labels)\n"
    (project / "ours" / "terms.py").write_text(body, encoding="utf-8")
    (project / "step.py").write_text(
        "import torch\nfrom ours.terms import penalty\n\ndef step(x, y):\n    return penalty(torch.exp(torch.log_softmax(x, 1)), y)\n"
    )
    for file in ("wrong.py", "right.py"):
        (project / file).unlink()
    return project


def test_findings_that_would_read_the_same_say_where_they_come_from(tmp_path: Path) -> None:
    model = "class {}(nn.Module):\n    def forward(self, x):\n        return x.softmax(1)\n\n\n"
    text = "import torch\nfrom torch import nn\n\n\n" + model.format("One") + model.format("Two")
    text += "for net in (One(), Two()):\n    nn.CrossEntropyLoss()(net(torch.rand(2, 3)), torch.tensor([0, 1]))\n"
    (tmp_path / "nets.py").write_text(text, encoding="utf-8")

    found = lossguard("check", "--output-format", "concise", cwd=tmp_path).out.splitlines()

    assert [line.rpartition(" ")[2] for line in found[:2]] == ["nets.py:7:16)", "nets.py:12:16)"]


@pytest.mark.parametrize("paths", [(), ("step.py",), (".",), ("ours", "step.py")], ids=str)
def test_a_loss_of_ones_own_is_one_line(paths: tuple[str, ...], with_a_loss_of_its_own: Path) -> None:
    ran = lossguard("check", *paths, "--output-format", "concise", cwd=with_a_loss_of_its_own)

    assert ran.out.startswith("step.py:5:12: LG101 `penalty` applies the softmax itself")


def test_a_loss_that_inherits_what_it_demands_is_found(with_a_loss_of_its_own: Path) -> None:
    base = "class _Base:\n    def forward(self, scores: ClassLogits, labels: Tensor) -> Loss: ...\n"
    stub = f"from words import ClassLogits, Loss, Tensor\n\n{base}\nclass Penalty(_Base): ...\n"
    (with_a_loss_of_its_own / "stubs" / "other.pyi").write_text(stub, encoding="utf-8")
    text = "import torch\nfrom other import Penalty\n\ndef step(x, y):\n    return Penalty()(torch.exp(torch.log_softmax(x, 1)), y)\n"
    (with_a_loss_of_its_own / "step.py").write_text(text, encoding="utf-8")

    assert "step.py:5:12: LG101 `Penalty()`" in lossguard("check", "--output-format", "concise", cwd=with_a_loss_of_its_own).out


def test_why_knows_a_loss_of_ones_own(with_a_loss_of_its_own: Path) -> None:
    ran = lossguard("check", "--why", "step.py:5", cwd=with_a_loss_of_its_own)

    assert "call of cross_entropy, as `penalty`" in ran.out
    assert "probabilities over classes" in ran.out


def test_explain_prints_the_page(project: Path) -> None:
    by_code, by_name = lossguard("explain", "lg101", cwd=project), lossguard("explain", "softmax-into-cross-entropy", cwd=project)

    assert by_code.status == 0
    assert by_code.out == by_name.out
    assert by_code.out.startswith("# LG101 Softmax into cross-entropy\n")
    assert "## Good" in by_code.out
    assert "toml" not in by_code.out


def test_rules_lists_every_page(project: Path) -> None:
    ran = lossguard("rules", cwd=project)

    assert "LG101  error    softmax-into-cross-entropy" in ran.out.splitlines()
    assert len(ran.out.splitlines()) == len(list(shipped().glob("LG*.md")))


def test_reveal_prints_what_a_value_is_taken_for(project: Path) -> None:
    (project / "show.py").write_text("import lossguard\nimport torch\n\nlossguard.reveal(torch.nn.functional.softmax(x, dim=1))\n")
    ran = lossguard("check", "show.py", cwd=project)

    assert ran.status == 0
    assert ran.out.splitlines()[0] == "show.py:4:1: revealed: Probabilities[1]"


def test_a_closed_pipe_ends_quietly(project: Path) -> None:
    command = [sys.executable, "-m", "lossguard", "explain", "LG101"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()

        assert running.stderr.read() == ""


def test_the_second_run_is_served_from_the_cache_and_a_change_is_seen(project: Path) -> None:
    first = lossguard("check", cwd=project)
    cache = project / ".lossguard_cache" / "findings.json"
    assert cache.is_file()

    assert lossguard("check", cwd=project).out == first.out
    (project / "wrong.py").write_text(RIGHT, encoding="utf-8")
    assert lossguard("check", cwd=project).status == 0


def test_a_change_in_another_file_is_seen_too(project: Path) -> None:
    (project / "heads.py").write_text("import torch.nn.functional as F\n\ndef head(x):\n    return F.softmax(x, dim=1)\n", encoding="utf-8")
    (project / "wrong.py").write_text(
        WRONG.replace("F.softmax(model(x), dim=1)", "head(x)").replace("import", "from heads import head\nimport", 1)
    )
    assert lossguard("check", cwd=project).status == 1

    (project / "heads.py").write_text("def head(x):\n    return x\n", encoding="utf-8")
    assert lossguard("check", cwd=project).status == 0


def test_a_damaged_cache_is_no_harm(project: Path) -> None:
    first = lossguard("check", cwd=project)
    (project / ".lossguard_cache" / "findings.json").write_text("{", encoding="utf-8")

    assert lossguard("check", cwd=project).out == first.out


def test_no_cache_leaves_nothing_behind(project: Path) -> None:
    lossguard("check", "--no-cache", cwd=project)

    assert sorted(path.name for path in project.iterdir()) == ["right.py", "wrong.py"]


def test_stats_say_how_much_is_understood(project: Path) -> None:
    ran = lossguard("check", "--stats", "--exit-zero", cwd=project)

    assert ran.err.splitlines()[0] == "2 loss calls; prediction understood in 1 (50%), target in 0 (0%)."


LONG = (
    "import torch.nn.functional as F\n\n\ndef step(x, y):\n"
    '    first_of_many_names = 1; another_of_many_names = 2; c = 3; return F.cross_entropy(x.softmax(1), y), "and a text that goes on"\n'
)


@pytest.mark.parametrize("width", [100, 58, 40, 24])
def test_a_line_that_is_too_long_is_shown_around_the_place(width: int, tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(LONG, encoding="utf-8")
    lines = lossguard("check", cwd=tmp_path, COLUMNS=str(width)).out.splitlines()
    carets = next(index for index, line in enumerate(lines) if set(line[4:].strip()) == {"^"})
    start, end = lines[carets].index("^"), lines[carets].rindex("^") + 1

    assert lines[carets - 1][start:end].startswith("F.cross_entropy"[: end - start - 1])
    assert len(lines[carets - 1]) <= width
    assert "\u2026" in lines[carets - 1][:6]


def test_a_screen_without_the_sign_for_more_gets_dots(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(LONG, encoding="utf-8")
    ran = lossguard("check", cwd=tmp_path, COLUMNS="58", PYTHONIOENCODING="ascii")

    assert ran.status == 1
    assert "5 | ..." in ran.out


def test_statistics_say_how_often_each_rule_speaks(project: Path) -> None:
    (project / "other.py").write_text(WRONG, encoding="utf-8")
    counted = lossguard("check", "--statistics", cwd=project)

    assert (counted.status, counted.out) == (1, "2  LG101  softmax-into-cross-entropy\n")
    assert json.loads(lossguard("check", "--statistics", "--output-format", "json", cwd=project).out) == [
        {"code": "LG101", "name": "softmax-into-cross-entropy", "count": 2}
    ]
    assert lossguard("check", "--statistics", "--output-format", "sarif=a", cwd=project).status == 2


def test_the_files_are_listed_and_not_checked(project: Path) -> None:
    ran = lossguard("check", "--show-files", "--exclude", "right.py", cwd=project)

    assert (ran.status, ran.out) == (0, "wrong.py\n")


def test_the_option_for_colours_has_the_last_word(project: Path) -> None:
    assert COLOUR.search(lossguard("check", "--color", "always", cwd=project, NO_COLOR="1").out)
    assert "\x1b" not in lossguard("check", "--color", "never", cwd=project, FORCE_COLOR="1").out


def test_quiet_prints_findings_only(project: Path) -> None:
    assert lossguard("check", "-q", "--output-format", "concise", cwd=project).out.count("\n") == 1
    assert lossguard("check", "-q", "right.py", cwd=project).out == ""


def test_verbose_says_what_is_done(project: Path) -> None:
    (project / "lossguard.toml").write_text('fail-on = "error"\n', encoding="utf-8")
    first, second = (lossguard("check", "-v", cwd=project).err for _ in range(2))

    assert "/lossguard.toml\n" in first
    assert "programs followed: 2, as in an earlier run: 0" in first
    assert "programs followed: 0, as in an earlier run: 2" in second
