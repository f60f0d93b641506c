"""Comments suppress what they name, where they stand, in both halves; what suppresses nothing is said."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest

from lossguard.config import Config
from lossguard.engine import Report, check
from lossguard.lines import layout, normalised
from lossguard.source import Source
from lossguard.suppress import suppressions
from tests.test_cli import lossguard

HEAD = "import torch.nn.functional as F\n\n\n"


def checked(folder: Path, text: str, *, comments: bool = True, **files: str) -> Report:
    """The report on a program that is one file, and others by their names."""
    for name, content in {"main": text, **files}.items():
        (folder / f"{name}.py").write_text(HEAD + textwrap.dedent(content), encoding="utf-8")
    return check(["."], folder, Config(folder=folder), cached=False, comments=comments)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def messages(report: Report) -> list[str]:
    """What LG901 says."""
    return [finding.message for finding in report.findings if finding.code == "LG901"]


@pytest.mark.parametrize(
    "comment",
    [
        "# lossguard: ignore[LG101]",
        "# lossguard: ignore[LG101] the paper does it so",
        "# lossguard: ignore[lg101,LG203]",
        "# lossguard: ignore[LG1]",
        "# lossguard: ignore[softmax-into-cross-entropy]",
        "# lossguard: ignore[ALL]",
        "# lossguard: ignore",
        "# lossguard: ignore, because",
        "#lossguard:ignore[LG101]",
        "# as in the paper  # lossguard: ignore[LG101]",
        "# noqa: LG101",
        "# noqa:E501,LG101",
        "# NOQA: E501 LG101 and a reason",
        "# noqa: LG1",
        "# noqa",
        "# a reason # noqa",
    ],
)
def test_a_comment_at_the_loss_suppresses(comment: str, tmp_path: Path) -> None:
    report = checked(tmp_path, f"def step(model, x, y):\n    return F.cross_entropy(model(x).softmax(1), y)  {comment}\n")

    assert codes(report) == []
    assert [finding.code for finding in report.suppressed] == ["LG101"]


@pytest.mark.parametrize(
    "comment", ["# lossguard: ignore[LG401]", "# noqa: E501", "# noqa: bad", "# nolossguard: ignore", "# flake8: noqa", "# lossguard: no"]
)
def test_a_comment_about_something_else_suppresses_nothing(comment: str, tmp_path: Path) -> None:
    report = checked(tmp_path, f"def step(model, x, y):\n    return F.cross_entropy(model(x).softmax(1), y)  {comment}\n")

    assert "LG101" in codes(report)


@pytest.mark.parametrize(
    "body",
    [
        """\
        # lossguard: ignore[LG101]
        return F.cross_entropy(p, y)
        """,
        """\
        # lossguard: ignore[LG101] with a reason
        # and another comment

        return F.cross_entropy(p, y)
        """,
        """\
        return F.cross_entropy(  # lossguard: ignore[LG101]
            p,
            y,
        )
        """,
        """\
        return F.cross_entropy(
            p,
            # lossguard: ignore[LG101]
            y,
        )
        """,
        """\
        return F.cross_entropy(
            p,
            y,
        )  # lossguard: ignore[LG101]
        """,
        """\
        return 1 + \\
            F.cross_entropy(p, y)  # lossguard: ignore[LG101]
        """,
        '''\
        return F.cross_entropy(p, y), """
        text
        """  # lossguard: ignore[LG101]
        ''',
        """\
        # lossguard: ignore[LG101]
        with x.f(F.cross_entropy(p, y)):
            pass
        """,
    ],
)
def test_any_row_of_a_statement_and_the_row_above_it_will_do(body: str, tmp_path: Path) -> None:
    text = "def step(model, x, y):\n    p = model(x).softmax(1)\n" + textwrap.indent(textwrap.dedent(body), "    ")

    assert codes(checked(tmp_path, text)) == []
    assert codes(checked(tmp_path, text, comments=False)) == ["LG101"]


@pytest.mark.parametrize(
    "body",
    [
        "print('# lossguard: ignore[LG101]'); F.cross_entropy(p, y)",
        'F.cross_entropy(p, y), """\n    # lossguard: ignore[LG101]\n    """',
        "F.cross_entropy(p, y)\n    # lossguard: ignore[LG101]\n    print(y)",
        "print(y)  # lossguard: ignore[LG101]\n    F.cross_entropy(p, y)",
        "for _ in y:  # lossguard: ignore[LG101]\n        F.cross_entropy(p, y)",
    ],
)
def test_strings_and_other_statements_suppress_nothing(body: str, tmp_path: Path) -> None:
    assert "LG101" in codes(checked(tmp_path, f"def step(model, x, y):\n    p = model(x).softmax(1)\n    {body}\n"))


MODEL = """\
    class Net:
        def forward(self, x):
            p = F.softmax(x, dim=1){comment}
            return p


    def build():
        return Net()
    """
TRAIN = """\
    from model import Net

    net = Net()


    def step(x, y):
        out = net.forward(x){here}
        return F.cross_entropy(out, y){there}
    """


@pytest.mark.parametrize("place", ["comment", "here", "there"])
def test_every_place_on_the_way_of_the_value_counts(place: str, tmp_path: Path) -> None:
    texts = dict.fromkeys(("comment", "here", "there"), "")
    assert codes(checked(tmp_path, TRAIN.format(**texts), model=MODEL.format(**texts))) == ["LG101"]

    texts[place] = "  # lossguard: ignore[LG101]"
    assert codes(checked(tmp_path, TRAIN.format(**texts), model=MODEL.format(**texts))) == []


def test_a_softmax_that_is_right_for_another_loss_is_suppressed_there_alone(tmp_path: Path) -> None:
    """Two producers of one loss are two findings."""
    text = """\
        def step(model, x, y, kind):
            if kind:
                p = model(x).softmax(1)  # lossguard: ignore[LG101]
            else:
                p = x.softmax(1)
            return F.cross_entropy(p, y)
        """
    report = checked(tmp_path, text)

    assert [(finding.code, finding.trace[0].span.row) for finding in report.findings] == [("LG101", 8)]


def test_a_file_is_suppressed_by_prefix_or_altogether(tmp_path: Path) -> None:
    text = "# lossguard: ignore-file[{}]\ndef step(model, x, y):\n    return F.cross_entropy(model(x).softmax(1), y), x.softmax(1).log()\n"

    assert codes(checked(tmp_path, text.format("LG1"))) == ["LG401"]
    assert codes(checked(tmp_path, text.format("LG1, log-of-softmax"))) == []
    assert codes(checked(tmp_path, text.replace("[{}]", " generated"))) == []


def test_a_file_that_cannot_be_read_is_suppressed_by_what_stands_above_the_error(tmp_path: Path) -> None:
    text = "# lossguard: ignore-file[LG900]\nloss = 1\nloss = loss +\n"

    assert codes(checked(tmp_path, text)) == []
    assert codes(checked(tmp_path, text, comments=False)) == ["LG900"]


def notebook(folder: Path, *cells: str) -> Path:
    """A notebook of code cells, and a text cell in front."""
    rows = [{"cell_type": "code", "metadata": {}, "source": cell.splitlines(keepends=True)} for cell in cells]
    path = folder / "look.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": []}, *rows], "metadata": {}, "nbformat": 4}, indent=1))
    return path


def test_a_cell_is_a_text_of_its_own(tmp_path: Path) -> None:
    first = "import torch\nimport torch.nn.functional as F\nx, y = torch.randn(2, 5), torch.tensor([0, 1])\np = x.softmax(1)\n"
    notebook(tmp_path, f"{first}# lossguard: ignore[LG101]", "F.cross_entropy(p, y)")
    assert codes(check(["."], tmp_path, Config(folder=tmp_path), cached=False)) == ["LG901", "LG101"]

    notebook(tmp_path, first, "%time 1\n# lossguard: ignore[LG101]\nF.cross_entropy(p, y)", "F.cross_entropy(p, y)")
    report = check(["."], tmp_path, Config(folder=tmp_path), cached=False)
    assert [(finding.code, finding.span.cell) for finding in report.findings] == [("LG101", 4)]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# lossguard: ignore[LG401]", "`LG401`: suppresses nothing"),
        ("# lossguard: ignore[LG101, LG401, LG5]", "`LG401`, `LG5`: suppresses nothing"),
        ("# lossguard: ignore[LG999]", "`LG999`: no such rule"),
        ("# lossguard: ignore[LG101, LG999]", "`LG999`: no such rule"),
        ("# lossguard: ignore-file[LG401]", "`LG401`: suppresses nothing"),
        ("# noqa: E501, LG401", "`LG401`: suppresses nothing"),
        ("# lossguard: ignore LG101", "rules stand in brackets: `ignore[LG101]`"),
        ("# lossguard: ignore[LG101", "the list of rules is not closed with `]`"),
        ("# lossguard: ignore[]", "no rule is named; `ignore` alone stands for all of them"),
        ("# lossguard: ignor[LG101]", "`ignor` is no suppression; did you mean `ignore`?"),
        ("# lossguard: disable=LG101", "`disable` is no suppression; did you mean `ignore`?"),
    ],
)
def test_what_does_nothing_is_said(comment: str, message: str, tmp_path: Path) -> None:
    report = checked(tmp_path, f"def step(model, x, y):\n    return F.cross_entropy(model(x).softmax(1), y)  {comment}\n")

    assert messages(report) == [message]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",  # other tools read it too
        "# noqa: LG999",  # as their codes may look like that
        "# lossguard: ignore[LG203]",  # only a run finds it
        "# lossguard: ignore[LG2]",  # and some of these
        "# lossguard: ignore[LG101, LG901]",  # there for a run
        "# lossguard: reads this file too",
        "# ask the authors of lossguard: is this right?",
    ],
)
def test_what_may_be_of_use_is_not_called_unused(comment: str, tmp_path: Path) -> None:
    report = checked(tmp_path, f"def step(model, x, y):\n    return F.cross_entropy(model(x), y)  {comment}\n")

    assert codes(report) == []


def test_a_comment_with_nothing_to_suppress_is_said_at_its_place(tmp_path: Path) -> None:
    report = checked(tmp_path, "def step(model, x, y):\n    return F.cross_entropy(model(x), y)  # lossguard: ignore\n")

    assert [(str(one.span), one.severity.value) for one in report.findings] == [("main.py:5:42", "warning")]
    assert messages(report) == ["suppresses nothing"]


def test_nothing_is_called_unused_where_not_everything_was_looked_at(tmp_path: Path) -> None:
    """The softmax in one file is suppressed there; the loss that takes it is in a file that was not asked for."""
    texts = {"comment": "  # lossguard: ignore[LG101]", "here": "", "there": ""}
    checked(tmp_path, TRAIN.format(**texts), model=MODEL.format(**texts))
    assert codes(check(["model.py"], tmp_path, Config(folder=tmp_path), cached=False)) == []

    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "part").mkdir()
    (tmp_path / "model.py").rename(tmp_path / "part" / "model.py")
    assert codes(check(["part"], tmp_path, Config(folder=tmp_path), cached=False)) == []

    (tmp_path / "main.py").unlink()
    assert codes(check(["."], tmp_path, Config(folder=tmp_path), cached=False)) == ["LG901"]


def test_a_comment_in_code_that_does_not_parse_is_not_called_unused(tmp_path: Path) -> None:
    assert codes(checked(tmp_path, "x = 1  # lossguard: ignore[LG101]\nloss = 1\nloss = loss +\n")) == ["LG900"]


def test_comments_can_be_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{HEAD}def f(x, y):\n    F.cross_entropy(x.softmax(1), y)  # noqa\n")

    assert lossguard("check", cwd=tmp_path).status == 0
    assert lossguard("check", "--ignore-noqa", cwd=tmp_path).status == 1


def test_logical_lines_know_their_rows_and_their_scope() -> None:
    text = "class A:\n    def f(self,\n          x):\n        return (x\n            + 1)\n\n    y = 1\n\ndef g(): return 1\nz = 2"

    assert [tuple(line) for line in layout(text).lines] == [
        (1, 1, "A"), (2, 3, "A.f"), (4, 5, "A.f"), (7, 7, "A"), (9, 9, "g"), (10, 10, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["x = (  # lossguard: ignore", "x = '''\n# lossguard: ignore", "  x\n y\n", "\x00", "x = 1\\", ""])
def test_text_that_is_no_python_is_read_as_far_as_it_goes(text: str) -> None:
    assert all(one.error or one.first for one in suppressions(Source("a.py", text)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("f(a,  b)", "f(\n    a,\n    b,  # here\n)", True),
        ("f('a')", 'f("a")', True),
        ("f([1, 2])", "f([1,2,])", True),
        ("f(a)", "f(b)", False),
        ("f('a')", "f(a)", False),
    ],
)
def test_what_a_formatter_changes_is_no_change(one: str, other: str, *, same: bool) -> None:
    assert (normalised(one) == normalised(other)) is same


RUN = """\
import torch
import torch.nn.functional as F
from model import head

w = torch.ones(1, requires_grad=True)
for _ in range(3):
    p = head(torch.randn(8, 5) * w)
    F.cross_entropy(p, torch.arange(8) % 5).backward(){there}
"""


@pytest.mark.parametrize(("there", "comment"), [("", ""), ("  # lossguard: ignore[LG101]", ""), ("", "  # noqa: LG101")])
def test_a_run_heeds_them_too_at_both_ends(there: str, comment: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(RUN.format(there=there), encoding="utf-8")
    (tmp_path / "model.py").write_text(f"def head(x):\n    return x.softmax(1){comment}\n", encoding="utf-8")
    ran = lossguard("run", "--strict", "--output-format", "concise", "train.py", cwd=tmp_path)

    assert (ran.status, ran.err.count("LG101")) == ((0, 0) if there or comment else (1, 2))


def test_a_finding_that_waits_for_its_producer_is_told_when_it_is_known(tmp_path: Path) -> None:
    """A comment somewhere names the rule, so the first call cannot tell yet; the second one shows that it stands elsewhere."""
    (tmp_path / "train.py").write_text(RUN.format(there=""), encoding="utf-8")
    (tmp_path / "model.py").write_text("def head(x):\n    return x.softmax(1)\n\n\ny = 1  # noqa: LG101\n", encoding="utf-8")
    ran = lossguard("run", "--strict", "--output-format", "concise", "train.py", cwd=tmp_path)

    assert (ran.status, ran.err.count("LG101")) == (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="the path of the checkout")
def test_guards_in_a_program_heed_them(tmp_path: Path) -> None:
    body = textwrap.indent(RUN.format(there="  # lossguard: ignore[LG101]"), "    ")
    (tmp_path / "train.py").write_text(f"import lossguard\n\nwith lossguard.guard('raise'):\n{body}", encoding="utf-8")
    (tmp_path / "model.py").write_text("def head(x):\n    return x.softmax(1)\n", encoding="utf-8")
    import os
    import subprocess

    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
