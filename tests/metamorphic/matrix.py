"""Rewrites and inputs go in, an outcome for each pair comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from functools import partial
from typing import NamedTuple

from libcst import CSTValidationError, ParserSyntaxError

from tests.metamorphic.comparing import Difference, Found, difference, findings
from tests.metamorphic.programs import Program, tags
from tests.metamorphic.rewrites import REWRITES, Rewrite


class Outcome(Enum):
    """What a rewrite did to the findings of an input."""

    EQUAL = "equal"
    DIFFERENT = "differ"
    NOT_APPLICABLE = "not applicable"
    BROKEN = "broken"


class Result(NamedTuple):
    """One cell of the matrix, with what there is to see where the findings differ."""

    rewrite: str
    input: str
    outcome: Outcome
    before: tuple[Found, ...] = ()
    after: tuple[Found, ...] = ()
    program: Program | None = None
    fault: str = ""


def results(inputs: Iterable[Program], rewrites: list[Rewrite], workers: int) -> Iterator[Result]:
    """The cells, input by input."""
    names = tuple(one.name for one in rewrites)
    with ProcessPoolExecutor(workers) as pool:
        for row in pool.map(partial(of_input, names), inputs, chunksize=4):
            yield from row


def of_input(names: tuple[str, ...], program: Program) -> list[Result]:
    """All cells of one input."""
    before = findings(program)
    return [of_pair(program, one, before) for one in REWRITES if one.name in names]


def of_pair(program: Program, rewrite: Rewrite, before: tuple[Found, ...]) -> Result:
    """One cell."""
    try:
        rewritten = rewrite.apply(program)
    except (ParserSyntaxError, CSTValidationError) as error:
        return Result(rewrite.name, program.name, Outcome.BROKEN, fault=f"the rewrite makes no Python: {error}")
    if rewritten is None:
        return Result(rewrite.name, program.name, Outcome.NOT_APPLICABLE)
    if fault := fault_of(program, rewritten):
        return Result(rewrite.name, program.name, Outcome.BROKEN, program=rewritten, fault=fault)
    after = findings(rewritten)
    differs: Difference = difference(before, after, conditions=rewrite.conditions)
    if differs:
        return Result(rewrite.name, program.name, Outcome.DIFFERENT, before, after, rewritten)
    return Result(rewrite.name, program.name, Outcome.EQUAL)


def fault_of(program: Program, rewritten: Program) -> str:
    """What a rewrite has spoilt: a file that is no Python, or a line that is gone; empty where all is well."""
    for file, text in rewritten.modules().items():
        try:
            compile(text, file, "exec")
        except SyntaxError as error:
            return f"{file}: {error}"
    gone = _tags(program) - _tags(rewritten)
    return f"lines are gone: {', '.join(sorted(gone))}" if gone else ""


def _tags(program: Program) -> set[str]:
    return {tag for text in program.files.values() for tag in tags(text)}
