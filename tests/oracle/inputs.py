"""The project's own examples come out as programs that run: blocks of the rule pages, specifications, measured misuses, fixtures."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lossguard.knowledge import Knowledge
from lossguard.source import from_bytes
from tests.oracle.claims import of_root
from tests.oracle.comparing import Compared, compared
from tests.oracle.witnesses import of_script, of_statements
from tests.runs import PRELUDE
from tests.specs import programs

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
MAIN: Final = "main.py"


@dataclass(frozen=True, slots=True)
class Piece:
    """Code that needs nothing but torch, in one file or several; the one called main.py is run."""

    name: str
    files: Mapping[str, str]

    def compared(self, knowledge: Knowledge) -> list[Compared]:
        """Run it here, statement by statement, and read it."""
        with TemporaryDirectory() as name:
            folder = Path(name).resolve()
            for file, text in self.files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(text, encoding="utf-8")
            facts = of_statements(folder, MAIN)
            return list(compared(self.name, of_root(folder, MAIN, knowledge), facts))


@dataclass(frozen=True, slots=True)
class Program:
    """A folder with a program, and how it is started: a file, or the name of a module."""

    folder: Path
    start: str

    @property
    def name(self) -> str:
        """The folder's name, and what is started."""
        return f"{self.folder.name} {self.start}"

    def compared(self, knowledge: Knowledge) -> list[Compared]:
        """Run it in a process of its own, and read it."""
        with TemporaryDirectory() as name:
            folder = Path(name).resolve() / self.folder.name
            _copied(self.folder, folder)
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                facts = pool.submit(of_script, folder, self.start).result()
            root = self.start if self.start.endswith(".py") else f"{self.start}/__main__.py"
            return list(compared(self.name, of_root(folder, root, knowledge), facts))


def _copied(source: Path, target: Path) -> None:
    """A copy of a folder, in which notebooks are scripts."""
    shutil.copytree(source, target)
    for path in list(target.rglob("*.ipynb")):
        path.with_suffix(".py").write_text(from_bytes(path.read_bytes(), path.name).text, encoding="utf-8")


def blocks() -> Iterator[Piece]:
    """The Bad and Good blocks of every page."""
    for rule in Knowledge().book.rules.values():
        for heading in ("Bad", "Good"):
            for block in rule.examples(heading):
                if _is_python(block.text):
                    yield Piece(f"{rule.code}:{block.row} {heading}", {MAIN: PRELUDE + block.text})


def specifications() -> Iterator[Piece]:
    """The programs of the specifications, as far as they get: what they leave undefined is an error of one statement."""
    for page in sorted((ROOT / "tests" / "spec").glob("*.md")):
        for spec in programs(page):
            if MAIN in spec.files and all(_is_python(text) for file, text in spec.files.items() if file.endswith(".py")):
                yield Piece(
                    f"spec {spec.name}", {**spec.files, MAIN: PRELUDE.replace("\n", "; ", PRELUDE.count("\n") - 1) + spec.files[MAIN]}
                )


def misuses() -> Iterator[Piece]:
    """The spellings of losses that torch takes without an error."""
    table = tomllib.loads((FIXTURES / "misuses.toml").read_text(encoding="utf-8"))
    for case in table["case"]:
        yield Piece(f"misuse {case['id']}", {MAIN: table["prelude"] + case["code"]})


def right_programs() -> Iterator[Piece]:
    """Right programs that look like wrong ones, all in one file that calls them."""
    text = (FIXTURES / "right_programs.py").read_text(encoding="utf-8")
    calls = [f"{node.name}()" for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    yield Piece("right programs", {MAIN: "\n".join([text, *calls, ""])})


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


# The programs that run with what the tests install, and how; the others want data, or packages that the tests do without.
_STARTS: Final = inspect.cleandoc("""
    01 train.py
    02 han.py
    04 train.py
    05 distill.py
    06 dates.py
    07 churn
    08 detector.py
    09 train.py
    10 ensemble.py
    15 a2c.py
    16 uda.py
    17 train.py
    18 noisy.py
    20 cells.py
    21 ppo.py
    22 copy_task.py
    23 bench.py
    24 dml.py
    25 train.py
    26 locate.py
    27 summarize.py
    28 gan.py
    29 main.py
    31 train.py
    32 tagger.py
    34 pretrain.py
    36 run_distil.py
    38 fit.py
    39 rdrop.py
    40 main.py
""")


def fixtures() -> Iterator[Program]:
    """The tour, and those of the forty programs that run."""
    for start in ("train.py", "distil.py", "detect.py", "look.py"):
        yield Program(FIXTURES / "tour", start)
    for line in _STARTS.splitlines():
        number, start = line.split()
        yield Program(next((FIXTURES / "programs").glob(f"{number}_*")), start)


def pieces() -> Iterator[Piece]:
    """Everything that runs in this process."""
    yield from blocks()
    yield from specifications()
    yield from misuses()
    yield from right_programs()
