"""The house stands as its plan says: imports go downwards, faces start without the parser, the engine knows no library."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "lossguard"

# From the ground up. A module may import from layers below, and inside its own folder; nothing else.
LAYERS = [
    {"errors", "flow"},
    {"changed", "domains", "git", "isolation", "lines", "pages", "patterns", "reading", "selection", "toml", "writing"},
    {"roots", "settings", "source"},
    {"asked", "events", "tensors", "findings"},
    {"contracts", "rulebook", "suppress"},
    {"annotate", "baseline", "identity", "judge", "stats"},
    {"syntax", "runtime"},
    {"program", "integrations", "pytest_plugin"},
    {"confirm", "interpret.core"},
    {"interpret.library"},
    {"interpret.python"},
    {"interpret.effects"},
    {"interpret"},
    {"config", "files", "cache"},
    {"formats", "knowledge", "options", "policy"},
    {"following"},
    {"engine"},
    {"report"},
    {"ratchet", "runner"},
    {"cli"},
]
PACKAGE = {"__init__", "__main__"}
# The half that wraps torch's functions has to name them.
AT_RUN_TIME = {"runtime", "integrations", "pytest_plugin"}


# Folders whose folders are rooms of their own.
HOUSES = {"interpret"}


def room(path: Path) -> str:
    """The layer's member that a file belongs to: its folder below the package, or itself."""
    return member(path.relative_to(ROOT).with_suffix("").parts)


def member(parts: tuple[str, ...]) -> str:
    """The layer's member for a dotted name: `interpret.core.things` is in `interpret.core`, `interpret.entries` in `interpret`."""
    inner = parts[0] in HOUSES and any(".".join(parts[:2]) in layer for layer in LAYERS)
    return ".".join(parts[:2]) if inner else parts[0]


def level(name: str) -> int:
    """How high a member stands."""
    return next(index for index, layer in enumerate(LAYERS) if name in layer)


def imports(path: Path) -> set[str]:
    """The members of the house that a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module="lossguard", names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str() as module, names=names) if module.startswith("lossguard."):
                found |= {member((*module.split(".")[1:], alias.name)) for alias in names}
            case ast.Import(names=names):
                found |= {member(tuple(alias.name.split(".")[1:])) for alias in names if alias.name.startswith("lossguard.")}
    return found - {"__version__"}


FILES = [path for path in sorted(ROOT.rglob("*.py")) if room(path) not in PACKAGE]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards(path: Path) -> None:
    own = room(path)
    upwards = {name for name in imports(path) if name != own and level(name) >= level(own)}

    assert set() == upwards


def test_every_file_has_its_layer() -> None:
    assert {room(path) for path in FILES} == set().union(*LAYERS)
    assert not any(below & above for below, above in pairwise(LAYERS))


@pytest.mark.parametrize("path", [path for path in FILES if room(path) not in AT_RUN_TIME], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_names_no_library_function(path: Path) -> None:
    """What torch's functions mean stands in `rules/`; code that knows one by name is knowledge in the wrong place."""
    known = {"softmax", "log_softmax", "sigmoid", "cross_entropy", "nll_loss", "kl_div", "Softmax", "CrossEntropyLoss", "Linear"}
    code = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(code) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(code) if isinstance(node, ast.Constant) and id(node) not in docs]
    strings = [node.value for node in constants if isinstance(node.value, str)]

    assert [text for text in strings if text in known or text.startswith(("torch", "nn.", "F."))] == []


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import lossguard.cli",
        "from click.testing import CliRunner; from lossguard.cli import main; assert not CliRunner().invoke(main, ['--help']).exit_code",
        "from click.testing import CliRunner; from lossguard.cli import main; CliRunner().invoke(main, ['explain', 'LG101']).stdout_bytes",
    ],
)
def test_the_parser_and_torch_stay_out_until_they_are_needed(statement: str) -> None:
    assert set() == loaded_by(statement) & {"libcst", "torch"}


def test_interpreting_never_loads_torch() -> None:
    assert "torch" not in loaded_by("import lossguard.interpret.interpreter")


def test_watching_never_loads_the_parser() -> None:
    assert "libcst" not in loaded_by("import lossguard.runtime.processes, lossguard.runtime.running, lossguard.integrations")


def test_the_halves_never_meet() -> None:
    static = {
        name for layer in LAYERS for name in layer if name.partition(".")[0] in {"syntax", "program", "interpret", "following", "engine"}
    }

    assert [path.name for path in FILES if room(path) in AT_RUN_TIME and imports(path) & static] == []
    assert [path.name for path in FILES if room(path) in static and imports(path) & AT_RUN_TIME] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]

    assert len(text.splitlines()) < 400
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 50] == []
