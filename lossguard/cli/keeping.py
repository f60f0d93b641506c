"""`baseline` and `clean`: paths go in; what is kept on disk of earlier runs is written, compared, or taken away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from lossguard.cli.common import coloured, guarded, settled, told_failures
from lossguard.formats import Wanted
from lossguard.options import Chosen, with_settings


@click.group()
def baseline() -> None:
    """Keep what is found today in a file, so that only what is new is reported."""


_PATHS: Final = click.argument("paths", nargs=-1)
_FILE: Final = click.option("--file", metavar="FILE", help="The baseline; the one in the settings, or .lossguard-baseline.json.")


@baseline.command("write")
@_PATHS
@_FILE
@guarded
@with_settings
def write_baseline(paths: tuple[str, ...], file: str | None, chosen: Chosen) -> None:
    """Write everything that is found in PATHS (default: the current folder) into the baseline."""
    from lossguard import ratchet

    cwd = Path.cwd()
    config, closest = settled(cwd, chosen)
    click.echo(ratchet.write(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest))


@baseline.command("check")
@_PATHS
@_FILE
@coloured
@guarded
@with_settings
def check_baseline(paths: tuple[str, ...], file: str | None, chosen: Chosen) -> None:
    """Report what is new in PATHS, and how many entries nothing answers to any more."""
    from lossguard import ratchet
    from lossguard.knowledge import Knowledge
    from lossguard.policy import fails
    from lossguard.report import output

    cwd = Path.cwd()
    config, closest = settled(cwd, chosen)
    report, said = ratchet.check(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest)
    output.write([Wanted("full")], output.results(report, Knowledge(config).book, cwd))
    click.echo(said)
    if told_failures(report):
        sys.exit(2)
    sys.exit(1 if fails(report.findings, config.fail_on) else 0)


@baseline.command("prune")
@_PATHS
@_FILE
@guarded
@with_settings
def prune_baseline(paths: tuple[str, ...], file: str | None, chosen: Chosen) -> None:
    """Take out of the baseline what is not found in PATHS any more; files that were renamed get their new names."""
    from lossguard import ratchet

    cwd = Path.cwd()
    config, closest = settled(cwd, chosen)
    click.echo(ratchet.prune(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest))


@click.command()
@guarded
def clean() -> None:
    """Remove what earlier runs kept in this folder."""
    import shutil

    from lossguard.cache import FOLDER

    folder = Path.cwd() / FOLDER
    if folder.is_dir():
        shutil.rmtree(folder)
        click.echo(f"Removed {FOLDER}.")
