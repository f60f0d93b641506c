"""A `[tool.lossguard]` table goes in, frozen settings come out; anything unknown in it is an error with its file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from lossguard.selection import heaviest, weight


class ConfigError(Exception):
    """Settings that cannot be used; the message names the file or the option."""


@dataclass(frozen=True, slots=True)
class Config:
    """What to report, which files to leave out, and where a project keeps rules and contracts of its own.

    Paths in `rules` and `contracts` are relative to the file that names them, `folder`.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    baseline: str | None = None
    folder: Path = Path()

    @property
    def baseline_file(self) -> Path | None:
        """The baseline that findings are compared with."""
        return None if self.baseline is None else self.folder / self.baseline

    @property
    def rule_folders(self) -> tuple[Path, ...]:
        """The project's own rule pages."""
        return tuple(self.folder / path for path in self.rules)

    @property
    def contract_folders(self) -> tuple[Path, ...]:
        """The project's own contracts."""
        return tuple(self.folder / path for path in self.contracts)


_KEYS: Final = frozenset(field.name for field in fields(Config)) - {"folder"}


def find(start: Path) -> Config:
    """The settings in the nearest pyproject.toml with a `[tool.lossguard]` table, from a folder upwards."""
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file() and (table := _table(path)) is not None:
            return _config(path, table)
    return Config(folder=start)


def _table(path: Path) -> dict[str, Any] | None:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    table = document.get("tool", {}).get("lossguard")
    return table if isinstance(table, dict) else None


def _config(path: Path, table: dict[str, Any]) -> Config:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown setting `{key}` in [tool.lossguard]; there are {', '.join(sorted(_KEYS))}")
        if key == "baseline" and isinstance(value, str):
            found[key] = value
            continue
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{path}: `{key}` in [tool.lossguard] is a list of strings")
        found[key] = tuple(value)
    return Config(**found, folder=path.parent)


def selected(config: Config, code: str, name: str) -> bool:
    """Whether a rule is reported: the longest of the selectors that fit it decides, `ignore` before `select`."""
    return heaviest(config.select, code, name) > heaviest(config.ignore, code, name)


def check_selectors(config: Config, known: dict[str, str]) -> None:
    """Raise ConfigError for a selector that names no rule; `known` has the names by code."""
    for selector in (*config.select, *config.ignore):
        if not any(weight(selector, code, name) for code, name in known.items()):
            raise ConfigError(f"unknown rule `{selector}`; `lossguard rules` lists them")
