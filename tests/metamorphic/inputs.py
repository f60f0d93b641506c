"""The project's own examples come out as programs: blocks of rule pages, specifications, and everything in `fixtures/`."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from lossguard.knowledge import Knowledge
from lossguard.source import UnreadableError, from_bytes
from tests.metamorphic.programs import Program, tagged
from tests.runs import PRELUDE
from tests.specs import PRELUDE as SPEC_PRELUDE
from tests.specs import programs

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
SPECS = ROOT / "tests" / "spec"


def everything() -> Iterator[Program]:
    """All inputs, tagged."""
    for program in (*_blocks(), *_specifications(), *_right(), *_misuses()):
        yield tagged(program)
    yield from below(FIXTURES / "programs")
    yield from below(FIXTURES)


def _blocks() -> Iterator[Program]:
    """The Bad and Good blocks of every page that speaks of code that can be read."""
    for rule in Knowledge().book.rules.values():
        for heading in ("Bad", "Good"):
            for block in rule.examples(heading):
                if _readable(block.text):
                    yield Program(f"{rule.code}:{block.row} {heading}", {"main.py": PRELUDE + block.text})


def _specifications() -> Iterator[Program]:
    """The programs of the specifications; those that are no Python are left out."""
    for page in sorted(SPECS.glob("*.md")):
        for spec in programs(page):
            start = SPEC_PRELUDE.replace("\n", "; ", 3)
            files = {file: SPEC_PRELUDE + text.removeprefix(start) if text.startswith(start) else text for file, text in spec.files.items()}
            if all(_readable(text) for file, text in files.items() if file.endswith(".py")):
                yield Program(f"spec/{spec.name}", files)


def _right() -> Iterator[Program]:
    """The functions of the right programs, each by itself."""
    text = (FIXTURES / "right_programs.py").read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = "".join(f"{ast.unparse(one)}\n" for one in body if isinstance(one, ast.Import | ast.ImportFrom))
    for one in body:
        if isinstance(one, ast.FunctionDef):
            yield Program(f"right/{one.name}", {"main.py": f"{imports}{ast.get_source_segment(text, one)}\n{one.name}()\n"})


def _misuses() -> Iterator[Program]:
    """What torch accepts in silence, case by case."""
    held = tomllib.loads((FIXTURES / "misuses.toml").read_text(encoding="utf-8"))
    for case in held["case"]:
        yield Program(f"misuse/{case['id']}", {"main.py": f"{held['prelude']}\n{case['code']}\n"})


def below(folder: Path) -> Iterator[Program]:
    """The programs in the folders below a folder; those with notebooks a second time, as scripts."""
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and path != FIXTURES / "programs"):
        kept = [path for path in sorted(inner.rglob("*")) if path.suffix in {".py", ".ipynb", ".yaml"}]
        files = {path.relative_to(inner).as_posix(): path.read_text(encoding="utf-8") for path in kept}
        program = Program(inner.name, files)
        scripts = Program(f"{inner.name} as a script", dict(_as_script(file, text) for file, text in files.items()))
        yield from (tagged(one) for one in (program, scripts)[: 1 + any(file.endswith(".ipynb") for file in files)])


def _as_script(file: str, text: str) -> tuple[str, str]:
    """A notebook's code cells one after the other, without magics."""
    if not file.endswith(".ipynb"):
        return file, text
    return file.replace(".ipynb", ".py"), from_bytes(text.encode(), file).text


def _readable(text: str) -> bool:
    try:
        compile(text, "an example", "exec")
        from_bytes(text.encode(), "main.py")
    except (SyntaxError, UnreadableError):
        return False
    return True
