"""The options of `lossguard run` and `check --confirm` go in; a script is run or a record read, reported, and an exit status comes out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from lossguard.config import Config, find
from lossguard.confirm import Confirmation, Outcome, confirmed, only_in_the_run
from lossguard.findings import Finding
from lossguard.formats import Wanted
from lossguard.knowledge import Knowledge
from lossguard.rulebook import RuleBook

if TYPE_CHECKING:
    from rich.console import Console

    from lossguard.runtime.processes import Group
    from lossguard.runtime.running import Ended, Target
    from lossguard.runtime.watching import Guard

NO_TORCH: Final = "running needs torch: pip install 'lossguard[runtime]'"


class RunError(Exception):
    """A run that cannot be started; the message says why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `lossguard run` was asked for."""

    target: str
    args: tuple[str, ...]
    as_module: bool = False
    output_format: str = "full"
    output_file: Path | None = None
    strict: bool = False
    spawn: bool = False
    with_static: bool = False


def run(options: Options) -> int:
    """Run the target under the guard and report; the target's own exit status, or 1 under `strict` where something was found."""
    cwd = Path.cwd()
    target, guard, where = _prepared(options)
    from lossguard.runtime import processes
    from lossguard.runtime.running import end_interrupted, execute

    parent = os.getpid()
    with guard:
        ended = execute(target, options.args)
        if isinstance(ended.error, Exception):
            guard.explain(ended.error)
    if os.getpid() != parent:  # the script forked, and this is the child: what it saw is its own
        return ended.status
    sys.stdout.flush()
    if not where.reports:
        processes.done(guard, where)
        return ended.status
    record = processes.gathered(guard, where)
    found = _report(options, record, target, cwd)
    if ended.interrupted:
        end_interrupted()
    return _status(options, ended, found=found)


def _status(options: Options, ended: Ended, *, found: bool) -> int:
    return 1 if options.strict and found and ended.status == 0 else ended.status


def _prepared(options: Options) -> tuple[Target, Guard, Group]:
    try:
        from lossguard.runtime import own, processes
    except ModuleNotFoundError as error:
        raise RunError(f"{NO_TORCH} ({error})") from error
    from lossguard.runtime.running import TargetError, module, script
    from lossguard.runtime.watching import Guard

    try:
        target = module(options.target) if options.as_module else script(options.target)
    except TargetError as error:
        raise RunError(str(error)) from error
    own.take(find(Path.cwd()).contract_folders)
    where = processes.group(os.environ)
    guard = Guard(_announcing if where.reports and options.output_format != "json" else _quiet)
    processes.follow_forks(guard, where.folder)
    if options.spawn:
        processes.follow_spawns(where.folder, os.environ)  # type: ignore[arg-type]  # it is a mapping of strings
    return target, guard, where


def _announcing(finding: Finding, _module: str) -> None:
    """A long training should not have to end before anybody hears of it."""
    from lossguard.report import concise

    print(f"lossguard: {concise.line(finding)}", file=sys.stderr, flush=True)  # noqa: T201  # a program's standard error


def _quiet(_finding: Finding, _module: str) -> None:
    """Nothing: another process reports."""


def _report(options: Options, record: Mapping[str, Any], target: Target, cwd: Path) -> bool:
    """Write the report; whether anything was found."""
    book = Knowledge(find(cwd)).book
    if options.with_static:
        return _joint(options, record, [str(target.attributes["__file__"])], cwd, book)
    from lossguard.report import run as report
    from lossguard.report.output import text

    with _output(options.output_file) as stream:
        match options.output_format:
            case "json":
                stream.write(report.as_json(record))
            case "concise":
                stream.write(report.as_lines(record))
            case "full":
                report.write(_screen(stream), record, book.rules, cwd)
            case other:
                stream.write(text(other, report.results_of(record, book.rules, cwd)))
    return bool(record["findings"])


def _joint(options: Options, record: Mapping[str, Any], paths: list[str], cwd: Path, book: RuleBook) -> bool:
    from lossguard import engine

    report = engine.check(paths, cwd, find(cwd), cached=False)
    for failure in report.failures:
        print(f"lossguard: {failure}", file=sys.stderr)  # noqa: T201  # as `check` does
    joined = confirmed(report.findings, record, book)
    write_joined(options.output_format, joined, record, book, cwd, options.output_file)
    return bool(record["findings"]) or any(said.outcome is not Outcome.REFUTED for _, said in joined)


def write_joined(
    output_format: str,
    joined: list[tuple[Finding, Confirmation]],
    record: Mapping[str, Any],
    book: RuleBook,
    cwd: Path,
    file: Path | None,
    *,
    errors: bool = True,
) -> None:
    """Write what the static half found with what the run says, and what only the run found; to a file, or standard error."""
    from lossguard.report import run as report
    from lossguard.report.output import text

    extra = only_in_the_run([finding for finding, _ in joined], report.findings_of(record))
    with _output(file, errors=errors) as stream:
        match output_format:
            case "json":
                stream.write(report.joined_json(joined, extra, list(record["errors"])))
            case "concise":
                stream.write(report.joined_lines(joined, extra))
            case "full":
                report.write_joined(_screen(stream), joined, extra, book.rules, cwd)
            case other:
                stream.write(text(other, report.joined_results(joined, extra, book.rules, cwd, tuple(record["errors"]))))


@contextmanager
def _output(path: Path | None, *, errors: bool = True) -> Iterator[TextIO]:
    """A file that is closed, or a standard stream that is not."""
    if path is not None:
        with path.open("w", encoding="utf-8") as stream:
            yield stream
        return
    standard = sys.stderr if errors else sys.stdout
    yield standard
    standard.flush()


def _screen(stream: TextIO) -> Console:
    """What is written for people goes to a standard stream, in colours, or to a file."""
    from lossguard.report.screen import console, page

    return console(stream) if stream in {sys.stdout, sys.stderr} else page(stream)


def confirm(path: Path, findings: tuple[Finding, ...], config: Config, cwd: Path, wanted: Wanted) -> bool:
    """Report what was found before a run with what the record of the run says; whether anything stands that was not refuted."""
    from lossguard.confirm import read

    record = read(path)
    book = Knowledge(config).book
    joined = confirmed(findings, record, book)
    write_joined(wanted.format, joined, record, book, cwd, wanted.file, errors=False)
    return any(said.outcome is not Outcome.REFUTED for _, said in joined) or bool(record["findings"])
