"""The project's own examples come out as programs: the blocks of the rule pages, the forty programs and the specifications."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lossguard.engine import Knowledge
from lossguard.source import UnreadableError, from_bytes
from tests.metamorphic.programs import Program, tagged
from tests.runs import PRELUDE
from tests.specs import PRELUDE as SPEC_PRELUDE
from tests.specs import programs

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "fixtures" / "programs"
SPECS = ROOT / "tests" / "spec"


def everything() -> Iterator[Program]:
    """All inputs, tagged."""
    for program in (*_blocks(), *_specifications(), *_fixtures()):
        yield tagged(program)


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


def _fixtures() -> Iterator[Program]:
    """The forty programs; those with notebooks a second time, as scripts."""
    for folder in sorted(path.parent for path in PROGRAMS.glob("*/expect.json")):
        kept = [path for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".ipynb", ".yaml"}]
        files = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in kept}
        yield Program(folder.name, files)
        if any(file.endswith(".ipynb") for file in files):
            yield Program(f"{folder.name} as a script", dict(_as_script(file, text) for file, text in files.items()))


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
