"""Paths on the command line go in, the Python files and notebooks to check come out."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lossguard.errors import UserError
from lossguard.patterns import fault, spec_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class PathError(UserError):
    """A path on the command line that is not there."""


ALWAYS_SKIPPED: Final = (
    ".git/", ".hg/", ".svn/", ".venv/", "venv/", ".tox/", ".nox/", ".eggs/", ".mypy_cache/", ".ruff_cache/", ".pytest_cache/",
    ".ipynb_checkpoints/", "__pycache__/", "node_modules/", "site-packages/", ".lossguard_cache/",
)  # fmt: skip
_SUFFIXES: Final = (".py", ".ipynb")


def shown(path: Path, cwd: Path) -> str:
    """A path as reports show it: relative to the working directory where it lies below."""
    relative = os.path.relpath(path, cwd)
    return str(path) if relative.startswith("..") else relative


# The patterns that hold in a folder, each with the folder that it is relative to.
Excluded = Callable[[Path], tuple[tuple[Path, str], ...]]


def nothing(_folder: Path) -> tuple[tuple[Path, str], ...]:
    """No patterns."""
    return ()


def found_below(paths: Iterable[str], cwd: Path, excluded: Excluded = nothing, *, force: bool = False) -> dict[str, bool]:
    """The files to check, in order, and whether each was named itself.

    A named file is checked whatever the settings say, unless `force` asks for the same treatment. Raises PathError for a path that
    does not exist.
    """
    found: dict[str, bool] = {}
    for path in paths:
        full = Path(os.path.normpath(cwd / path))
        if _is_too_long(full):
            raise PathError(f"{path[:80]}...: no file has so long a name")
        if full.is_file():
            if not (force and is_excluded(full, excluded)):
                found[shown(full, cwd)] = True
        elif full.is_dir():
            for file in _walk(full, cwd, excluded):
                found.setdefault(file, False)
        else:
            raise PathError(f"{path}: {'neither a file nor a folder' if full.exists() else 'no such file or folder'}")
    return found


def _is_too_long(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def is_excluded(path: Path, excluded: Excluded) -> bool:
    """Whether a file would be left out where it is met in a folder: itself, or a folder above it."""
    specs = [(Path(path.anchor), spec_of(ALWAYS_SKIPPED)), *_specs(excluded(path.parent)), *_ignored_above(path.parent)]
    return any(
        _ignored(one, [(base, spec) for base, spec in specs if one.is_relative_to(base) and one != base], folder=one != path)
        for one in (path, *path.parents)
    )


def _specs(patterns: tuple[tuple[Path, str], ...]) -> list[tuple[Path, GitIgnoreSpec]]:
    by_base: dict[Path, list[str]] = {}
    for base, pattern in patterns:
        by_base.setdefault(base, []).append(pattern)
    return [(base, spec_of(tuple(lines))) for base, lines in by_base.items()]


def _walk(folder: Path, cwd: Path, excluded: Excluded) -> Iterator[str]:
    """The files below a folder, less what .gitignore files and the settings leave out."""
    specs = [(folder, spec_of(ALWAYS_SKIPPED)), *_ignored_above(folder)]
    for root, folders, names in os.walk(folder):
        here = Path(root)
        specs = [(base, spec) for base, spec in specs if here.is_relative_to(base)] + (_gitignore(here) if here != folder else [])
        held = specs + [(base, spec) for base, spec in _specs(excluded(here)) if here.is_relative_to(base)]
        folders[:] = sorted(name for name in folders if not _ignored(here / name, held, folder=True))
        wanted = sorted(name for name in names if name.endswith(_SUFFIXES) and (here / name).is_file())  # no pipes, no dead links
        yield from (shown(here / name, cwd) for name in wanted if not _ignored(here / name, held, folder=False))


def _gitignore(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """What a folder's .gitignore leaves out. Git passes over rows that are no patterns, and so does this."""
    path = folder / ".gitignore"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [(folder, spec_of(tuple(line for line in lines if fault(line) is None)))]


def _ignored_above(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """A folder's own .gitignore, and those above it up to the root of its repository."""
    chain = [folder, *folder.parents]
    root = next((index for index, above in enumerate(chain) if (above / ".git").exists()), 0)
    return [spec for above in chain[: root + 1] for spec in _gitignore(above)]


def _ignored(path: Path, specs: list[tuple[Path, GitIgnoreSpec]], *, folder: bool) -> bool:
    return any(spec.match_file(f"{path.relative_to(base).as_posix()}{'/' if folder else ''}") for base, spec in specs)
