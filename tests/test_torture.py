"""Nothing takes a run down: odd files and odd surroundings come in, beside a file with a known mistake; the mistake is found all the same.

`benchmarks/fuzz.py` looks for more of these.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lossguard import engine, following, program
from lossguard.cache import FOLDER
from lossguard.cli import main
from lossguard.config import Config
from lossguard.engine import check
from lossguard.following import Fresh, Run, fresh_of
from lossguard.isolation import METHOD, Cause, Limits, Lost, Say, answers, deep
from lossguard.syntax.parse import parse
from tests.test_cli import Ran, lossguard

WRONG = "import torch.nn.functional as F\n\n\ndef step(x, y):\n    return F.cross_entropy(x.softmax(1), y)\n"
FOUND = "neighbour.py:5:12: LG101"
HEAD = "import torch\nimport torch.nn.functional as F\n"


def checked(folder: Path, *arguments: str, **environment: str) -> Ran:
    """Check a folder beside a file with a known mistake."""
    (folder / "neighbour.py").write_text(WRONG, encoding="utf-8")
    return lossguard("check", "--output-format", "concise", *arguments, cwd=folder, **environment)


def said(ran: Ran, file: str) -> str:
    """What is said of a file."""
    found = re.search(rf"^{re.escape(file)}:(?:cell \d+:)?\d+:\d+: (.*)", ran.out, re.MULTILINE)
    return found[1] if found is not None else ""


# What Python cannot read, and what is said of it.
UNREADABLE = {
    "a null byte in a string": (b"x = 'a\0b'\nloss = 1\n", "LG900 cannot be read as Python: a null byte"),
    "bytes that are no text": (b"loss = '\xff'\n", "LG900 cannot be read as Python: cannot be decoded"),
    "an unknown codec": (b"# coding: martian\nloss = 1\n", "LG900 cannot be read as Python: cannot be decoded: unknown encoding: martian"),
    "a codec that never decodes": (b"# coding: undefined\nloss = 1\n", "LG900 cannot be read as Python: cannot be decoded"),
    "a codec for bytes": (b"# coding: base64\nloss = 1\n", "LG900 cannot be read as Python: cannot be decoded"),
    "100,000 digits": (b"loss = " + b"9" * 100_000, "LG900 cannot be read as Python: Exceeds the limit"),
    "parentheses in an f-string": (
        b"loss = f'{" + b"(" * 2000 + b"1" + b")" * 2000 + b"}'",
        "LG900 cannot be read as Python: nested too deep",
    ),
    "brackets over rows": (b"loss = " + b"[\n" * 2000 + b"]" * 2000, "LG900 cannot be read as Python: nested too deep"),
    "100,000 minuses": (b"loss = " + b"-" * 100_000 + b"1", "LG900 cannot be read as Python: nested too deep"),
    "20,000 nots": (b"loss = " + b"not " * 20_000 + b"1", "LG900 cannot be read as Python: nested too deep"),
    "5,000 lambdas": (b"loss = " + b"lambda: " * 5000 + b"1", "LG900 cannot be read as Python: nested too deep"),
    "5,000 choices": (b"loss = " + b"1 if x else " * 5000 + b"1", "LG900 cannot be read as Python: nested too deep"),
    "5,000 operators": (b"loss = " + b"x + " * 5000 + b"x", "LG900 cannot be read as Python: nested too deep"),
    "5,000 calls": (b"loss = x" + b".f()" * 5000, "LG900 cannot be read as Python: nested too deep"),
    "5,000 subscripts": (b"loss = x" + b"[0]" * 5000, "LG900 cannot be read as Python: nested too deep"),
    "20,000 elifs": (b"if x: loss = 1\n" + b"elif x: loss = 2\n" * 20_000, "LG900 cannot be read as Python: nested too deep"),
    "a row of a megabyte": (b"loss = '" + b"a" * 1_000_000 + b"'", "LG900 cannot be read as Python: larger than 1 MB"),
    "a literal of ten megabytes": (b"loss = [" + b"1.5, " * 2_000_000 + b"]", "LG900 cannot be read as Python: larger than 1 MB"),
    "100,000 rows": (b"loss = torch.relu(x)\n" * 100_000, "LG900 cannot be read as Python: larger than 1 MB"),
}

# What Python can read, and what once took minutes, gigabytes or the run.
READABLE = {
    "3,000 comparisons": "loss = " + "x < " * 3000 + "x\n",
    "150 elifs": "if x == 0: loss = 0\n" + "".join(f"elif x == {i}: loss = {i}\n" for i in range(150)),
    "20,000 entries of a dict": "loss = {" + "".join(f"'k{i}': {i}, " for i in range(20_000)) + "}[k]\n",
    "diamonds of 60 classes": "class D0: pass\n"
    + "".join(f"class A{i}(D{i}): pass\nclass B{i}(D{i}): pass\nclass D{i + 1}(A{i}, B{i}): pass\n" for i in range(60))
    + "loss = D60().missing()\n",
    "a chain of 3,000 classes": "class A0: pass\n" + "".join(f"class A{i + 1}(A{i}): pass\n" for i in range(3000)) + "loss = A3000().g()\n",
    "a list that doubles": "s = [1]\n" + "s = s + s\n" * 60 + "loss = s\n",
    "a tuple that doubles": "s = (1,)\n" + "s = (s, s)\n" * 60 + "loss = F.cross_entropy(s, s)\nd = {s: 1}\n",
    "a number that grows": "n = 3\n" + "n = n * n\n" * 60 + "loss = n\n",
    "a text that doubles": "s = 'a'\n" + "s = s + s\n" * 60 + "loss = s\n",
    "large hexadecimals": "loss = 0x" + "f" * 100_000 + "\nloss = F.cross_entropy(loss, loss)\n",
    "what grows when it is run": "n = 10**9\nloss = n**n**n\ny = 'x' * n * n\nz = [0] * n * n\nw = f'{1:999999999}'\n"
    "v = '{:999999999}'.format(1)\nu = '{0.x}'.format(1)\nt = 'a'\nfor j in range(99): t = t.replace('a', 'aa')\n"
    "for i in range(n): loss += i\n",
    "calls that double": "def f0(x): return F.cross_entropy(x, y)\n"
    + "".join(f"def f{i + 1}(x): return f{i}(x) + f{i}(x + 1)\n" for i in range(60)),
    "60 branches": "".join(f"if c{i}: x = torch.softmax(x, 1)\n" for i in range(60)) + "loss = F.nll_loss(x, y)\n",
    "things that hold themselves": "a = []\na.append(a)\nb = {}\nb['b'] = b\nclass N: pass\nn = N()\nn.n = n\n"
    "loss = F.nll_loss(a[0][0], b['b'])\nimport copy\nc = copy.deepcopy(n)\n",
    "nothing to unpack into": "() = x\n(a,), () = scan(1)\n[] = y\nfor () in z: pass\nloss = 1\n",
    "code that acts on a terminal": "loss = F.nll_loss(torch.softmax('\x1b[31m\x1b]0;x\x07', 1), y)\n",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_costs_its_file_alone(name: str, tmp_path: Path) -> None:
    data, message = UNREADABLE[name]
    (tmp_path / "odd.py").write_bytes(data)
    (tmp_path / "user.py").write_text(f"from odd import *\nimport odd\n{WRONG}", encoding="utf-8")
    ran = checked(tmp_path)

    remark = "lossguard: 1 file was not read, or not all of it: `--extend-select LG900` says why\n"
    assert (ran.status, ran.err) == (1, remark if "larger" in message else "")
    assert said(ran, "neighbour.py").startswith("LG101")
    assert said(ran, "user.py").startswith("LG101")
    # What is data rather than code is a remark, which is shown to those who ask for it.
    assert said(checked(tmp_path, "--extend-select", "LG900", "odd.py"), "odd.py").startswith(message)


@pytest.mark.parametrize("name", READABLE)
def test_what_is_large_when_it_is_run_costs_little(name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(HEAD + READABLE[name], encoding="utf-8")
    ran = checked(tmp_path)

    assert said(ran, "neighbour.py").startswith("LG101")
    assert ran.status == 1
    assert "LG900" not in ran.out
    assert "\x1b" not in ran.out


def notebook(**changes: object) -> str:
    """A notebook with a wrong loss, and something else in some places."""
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "source": WRONG}
    document: dict[str, object] = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document | changes)


def of_source(source: object) -> str:
    """A notebook of one cell."""
    return notebook(cells=[{"cell_type": "code", "source": source}])


NO_NOTEBOOKS = {
    "[]": "the document is a list, not an object",
    "7": "the document is a number, not an object",
    '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}": "nested too deeply",
    '{"cells": ' + "9" * 100_000 + "}": "Exceeds the limit",
    notebook(cells=7): "`cells` is a number, not a list",
    notebook(cells="x"): "`cells` is a text, not a list",
    notebook(cells=[7]): "a cell is a number",
    notebook(worksheets=7): "`worksheets` is a number, not a list",
    notebook(worksheets=[7]): "a worksheet is a number",
    of_source(7): "the source of cell 1 is a number, not text",
    of_source(None): "the source of cell 1 is null, not text",
    of_source([7]): "the source of cell 1 holds something else than text",
}


@pytest.mark.parametrize("text", NO_NOTEBOOKS, ids=lambda text: text[:60])
def test_a_notebook_that_is_none_says_what_is_wrong(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.ipynb").write_text(text, encoding="utf-8")
    ran = checked(tmp_path, "odd.ipynb", ".")

    assert said(ran, "neighbour.py").startswith("LG101")
    assert said(ran, "odd.ipynb").startswith(f"LG900 cannot be read as Python: not a notebook: {NO_NOTEBOOKS[text]}")


@pytest.mark.parametrize("odd", [7, "x", [7], None, True, {"codemirror_mode": 7}], ids=str)
@pytest.mark.parametrize("key", ["metadata", "kernelspec", "language_info"])
def test_what_a_notebook_says_of_itself_is_no_reason_to_leave_it(key: str, odd: object, tmp_path: Path) -> None:
    (tmp_path / "odd.ipynb").write_text(notebook(metadata=odd if key == "metadata" else {key: odd}), encoding="utf-8")
    ran = checked(tmp_path)

    assert said(ran, "neighbour.py").startswith("LG101")
    assert said(ran, "odd.ipynb").startswith("LG101")


@pytest.mark.parametrize("source", ["%%time 'abc\nloss = 1", "x = %time 'abc\nloss = 1", "!ls 'abc\n%%bash \"\n'''\nloss = '''"])
def test_a_cell_that_is_broken_costs_itself_alone(source: str, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": text} for text in (source, WRONG)]
    (tmp_path / "odd.ipynb").write_text(notebook(cells=cells), encoding="utf-8")
    ran = checked(tmp_path)

    assert "odd.ipynb:cell 2:5:12: LG101" in ran.out
    assert FOUND in ran.out


def pipe(folder: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(folder / "x.py")
    (folder / "user.py").write_text("import x\nloss = x.y\n", encoding="utf-8")


def device(folder: Path) -> None:
    """A file without an end."""
    (folder / "x.py").symlink_to("/dev/zero")
    (folder / "user.py").write_text("import x\nloss = x.y\n", encoding="utf-8")


def links(folder: Path) -> None:
    """Links that lead nowhere, or in a circle."""
    (folder / "a.py").symlink_to("b.py")
    (folder / "b.py").symlink_to("a.py")
    (folder / "c.py").symlink_to("nowhere")
    (folder / "d").symlink_to(".")


def names(folder: Path) -> None:
    """File names that are no text, or act on a terminal."""
    for name in (b"b\xff\xfe.py", "e\x1b[31m\n\u202e.py".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(WRONG, encoding="utf-8")


def garbage(folder: Path) -> None:
    """A .gitignore that git would pass over."""
    (folder / ".gitignore").write_bytes(b"\\\n!\n[z-a]\n\xff\xfe\n/\na\\\n")


def ignoring_pipe(folder: Path) -> None:
    """A .gitignore that is a pipe, and settings that are."""
    for name in (".gitignore", "lossguard.toml"):
        os.mkfifo(folder / name)


def occupied(folder: Path) -> None:
    """A file where the cache would be."""
    (folder / FOLDER).write_text("x", encoding="utf-8")


def full(folder: Path) -> None:
    """A cache that nothing can be written to."""
    (folder / FOLDER).symlink_to("/dev/full")


def foreign(folder: Path) -> None:
    """A cache that something else wrote."""
    checked(folder)
    (folder / FOLDER / "findings.json").write_text('{"key": 1, "roots": [1, 2]}', encoding="utf-8")


def a_socket(folder: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as opened:
        before = Path.cwd()
        os.chdir(folder)
        opened.bind("s.py")
        os.chdir(before)


def many(folder: Path) -> None:
    """A package of 3,000 modules, each of which imports the next."""
    (folder / "p").mkdir()
    (folder / "p" / "__init__.py").write_text("".join(f"from .m{i} import f{i}\n" for i in range(3000)), encoding="utf-8")
    for i in range(3000):
        after = (i + 1) % 3000
        text = f"from .m{after} import f{after}\ndef f{i}(x): return f{after}(x)\n"
        (folder / "p" / f"m{i}.py").write_text(text, encoding="utf-8")
    (folder / "main.py").write_text("import p\nimport torch.nn.functional as F\nloss = F.cross_entropy(p.f0(x), y)\n", encoding="utf-8")


SURROUNDINGS = [pipe, device, links, names, garbage, ignoring_pipe, occupied, full, foreign, a_socket, many]


@pytest.mark.parametrize("arrange", SURROUNDINGS, ids=lambda function: function.__name__)
def test_odd_surroundings_cost_nothing(arrange: Callable[[Path], None], tmp_path: Path) -> None:
    arrange(tmp_path)
    ran = checked(tmp_path)

    assert (ran.status, ran.err) == (1, "")
    assert FOUND in ran.out
    assert "\x1b" not in ran.out


# Settings and arguments that are wrong: one line, status 2.
MISTAKES = {
    ("--exclude", "[z-a]"): "`[z-a]` is no pattern of .gitignore",
    ("--per-file-ignores", "[z-a]:LG1"): "`[z-a]` is no pattern of .gitignore",
    ("x" * 5000,): "no file has so long a name",
    ("/dev/zero",): "/dev/zero: neither a file nor a folder",
    ("--output-format", "sarif=/dev/full"): "/dev/full: cannot be written",
    ("--why", "nowhere.py:1"): "nowhere.py: no such file or folder",
}


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda arguments: " ".join(arguments)[:40])
def test_a_mistake_is_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = checked(tmp_path, *arguments)

    assert ran.status == 2
    assert MISTAKES[arguments] in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("pyproject.toml", b'[tool.lossguard]\nexclude = ["[z-a]"]\n', "pyproject.toml:2: `exclude`: `[z-a]` is no pattern"),
        ("lossguard.toml", b"select = " + b"[" * 10_000 + b"]" * 10_000, "lossguard.toml: nested too deeply"),
        ("lossguard.toml", b"\xff\xfe", "lossguard.toml: 'utf-8' codec can't decode"),
        ("stubs/x.pyi", b"\xff\xfe", "x.pyi:1: cannot be read"),
        ("stubs/x.pyi", b"def f(:\n", "x.pyi:1: invalid syntax"),
        ("pages/LG801-x.md", b"\xff\xfe", "LG801-x.md:1: cannot be read"),
        ("pages/LG801-x.md", b"# LG801 X\n\n```toml\nseverity = 3\n```\n", "LG801-x.md:4: no effect"),
    ],
)
def test_what_a_project_adds_is_named_where_it_is_wrong(file: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "lossguard.toml").write_text('contracts = ["stubs"]\nrules = ["pages"]\n', encoding="utf-8")
    if file == "pyproject.toml":
        (tmp_path / "lossguard.toml").unlink()
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_bytes(data)
    ran = checked(tmp_path)

    assert ran.status == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_checks_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"t{number}.py").write_text(WRONG, encoding="utf-8")
    command = [sys.executable, "-m", "lossguard", "check", "--output-format", "concise"]
    running = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [(process.communicate(), process.returncode) for process in running]

    assert {(out, err, status) for (out, err), status in ended} == {(ended[0][0][0], "", 1)}
    assert ended[0][0][0].count("LG101") == 30


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif"])
def test_a_full_disk_behind_the_output_is_one_line(form: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(WRONG, encoding="utf-8")
    command = [sys.executable, "-m", "lossguard", "check", "--output-format", form]
    with Path("/dev/full").open("wb") as full_disk:
        ran = subprocess.run(command, cwd=tmp_path, stdout=full_disk, stderr=subprocess.PIPE, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (2, "lossguard: [Errno 28] No space left on device\n")


@pytest.mark.parametrize("what", [("check", "--add-ignore"), ("baseline", "write")], ids=lambda words: words[0])
def test_a_full_disk_loses_nothing(what: tuple[str, ...], tmp_path: Path) -> None:
    long = WRONG + "#" * 5000 + "\n"
    (tmp_path / "train.py").write_text(long, encoding="utf-8")
    (tmp_path / ".lossguard-baseline.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); import runpy, sys; sys.argv[1:] = {list(what)!r}; "
    command = [sys.executable, "-c", limited + "runpy.run_module('lossguard', run_name='__main__')"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert "cannot be written" in ran.stderr
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == long
    assert (tmp_path / ".lossguard-baseline.json").read_text(encoding="utf-8") == '{"version": 1, "findings": []}'
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != FOLDER) == [".lossguard-baseline.json", "train.py"]


# Several files, one of which imports the wrong value from another.
PROJECT = {
    "net.py": "class Net:\n    def forward(self, x):\n        return x.softmax(1)\n    __call__ = forward\n",
    "a/one.py": WRONG,
    "a/two.py": "import torch.nn.functional as F\nfrom net import Net\n\nloss = F.cross_entropy(Net()(x), y)\n",
    "main.py": "import torch.nn.functional as F\nfrom net import Net\n\n\ndef f(x, y):\n    return F.cross_entropy(Net()(x), y)\n",
}


def test_the_findings_are_the_same_however_files_are_named(tmp_path: Path) -> None:
    for file, text in PROJECT.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    absolute = [str(tmp_path / file) for file in PROJECT]
    ways = [["."], [*PROJECT], [*reversed(PROJECT)], absolute, ["a/../net.py", "./a", "main.py"], ["a", "."]]
    found = {
        tuple(lossguard("check", "--no-cache", "--output-format", "concise", *way, cwd=tmp_path).out.splitlines()[:-1]) for way in ways
    }
    below = lossguard("check", "--no-cache", "--output-format", "concise", "..", cwd=tmp_path / "a").out

    assert len(found) == 1
    assert sorted(line.split(": ", 1)[1] for line in found.pop()) == sorted(line.split(": ", 1)[1] for line in below.splitlines()[:-1])


@pytest.mark.parametrize("seed", ["0", "1", "42"])
def test_the_findings_do_not_depend_on_hashes(seed: str, tmp_path: Path) -> None:
    for file, text in PROJECT.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    ran = lossguard("check", "--no-cache", "--output-format", "json", cwd=tmp_path, PYTHONHASHSEED=seed)

    assert ran.out == lossguard("check", "--no-cache", "--output-format", "json", cwd=tmp_path, PYTHONHASHSEED="7").out


def begin(prefix: str) -> Callable[[str, Say], str]:
    """What the workers below do with a word."""

    def work(word: str, say: Say) -> str:
        say(f"busy with {word}")
        match word:
            case "die":
                os._exit(3)
            case "hang":
                time.sleep(60)
            case "fail":
                raise ValueError("no such word")
            case "eat":
                _ = [0] * (1 << 28)
            case _:
                pass
        return prefix + word

    return work


TASKS = ["a", "die", "b", "hang", "c", "fail", "eat", "d"]
LOST = {
    "die": Lost(Cause.CRASH, "exit status 3", "busy with die"),
    "hang": Lost(Cause.TIME, "1 seconds", "busy with hang"),
    "eat": Lost(Cause.MEMORY, "", "busy with eat"),
}


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_task_that_is_lost_costs_itself_alone(workers: int) -> None:
    tasks = TASKS[workers:] + TASKS[:workers]
    done = dict(answers(tasks, begin, (">",), workers, Limits(seconds=1.0, memory=1 << 30)))
    failed = done.pop("fail")

    assert isinstance(failed, Lost)
    assert (failed.cause, failed.during) == (Cause.EXCEPTION, "busy with fail")
    assert failed.detail.startswith("ValueError at test_torture.py:")
    assert done == {word: f">{word}" for word in "abcd"} | LOST


def test_no_task_needs_no_worker() -> None:
    assert list(answers([], begin, (">",), 2, Limits())) == []


def test_deep_recursion_has_room() -> None:
    def down(depth: int) -> int:
        return 0 if depth == 0 else 1 + max(map(down, [depth - 1]))

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    try:
        assert deep(lambda: down(50_000)) == 50_000
    finally:
        sys.setrecursionlimit(before)


def test_what_fails_in_the_deep_fails_here() -> None:
    def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        deep(fails)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """An odd file, one that imports it, and one that has nothing to do with it; the last two have a known mistake."""
    (tmp_path / "odd.py").write_text("loss = 1\n", encoding="utf-8")
    (tmp_path / "user.py").write_text(f"from odd import *\n{WRONG}", encoding="utf-8")
    (tmp_path / "neighbour.py").write_text(WRONG, encoding="utf-8")
    return tmp_path


# Workers are forked, so what is put in the place of a function is in its place there as well.
needs_fork = pytest.mark.skipif(METHOD != "fork", reason="workers begin anew here")


@needs_fork
@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (lambda: os._exit(3), "the parser crashed (exit status 3)"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "the parser crashed (SIGKILL)"),
    ],
    ids=["exit", "kill"],
)
def test_a_parser_that_dies_costs_its_file_alone(
    ends: Callable[[], None], said: str, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "parse", lambda source: ends() if source.file == "odd.py" else parse(source))
    report = check(["."], beside, Config(), cached=False, isolated=True)

    assert report.failures == ()
    assert {(one.span.file, one.code) for one in report.findings} == {("odd.py", "LG900"), ("user.py", "LG101"), ("neighbour.py", "LG101")}
    assert next(one.message for one in report.findings if one.code == "LG900") == f"cannot be read as Python: {said}"


@needs_fork
def test_a_parser_that_hangs_costs_its_file_alone(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "parse", lambda source: time.sleep(60) if source.file == "odd.py" else parse(source))
    monkeypatch.setattr(engine, "Limits", lambda: Limits(seconds=1.0))
    report = check(["."], beside, Config(), cached=False, isolated=True)

    assert {(one.span.file, one.code) for one in report.findings} == {("odd.py", "LG900"), ("user.py", "LG101"), ("neighbour.py", "LG101")}
    assert "the parser took too long (1 seconds)" in next(one.message for one in report.findings if one.code == "LG900")


def failing(run: Run, root: str) -> Fresh:
    """Follow a root, but for one."""
    if root == "odd.py":
        raise KeyError("something")
    return fresh_of(run, root)


@needs_fork
@pytest.mark.parametrize("isolated", [False, True])
def test_an_error_of_ours_costs_its_program_alone(isolated: bool, beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(engine, "fresh_of", failing)
    monkeypatch.setattr(following, "fresh_of", failing)
    report = check(["."], beside, Config(), cached=False, isolated=isolated)

    assert [str(one) for one in report.failures] == [
        f"odd.py: an error in lossguard (KeyError at test_torture.py:{LINE}: 'something'): what it leads to was not checked"
    ]
    assert {(one.span.file, one.code) for one in report.findings} == {("user.py", "LG101"), ("neighbour.py", "LG101")}


LINE = failing.__code__.co_firstlineno + 3


@needs_fork
def test_what_was_not_checked_is_told_and_fails_the_run(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "fresh_of", failing)
    monkeypatch.chdir(beside)
    ran = CliRunner().invoke(main, ["check", "--no-cache", "--exit-zero", "--output-format", "json"])
    report = json.loads(ran.stdout)

    assert ran.exit_code == 2
    assert len(report["findings"]) == 2
    assert [one.partition(" (")[0] for one in report["errors"]] == ["odd.py: an error in lossguard"]
    assert "odd.py: an error in lossguard (KeyError" in ran.stderr
    assert "please report errors in lossguard" in ran.stderr


@needs_fork
@pytest.mark.parametrize("command", ["write", "prune"])
def test_half_a_check_changes_no_baseline(command: str, beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(beside)
    CliRunner().invoke(main, ["baseline", "write"])
    before = (beside / ".lossguard-baseline.json").read_bytes()
    (beside / "user.py").unlink()
    monkeypatch.setattr(engine, "fresh_of", failing)
    (beside / "odd.py").write_text("loss = 2\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["baseline", command])

    assert ran.exit_code == 2
    assert "the baseline stays as it is: odd.py: an error in lossguard" in ran.stderr
    assert (beside / ".lossguard-baseline.json").read_bytes() == before


@needs_fork
def test_a_crash_of_the_command_itself_is_no_finding(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("something")

    monkeypatch.setattr(engine, "check", broken)
    monkeypatch.chdir(beside)
    ran = CliRunner().invoke(main, ["check"])

    assert ran.exit_code == 2
    assert "this is an error in lossguard; please report it" in ran.stderr
