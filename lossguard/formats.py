"""`--output-format` goes in, `sarif` or `sarif=out.sarif`; which reports go to standard output and which to files comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

from lossguard.config import ConfigError

FORMATS: Final = (
    "full", "concise", "grouped", "json", "json-lines", "github", "gitlab", "azure", "sarif", "junit", "rdjson", "markdown", "html"
)  # fmt: skip
# Those that people read: a summary follows, and they are coloured where the screen is.
READ: Final = frozenset({"full", "concise", "grouped"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report that was asked for; without a file it goes to standard output."""

    format: str
    file: Path | None = None


class WantedType(click.ParamType[Wanted]):
    """A format, or a format and the file that it goes to."""

    name = "FORMAT[=FILE]"

    def convert(self, value: str | Wanted, param: click.Parameter | None, ctx: click.Context | None) -> Wanted:
        """`sarif=out.sarif` -> a report in SARIF for a file."""
        if isinstance(value, Wanted):
            return value
        name, given, file = value.partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is none of {', '.join(FORMATS)}", param, ctx)
        if given and not file:
            self.fail(f"{value!r} names no file", param, ctx)
        return Wanted(name, Path(file) if file else None)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002  # as click calls it
        """The formats that begin so."""
        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def arranged(wanted: Iterable[Wanted], file: Path | None) -> list[Wanted]:
    """The reports to write: what has no file of its own goes to `file`, or to standard output, where people read one by default.

    Raises ConfigError where two reports would stand in one place.
    """
    found = list(dict.fromkeys(wanted))
    if not any(one.file is None for one in found) and (file is not None or not found):
        found.append(Wanted("full"))
    found = [Wanted(one.format, one.file or file) for one in found]
    if all(one.file is not None for one in found) and file is None:
        found.append(Wanted("full"))
    where = [one.file for one in found]
    if twice := next((one for one in found if where.count(one.file) > 1), None):
        place = "standard output" if twice.file is None else str(twice.file)
        formats = [one.format for one in found if one.file == twice.file]
        raise ConfigError(f"{' and '.join(formats)} both go to {place}: name a file for one of them, as in `{formats[-1]}=FILE`")
    return found
