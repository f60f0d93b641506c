"""Options on the command line that stand for settings go in; what finds the settings of each folder comes out."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from lossguard.config import Closest, Config, ConfigError, from_options, load, pairs
from lossguard.settings import FIELDS


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the command line says of settings: `files` are those of `--config`, `options` are settings by name."""

    options: Mapping[str, Any]
    files: tuple[Path, ...] = ()
    isolated: bool = False

    def closest(self, cwd: Path) -> Closest:
        """What finds the settings of a folder: those of its file, or of the one that was named, and these over them."""
        closest = Closest(lambda config: from_options(config, self.options, cwd))
        if self.isolated or self.files:
            base = Config(folder=cwd) if self.isolated else load(cwd / self.files[-1])
            closest.fixed = closest.finish(base)
        return closest


def _listed(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """`--select LG1,LG401 --select LG5` -> the three of them."""
    return tuple(item.strip() for value in values for item in value.split(",") if item.strip())


def _list(name: str, metavar: str, text: str) -> Callable[[Any], Any]:
    return click.option(name, multiple=True, callback=_listed, metavar=metavar, help=text)


_OPTIONS: Final = (
    _list("--select", "RULES", "Rules to report: codes, prefixes, names or ALL; commas allowed."),
    _list("--ignore", "RULES", "Rules to leave out."),
    _list("--extend-select", "RULES", "Rules to report beside those that are selected."),
    _list("--extend-ignore", "RULES", "Rules to leave out beside those that are ignored."),
    _list("--severity", "RULE=LEVEL", "How bad a rule is: error, warning, info or off."),
    _list("--per-file-ignores", "PATTERN:RULE", "Rules to leave out in files that fit a pattern."),
    _list("--exclude", "PATTERNS", "Files to leave out, as in .gitignore."),
    _list("--extend-exclude", "PATTERNS", "Files to leave out beside those that are excluded."),
    click.option("--force-exclude", is_flag=True, help="Leave excluded files out even where they are named one by one."),
    _list("--src", "FOLDERS", "Folders that absolute imports may start from."),
    _list("--contracts", "FOLDERS", "Folders with contracts of your own."),
    _list("--rules", "FOLDERS", "Folders with rule pages of your own."),
    click.option("--baseline", metavar="FILE", help="Report only what this baseline does not know."),
    click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), help="The least severity that makes the exit status 1."),
    click.option("--config", multiple=True, metavar="FILE|SETTING", help="A file with settings, or one such as `fail-on = 'error'`."),
    click.option("--isolated", is_flag=True, help="Ignore every configuration file."),
)
_NAMES: Final = tuple(name for name in FIELDS if name != "extend")
Command = TypeVar("Command", bound=Callable[..., None])


def with_settings(command: Command) -> Command:
    """Give a command every option that stands for a setting; it gets them as one argument, `chosen`."""

    @wraps(command)
    def run(*args: Any, config: tuple[str, ...], isolated: bool, **kwargs: Any) -> None:  # noqa: ANN401
        given = {name: kwargs.pop(name.replace("-", "_")) for name in _NAMES}
        command(*args, chosen=_chosen(given, config, isolated=isolated), **kwargs)

    for option in reversed(_OPTIONS):
        run = option(run)
    return run  # type: ignore[return-value]  # click calls it with keywords


def _chosen(given: Mapping[str, Any], configs: tuple[str, ...], *, isolated: bool) -> Chosen:
    options = {**given, "severity": dict(pairs("severity", given["severity"], "=")), "per-file-ignores": {}}
    for pattern, rule in pairs("per-file-ignores", given["per-file-ignores"], ":"):
        options["per-file-ignores"].setdefault(pattern, []).append(rule)
    files = [value for value in configs if "=" not in value]
    inline = {key: value for text in configs if "=" in text for key, value in _inline(text).items()}
    return Chosen({**inline, **{key: value for key, value in options.items() if value}}, tuple(map(Path, files)), isolated)


def _inline(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"--config takes a file or a setting in TOML, not `{text}`: {error}") from error
