"""The record of a run goes in, its report comes out: the findings with what was seen, and how much was looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from lossguard.confirm import Confirmation, Outcome
from lossguard.findings import Finding, Severity, from_json, ordered
from lossguard.report import concise, full
from lossguard.report.frames import Sources
from lossguard.report.results import Results, url
from lossguard.rulebook import Rule

Record = Mapping[str, Any]
Joined = list[tuple[Finding, Confirmation]]


def as_json(record: Record) -> str:
    """The whole record: findings and errors in the shape of `check`, and the calls that were met."""
    rows = [{**row, "url": url(from_json(row))} for row in record["findings"]]
    return json.dumps({**record, "findings": rows}, indent=2) + "\n"


def findings_of(record: Record) -> list[Finding]:
    """The findings of a record, in the order of reports."""
    return sorted(map(from_json, record["findings"]), key=lambda one: (one.span, one.code))


def results_of(record: Record, rules: Mapping[str, Rule], cwd: Path) -> Results:
    """What a run found, for the formats that say nothing else of it; the files are those that it found something in."""
    findings = findings_of(record)
    files = {finding.span.file for finding in findings}
    return Results(tuple(findings), rules, Sources(cwd), tuple(record["errors"]), checked=len(files))


def as_lines(record: Record) -> str:
    """One line for each finding, and what was looked at."""
    lines = [concise.line(finding) for finding in findings_of(record)]
    return "".join(f"{line}\n" for line in (*lines, *_ending(record)))


def write(console: Console, record: Record, rules: Mapping[str, Rule], cwd: Path) -> None:
    """The findings with their code, and what was looked at."""
    full.write(console, findings_of(record), rules, Sources(cwd))
    for line in _ending(record):
        console.print(line, highlight=False, soft_wrap=True)


def _ending(record: Record) -> Iterator[str]:
    """The last line: how many calls were seen, how many checked, what was found."""
    sites = [site for site in record["sites"] if site["call"] not in {"log", "loss"}]
    calls, checked = (sum(site[name] for site in sites) for name in ("calls", "checked"))
    found = [Severity(row["severity"]) for row in record["findings"]]
    counts = [f"{found.count(one)} {one.value}{'' if found.count(one) == 1 else 's'}" for one in Severity if one in found]
    if sites:
        places = f"{len(sites)} place{'' if len(sites) == 1 else 's'}"
        yield f"lossguard watched {calls:,} calls of losses at {places} and checked {checked:,}: {', '.join(counts) or 'nothing found'}."
    else:
        yield f"lossguard met no loss of torch in this run{': ' + ', '.join(counts) if counts else ''}."
    yield from (f"lossguard {error}" for error in record["errors"])


def write_joined(console: Console, joined: Joined, extra: list[Finding], rules: Mapping[str, Rule], cwd: Path) -> None:
    """What the static half found, each with what the run says; then what only the run found."""
    sources = Sources(cwd)
    order = list(Outcome)
    for finding, said in sorted(joined, key=lambda one: order.index(one[1].outcome)):
        full.write(console, [finding], rules, sources, run=str(said))
    full.write(console, extra, rules, sources, run="found in the run only")
    console.print(_joint_summary(joined, extra), highlight=False, soft_wrap=True)


def _joint_summary(joined: Joined, extra: list[Finding]) -> str:
    counts = [f"{sum(said.outcome is one for _, said in joined)} {one.value}" for one in Outcome]
    found = f"{len(joined)} finding{'' if len(joined) == 1 else 's'} before the run: {', '.join(counts)}"
    return f"{found}; {len(extra)} found in the run only."


def joined_lines(joined: Joined, extra: list[Finding]) -> str:
    """The joint report, one line for each finding."""
    lines = [f"{concise.line(finding)} [{said}]" for finding, said in joined]
    lines += [f"{concise.line(finding)} [found in the run only]" for finding in extra]
    return "".join(f"{line}\n" for line in (*lines, _joint_summary(joined, extra)))


def joined_json(joined: Joined, extra: list[Finding], errors: list[str]) -> str:
    """The joint report for tools: each finding has `run`, with the outcome and the reason."""
    from lossguard.findings import to_json
    from lossguard.report.machine import VERSION

    rows = [{**to_json(one, url(one)), "run": {"outcome": said.outcome.value, "reason": said.reason}} for one, said in joined]
    rows += [{**to_json(one, url(one)), "run": {"outcome": "found in the run only"}} for one in extra]
    return json.dumps({"version": VERSION, "findings": rows, "errors": errors}, indent=2) + "\n"


def joined_results(joined: Joined, extra: list[Finding], rules: Mapping[str, Rule], cwd: Path, errors: tuple[str, ...]) -> Results:
    """The joint report for the formats that know nothing of runs: what the run says is evidence."""
    findings = [replace(one, evidence=(*one.evidence, str(said))) for one, said in joined]
    findings += [replace(one, evidence=(*one.evidence, "found in the run only")) for one in extra]
    files = {finding.span.file for finding in findings}
    return Results(tuple(sorted(findings, key=ordered)), rules, Sources(cwd), errors, checked=len(files))
