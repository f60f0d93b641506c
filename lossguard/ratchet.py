"""The commands of `lossguard baseline` come in; the baseline is written, compared or pruned, and what to say about it comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from lossguard import baseline, engine
from lossguard.config import Config
from lossguard.engine import Report
from lossguard.errors import UserError
from lossguard.files import shown

# What gives the settings that hold in a folder.
Closest = Callable[[Path], Config]


class IncompleteError(UserError):
    """A check that did not see everything: what it did not find may be there all the same."""


def baseline_file(file: str | None, cwd: Path, config: Config) -> Path:
    """The baseline to use: the one that was named, the one in the settings, or the one in the current folder."""
    return cwd / file if file is not None else config.baseline_file or cwd / baseline.NAME


def write(paths: Iterable[str], path: Path, cwd: Path, config: Config, closest: Closest) -> str:
    """Let the baseline know everything that is found. Raises IncompleteError where the check failed somewhere."""
    report = _whole(_everything(paths, cwd, config, closest))
    entries = baseline.updated(path, report.findings, cwd, report.files)
    baseline.write(path, entries)
    return f"{_counted(entries.total())} in {shown(path, cwd)}."


def check(paths: Iterable[str], path: Path, cwd: Path, config: Config, closest: Closest) -> tuple[Report, str]:
    """What is new, and how much is known and gone."""
    report = _everything(paths, cwd, config, closest)
    compared = baseline.compare(path, report.findings, cwd, report.files)
    gone = f" {_counted(compared.gone)} gone: `lossguard baseline prune` takes them out." if compared.gone else ""
    return replace(report, findings=compared.new, known=compared.known), f"{_counted(len(compared.known))} known.{gone}"


def prune(paths: Iterable[str], path: Path, cwd: Path, config: Config, closest: Closest) -> str:
    """Take out what is not found any more, and let what was renamed have its new name.

    Raises IncompleteError where the check failed somewhere.
    """
    report = _whole(_everything(paths, cwd, config, closest))
    compared = baseline.compare(path, report.findings, cwd, report.files)
    baseline.write(path, compared.left)
    return f"{_counted(compared.gone)} taken out, {_counted(compared.left.total())} left in {shown(path, cwd)}."


def _everything(paths: Iterable[str], cwd: Path, config: Config, closest: Closest) -> Report:
    return engine.check(paths, cwd, replace(config, baseline=None), closest=closest, isolated=True)


def _whole(report: Report) -> Report:
    """The report, if nothing failed: what was not found by half a check is not gone."""
    if report.failures:
        raise IncompleteError(f"the baseline stays as it is: {report.failures[0]}")
    return report


def _counted(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'}"
