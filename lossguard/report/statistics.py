"""Results go in; how often each rule speaks comes out, as a table or as JSON."""

from __future__ import annotations

import json
from collections import Counter

from lossguard.report.results import Results


def text(results: Results) -> str:
    """One row for each rule, the most frequent first."""
    rows = _rows(results)
    width = max((len(str(count)) for _, _, count in rows), default=0)
    return "".join(f"{count:>{width}}  {code}  {name}\n" for code, name, count in rows)


def as_json(results: Results) -> str:
    """The same for tools."""
    return json.dumps([{"code": code, "name": name, "count": count} for code, name, count in _rows(results)], indent=2) + "\n"


def _rows(results: Results) -> list[tuple[str, str, int]]:
    counts = Counter((finding.code, finding.name) for finding in results.findings)
    return sorted(((code, name, count) for (code, name), count in counts.items()), key=lambda row: (-row[2], row[0]))
