"""A stream goes in; what writes to it comes out, with colours where people look at it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TextIO

import click
from rich.console import Console

# The width of a report that goes to a file.
PAGE = 100

# Text goes out as it is.
_written = partial(Console, soft_wrap=False, emoji=False, markup=False, legacy_windows=False)


def console(stream: TextIO | None = None) -> Console:
    """Colour on a terminal, or where FORCE_COLOR asks for it; NO_COLOR turns it off; `--color` has the last word."""
    context = click.get_current_context(silent=True)
    match None if context is None else context.color:
        case True:
            return _written(file=stream, force_terminal=True, color_system="truecolor", no_color=False)
        case False:
            return _written(file=stream, color_system=None, no_color=True)
        case _:
            return _written(file=stream)


def page(stream: TextIO) -> Console:
    """For a file: no colours, and as wide as a page."""
    return _written(file=stream, width=PAGE, color_system=None)


def links(screen: Console) -> bool:
    """Whether a code may be a link to its page: only a terminal knows what to do with one."""
    return screen.is_terminal and sys.stdout.isatty() and screen.color_system is not None


def more(screen: Console) -> str:
    """What stands where something is left out, in the characters that the screen has."""
    return "\u2026" if screen.encoding.lower().startswith("utf") else "..."
