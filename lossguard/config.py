"""A project's settings go in, from files and the command line; frozen ones come out, each with the place that it came from.

The closest of `.lossguard.toml`, `lossguard.toml` and a pyproject.toml with `[tool.lossguard]` holds for a file, and nothing above
it unless it says `extend`. What is unknown or of the wrong type is an error at its row.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lossguard.errors import UserError
from lossguard.selection import heaviest, weight
from lossguard.settings import FIELDS, SettingError, valid
from lossguard.toml import row_of


class ConfigError(UserError):
    """Settings that cannot be used; the message names the file and the row, or the option."""


Patterns = tuple[tuple[Path, str], ...]


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force. An empty `select` stands for every rule, but for remarks: severity `info` is opt-in.

    Paths that settings name are absolute, or relative to `folder`; a pattern goes with the folder that it is relative to.
    `origins` says of each setting that was made where it was.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    per_file_ignores: tuple[tuple[Path, str, tuple[str, ...]], ...] = ()
    exclude: Patterns = ()
    extend_exclude: Patterns = ()
    force_exclude: bool = False
    src: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    baseline: str | None = None
    fail_on: str = "warning"
    folder: Path = Path()
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule_folders(self) -> tuple[Path, ...]:
        """The project's own rule pages."""
        return tuple(self.folder / path for path in self.rules)

    @property
    def contract_folders(self) -> tuple[Path, ...]:
        """The project's own contracts."""
        return tuple(self.folder / path for path in self.contracts)

    @property
    def baseline_file(self) -> Path | None:
        """The baseline that findings are compared with."""
        return None if self.baseline is None else self.folder / self.baseline

    @property
    def excluded(self) -> Patterns:
        """All patterns of files to leave out."""
        return (*self.exclude, *self.extend_exclude)

    @property
    def selectors(self) -> dict[str, tuple[str, ...]]:
        """Everything that names rules, by setting."""
        ignored = tuple(one for _, _, rules in self.per_file_ignores for one in rules)
        plain = {"select": self.select, "ignore": self.ignore, "extend-select": self.extend_select, "extend-ignore": self.extend_ignore}
        return {**plain, "severity": tuple(self.severity), "per-file-ignores": ignored}


def selected(config: Config, code: str, name: str) -> bool:
    """Whether a rule is reported: the longest of the selectors that fit it decides, `ignore` before `select`."""
    chosen = heaviest((*(config.select or ("ALL",)), *config.extend_select), code, name)
    return chosen > heaviest((*config.ignore, *config.extend_ignore), code, name)


def asked_for(config: Config, code: str, name: str) -> bool:
    """Whether somebody wrote a selector that fits a rule: then its remarks are shown, too."""
    return heaviest((*config.select, *config.extend_select), code, name) > 0


def level(config: Config, code: str, name: str) -> str | None:
    """The severity that the settings give to a rule; None where they leave it as it is."""
    best = max(config.severity, key=lambda selector: weight(selector, code, name), default="")
    return config.severity[best] if best and weight(best, code, name) else None


def check_selectors(config: Config, known: Mapping[str, str]) -> None:
    """Raise ConfigError for a selector that names no rule; `known` has the names by code."""
    for setting, selectors in config.selectors.items():
        for selector in selectors:
            if not any(weight(selector, code, name) for code, name in known.items()):
                where = config.origins.get(setting, "")
                close = difflib.get_close_matches(selector, known.values(), 1, 0.75)
                hint = f"did you mean `{close[0]}`?" if close else "`lossguard rules` lists them"
                raise ConfigError(f"{f'{where}: ' if where else ''}unknown rule `{selector}`; {hint}")


NAMES: Final = (".lossguard.toml", "lossguard.toml", "pyproject.toml")


def find(start: Path) -> Config:
    """The settings that hold in a folder."""
    return Closest(lambda config: config).of(start)


def load(path: Path) -> Config:
    """The settings in one file. Raises ConfigError where there are none."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file")
    config = _loaded(path)
    if config is None:
        raise ConfigError(f"{path}: no [tool.lossguard] in it")
    return config


def _loaded(path: Path, above: tuple[Path, ...] = ()) -> Config | None:
    """The settings in a file, laid over those that it extends; None for a pyproject.toml about other tools."""
    inside = path.name == "pyproject.toml"
    if inside and b"lossguard" not in path.read_bytes():
        return None  # it is about other tools, and may be broken for all we know
    text, document = _read(path)
    tools = document.get("tool")
    table = (tools.get("lossguard") if isinstance(tools, dict) else None) if inside else document
    if not isinstance(table, dict):
        return None
    header = ("tool", "lossguard") if inside else ()
    given = _validated(table, lambda *key: f"{path}:{row_of(text, header, *key)}")
    base = Config(folder=path.parent)
    if "extend" in given:
        base = _extended(path, given.pop("extend"), f"{path}:{row_of(text, header, 'extend')}", above)
    return laid_over(base, given, path.parent, lambda key: f"{path}:{row_of(text, header, key)}")


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).removesuffix(")").partition(" (at ")
        found = re.fullmatch(r"line (\d+), column (\d+)", place)
        where = f"{found[1]}:{found[2]}" if found else str(len(text.splitlines()))
        raise ConfigError(f"{path}:{where}: {said}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: nested too deeply") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _extended(path: Path, other: str, where: str, above: tuple[Path, ...]) -> Config:
    base = Path(os.path.normpath(path.parent / other))
    if base in (*above, path):
        raise ConfigError(f"{where}: `extend` goes in a circle")
    if not base.is_file():
        raise ConfigError(f"{where}: `extend` names {other}, which is no file")
    config = _loaded(base, above=(*above, path))
    if config is None:
        raise ConfigError(f"{where}: {other} has no [tool.lossguard]")
    return config


def _validated(table: Mapping[str, Any], where: Callable[..., str]) -> dict[str, Any]:
    """The settings of a table, each as its type says; `where` gives the place of a key."""
    found = {}
    for key, value in table.items():
        if key not in FIELDS:
            close = difflib.get_close_matches(key.replace("_", "-"), FIELDS, 1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(sorted(FIELDS))}"
            raise ConfigError(f"{where(key)}: unknown setting `{key}`; {hint}")
        try:
            found[key] = valid(key, value)
        except SettingError as error:
            path = (key,) if error.key is None else (key, error.key)
            raise ConfigError(f"{where(*path)}: `{'.'.join(path)}`: {error}") from error
    return found


def laid_over(base: Config, given: Mapping[str, Any], folder: Path, where: Callable[[str], str]) -> Config:
    """Settings over others: what is given replaces, `extend-...` adds, and its paths are relative to its own folder."""
    made: dict[str, Any] = {}
    for key, value in given.items():
        name = key.replace("-", "_")
        match key:
            case "extend-select" | "extend-ignore":
                made[name] = (*getattr(base, name), *value)
            case "exclude":
                made[name] = tuple((folder, pattern) for pattern in value)
            case "extend-exclude":
                made[name] = (*base.extend_exclude, *((folder, pattern) for pattern in value))
            case "per-file-ignores":
                made[name] = tuple((folder, pattern, tuple(rules)) for pattern, rules in value.items())
            case "src" | "contracts" | "rules":
                made[name] = tuple(str(folder / path) for path in value)
            case "baseline":
                made[name] = str(folder / value) if value else None
            case _:
                made[name] = value
    origins = {**base.origins, **{key: where(key) for key in given}}
    return replace(base, **made, folder=folder, origins=origins)


def from_options(base: Config, options: Mapping[str, Any], cwd: Path) -> Config:
    """The settings that the command line makes, over those of a file. Raises ConfigError for a value that is none."""
    given = _validated(options, lambda *key: f"--{key[0]}")
    return replace(laid_over(base, given, cwd, lambda key: f"--{key}"), folder=base.folder)


def pairs(option: str, values: Iterable[str], sign: str) -> list[tuple[str, str]]:
    """`LG101=warning` taken apart. Raises ConfigError where the sign is missing."""
    for value in values:
        if sign not in value:
            raise ConfigError(f"--{option} takes two things with `{sign}` between them, not `{value}`")
    return [(left.strip(), right.strip()) for left, _, right in (value.rpartition(sign) for value in values)]


@dataclass(eq=False)
class Closest:
    """The settings of each folder: those of the closest file, with the command line's over them; looked for once."""

    finish: Callable[[Config], Config]
    fixed: Config | None = None
    known: dict[Path, Config] = field(default_factory=dict)
    loaded: dict[Path, Config | None] = field(default_factory=dict)

    def of(self, folder: Path) -> Config:
        """The settings that hold in an absolute folder."""
        if self.fixed is not None:
            return self.fixed
        if folder not in self.known:
            here = next((config for name in NAMES if (config := self._in(folder / name)) is not None), None)
            if here is None:
                here = self.of(folder.parent) if folder.parent != folder else self.finish(Config(folder=folder))
            self.known[folder] = here
        return self.known[folder]

    def _in(self, path: Path) -> Config | None:
        if path not in self.loaded:
            config = _loaded(path) if path.is_file() else None
            self.loaded[path] = None if config is None else self.finish(config)
        return self.loaded[path]


def lines(config: Config) -> list[str]:
    """The settings as TOML, each with the place that it came from."""
    return [f"{key} = {_toml(_shown(config, key))}  # {config.origins.get(key, 'default')}" for key in FIELDS if key != "extend"]


def _shown(config: Config, key: str) -> object:
    """A setting as it is written, without the folders that patterns go with."""
    match key:
        case "per-file-ignores":
            return {pattern: rules for _, pattern, rules in config.per_file_ignores}
        case "exclude":
            return tuple(pattern for _, pattern in config.exclude)
        case "extend-exclude":
            return tuple(pattern for _, pattern in config.extend_exclude)
        case _:
            return getattr(config, key.replace("-", "_"))


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case None:
            return '""'
        case Mapping():
            rows = ", ".join(f"{_toml(key)} = {_toml(one)}" for key, one in value.items())
            return f"{{ {rows} }}" if rows else "{}"
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(str(value), ensure_ascii=False)
