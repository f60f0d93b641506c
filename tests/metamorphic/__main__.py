"""The whole matrix: `python -m tests.metamorphic [--rewrite NAME] [--input SUBSTR] [--folder FOLDER] [--show]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from tests.metamorphic.inputs import below, everything
from tests.metamorphic.matrix import Outcome, Result, results
from tests.metamorphic.rewrites import REWRITES


def main() -> int:
    """Print the table; the exit status is 1 where anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.metamorphic", description=__doc__)
    parser.add_argument("--rewrite", default="", help="only rewrites whose names hold this")
    parser.add_argument("--input", default="", help="only inputs whose names hold this")
    parser.add_argument("--folder", type=Path, help="rewrite the programs in the folders below this one, not the project's own")
    parser.add_argument("--show", action="store_true", help="print the programs whose findings differ")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    inputs = [one for one in (below(options.folder) if options.folder else everything()) if options.input in one.name]
    rewrites = [one for one in REWRITES if options.rewrite in one.name]
    counts: Counter[tuple[str, Outcome]] = Counter()
    for result in results(inputs, rewrites, options.jobs):
        counts[result.rewrite, result.outcome] += 1
        if result.outcome in {Outcome.DIFFERENT, Outcome.BROKEN}:
            print(_described(result, show=options.show), flush=True)  # noqa: T201  # a command prints
    print(_table(counts, len(inputs)))  # noqa: T201
    return int(any(outcome in {Outcome.DIFFERENT, Outcome.BROKEN} for _, outcome in counts))


def _described(result: Result, *, show: bool) -> str:
    head = f"{result.rewrite} x {result.input}: {result.outcome.value} {result.fault}"
    before, after = "; ".join(map(str, result.before)), "; ".join(map(str, result.after))
    texts = [f"--- {file}\n{text}" for file, text in result.program.files.items()] if show and result.program else []
    return "\n".join([head, f"  before: {before or 'nothing'}", f"  after:  {after or 'nothing'}", *texts])


def _table(counts: Counter[tuple[str, Outcome]], inputs: int) -> str:
    names = list(dict.fromkeys(name for name, _ in counts))
    rows = [f"{name:32}" + "".join(f"{counts[name, outcome]:>16}" for outcome in Outcome) for name in names]
    totals = "".join(f"{sum(counts[name, outcome] for name in names):>16}" for outcome in Outcome)
    head = f"{f'{len(names)} rewrites x {inputs} inputs':32}" + "".join(f"{outcome.value:>16}" for outcome in Outcome)
    return "\n".join([head, *rows, f"{'all':32}{totals}"])


if __name__ == "__main__":
    sys.exit(main())
