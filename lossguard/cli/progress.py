"""A run goes in; how far it is comes out on the terminal, and with --verbose what it does, line by line, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import click

from lossguard.config import Config

if TYPE_CHECKING:
    from lossguard.engine import Report

# Called with how many programs are done, of how many.
Step = Callable[[int, int], None]


@contextmanager
def watched(*, quiet: bool) -> Iterator[Step]:
    """A bar on standard error while many programs are followed, where that is a terminal; it leaves nothing behind."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Following programs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=total > 1)

        yield step


@contextmanager
def told(config: Config, *, verbose: bool) -> Iterator[Callable[[Report], None]]:
    """With `verbose`, which settings hold, what was checked, what was kept from earlier runs, and how long it took."""
    begin = perf_counter()
    if verbose:
        origins = sorted({origin.rpartition(":")[0] or origin for origin in config.origins.values()})
        click.echo(f"lossguard: settings: {', '.join(origins) or 'the defaults'}", err=True)

    def finished(report: Report) -> None:
        if verbose:
            kept = f"programs followed: {report.followed}, as in an earlier run: {report.kept}"
            known = (
                f"; {len(report.suppressed)} suppressed, {len(report.known)} in the baseline" if report.suppressed or report.known else ""
            )
            click.echo(f"lossguard: files: {report.checked}, {kept}{known}; {perf_counter() - begin:.2f} s", err=True)

    yield finished
