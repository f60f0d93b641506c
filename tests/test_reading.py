"""Text is read row by row as Python and IPython read it, and places stay what they are in the file."""

from __future__ import annotations

import pytest

from lossguard.reading.indents import by_spaces
from lossguard.reading.magics import python_of
from lossguard.reading.scan import lines_of, logical_lines
from lossguard.source import from_bytes
from lossguard.syntax.parse import parse

CELLS = [
    ("x = 1\n\n", "x = 1\n\n"),
    ("  x = 1\n  y = 2", "x = 1\ny = 2\n"),
    ("    # one\n    x = 1", "# one\nx = 1\n"),
    ("!ls \\\n  a\nx = 1", "pass\n\nx = 1\n"),
    ("%cd it's\nx = '!'", "pass\nx = '!'\n"),
    ("x = (1\n% 2)\n!ls", "x = (1\n% 2)\npass\n"),
    ("files = !ls '(\nx = 1", "files = get_ipython()\nx = 1\n"),
    ("a = b?\n??c\nd.e[0]??", "pass\npass\npass\n"),
    ("x = 1  # why?\n!ls", "x = 1  # why?\npass\n"),
    ("z = %time f(1)", "z =       f(1)\n"),
    ("%time\n%time f(", "pass\npass\n"),
    ("%timeit -n 2 f()", "pass\n"),
    ("%%timeit\nf()", "pass\nf()\n"),
    ("%%javascript\nf(`", "pass\npass\n"),
    ("pip = 3", "pip = 3\n"),
    ("cd data", "pass\n"),
    ('"x = !y" + "!"', '"x = !y" + "!"\n'),
    ("nn.Linear(?, ?)", "nn.Linear(?, ?)\n"),
    (";f a\n,f a\n/f a", "pass\npass\npass\n"),
]


@pytest.mark.parametrize(("cell", "python"), CELLS)
def test_a_cell_is_the_python_that_ipython_makes_of_it(cell: str, python: str) -> None:
    assert python == python_of(cell)


@pytest.mark.parametrize("cell", [cell for cell, _ in CELLS])
def test_a_cell_keeps_its_rows(cell: str) -> None:
    assert len(lines_of(cell)) == len(lines_of(python_of(cell)))


def test_the_logical_lines_of_a_text_are_the_text() -> None:
    text = "x = [1,\n2]  # (\ny = '''\n(\n''' + \\\n 'a('\nz = f(\n'"

    assert [text[line.start : line.end] for line in logical_lines(text)] == [
        "x = [1,\n2]  # (\n",
        "y = '''\n(\n''' + \\\n 'a('\n",
        "z = f(\n'",
    ]


def test_a_form_feed_ends_no_row() -> None:
    source = from_bytes(b"x = 1\n\x0c\ny = 2  # \xe2\x80\xa8\nz = '\x0b'\n", "a.py")

    assert source.lines_of(None) == ["x = 1", "\x0c", "y = 2  # \u2028", "z = '\x0b'"]


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n"])
def test_rows_end_as_the_system_that_wrote_them_ends_them(end: bytes) -> None:
    assert from_bytes(end.join([b"x = 1", b"y = 2", b""]), "a.py").lines_of(None) == ["x = 1", "y = 2"]


def test_indents_are_measured_as_python_measures_them() -> None:
    assert by_spaces("if a:\n \tx = [\n\t1]\n\x0c\ty = 2\n") == "if a:\n        x = [\n\t1]\n        y = 2\n"


def test_an_indent_of_tabs_and_spaces_keeps_its_columns() -> None:
    source = parse(from_bytes(b"if a:\n \tif b:\n\t    f(x)\n", "a.py")).source

    assert source.text == "if a:\n        if b:\n            f(x)\n"
    assert str(source.span(3, 13, 3, 17)) == "a.py:3:6"
