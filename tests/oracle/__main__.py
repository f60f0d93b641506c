"""Runs the oracle over everything: `python -m tests.oracle` prints the contradictions and the counts, and fails where there is one."""

from __future__ import annotations

import sys

from lossguard.knowledge import Knowledge
from tests.oracle.comparing import Compared, Outcome, counted
from tests.oracle.inputs import Piece, Program, fixtures, pieces


def main() -> int:
    """Compare everything; the exit status."""
    knowledge, results = Knowledge(), list[Compared]()
    programs: list[Piece | Program] = [*pieces(), *fixtures()]
    for program in programs:
        found = program.compared(knowledge)
        results += found
        for one in found:
            if one.outcome is Outcome.CONTRADICTION:
                print(one)  # noqa: T201  # the report
    print(counted(results))  # noqa: T201
    return int(any(one.outcome is Outcome.CONTRADICTION for one in results))


if __name__ == "__main__":
    sys.exit(main())
