"""Text that does not parse goes in; comes out whether it is Python 2, or an exercise with blanks, and where that shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lossguard.reading.scan import Line, lines_of, logical_lines


class Telltale(NamedTuple):
    """What gives a text away: in words, and the row and column where it stands."""

    what: str
    row: int
    column: int


# `x.cuda(async=True)`, in every training script of its time.
ASYNC: Final = "`async` as a name, as before Python 3.7"
# What only Python 2 has, or Python 3 had once. Strings are hidden when this is looked for, and the text is known not to be Python 3.
_PYTHON_2: Final = {
    "print statement": r"(?:^|[:;])\s*(?P<at>print\s+(?!(?:in|is|and|or|if|else|for)\b)(?:>>|[\w\"'`~]))",
    "exec statement": r"(?:^|[:;])\s*(?P<at>exec\s+[\w\"'])",
    "exception without `as`": r"^\s*(?P<at>except\s*(?:[\w.]+|\([^()]*\))\s*,\s*[a-z_]\w*\s*:)",
    "raise with a comma": r"(?:^|[:;])\s*(?P<at>raise\s+[\w.]+\s*,)",
    "backticks": r"(?:[=(,+%\[{:]|\bprint|\breturn)\s*(?P<at>`[^`\n]+`)",
    "`ur` string": r"(?P<at>\b[uU][rR][\"'])",
    "`<>` operator": r"[\w)\]\"']\s*(?P<at><>)\s*[\w(\[\"'-]",
    "long integer": r"(?<![\w.])(?P<at>(?:0[xX][\da-fA-F]+|\d+)[lL])\b",
    "octal integer": r"(?<![\w.])(?P<at>0[0-7]{3})(?![\w.])",
    ASYNC: r"[(,]\s*(?P<at>async\s*=(?!=))",
    "unpacked parameter": r"(?P<at>\blambda\s*\(|^\s*def\s+\w+\s*\((?:[^()=]*,)?\s*\(\s*\w+\s*,)",
}

# What is left to do, in the words of those who set the task.
_TASK: Final = re.compile(
    r"todo|fixme|your (?:\w+ )?(?:code|solution|answer|work)|fill[ -]?in|complete (?:the|this)|implement|write (?:your|the|a)|insert"
    r"|replace (?:the|this|none)|_{3,}",
    re.IGNORECASE,
)
# What stands where something is to be filled in, and is no Python: `x = ?`, `f(<your code>)`, `x = ...your code...`.
_PLACEHOLDER: Final = re.compile(
    r"[=(,\[:]\s*(?P<at>\?+)\s*(?:[,)\]]|$)|(?P<tag><[A-Za-z_][^<>\n=]*>)|(?P<dots>\.{3}\s*\w[^.\n]*\.{3})", re.MULTILINE
)
# `x =`, with nothing but a comment behind it; `def f(x):`, with nothing but comments in it.
_NOTHING: Final = re.compile(r"(?<![=!<>])=\s*$")
_HEAD: Final = re.compile(r"^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally)\b.*:\s*$", re.DOTALL)


def python_2(text: str) -> Telltale | None:
    """What only Python 2 has, the first of it."""
    return next((_at(text, line.start + found.start("at"), what) for line, what, found in _telltales(text)), None)


def _telltales(text: str) -> Iterator[tuple[Line, str, re.Match[str]]]:
    for line in logical_lines(text):
        for what, pattern in _PYTHON_2.items():
            if (found := re.search(pattern, line.code)) is not None:
                yield line, what, found


def blank(text: str, row: int) -> Telltale | None:
    """What was left to be filled in, in a text that does not parse at a row: nothing after `=`, an empty block, a task near the row."""
    for line, later in _pairs(list(logical_lines(text))):
        code = line.code.rstrip()
        if _NOTHING.search(code):
            return _at(text, line.start + len(code) - 1, "nothing after `=`")
        if (found := _PLACEHOLDER.search(code)) is not None:
            return _at(text, line.start + found.start(found.lastgroup or 0), "a placeholder")
        if _HEAD.match(code) and later is not None and "#" in text[line.end : later.start] and _indent(later) <= _indent(line):
            return _at(text, line.start + _indent(line), "an empty block")
    near = lines_of(text)[max(0, row - 3) : row + 1]
    return Telltale("a task", row, 1) if any(_TASK.search(one) for one in near) else None


def _pairs(lines: list[Line]) -> Iterator[tuple[Line, Line | None]]:
    """Every line that has code, with the next one of those; the end of the text counts as one that has."""
    written = [line for line in lines if line.code.strip()]
    end = lines[-1].end if lines else 0
    yield from zip(written, [*written[1:], Line(end, end, "")], strict=True)


def _indent(line: Line) -> int:
    return len(line.code) - len(line.code.lstrip())


def _at(text: str, offset: int, what: str) -> Telltale:
    return Telltale(what, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)
