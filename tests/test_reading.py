"""Text is read row by row as Python and IPython read it, and places stay what they are in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossguard.config import Config
from lossguard.engine import check
from lossguard.reading.faults import blank, python_2
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


PYTHON_2 = [
    ("print 'a'", "print statement", 1),
    ("x = 1\nif x: print x", "print statement", 7),
    ("print >>f, `x`", "print statement", 1),
    ("try:\n  pass\nexcept (A, B), e:\n  pass", "exception without `as`", 1),
    ("raise E, 'm'", "raise with a comma", 1),
    ("exec 'x' in d", "exec statement", 1),
    ("x = `y`", "backticks", 5),
    ("x = ur'y'", "`ur` string", 5),
    ("x = a <> b", "`<>` operator", 7),
    ("x = 10L", "long integer", 5),
    ("x = 0644", "octal integer", 5),
    ("f(lambda (a, b): a)", "unpacked parameter", 3),
    ("x = x.cuda(async=True)", "`async` as a name, as before Python 3.7", 12),
]


@pytest.mark.parametrize(("text", "what", "column"), PYTHON_2)
def test_python_2_is_told_by_what_only_it_has(text: str, what: str, column: int) -> None:
    found = python_2(text)

    assert found is not None
    assert (found.what, found.column) == (what, column)


@pytest.mark.parametrize(
    "text", ["print (x)", "print - 1", "x = 'print y'", "# print x", "use `f` here", "date(2020, 01, 02)", "def f(a=(b, c)): pass", "x = ("]
)
def test_what_python_3_has_or_nobody_has_is_no_python_2(text: str) -> None:
    assert python_2(text) is None


BLANKS = [
    ("x = 1\ny =  # TODO", "nothing after `=`"),
    ("def f():\n    # YOUR CODE HERE", "an empty block"),
    ("for x in y:\n    # step\n\nz = 1", "an empty block"),
    ("f(?, 3)", "a placeholder"),
    ("x = <your model>", "a placeholder"),
    ("# Fill in the call\nf(in=)", "a task"),
]


@pytest.mark.parametrize(("text", "what"), BLANKS)
def test_a_blank_is_told_by_what_is_missing(text: str, what: str) -> None:
    found = blank(text, len(lines_of(text)))

    assert found is not None
    assert found.what == what


@pytest.mark.parametrize("text", ["x = ((1", "if x ==\n", "def f():\nx = 1", "for x in y\n  # step\n  z = 1", "f(a=)"])
def test_a_mistake_is_no_blank(text: str) -> None:
    assert blank(text, 1) is None


@pytest.mark.parametrize(("text", "severity"), [("print 'a'", "info"), ("for x in y\n    pass", "error"), ("x =  # TODO", "error")])
def test_only_what_nobody_did_wrong_is_an_info(text: str, severity: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    report = check(["a.py"], tmp_path, Config(folder=tmp_path, select=("ALL",)), cached=False)

    assert [one.severity.value for one in report.findings] == [severity]
