"""`--add-ignore` writes comments that suppress what was found, and changes nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.test_cli import lossguard

HEAD = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    p = x.softmax(1)\n"


def after(folder: Path, text: str, *options: str) -> str:
    """A file after comments were added to it, less its head; a second run finds nothing more."""
    path = folder / "a.py"
    path.write_bytes((HEAD + text).encode())
    ran = lossguard("check", *(options or ("--add-ignore",)), cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    written = path.read_bytes().decode()
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(HEAD + text))
    assert lossguard("check", cwd=folder).status == 0
    assert written.startswith(HEAD)
    return written.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("    return F.cross_entropy(p, y)\n", "    return F.cross_entropy(p, y)  # lossguard: ignore[LG101]\n"),
        ("    return F.cross_entropy(p, y)", "    return F.cross_entropy(p, y)  # lossguard: ignore[LG101]"),
        (
            "    return F.cross_entropy(\n        p, y\n    )\n",
            "    return F.cross_entropy(  # lossguard: ignore[LG101]\n        p, y\n    )\n",
        ),
        ("    return F.cross_entropy(p, y)  # why\n", "    return F.cross_entropy(p, y)  # why  # lossguard: ignore[LG101]\n"),
        (
            "    return F.cross_entropy(p, y)  # lossguard: ignore[LG203 ] x\n",
            "    return F.cross_entropy(p, y)  # lossguard: ignore[LG203, LG101 ] x\n",
        ),
        (
            "    return 1 + \\\n        2 * F.cross_entropy(p, y)\n",
            "    return 1 + \\\n        2 * F.cross_entropy(p, y)  # lossguard: ignore[LG101]\n",
        ),
        (
            "    return F.cross_entropy(p, y) + \\\n        1\n",
            "    return F.cross_entropy(p, y) + \\\n        1  # lossguard: ignore[LG101]\n",
        ),
        (
            '    return F.cross_entropy(p, y), """\n    text\n    """, 1\n',
            '    return F.cross_entropy(p, y), """\n    text\n    """, 1  # lossguard: ignore[LG101]\n',
        ),
        ("    return F.cross_entropy(p, y), p.log()\n", "    return F.cross_entropy(p, y), p.log()  # lossguard: ignore[LG101, LG401]\n"),
    ],
)
def test_a_comment_is_written_where_the_statement_allows_it(text: str, written: str, tmp_path: Path) -> None:
    assert after(tmp_path, text) == written


def test_line_ends_and_encodings_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    for text, encoding in [
        (HEAD + "    return F.cross_entropy(p, y)\n", "utf-8-sig"),
        ("# -*- coding: latin-1 -*-\n# é\n" + HEAD + "    return F.cross_entropy(p, y)\n", "latin-1"),
    ]:
        data = text.replace("\n", "\r\n").encode(encoding)
        path.write_bytes(data)
        lossguard("check", "--add-ignore", cwd=tmp_path)

        assert path.read_bytes() == data.replace(b"(p, y)\r\n", b"(p, y)  # lossguard: ignore[LG101]\r\n")


def test_the_reason_is_written_behind_and_the_word_after_the_option_is_a_path(tmp_path: Path) -> None:
    assert "# lossguard: ignore[LG101] known\n" in after(tmp_path, "    return F.cross_entropy(p, y)\n", "--add-ignore=known", ".")

    (tmp_path / "b.py").write_text(HEAD + "    return F.cross_entropy(p, y)\n")
    ran = lossguard("check", "--add-ignore", "b.py", cwd=tmp_path)
    assert (ran.out, ran.status) == ("Added comments to 1 file.\n", 0)


def test_what_is_not_selected_or_cannot_be_suppressed_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HEAD + "    return F.cross_entropy(p, y)\n")
    (tmp_path / "b.py").write_text("loss = 1\nprint 'loss'\n")
    (tmp_path / "c.py").write_text("# lossguard: ignore-file[LG401]\n")

    assert lossguard("check", "--add-ignore", "--ignore", "LG1", cwd=tmp_path).out == "Added comments to 0 files.\n"


CELLS = [
    "import torch\nimport torch.nn.functional as F\nx, y = torch.randn(2, 5), torch.tensor([0, 1])\np = x.softmax(1)\n",
    "%matplotlib inline\nF.cross_entropy(\n    p, y)\n'é'",
    "F.cross_entropy(p, y);",
]


@pytest.mark.parametrize("indent", [1, 2, None])
@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_notebook_keeps_its_formatting(tmp_path: Path, indent: int | None, *, joined: bool, escaped: bool) -> None:
    cells = [{"cell_type": "code", "source": cell if joined else cell.splitlines(keepends=True)} for cell in CELLS]
    whole = {"nbformat": 4, "metadata": {"a": [1, {"b": "]}"}]}, "cells": [{"cell_type": "markdown", "source": ["é"]}, *cells]}
    path = tmp_path / "look.ipynb"
    text = json.dumps(whole, indent=indent, ensure_ascii=escaped) + "\n"
    path.write_text(text, encoding="utf-8")
    lossguard("check", "--add-ignore=ça", cwd=tmp_path)
    comment = json.dumps("  # lossguard: ignore[LG101] ça", ensure_ascii=escaped)[1:-1]

    expected = text.replace("F.cross_entropy(\\n", f"F.cross_entropy({comment}\\n").replace("(p, y);", f"(p, y);{comment}")
    assert path.read_text(encoding="utf-8") == expected
    assert lossguard("check", cwd=tmp_path).status == 0


def test_an_old_notebook_is_annotated_too(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "input": cell} for cell in CELLS]
    (tmp_path / "look.ipynb").write_text(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3, "metadata": {}}))
    lossguard("check", "--add-ignore", cwd=tmp_path)

    assert lossguard("check", cwd=tmp_path).status == 0
