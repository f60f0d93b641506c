"""Files go in, modules and the names that they define come out; a file is read and parsed only when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from lossguard.changed import MARKERS, REGISTERS
from lossguard.contracts.library import Loops
from lossguard.flow.places import Place
from lossguard.isolation import Say, excused
from lossguard.source import Reason, Source, Span, UnreadableError, read, unread
from lossguard.syntax import ir
from lossguard.syntax.kept import Kept, keeping
from lossguard.syntax.parse import EMPTY, Parsed, locate, parse
from lossguard.syntax.scopes import bound_names, statements_of

# How many modules are run for the sake of what they register.
MOST_REGISTERING: Final = 100


class Outline(NamedTuple):
    """What a module's top level binds: for each name the statements that bind it, and the star imports."""

    bindings: dict[str, list[ir.Stmt]]
    stars: tuple[ir.ImportFrom, ...]
    direct: frozenset[int]

    def definition(self, name: str) -> ir.Stmt | None:
        """The one unconditional statement that defines a name for good: then the module need not be run to know it."""
        match self.bindings.get(name, []):
            case [ir.Function() | ir.Class() | ir.Import() | ir.ImportFrom() as only] if only.at in self.direct:
                return only
            case _:
                return None


class Program:
    """The linted code, seen from a working directory. Files are named as reports show them."""

    def __init__(self, cwd: Path, given: dict[str, Source] | None = None, known: tuple[str, ...] = (), src: tuple[str, ...] = ()) -> None:
        """`given` are sources that do not come from disk (standard input); `known` are the files that are linted.

        `src` are folders that absolute imports may start from, after those that lie around a file.
        """
        self.cwd = cwd
        self.given = given or {}
        self.known = known
        self.src = src
        self.lost: dict[str, UnreadableError] = {}
        self.say: Say = lambda _text: None
        self.opened: dict[str, Parsed] = {}
        self.touched: set[str] = set()
        self.probed: dict[str, bool] = {}
        self._outlines: dict[str, Outline] = {}
        self._spans: dict[str, dict[int, Span]] = {}
        self._bases: dict[str, tuple[str, ...]] = {}
        self._keeping: dict[str, dict[int, Kept]] = {}

    def parsed(self, file: str) -> Parsed:
        """A file's tree; one that cannot be read is empty and says why."""
        self.touched.add(file)
        if file not in self.opened:
            self.opened[file] = self._parse(file)
        return self.opened[file]

    def keeping(self, file: str, loops: Loops) -> dict[int, Kept]:
        """The statements of a file that keep the graph of every loss, by their places."""
        if file not in self._keeping:
            self._keeping[file] = keeping(self.parsed(file).module, loops)
        return self._keeping[file]

    def _parse(self, file: str) -> Parsed:
        """`lost` files broke whoever read them; `say` is told what is being read, in case that this is another one."""
        if file in self.lost:
            return Parsed(Source(file, ""), EMPTY, (self.lost[file],))
        self.say(file)
        try:
            return parse(self.given[file] if file in self.given else read(self.cwd / file, file))
        except UnreadableError as error:
            return Parsed(Source(file, ""), EMPTY, (error,))
        except OSError as error:
            return Parsed(Source(file, ""), EMPTY, (UnreadableError(error.strerror or str(error), reason=Reason.FORMAT),))
        except Exception as error:  # noqa: BLE001  # it is reported, and costs this file alone
            return Parsed(Source(file, ""), EMPTY, (unread(excused(error)),))
        finally:
            self.say("")

    def spans(self, file: str, places: Iterable[Place]) -> dict[Place, Span]:
        """Where some nodes of a file stand; remembered, because looking costs as much as parsing."""
        known = self._spans.setdefault(file, {})
        if missing := {place.node for place in places} - known.keys():
            known |= locate(self.parsed(file), missing)
        return {place: known[place.node] for place in places}

    @cached_property
    def registering(self) -> tuple[str, ...]:
        """The linted modules that seem to enter what they define in some registry: `@register("name")`, `@MODELS.register_module()`."""
        found = (file for file in self.known if file.endswith(".py") and self._mentions_registry(file))
        return tuple(islice(found, MOST_REGISTERING))

    def _mentions_registry(self, file: str) -> bool:
        try:
            return REGISTERS.search((self.cwd / file).read_bytes()) is not None
        except OSError:
            return False

    def outline(self, file: str) -> Outline:
        """What a module binds at its top level."""
        if file not in self._outlines:
            self._outlines[file] = _outline(self.parsed(file).module)
        return self._outlines[file]

    def find(self, file: str, level: int, dotted: str) -> str | None:
        """The file (or the folder, for a namespace package) that an import in `file` means; None for a library."""
        if level:
            base = os.path.dirname(file)
            for _ in range(level - 1):
                base = os.path.join(base, "..") if os.path.basename(base) in {"", ".."} else os.path.dirname(base)
            return self._below(base, dotted) if dotted else self._package(base)
        found = (self._below(base, dotted) for base in self._search(file))
        nearest = next((path for path in found if path is not None), None)
        return nearest if nearest is not None or dotted.partition(".")[0] in sys.stdlib_module_names else self._elsewhere(dotted)

    def submodule(self, file: str, name: str) -> str | None:
        """`package.name` as a file, where `file` is the package's `__init__.py` or its folder."""
        if file.endswith("__init__.py"):
            return self._below(os.path.dirname(file), name)
        return None if file.endswith((".py", ".ipynb")) else self._below(file, name)

    def _search(self, file: str) -> tuple[str, ...]:
        """The folders that absolute imports of a file may start from: its own, then those above, up to the project's."""
        folder = os.path.dirname(file)
        if folder not in self._bases:
            above = list(self._ancestors(folder))
            inside_package = self._exists(os.path.join(folder, "__init__.py"))
            ordered = [*above[1:], above[0]] if inside_package else above
            self._bases[folder] = tuple(path for base in ordered for path in (base, os.path.join(base, "src"))) + self.src
        return self._bases[folder]

    def _ancestors(self, folder: str) -> Iterator[str]:
        path = (self.cwd / folder).resolve()
        for parent in (path, *path.parents):
            yield self.shown(parent)
            if any(self._exists(os.path.join(str(parent), marker)) for marker in MARKERS):
                return
            if parent == self.cwd:
                return

    def shown(self, path: Path) -> str:
        """A path as reports show it: relative to the working directory where it lies below."""
        relative = os.path.relpath(path, self.cwd)
        return str(path) if relative.startswith("..") else "" if relative == "." else relative

    def _below(self, base: str, dotted: str) -> str | None:
        path = os.path.normpath(os.path.join(base, *dotted.split(".")))
        for candidate in (f"{path}.py", os.path.join(path, "__init__.py")):
            if self._exists(candidate):
                return candidate
        return path if self._exists(path, folder=True) and self._holds_python(path) else None

    def _package(self, base: str) -> str | None:
        init = os.path.join(base, "__init__.py")
        return init if self._exists(init) else base

    def _holds_python(self, folder: str) -> bool:
        return any(name.endswith(".py") or (self.cwd / folder / name).is_dir() for name in os.listdir(self.cwd / folder))

    def _exists(self, path: str, *, folder: bool = False) -> bool:
        if path not in self.probed:
            full = self.cwd / path
            self.probed[path] = full.is_dir() if folder else path in self.given or full.is_file()
        return self.probed[path]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """The linted modules by their own name: a last resort for code that extends `sys.path`."""
        found: dict[str, list[str]] = {}
        for file in self.known:
            stem = os.path.dirname(file) if file.endswith("__init__.py") else file.removesuffix(".py")
            found.setdefault(os.path.basename(stem), []).append(os.path.dirname(stem))
        return found

    def _elsewhere(self, dotted: str) -> str | None:
        bases = self._by_name.get(dotted.partition(".")[0], [])
        found = {path for base in bases if (path := self._below(base, dotted)) is not None}
        return found.pop() if len(found) == 1 else None


def _outline(module: ir.Module) -> Outline:
    bindings: dict[str, list[ir.Stmt]] = {}
    statements = list(statements_of(module.body))
    for statement in statements:
        for name in bound_names((_shallow(statement),)):
            bindings.setdefault(name, []).append(statement)
    stars = tuple(item for item in statements if isinstance(item, ir.ImportFrom) and item.names[0][0] == "*")
    return Outline(bindings, stars, frozenset(statement.at for statement in module.body))


def _shallow(statement: ir.Stmt) -> ir.Stmt:
    """A compound statement without its blocks: only what it binds itself."""
    match statement:
        case ir.If() | ir.While() | ir.For():
            return statement._replace(body=(), orelse=())
        case ir.With():
            return statement._replace(body=())
        case ir.Try():
            bare = tuple(handler._replace(body=()) for handler in statement.handlers)
            return statement._replace(body=(), handlers=bare, orelse=(), final=())
        case ir.Match():
            return statement._replace(cases=tuple(case._replace(body=()) for case in statement.cases))
        case _:
            return statement
