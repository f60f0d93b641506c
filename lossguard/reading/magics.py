"""A notebook's cell goes in, Python with the same rows comes out: what IPython makes of magics, shell lines, prompts and indents."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final

from lossguard.reading.scan import joined, lines_of, logical_line

# The magics whose cell is Python that runs here or might as well.
_RUNS_PYTHON: Final = frozenset({
    "time", "timeit", "capture", "prun", "python", "python3", "memit", "mprun", "lprun", "wandb", "skip", "debug", "notify", "snakeviz",
    "scalene", "heat",
})  # fmt: skip
# A cell of one row may leave the percent sign out.
_WITHOUT_PERCENT: Final = frozenset({
    "cat", "cd", "conda", "config", "cp", "env", "history", "less", "ll", "load", "load_ext", "ls", "man", "matplotlib", "mkdir", "more",
    "mv", "pip", "pwd", "pylab", "reload_ext", "reset", "rm", "rmdir", "run", "save", "set_env", "time", "timeit", "uv", "who", "whos",
})  # fmt: skip

_INDENT: Final = re.compile(r"[ \t]*")
_PROMPTS: Final = (re.compile(r"(?:>>>|\.\.\.)(?: |$)"), re.compile(r"In \[\d+\]: |\s*\.{3,}: ?"))
_FIRST_PROMPTS: Final = (re.compile(r">>>(?: |$)"), re.compile(r"In \[\d+\]: "))
# `!ls`, `%cd data`, `?obj`, `,call a b`, `;call a b`, `/call a`: no statement of Python starts so.
_ESCAPED: Final = re.compile(r"[ \t]*[!%?,;/]")
_ASSIGNED: Final = re.compile(r"(?P<target>[^=\#\n]*(?<![=!<>+\-*/%&|^@:])=[ \t]*)(?:!|%(?=[^\W\d]))")
_HELP: Final = re.compile(r"%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?\d+\])*\?{1,2}\s*\Z")
_TIMED: Final = re.compile(r"(?P<before>.*?)%time[ \t]+(?P<code>.+)", re.DOTALL)


def python_of(cell: str) -> str:
    """The Python in a cell. Magics become statements that do nothing; the code under `%time`, and below `%%time`, is run."""
    rows = lines_of(cell)
    first = next((index for index, row in enumerate(rows) if row.strip() and not row.lstrip().startswith("#")), len(rows))
    if first < len(rows) and (found := re.match(r"\s*%%(?P<name>[\w.]*)(?P<help>\?*)", rows[first])) is not None:
        below = rows[first + 1 :]
        runs = found["name"] in _RUNS_PYTHON and not found["help"]
        return joined([*rows[:first], "pass", *(lines_of(python_of(joined(below))) if runs else ["pass"] * len(below))])
    rows = _without_prompts(_dedented(rows, first))
    if len([row for row in rows if row.strip()]) == 1:
        rows = [_without_automagic(row) for row in rows]
    return "".join(_statements(joined(rows)))


def _dedented(rows: list[str], first: int) -> list[str]:
    """IPython takes the indent of the first row from every row that has it."""
    indent = _INDENT.match(rows[first])[0] if first < len(rows) else ""  # type: ignore[index]  # it matches anything
    return [row.removeprefix(indent) for row in rows] if indent else rows


def _without_prompts(rows: list[str]) -> list[str]:
    """A cell that was copied from a session: `>>> x = 1`, `In [1]: x = 1`."""
    written = [row for row in rows if row.strip()]
    for prompt, first in zip(_PROMPTS, _FIRST_PROMPTS, strict=True):
        if written and first.match(written[0]):
            rows = [prompt.sub("", row, count=1) if prompt.match(row) else row for row in rows]
    return rows


def _without_automagic(row: str) -> str:
    word, _, rest = row.strip().partition(" ")
    return f"%{row.strip()}" if word in _WITHOUT_PERCENT and rest and not parses(row.strip()) else row


def _statements(text: str) -> Iterator[str]:
    """The text, logical line by logical line; a magic is one up to the end of its row, and over rows that end with a backslash."""
    if not re.search(r"[!?]|^[ \t]*[%,;/]|=[ \t]*%", text, re.MULTILINE):
        yield text
        return
    at = 0
    while at < len(text):
        end, python = _statement(text, at)
        yield python
        at = end


def _statement(text: str, at: int) -> tuple[int, str]:
    """Where the statement at a place ends, and what it is in Python."""
    escaped, assigned = _ESCAPED.match(text, at), _ASSIGNED.match(text, at)
    if escaped is not None or (assigned is not None and _is_target(assigned["target"])):
        end = _end_of_command(text, at)
        replaced = _command if escaped is not None else _assigned
        return end, _as_long_as(text[at:end], replaced)
    line = logical_line(text, at)
    if _HELP.search(line.code):
        return line.end, _as_long_as(text[at : line.end], _command)
    return line.end, text[at : line.end]


def _is_target(text: str) -> bool:
    """Whether the text left of an equals sign stands by itself: not in a string, not in brackets."""
    return all(text.count(quote) % 2 == 0 for quote in "\"'") and all(
        text.count(one) == text.count(other) for one, other in ("()", "[]", "{}")
    )


def _end_of_command(text: str, at: int) -> int:
    end = at
    while end < len(text):
        end = text.index("\n", end) + 1
        if not text.endswith("\\\n", at, end):
            break
    return end


def _as_long_as(command: str, replaced: Callable[[str], str]) -> str:
    """A command's Python on its first row, and as many rows as it had."""
    return replaced(command.removesuffix("\n")) + "\n" * command.count("\n")


def _command(text: str) -> str:
    """`    !ls` -> `    pass`; `%time f()` -> `f()`."""
    indent = text[: len(text) - len(text.lstrip(" \t"))]
    return f"{indent}{_timed(text, '')}" if _timed(text, "") else f"{indent}pass"


def _assigned(text: str) -> str:
    """`files = !ls` -> `files = get_ipython()`: nobody knows what; `p = %time f()` -> `p =       f()`."""
    target = _ASSIGNED.match(text)["target"]  # type: ignore[index]  # it has matched
    return target + (_timed(text, target) or "get_ipython()")


def _timed(text: str, before: str) -> str:
    """The code that `%time` runs, in its columns where something stands before it; nothing where it is none."""
    found = _TIMED.fullmatch(text)
    if found is None or found["before"].strip() != before.strip() or "\n" in text or not parses(found["code"]):
        return ""
    return found["code"] if not before else " " * (found.start("code") - len(before)) + found["code"]


def parses(text: str) -> bool:
    """Whether a text is Python as it stands."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
