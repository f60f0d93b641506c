"""The command line: options go in, reports and an exit status come out. Exit 0: nothing found; 1: findings; 2: the run failed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, ParamSpec

import click

from lossguard import __version__
from lossguard.config import Config, ConfigError, check_selectors, find
from lossguard.options import Chosen, with_settings

if TYPE_CHECKING:
    from rich.console import Console

    from lossguard.engine import Report
    from lossguard.rulebook import Rule, RuleBook

FORMATS: Final = ("full", "concise", "json")
# How many of the files that were cut short are named.
NAMED: Final = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="lossguard")
def main() -> None:
    """Find losses that get the wrong thing: softmax into CrossEntropyLoss, probabilities into NLLLoss, and their relatives."""


P = ParamSpec("P")


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn what a user can get wrong into one line and exit status 2, and a closed pipe into a quiet end."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from lossguard.baseline import BaselineError
        from lossguard.confirm import RecordError
        from lossguard.contracts.stubs import ContractError
        from lossguard.files import PathError
        from lossguard.git import GitError
        from lossguard.rulebook import RuleError

        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except (ConfigError, PathError, RuleError, ContractError, RecordError, BaselineError, GitError) as error:
            fail(str(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return run


def fail(message: str) -> NoReturn:
    """Say in one line why the run failed."""
    click.echo(f"lossguard: {message}", err=True)
    sys.exit(2)


class Check(click.Command):
    """A command with an option whose value may be left out: `--add-ignore`, or `--add-ignore=REASON`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the option an empty value where it has none; what follows it is a path."""
        return super().parse_args(ctx, ["--add-ignore=" if arg == "--add-ignore" else arg for arg in args])


@main.command(cls=Check)
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How findings are printed.")
@click.option("--why", metavar="FILE:LINE", help="Say what reaches the losses on a line, or why it is not known, and stop.")
@click.option("--stats", is_flag=True, help="Say how many losses were met and how much of what they take is understood.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write what earlier runs found.")
@click.option("--changed", is_flag=True, help="PATHS have changed: check the project in this folder, report what has a place in them.")
@click.option("--since", metavar="REVISION", help="Report only what has a place in a file that differs from a git revision.")
@click.option("--ignore-noqa", is_flag=True, help="Report what comments suppress, too.")
@click.option("--add-ignore", metavar="[=REASON]", help="Write a comment that suppresses it at every finding, and stop.")
@click.option("--stdin-filename", metavar="FILE", help="The name of what is read from standard input (path `-`).")
@click.option("--confirm", metavar="RUNFILE", help="Say of each finding what a run saw (`lossguard run --output-file` wrote it as json).")
@guarded
@with_settings
def check(
    paths: tuple[str, ...],
    output_format: str,
    chosen: Chosen,
    why: str | None,
    stdin_filename: str | None,
    confirm: str | None,
    add_ignore: str | None,
    since: str | None,
    *,
    stats: bool,
    exit_zero: bool,
    no_cache: bool,
    ignore_noqa: bool,
    changed: bool,
) -> None:
    """Check PATHS: files, notebooks and folders (default: the current folder), or `-` for standard input."""
    cwd = Path.cwd()
    config, closest = _config(cwd, chosen)
    if why is not None:
        _print_why(why, cwd, config, paths or (".",))
        return
    given = _standard_input(paths, stdin_filename)
    from lossguard import engine
    from lossguard.policy import fails

    named = tuple(path for path in paths if path != "-") or (() if given else (".",))
    touched = _changed(paths, since, cwd, config, closest) if changed or since else None
    named = (".", *named) if changed else named
    report = engine.check(
        named, cwd, config, given=given, cached=not (no_cache or stats), comments=not ignore_noqa, closest=closest, changed=touched
    )
    if add_ignore is not None:
        _add_comments(report, cwd, add_ignore)
        return
    if confirm is not None:
        from lossguard import runner

        stands = runner.confirm(Path(confirm), report.findings, config, cwd, output_format)
        sys.exit(1 if stands and not exit_zero else 0)
    _print(report, output_format, cwd, engine.Knowledge(config).book, given)
    if stats:
        _print_stats(report)
    if fails(report.findings, config.fail_on) and not exit_zero:
        sys.exit(1)


def _config(cwd: Path, chosen: Chosen) -> tuple[Config, Callable[[Path], Config]]:
    """The settings of the run, and what finds those of each folder; a selector that names no rule is an error wherever it is met."""
    from lossguard.engine import Knowledge

    closest = chosen.closest(cwd)
    config = closest.of(cwd)
    known = {rule.code: rule.name for rule in Knowledge(config).book.rules.values()}

    def settings(folder: Path) -> Config:
        found = closest.of(folder)
        check_selectors(found, known)
        return found

    return settings(cwd), settings


def _changed(paths: tuple[str, ...], since: str | None, cwd: Path, config: Config, closest: Callable[[Path], Config]) -> frozenset[str]:
    """The files that changed, as reports name them: those that differ from a revision, or those that were named."""
    from lossguard.files import found_below
    from lossguard.git import changed

    if since is not None:
        return frozenset(changed(cwd, since))
    return frozenset(found_below(paths, cwd, lambda folder: closest(folder).excluded, force=config.force_exclude))


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


def _console() -> Console:
    """Colour where people look at it: on a terminal, or where FORCE_COLOR asks for it; NO_COLOR turns it off."""
    from rich.console import Console

    return Console(soft_wrap=False, emoji=False, markup=False, legacy_windows=False)


def _print(report: Report, output_format: str, cwd: Path, book: RuleBook, given: dict[str, bytes]) -> None:
    findings = list(report.findings)
    if output_format == "json":
        from lossguard.report import machine

        click.echo(machine.text(findings, [f"{file}: too large to be followed to the end" for file in report.exhausted]))
        return
    if output_format == "concise":
        from lossguard.report import concise

        click.echo("".join(f"{concise.line(finding)}\n" for finding in findings), nl=False)
    from lossguard.report import full
    from lossguard.report.frames import Sources

    console = _console()
    if output_format == "full":
        full.write(console, findings, book.rules, Sources(cwd, given))
    for note in report.notes:
        click.echo(f"{note.span}: revealed: {note.message}")
    full.summary(console, findings, report.checked)
    if report.exhausted:
        shown = ", ".join(report.exhausted[:NAMED]) + (f" and {rest} more" if (rest := len(report.exhausted) - NAMED) > 0 else "")
        click.echo(f"lossguard: too large to be followed to the end, so that findings may be missing: {shown}", err=True)


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

    found = list(report.lines(engine.events_at(file, int(row), cwd, config, paths)))
    click.echo("\n".join(found) or f"{file}:{row}: no call of a loss was reached on this line")


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("target")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "as_module", is_flag=True, help="TARGET is a module, as for `python -m`.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How findings are printed.")
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes; standard error otherwise.")
@click.option("--strict", is_flag=True, help="Exit with 1 when something was found and the run itself ended well.")
@click.option("--spawn", is_flag=True, help="Watch the Python processes that the run spawns, too.")
@click.option("--with-static", is_flag=True, help="Check the code as well, and say of each finding what the run saw.")
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


@main.group()
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
    config, closest = _config(cwd, chosen)
    click.echo(ratchet.write(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest))


@baseline.command("check")
@_PATHS
@_FILE
@guarded
@with_settings
def check_baseline(paths: tuple[str, ...], file: str | None, chosen: Chosen) -> None:
    """Report what is new in PATHS, and how many entries nothing answers to any more."""
    from lossguard import engine, ratchet
    from lossguard.policy import fails

    cwd = Path.cwd()
    config, closest = _config(cwd, chosen)
    report, said = ratchet.check(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest)
    _print(report, "full", cwd, engine.Knowledge(config).book, {})
    click.echo(said)
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
    config, closest = _config(cwd, chosen)
    click.echo(ratchet.prune(paths or (".",), ratchet.baseline_file(file, cwd, config), cwd, config, closest))


@main.command("config")
@click.argument("path", default=".")
@guarded
@with_settings
def show_config(path: str, chosen: Chosen) -> None:
    """Print the settings that hold for PATH, a file or a folder, and where each comes from."""
    from lossguard.config import lines

    full = Path(os.path.normpath(Path.cwd() / path))
    _, closest = _config(Path.cwd(), chosen)
    click.echo("\n".join(lines(closest(full if full.is_dir() else full.parent))))


@main.command()
@guarded
def clean() -> None:
    """Remove what earlier runs kept in this folder."""
    import shutil

    from lossguard.cache import FOLDER

    folder = Path.cwd() / FOLDER
    if folder.is_dir():
        shutil.rmtree(folder)
        click.echo(f"Removed {FOLDER}.")


@main.command()
@click.argument("rule")
@guarded
def explain(rule: str) -> None:
    """Print the page of RULE: a code such as LG101, or a name."""
    found = _book().named(rule)
    if found is None:
        raise ConfigError(f"unknown rule `{rule}`; `lossguard rules` lists them")
    from rich.markdown import Markdown

    console = _console()
    if console.is_terminal:
        console.print(Markdown(found.body))
    else:
        click.echo(found.body)


@main.command()
@guarded
def rules() -> None:
    """List all rules."""
    for rule in _book().rules.values():
        click.echo(_row(rule))


def _row(rule: Rule) -> str:
    return f"{rule.code}  {rule.severity.value:<8} {rule.name}"


def _book() -> RuleBook:
    from lossguard.rulebook import RuleBook, shipped

    return RuleBook((shipped(), *find(Path.cwd()).rule_folders))
