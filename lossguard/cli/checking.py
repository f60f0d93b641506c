"""`check`: paths and settings go in; files are checked, reports are written, and the exit status says whether something stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lossguard.cli.common import coloured, guarded, settled, told_failures
from lossguard.config import Config, ConfigError
from lossguard.formats import FORMATS, Wanted, WantedType, arranged
from lossguard.options import Chosen, with_settings

if TYPE_CHECKING:
    from lossguard.engine import Report

# How many of the files that were cut short are named.
NAMED: Final = 3


class Check(click.Command):
    """A command with an option whose value may be left out: `--add-ignore`, or `--add-ignore=REASON`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the option an empty value where it has none; what follows it is a path."""
        return super().parse_args(ctx, ["--add-ignore=" if arg == "--add-ignore" else arg for arg in args])


_FORMATS: Final = f"How findings are printed, and where: {', '.join(FORMATS)}; several times for several reports.  [default: full]"


@click.command(cls=Check)
@click.argument("paths", nargs=-1)
@click.option("--output-format", "wanted", type=WantedType(), multiple=True, envvar="LOSSGUARD_OUTPUT_FORMAT", help=_FORMATS)
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes; standard output otherwise.")
@click.option("--why", metavar="FILE:LINE", help="Say what reaches the losses on a line, or why it is not known, and stop.")
@click.option("--statistics", is_flag=True, help="Say how often each rule speaks, instead of each finding.")
@click.option("--stats", is_flag=True, help="Say how many losses were met and how much of what they take is understood.")
@click.option("--show-files", is_flag=True, help="Print the files that would be checked, and stop.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write what earlier runs found.")
@click.option("--changed", is_flag=True, help="PATHS have changed: check the project in this folder, report what has a place in them.")
@click.option("--since", metavar="REVISION", help="Report only what has a place in a file that differs from a git revision.")
@click.option("--ignore-noqa", is_flag=True, help="Report what comments suppress, too.")
@click.option("--add-ignore", metavar="[=REASON]", help="Write a comment that suppresses it at every finding, and stop.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what is read from standard input (path `-`).")
@click.option("--confirm", metavar="RUNFILE", help="Say of each finding what a run saw (`lossguard run --output-file` wrote it as json).")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors, and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is done.")
@coloured
@guarded
@with_settings
def check(
    paths: tuple[str, ...],
    wanted: tuple[Wanted, ...],
    output_file: Path | None,
    chosen: Chosen,
    why: str | None,
    stdin_filename: str | None,
    confirm: str | None,
    add_ignore: str | None,
    since: str | None,
    **flags: bool,
) -> None:
    """Check PATHS: files, notebooks and folders (default: the current folder), or `-` for standard input."""
    cwd = Path.cwd()
    config, closest = settled(cwd, chosen)
    reports = arranged(wanted, output_file)
    if why is not None:
        _print_why(why, cwd, config, paths or (".",))
    elif flags["show_files"]:
        _print_files(paths or (".",), cwd, config, closest)
    else:
        given = _standard_input(paths, stdin_filename)
        report = _checked(paths, given, since, cwd, config, closest, flags)
        if add_ignore is not None:
            _add_comments(report, cwd, add_ignore)
        elif confirm is not None:
            sys.exit(1 if _confirmed(confirm, report, reports, config, cwd) and not flags["exit_zero"] else 0)
        else:
            sys.exit(_reported(report, reports, cwd, config, given, flags))


def _checked(
    paths: tuple[str, ...],
    given: dict[str, bytes],
    since: str | None,
    cwd: Path,
    config: Config,
    closest: Callable[[Path], Config],
    flags: dict[str, bool],
) -> Report:
    from lossguard import engine
    from lossguard.cli.progress import told, watched

    named = tuple(path for path in paths if path != "-") or (() if given else (".",))
    touched = _changed(paths, since, cwd, config, closest) if flags["changed"] or since else None
    named = (".", *named) if flags["changed"] else named
    with told(config, verbose=flags["verbose"]) as finished, watched(quiet=flags["quiet"] or flags["verbose"]) as step:
        report = engine.check(
            named, cwd, config, given=given, cached=not (flags["no_cache"] or flags["stats"]), comments=not flags["ignore_noqa"],
            closest=closest, changed=touched, isolated=True, step=step,
        )  # fmt: skip
        finished(report)
    return report


def _reported(
    report: Report, wanted: list[Wanted], cwd: Path, config: Config, given: dict[str, bytes], flags: dict[str, bool]
) -> int:  # fmt: skip
    from lossguard.knowledge import Knowledge
    from lossguard.policy import fails
    from lossguard.report import output

    results = output.results(report, Knowledge(config).book, cwd, given)
    if flags["statistics"]:
        _print_statistics(results, wanted)
    else:
        output.write(wanted, results, quiet=flags["quiet"])
    if report.exhausted and not flags["quiet"]:
        _print_exhausted(report)
    if report.unread and not flags["quiet"]:
        click.echo(f"lossguard: {_files(report.unread)} not read, or not all of it: `--extend-select LG900` says why", err=True)
    if flags["stats"]:
        _print_stats(report)
    if told_failures(report):
        return 2
    return 1 if fails(report.findings, config.fail_on) and not flags["exit_zero"] else 0


def _changed(paths: tuple[str, ...], since: str | None, cwd: Path, config: Config, closest: Callable[[Path], Config]) -> frozenset[str]:
    """The files that changed, as reports name them: those that differ from a revision, or those that were named."""
    from lossguard.files import found_below
    from lossguard.git import changed

    if since is not None:
        return frozenset(changed(cwd, since))
    return frozenset(found_below(paths, cwd, lambda folder: closest(folder).excluded, force=config.force_exclude))


def _confirmed(file: str, report: Report, wanted: list[Wanted], config: Config, cwd: Path) -> bool:
    from lossguard import runner

    if len(wanted) > 1:
        raise ConfigError("--confirm writes one report")
    return runner.confirm(Path(file), report.findings, config, cwd, wanted[0])


def _add_comments(report: Report, cwd: Path, reason: str) -> None:
    from lossguard.policy import add_comments

    files = add_comments(report.findings, cwd, reason)
    click.echo(f"Added comments to {len(files)} file{'' if len(files) == 1 else 's'}.")


def _standard_input(paths: tuple[str, ...], name: str | None) -> dict[str, bytes]:
    if "-" not in paths:
        if name is not None:
            raise ConfigError("--stdin-filename goes with the path `-`")
        return {}
    return {name or "-": sys.stdin.buffer.read()}


def _print_files(paths: tuple[str, ...], cwd: Path, config: Config, closest: Callable[[Path], Config]) -> None:
    from lossguard.files import found_below
    from lossguard.report.plain import plain_name

    for file in sorted(found_below(paths, cwd, lambda folder: closest(folder).excluded, force=config.force_exclude)):
        click.echo(plain_name(file))


def _print_statistics(results: Any, wanted: list[Wanted]) -> None:  # noqa: ANN401  # the reports are imported only where one is written
    from lossguard.report import statistics

    match wanted:
        case [Wanted(format="full", file=None)]:
            click.echo(statistics.text(results), nl=False)
        case [Wanted(format="json", file=None)]:
            click.echo(statistics.as_json(results), nl=False)
        case _:
            raise ConfigError("--statistics goes to standard output, as text or with `--output-format json`")


def _print_exhausted(report: Report) -> None:
    from lossguard.report.plain import plain

    shown = ", ".join(report.exhausted[:NAMED]) + (f" and {rest} more" if (rest := len(report.exhausted) - NAMED) > 0 else "")
    click.echo(f"lossguard: too large to be followed to the end, so that findings may be missing: {plain(shown)}", err=True)


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count} files were"


def _print_stats(report: Report) -> None:
    """On standard error, so that what is printed for machines stays what it is."""
    from lossguard.stats import lines, summed

    sys.stdout.flush()
    click.echo("\n".join(lines(summed(report.seen))), err=True)


def _print_why(why: str, cwd: Path, config: Config, paths: tuple[str, ...]) -> None:
    file, _, row = why.rpartition(":")
    if not file or not row.isdigit():
        raise ConfigError(f"--why takes FILE:LINE, not `{why}`")
    from lossguard import engine
    from lossguard.report import why as report
    from lossguard.report.plain import plain

    found = list(report.lines(engine.events_at(file, int(row), cwd, config, paths)))
    click.echo(plain("\n".join(found)) or f"{plain(file)}:{row}: no call of a loss was reached on this line")
