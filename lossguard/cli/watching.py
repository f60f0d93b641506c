"""`run`: a script or a module goes in; it runs under the guard, and what reached its losses comes out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lossguard.cli.common import coloured, fail, guarded
from lossguard.formats import FORMATS


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("target")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "as_module", is_flag=True, help="TARGET is a module, as for `python -m`.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How findings are printed.")
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes; standard error otherwise.")
@click.option("--strict", is_flag=True, help="Exit with 1 when something was found and the run itself ended well.")
@click.option("--spawn", is_flag=True, help="Watch the Python processes that the run spawns, too.")
@click.option("--with-static", is_flag=True, help="Check the code as well, and say of each finding what the run saw.")
@coloured
@guarded
def run(
    target: str,
    args: tuple[str, ...],
    output_format: str,
    output_file: Path | None,
    *,
    as_module: bool,
    strict: bool,
    spawn: bool,
    with_static: bool,
) -> None:
    """Run TARGET, a script or with -m a module, and watch what really reaches its losses."""
    from lossguard import runner

    try:
        options = runner.Options(target, args, as_module, output_format, output_file, strict, spawn, with_static)
        status = runner.run(options)
    except runner.RunError as error:
        fail(str(error))
    sys.exit(status)
