"""Comments in code go in; which findings they suppress, and what in them suppresses nothing, comes out.

`# lossguard: ignore[LG101] reason`, `# noqa: LG101`, and `# lossguard: ignore-file[LG4]`. A finding is suppressed by a comment at
any of its places: at the loss, or at a step on the way of the value. Both halves read comments here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from lossguard.findings import Finding
from lossguard.lines import Comment, Layout, layout
from lossguard.selection import weight
from lossguard.source import Source, Span

UNUSED: Final = "LG901"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression: where it is written, the rules that it names (none: all of them), and the rows that it covers.

    `last` is None where it covers the whole file, `error` says what is wrong with one that does nothing, `shared` marks a `noqa`,
    which other tools read as well, and `text` is the comment.
    """

    span: Span
    selectors: tuple[str, ...] = ()
    first: int = 1
    last: int | None = None
    error: str = ""
    shared: bool = False
    text: str = ""

    def covers(self, span: Span) -> bool:
        """Whether a place lies in the rows that are covered."""
        if self.error or span.file != self.span.file:
            return False
        return self.last is None or (span.cell == self.span.cell and self.first <= span.row <= self.last)

    def fitting(self, finding: Finding) -> tuple[str, ...] | None:
        """The selectors that name a finding's rule; None where it is not meant. A suppression of everything spares LG901."""
        if not self.selectors:
            return None if finding.code == UNUSED else ()
        return tuple(one for one in self.selectors if weight(one, finding.code, finding.name)) or None


@dataclass
class Comments:
    """The suppressions in files, read when they are asked for; `read` gives a file's source where it may hold some."""

    read: Callable[[str], Source | None]
    known: dict[str, tuple[Suppression, ...]] = field(default_factory=dict)
    used: set[tuple[Suppression, str]] = field(default_factory=set)

    def of(self, file: str) -> tuple[Suppression, ...]:
        """The suppressions in a file."""
        if file not in self.known:
            source = self.read(file)
            self.known[file] = () if source is None else tuple(suppressions(source))
        return self.known[file]

    def suppress(self, finding: Finding) -> bool:
        """Whether a finding is suppressed; every comment that does it counts as used."""
        places = set(finding.places)
        fitting = [
            (one, selectors)
            for file in {span.file for span in places}
            for one in self.of(file)
            if any(map(one.covers, places)) and (selectors := one.fitting(finding)) is not None
        ]
        self.used.update((one, selector) for one, selectors in fitting for selector in selectors or ("",))
        return bool(fitting)

    def idle(self, file: str, names: Mapping[str, str], elsewhere: Mapping[str, str] | None) -> Iterator[tuple[Suppression, str]]:
        """The suppressions in a file that do nothing, with what is wrong.

        `names` has the names of all rules by code, `elsewhere` of those whose findings are not all known here; None stands for
        all of them.
        """
        for one in self.of(file):
            unused = "" if elsewhere is None else self._unused(one, names, elsewhere)
            if error := one.error or "; ".join(filter(None, (self._unknown(one, names), unused))):
                yield one, error

    def _unknown(self, one: Suppression, names: Mapping[str, str]) -> str:
        unknown = [selector for selector in one.selectors if not _fits_any(selector, names)]
        return "" if one.shared or not unknown else f"{_listed(unknown)}: no such rule"

    def _unused(self, one: Suppression, names: Mapping[str, str], elsewhere: Mapping[str, str]) -> str:
        if not one.selectors:
            return "" if one.shared or (one, "") in self.used else "suppresses nothing"
        left = [selector for selector in one.selectors if (one, selector) not in self.used]
        idle = [selector for selector in left if _fits_any(selector, names) and not _fits_any(selector, elsewhere)]
        return f"{_listed(idle)}: suppresses nothing" if idle else ""


def _fits_any(selector: str, names: Mapping[str, str]) -> bool:
    return any(weight(selector, code, name) for code, name in names.items())


def _listed(selectors: Iterable[str]) -> str:
    return ", ".join(f"`{selector}`" for selector in selectors)


# Whether a file may hold a suppression at all, and whether one that does nothing would be reported.
MENTIONED: Final = re.compile(rb"lossguard\s*:|noqa", re.IGNORECASE)
OURS: Final = re.compile(rb"lossguard\s*:|noqa\s*:[^\n]*\bLG\d", re.IGNORECASE)

_COMMENT: Final = re.compile(r"#\s*lossguard\s*:\s*(?P<word>[\w-]*)(?P<rest>[^#]*)", re.IGNORECASE)
_RULES: Final = re.compile(r"\s*\[(?P<rules>[^\]]*)\]")
_NOQA: Final = re.compile(r"#\s*noqa\b(?P<list>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?)?", re.IGNORECASE)
_OUR_CODE: Final = re.compile(r"LG\d{1,3}", re.IGNORECASE)
_WORDS: Final = ("ignore", "ignore-file")
# What other linters write for the same thing.
_FOREIGN: Final = {"noqa": "ignore", "disable": "ignore", "skip": "ignore", "off": "ignore", "file-ignore": "ignore-file"}


def suppressions(source: Source) -> Iterator[Suppression]:
    """All suppressions in a source, in order; those of a notebook cell by cell."""
    for cell, held in layouts(source):
        for comment in held.comments:
            for found in _COMMENT.finditer(comment.text):
                yield from _own(source.file, cell, comment, held, found)
            for found in _NOQA.finditer(comment.text):
                yield from _noqa(source.file, cell, comment, held, found)


def layouts(source: Source) -> Iterator[tuple[int | None, Layout]]:
    """How a file is laid out, or each cell of a notebook, with the cell's number."""
    if not source.cells:
        yield None, layout(source.text)
    for cell in source.cells:
        yield cell.number, layout("".join(f"{line}\n" for line in source.lines_of(cell.number)))


def _own(file: str, cell: int | None, comment: Comment, held: Layout, found: re.Match[str]) -> Iterator[Suppression]:
    make = partial(Suppression, _span(file, cell, comment, found), text=found[0].rstrip())
    word, listed = found["word"].lower(), _RULES.match(found["rest"])
    selectors = tuple(filter(None, re.split(r"[\s,]+", listed["rules"]))) if listed else ()
    if word not in _WORDS:
        meant = _FOREIGN.get(word) or next(iter(difflib.get_close_matches(word, _WORDS, 1)), None)
        if meant is not None:
            yield make(error=f"`{word}` is no suppression; did you mean `{meant}`?")
    elif error := _misspelled(word, listed, selectors, found["rest"]):
        yield make(error=error)
    elif word == "ignore-file":
        yield make(selectors)
    elif rows := _covered(comment, held):
        yield make(selectors, *rows)
    else:
        yield make(error="there is no statement below")


def _misspelled(word: str, listed: re.Match[str] | None, selectors: tuple[str, ...], rest: str) -> str:
    """What is wrong with a list of rules: it is not closed, or empty, or not in brackets."""
    if listed is None and rest.lstrip().startswith("["):
        return "the list of rules is not closed with `]`"
    if listed is not None and not selectors:
        return f"no rule is named; `{word}` alone stands for all of them"
    if listed is None and (bare := re.match(r"[\s:=(]*(LG\d+(?:[\s,]+LG\d+)*)", rest, re.IGNORECASE)):
        return f"rules stand in brackets: `{word}[{', '.join(_OUR_CODE.findall(bare[1]))}]`"
    return ""


def _noqa(file: str, cell: int | None, comment: Comment, held: Layout, found: re.Match[str]) -> Iterator[Suppression]:
    """`# noqa` for everything, or with codes, of which ours count; flake8 and ruff read it at the end of a line only."""
    codes = tuple(code for code in re.split(r"[\s,]+", found["codes"] or "") if _OUR_CODE.fullmatch(code))
    line = held.at(comment.row)
    if codes or found["list"] is None:
        rows = (line.first, line.last) if line is not None else (comment.row, comment.row)
        yield Suppression(_span(file, cell, comment, found), codes, *rows, shared=True, text=found[0].rstrip())


def _covered(comment: Comment, held: Layout) -> tuple[int, int] | None:
    """The rows of the statement that a comment stands in, or that it stands above."""
    line = held.at(comment.row) or (held.below(comment.row) if comment.alone else None)
    return None if line is None else (line.first, line.last)


def _span(file: str, cell: int | None, comment: Comment, found: re.Match[str]) -> Span:
    start, end = comment.column + found.start(), comment.column + len(found[0].rstrip()) + found.start()
    return Span(file, comment.row, start, comment.row, end, cell)
