"""What guards saw goes in, plain data for JSON comes out; the records of several processes become one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lossguard.findings import to_json
from lossguard.runtime.sites import Site, Witnessed
from lossguard.runtime.watching import Guard
from lossguard.source import Span

VERSION = 1
# Where the processes of one run leave their records for the one that reports.
FOLDER = "LOSSGUARD_RECORDS"


def record(guard: Guard) -> dict[str, Any]:
    """Everything that a report or a comparison with the static half needs."""
    findings = [to_json(finding, "") for finding in guard.findings]
    troubles = [str(trouble) for trouble in guard.troubles.values()]
    return {"version": VERSION, "findings": findings, "errors": troubles, "sites": [_site(guard, site) for site in guard.sites]}


def _site(guard: Guard, site: Site) -> dict[str, Any]:
    return {
        "call": site.loss.family,
        **_placed(site.span(guard.cwd)),
        "module": site.module,
        "function": site.function,
        "calls": site.calls,
        "checked": site.checked,
        "off": site.off,
        "ways": [_way(way) for way in site.witnessed.values()],
    }


def _placed(span: Span) -> dict[str, Any]:
    return {
        "filename": span.file,
        "location": {"row": span.row, "column": span.column},
        "end_location": {"row": span.end_row, "column": span.end_column},
    }


def _way(way: Witnessed) -> dict[str, Any]:
    arguments = {
        name: {
            "domain": one.domain.value,
            "made": one.made,
            "seen": sorted(seen.value for seen in one.seen),
            "known": one.known,
            "evidence": list(one.evidence),
        }
        for name, one in way.seeings.items()
    }
    return {"call": way.look.family, "contract": way.event.contract, "arguments": arguments, "times": way.times}


def merged(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The records of several processes as one: counts are summed, a finding that several saw is one finding."""
    findings: dict[Any, dict[str, Any]] = {}
    sites: dict[Any, dict[str, Any]] = {}
    errors: dict[str, None] = {}
    for one in records:
        for finding in one["findings"]:
            findings.setdefault((finding["code"], finding["filename"], str(finding["location"])), finding)
        for site in one["sites"]:
            key = (site["call"], site["filename"], str(site["location"]))
            sites[key] = _summed(sites[key], site) if key in sites else dict(site)
        errors.update(dict.fromkeys(one["errors"]))
    return {"version": VERSION, "findings": list(findings.values()), "errors": list(errors), "sites": list(sites.values())}


def _summed(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: one[name] + other[name] for name in ("calls", "checked")}
    return {**one, **counts, "ways": [*one["ways"], *other["ways"]]}


def leave(guard: Guard, folder: Path) -> None:
    """Write a process's record where the reporting process looks for it; nothing where it saw no loss, or came too late."""
    if guard.sites and folder.is_dir():
        path = folder / f"{os.getpid()}.json"
        path.with_suffix(".part").write_text(json.dumps(record(guard)), encoding="utf-8")
        path.with_suffix(".part").replace(path)


def left(folder: Path) -> list[dict[str, Any]]:
    """The records of the other processes."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
