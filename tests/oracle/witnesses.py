"""Code goes in and is run under a guard that writes down all it sees; facts come out, by the argument that they are about."""

from __future__ import annotations

import ast
import linecache
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

from lossguard.domains import Seen
from lossguard.runtime import Guard
from lossguard.runtime.losses import bound
from lossguard.runtime.policies import Collect
from lossguard.runtime.running import execute, module, script
from lossguard.runtime.sites import Site
from lossguard.runtime.witness import Look
from tests.oracle.facts import Fact, made_by, of_sight


class Key(NamedTuple):
    """An argument of a call of a loss in a file."""

    file: str
    row: int
    column: int
    call: str
    argument: str


Facts = Mapping[Key, frozenset[Fact]]


# Where something else was seen than what stands there: the other argument, or a distribution whose axis is gone.
_ELSEWHERE: Final = frozenset({Seen.SWAPPED, Seen.SOFTMAX_OVER_ONE})


class Witness(Guard):
    """A guard that keeps what it looked at."""

    def __init__(self, cwd: Path) -> None:
        """Nothing was seen yet; files are named as seen from `cwd`."""
        super().__init__(Collect(), cwd=cwd)
        self.seen: list[tuple[Site, str, Fact]] = []

    def _looked(self, site: Site, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any], *, learning: bool) -> Look | None:
        found = super()._looked(site, inner, args, kwargs, learning=learning)
        if found is not None:
            given = bound(site.loss, inner, args, kwargs)
            self.seen += [(site, name, of_sight(sight, given[name])) for name, sight in found.sights.items()]
        return found

    def facts(self) -> Facts:
        """Everything seen, also what the guard itself concludes."""
        held: dict[Key, set[Fact]] = {}
        for site, name, fact in (*self.seen, *self._conclusions()):
            if site.caller is None and site.fixed is None:
                span = site.span(self.cwd)
                held.setdefault(Key(span.file, span.row, span.column, site.loss.family, name), set()).add(fact)
        return {key: frozenset(facts) for key, facts in held.items()}

    def _conclusions(self) -> Iterator[tuple[Site, str, Fact]]:
        for site in self.sites:
            for way in site.witnessed.values():
                for name, one in way.seeings.items():
                    sight = way.look.sights.get(name)
                    if way.look.family == site.loss.family and sight is not None and one.known and not one.seen & _ELSEWHERE:
                        made = one.made if sight.origin is None else made_by(sight.origin)
                        yield site, name, Fact("the guard", one.domain, made, one.axis, sight.shape)


def of_statements(folder: Path, file: str) -> Facts:
    """Run a file of a folder, statement by statement: what an error ends is one statement."""
    path = folder / file
    linecache.checkcache()
    names: dict[str, Any] = {"__name__": "example"}
    with _quietly(), _imported_from(folder), Witness(folder) as witness:
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            try:
                exec(compile(ast.Module([statement], []), str(path), "exec"), names)  # noqa: S102  # the examples are ours
            except Exception as error:  # noqa: BLE001  # what torch raises is part of the example
                witness.explain(error)
    return witness.facts()


def of_script(folder: Path, start: str) -> Facts:
    """Run a program as `python FILE` or `python -m NAME` would in its folder; what ends it ends what is seen."""
    os.chdir(folder)
    target = script(start) if start.endswith(".py") else module(start)
    with _quietly(), Witness(folder) as witness:
        execute(target, ())
    return witness.facts()


@contextmanager
def _imported_from(folder: Path) -> Iterator[None]:
    """Modules come from a folder, and are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(f"{folder}/"):
                del sys.modules[name]


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        yield
