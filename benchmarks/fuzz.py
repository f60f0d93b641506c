"""Random programs, notebooks, settings, contracts and pages go in; what none of them may come to, an error of ours, comes out.

    python -m benchmarks.fuzz [--seed N] [--count N] [source|notebooks|settings|contracts|pages ...]

Programs are made of those in the tests by putting expressions and statements of one into another. What is found is printed with
its input, and belongs into tests/test_torture.py.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

from lossguard.config import Config, load
from lossguard.contracts.library import Library
from lossguard.engine import check
from lossguard.errors import UserError
from lossguard.pages import blocks
from lossguard.rulebook import RuleBook, shipped

ROOT: Final = Path(__file__).parents[1]
SECONDS: Final = 30
# Corners of the grammar that no test is written in.
CORNERS: Final = """
() = x
(a,), () = scan(x)
[] = y
for () in z: pass
*a, b = *c, d
with a as (), b as []: pass
x: int
x.y: int = 3
x[0]: int
del x, y.z, w[1:2]
global g
def f(a, /, b=1, *c, d, e=2, **k): return locals()
async def g(x):
    async with x as y, z: await y
    async for i in x: yield i
    return [j async for j in x]
match x:
    case {"a": 1, **rest}: pass
    case [1, *_, (2 | 3) as q] if q: pass
    case Point(x=0, y=[a, b]): pass
    case None | True | -1.5 | "s": ...
    case _: pass
try: x
except* ValueError as e: raise
else: y
finally: z
class C(B, metaclass=M, k=1):
    x: int = 3
    def __getattr__(self, n): return getattr(self.x, n)
    @property
    def p(self): return self
    @p.setter
    def p(self, v): self.q = v
    def __call__(self, *a, **k): return self(*a, **k)
lambda *a, k=lambda: 1, **b: (yield)
(y := f(x := 1))
x if y else z if w else v
[i for i in x for j in i if j if not i]
{**a, 'b': {c: d for c, d in e}, f: {g, *h}}
f"{x!r:>{w}} {{}} {y=}"
x[..., None, ::2, *a]
not -~+x ** -y @ z // w % v << 1
a < b in c is not d != e
print(*a, *b, k=1, **c, **d)
import a.b.c as d, e.f
from . import x as y
from ... import *
return x
raise A from B
assert x, y
while x: break
else: pass
nonlocal n
x = yield
x = y = (z, *w)
x += y
x @= y
super().__init__()
super(A, self).f()
self.__class__.__name__
type(x)(y)
getattr(x, 'y')(z)
setattr(x, y, z)
copy.deepcopy(x)
functools.partial(f, x)(y)
"""


class SlowError(Exception):
    """An input that took too long."""


def programs() -> list[str]:
    """The Python that the project's tests and pages are written in."""
    pages = [*(ROOT / "tests" / "spec").glob("*.md"), *(ROOT / "rules").glob("*.md")]
    written = [block.text for page in pages for block in blocks(page.read_text(encoding="utf-8")) if block.language == "py"]
    files = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "fixtures").rglob("*.py"))]
    return [text for text in (*written, *files) if parsed(text) is not None]


def parsed(text: str) -> ast.Module | None:
    """The tree of a text, if it is Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def corners() -> list[ast.stmt]:
    """The statements in CORNERS, each on its own."""
    found: list[ast.stmt] = []
    rows: list[str] = []
    for row in [*CORNERS.strip().splitlines(), "end"]:
        if rows and not row.startswith((" ", "except", "else", "finally")):
            tree = parsed("\n".join(rows))
            found += tree.body if tree is not None else []
            rows = []
        rows.append(row)
    return found


class Sources:
    """Draws programs: one of the known, with parts of others in the place of its own."""

    def __init__(self, rng: random.Random) -> None:
        """Collect the parts."""
        self.rng = rng
        self.texts = programs()
        trees = [tree for text in self.texts if (tree := parsed(text)) is not None]
        nodes = [node for tree in (*trees, ast.Module(corners() * 20, [])) for node in ast.walk(tree)]
        self.statements = [node for node in nodes if isinstance(node, ast.stmt)]
        found = [node for node in nodes if isinstance(node, ast.expr)]
        self.expressions = [node for node in found if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)]
        self.targets = [node for node in found if isinstance(getattr(node, "ctx", None), ast.Store)]

    def draw(self) -> str:
        """A program that Python can parse."""
        while True:
            tree = ast.parse(self.rng.choice(self.texts))
            for _ in range(self.rng.randint(1, 6)):
                self._changed(tree)
            try:
                text = ast.unparse(tree)
            except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
                continue
            if len(text) < 20_000:
                return text

    def _changed(self, tree: ast.Module) -> None:
        node = self.rng.choice(list(ast.walk(tree)))
        for name, value in ast.iter_fields(node):
            match value:
                case [*items] if items and all(isinstance(item, ast.stmt) for item in items):
                    at = self.rng.randrange(len(items) + 1)
                    items[at : at + self.rng.randint(0, 1)] = [self.rng.choice(self.statements)]
                    setattr(node, name, items)
                case [*items] if items and isinstance(items[0], ast.expr):
                    items[self.rng.randrange(len(items))] = self._like(items[0])
                    setattr(node, name, items)
                case ast.expr() if self.rng.random() < 0.5:
                    setattr(node, name, self._like(value))
                case _:
                    pass

    def _like(self, expr: ast.expr) -> ast.expr:
        return self.rng.choice(self.targets if isinstance(getattr(expr, "ctx", None), ast.Store) else self.expressions)


ODD: Final[list[Any]] = [
    None, True, 0, -1, 1e999, "", "x", "LG101", "\0", "\ud800", [], {}, [[]], {"a": 1}, [None], "%%time 'x", "[z-a]", "!", "../..",
    ["ALL"], "code",
]  # fmt: skip
PIECES: Final = ["\0", "\r", "\n", "'", '"', "%", "%%", "!", "?", "(", "\\", "\t", "é", "\u2028", "{", ">>> ", ""]
WORDS: Final = ["Tensor", "Loss", '"', "=", "true", "domain", "None", "x"], ["Nothing", "", "'", "1", "[", "Along"]


def mutated(rng: random.Random, value: Any) -> Any:  # noqa: ANN401  # JSON
    """A document with something else in some places."""
    if rng.random() < 0.08:
        return rng.choice(ODD)
    match value:
        case dict():
            keys = [rng.choice([*value, "x"]) if rng.random() < 0.05 else key for key in value]
            return {key: mutated(rng, one) for key, one in zip(keys, value.values(), strict=True) if rng.random() > 0.05}
        case list():
            return [mutated(rng, one) for one in value for _ in range(rng.choice([1, 1, 1, 1, 0, 2]))]
        case str() if value and rng.random() < 0.3:
            at = rng.randrange(len(value))
            return value[:at] + rng.choice([*PIECES, value]) + value[at:]
        case _:
            return value


def toml(value: Any) -> str:  # noqa: ANN401  # JSON
    """A value as TOML writes it on one row; None, which it has not, is a text."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case float():
            return "inf"
        case None:
            return '"None"'
        case _:
            return json.dumps(value)


def table(rng: random.Random, text: str) -> str:
    """The settings in a text of TOML, with other values and of other types."""
    found = mutated(rng, tomllib.loads(text))
    return "".join(f"{json.dumps(str(key))} = {toml(value)}\n" for key, value in found.items()) if isinstance(found, dict) else ""


def spoiled(rng: random.Random, text: str) -> str:
    """A text with rows and characters taken out, doubled and moved."""
    rows = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        at, other = (rng.randrange(len(rows)) if rows else 0 for _ in range(2))
        match rng.randrange(4):
            case 0:
                del rows[at : at + 1]
            case 1:
                rows[at:at] = rows[other : other + 1]
            case 2 if rows:
                column = rng.randrange(len(rows[at]))
                rows[at] = rows[at][:column] + rng.choice("()[]{}'\"`\0\\=,:|#* \n\t9é") + rows[at][column + rng.randint(0, 3) :]
            case _ if rows:
                old, new = map(rng.choice, WORDS)
                rows[at] = rows[at].replace(old, new)
    return "".join(rows)


def checked(name: str, data: bytes) -> str | None:
    """What is wrong with how a file was checked."""
    report = check((), Path.cwd(), Config(select=("ALL",)), given={name: data}, cached=False)
    ours = [finding.message for finding in report.findings if "error in lossguard" in finding.message]
    return "; ".join([*map(str, report.failures), *ours]) or None


def sources(rng: random.Random) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Programs; one in five is spoiled."""
    drawn = Sources(rng)
    while True:
        text = drawn.draw()
        text = spoiled(rng, text) if rng.random() < 0.2 else text
        yield text, partial(checked, "x.py", text.encode("utf-8", "surrogatepass"))


def notebooks(rng: random.Random) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Notebooks of programs, with odd things in them."""
    texts = programs()
    while True:
        cells = [
            {
                "cell_type": rng.choice(["code", "code", "markdown"]),
                "metadata": {},
                "source": rng.choice([text, text.splitlines(keepends=True)]),
            }
            for text in rng.choices(texts, k=rng.randint(1, 3))
        ]
        document = {"cells": cells, "metadata": {"kernelspec": {"language": "python"}, "language_info": {"name": "python"}}, "nbformat": 4}
        if rng.random() < 0.1:
            document = {"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3}
        text = json.dumps(mutated(rng, document))
        yield text, partial(checked, "x.ipynb", text.encode())


def settings(rng: random.Random) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Files of settings, spoiled."""
    guide = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    whole = next(block.text for block in blocks(guide) if block.language == "toml")
    folder = Path(tempfile.mkdtemp())
    while True:
        text = "[tool.lossguard]\n" + table(rng, whole.partition("\n")[2]) if rng.random() < 0.5 else spoiled(rng, whole)

        def read(text: str = text) -> None:
            (folder / "pyproject.toml").write_text(text, encoding="utf-8", errors="replace")
            load(folder / "pyproject.toml")

        yield text, read


def contracts(rng: random.Random) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Stubs, spoiled, and all that they say asked for."""
    paths = [path for path in sorted((shipped() / "contracts").rglob("*.pyi")) if path.stat().st_size < 20_000]
    stubs = [path.read_text(encoding="utf-8") for path in paths]
    folder = Path(tempfile.mkdtemp())
    while True:
        text = spoiled(rng, rng.choice(stubs))

        def read(text: str = text) -> None:
            (folder / "lib.pyi").write_text(text, encoding="utf-8")
            list(Library((folder,)).everything())

        yield text, read


def pages(rng: random.Random) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Pages of rules, spoiled in their heads more than elsewhere."""
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(shipped().glob("LG*.md"))]
    folder = Path(tempfile.mkdtemp())
    while True:
        name, text = rng.choice(texts)
        head, fence, rest = text.partition("\n```\n")
        title, opening, settings = head.partition("```toml\n")
        head = title + opening + table(rng, settings) if rng.random() < 0.5 else spoiled(rng, head)
        text = head + fence + (spoiled(rng, rest) if rng.random() < 0.2 else rest)

        def read(name: str = name, text: str = text) -> None:
            for old in folder.glob("*.md"):
                old.unlink()
            (folder / name).write_text(text, encoding="utf-8", errors="replace")
            for rule in RuleBook((folder,)).rules.values():
                _ = rule.summary, rule.body, rule.section, rule.needs_a_run

        yield text, read


KINDS: Final = {"source": sources, "notebooks": notebooks, "settings": settings, "contracts": contracts, "pages": pages}


def tried(work: Callable[[], str | None]) -> str | None:
    """What is wrong with an input: nothing, or an error that no user made."""
    signal.alarm(SECONDS)
    try:
        return work()
    except UserError:
        return None
    except Exception:  # noqa: BLE001  # this is what is looked for
        return traceback.format_exc()
    finally:
        signal.alarm(0)


def _late(_number: int, _frame: FrameType | None) -> None:
    raise SlowError(f"more than {SECONDS} s")


def main() -> int:
    """Try inputs of each kind, and print those that go wrong; the exit status says whether any did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000, help="inputs of each kind")
    parser.add_argument("kinds", nargs="*", default=list(KINDS))
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _late)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20_000)
    wrong = 0
    for kind in options.kinds:
        inputs, begin, slowest, seen = KINDS[kind](random.Random(options.seed)), time.perf_counter(), 0.0, set()
        for number, (text, work) in zip(range(options.count), inputs, strict=False):
            before = time.perf_counter()
            said = tried(work)
            slowest = max(slowest, time.perf_counter() - before)
            if said is not None:
                wrong += 1
                if (last := said.strip().splitlines()[-1][:100]) not in seen:
                    seen.add(last)
                    print(f"--- {kind} {number}: {said}\n{text}\n---", flush=True)
        took = f"{time.perf_counter() - begin:.0f} s, slowest {slowest:.1f} s"
        print(f"{kind}: {options.count} inputs, {took}; {wrong} wrong so far", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
