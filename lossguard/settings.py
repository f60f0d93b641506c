"""The settings that a project can make, each with its type and its meaning; the published JSON schema is made from this."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from lossguard.patterns import fault

Level = Literal["error", "warning", "info", "off"]
LEVELS: Final = ("error", "warning", "info", "off")
Strings = tuple[str, ...]
SCHEMA_URL: Final = "https://raw.githubusercontent.com/lossguard/lossguard/main/lossguard.schema.json"


def _said(description: str) -> Meta:
    return Meta(description=description)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Settings of lossguard, in `[tool.lossguard]` of pyproject.toml or in lossguard.toml."""

    extend: Annotated[str, _said("A file with settings that these are laid over.")] | UnsetType = UNSET
    select: Annotated[Strings, _said("Rules to report: codes, prefixes, names or ALL.")] | UnsetType = UNSET
    ignore: Annotated[Strings, _said("Rules to leave out.")] | UnsetType = UNSET
    extend_select: Annotated[Strings, _said("Rules to report beside those in `select`.")] | UnsetType = UNSET
    extend_ignore: Annotated[Strings, _said("Rules to leave out beside those in `ignore`.")] | UnsetType = UNSET
    severity: Annotated[dict[str, Level], _said("How bad a rule is in this project, by code, prefix or name.")] | UnsetType = UNSET
    per_file_ignores: Annotated[dict[str, Strings], _said("Rules to leave out in files that fit a pattern.")] | UnsetType = UNSET
    exclude: Annotated[Strings, _said("Patterns of files to leave out, as in .gitignore.")] | UnsetType = UNSET
    extend_exclude: Annotated[Strings, _said("Patterns of files to leave out beside those in `exclude`.")] | UnsetType = UNSET
    force_exclude: Annotated[bool, _said("Leave excluded files out even where they are named one by one.")] | UnsetType = UNSET
    src: Annotated[Strings, _said("Folders that absolute imports may start from.")] | UnsetType = UNSET
    contracts: Annotated[Strings, _said("Folders with contracts of the project's own.")] | UnsetType = UNSET
    rules: Annotated[Strings, _said("Folders with rule pages of the project's own.")] | UnsetType = UNSET
    baseline: Annotated[str, _said("The file with the findings that are known.")] | UnsetType = UNSET
    fail_on: Annotated[Literal["error", "warning", "info"], _said("The least severity that makes the run fail.")] | UnsetType = UNSET


FIELDS: Final = {field.encode_name: field for field in msgspec.structs.fields(Settings)}


class SettingError(Exception):
    """A value of the wrong type; `key` is where it stands below the setting, if anywhere."""

    def __init__(self, message: str, key: str | None = None) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.key = key


def valid(name: str, value: object) -> Any:  # noqa: ANN401  # every setting has a type of its own
    """The value of a known setting as its type says. Raises SettingError for anything else.

    Tables are looked at row by row, so that the error can name the row.
    """
    if isinstance(value, dict):
        found = {}
        for key, one in value.items():
            found.update(_converted(name, {key: one}, key))
        return found or _converted(name, value, None)
    return _converted(name, value, None)


# The settings that are made of patterns.
_PATTERNS: Final = frozenset({"exclude", "extend-exclude", "per-file-ignores"})


def _converted(name: str, value: object, key: str | None) -> Any:  # noqa: ANN401
    try:
        found = msgspec.convert(value, FIELDS[name].type)
    except msgspec.ValidationError as error:
        raise SettingError(_reworded(str(error), LEVELS if name == "severity" else LEVELS[:-1]), key) from error
    for pattern in found if name in _PATTERNS else ():
        if (why := fault(pattern.removeprefix("!") if key is not None else pattern)) is not None:
            raise SettingError(f"`{pattern}` is no pattern of .gitignore: {why}", key)
    return found


_WORDS: Final = {"`array`": "a list", "`object`": "a table", "`bool`": "true or false", "`str`": "a string", "`int`": "a number"}


def _reworded(message: str, levels: tuple[str, ...]) -> str:
    """What msgspec says, in TOML's terms, without the path, which is said with the place."""
    said, _, path = message.partition(" - at `$")
    for old, new in _WORDS.items():
        said = said.replace(old, new)
    if found := re.match(r"Invalid enum value '(.*)'", said):
        close = difflib.get_close_matches(found[1], levels, 1)
        said = f"'{found[1]}' is none of {', '.join(levels)}{f'; did you mean {close[0]!r}?' if close else ''}"
    item = path.rstrip("`").removeprefix("[...]")
    return f"{said[0].lower()}{said[1:]}{f' at {item}' if item else ''}"


def schema() -> dict[str, Any]:
    """The JSON schema of the settings."""
    found = msgspec.json.schema(Settings)["$defs"]["Settings"]
    return {"$schema": "http://json-schema.org/draft-07/schema#", "$id": SCHEMA_URL, **found, "title": "lossguard"}
