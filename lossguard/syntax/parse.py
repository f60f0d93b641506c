"""A Source goes in, its tree comes out, with what could not be read; places are found again on demand."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import libcst as cst

from lossguard.isolation import deep
from lossguard.reading.depth import may_be_deep, too_deep
from lossguard.reading.faults import ASYNC, blank, python_2
from lossguard.reading.indents import by_spaces
from lossguard.reading.magics import parses
from lossguard.reading.scan import joined, lines_of
from lossguard.source import ONCE, Reason, Source, Span, UnreadableError
from lossguard.syntax import ir
from lossguard.syntax.expressions import Marks
from lossguard.syntax.statements import lower_module


@dataclass(frozen=True, slots=True)
class Parsed:
    """A module's tree and the places where it could not be read. A notebook loses only the cells that are broken."""

    source: Source
    module: ir.Module
    unreadable: tuple[UnreadableError, ...] = ()


EMPTY: Final = ir.Module(())

# What is larger than this is data: nobody writes so much, and a parsed megabyte takes a gigabyte.
LARGEST: Final = 1_000_000


def parse(source: Source) -> Parsed:
    """Parse and lower a module; the source that comes back has the text that was parsed."""
    if len(source.text) > LARGEST:
        size = f"larger than {LARGEST / 1e6:.0f} MB"
        return Parsed(source, EMPTY, (UnreadableError(f"{size}, so it is taken for data", reason=Reason.SIZE),))
    return deep(lambda: _parsed(source)) if may_be_deep(source.text) else _parsed(source)


def _parsed(source: Source) -> Parsed:
    try:
        text, module = _module(source.text)
        return Parsed(_with_text(source, text), module)
    except UnreadableError as error:
        return _without_broken_cells(source) if source.cells else Parsed(source, EMPTY, (error,))


def _with_text(source: Source, text: str) -> Source:
    """The source with other text in the same rows; what people wrote is kept."""
    return source if text == source.text else replace(source, text=text, written=source.text if source.written is None else source.written)


def _module(text: str) -> tuple[str, ir.Module]:
    """What a text says, and the text that says it: where tabs and spaces are mixed, Python accepts more than the parser."""
    if "\0" in text:
        raise UnreadableError("a null byte", text.count("\n", 0, text.index("\0")) + 1)
    if (row := too_deep(text)) is not None:
        raise UnreadableError("nested too deeply", row, reason=Reason.NESTING)
    try:
        tree = cst.parse_module(text)
    except Exception as error:  # the parser raises ParserSyntaxError, CSTLogicError, CSTValidationError, SyntaxError, ...
        spaced = by_spaces(text) if "\t" in text and parses(text) else text
        if spaced != text:
            return _module(spaced)
        raise _explained(text, error) from error
    try:
        return text, lower_module(tree, Marks())
    except RecursionError as error:
        raise UnreadableError("nested too deeply", reason=Reason.NESTING) from error
    except (SyntaxError, ValueError) as error:  # a literal that the parser takes, and Python does not
        raise _explained(text, error) from error


def _explained(text: str, error: Exception) -> UnreadableError:
    """What is wrong, and where. Python's own compiler says it better, where it finds it too."""
    if isinstance(error, RecursionError):
        return UnreadableError("nested too deeply", reason=Reason.NESTING)
    if (old := python_2(text)) is not None:
        version = "an older Python" if old.what == ASYNC else "Python 2"
        return UnreadableError(f"it is {version} ({old.what})", old.row, old.column, Reason.PYTHON_2)
    try:
        ast.parse(text)
    except SyntaxError as found:
        return UnreadableError(found.msg, found.lineno or 1, found.offset or 1)
    except (ValueError, RecursionError, MemoryError) as found:
        return UnreadableError(str(found) or "nested too deeply", reason=Reason.NESTING)
    message = str(error).strip().splitlines() or ["invalid syntax"]
    row, column = getattr(error, "raw_line", 1), getattr(error, "raw_column", 0) + 1
    return UnreadableError(f"the parser does not know this syntax ({message[0]})", row, column, Reason.PARSER)


def _without_broken_cells(source: Source) -> Parsed:
    """Blank every cell that does not parse on its own, keep its error, and parse the rest."""
    lines = lines_of(source.text)
    errors = []
    for cell in source.cells:
        try:
            text, _ = _module(joined(lines[cell.first - 1 : cell.last]))
            lines[cell.first - 1 : cell.last] = lines_of(text)
        except UnreadableError as error:
            errors.append(_of_cell(error, joined(lines[cell.first - 1 : cell.last]), cell.first - 1))
            lines[cell.first - 1 : cell.last] = ["pass"] * (cell.last - cell.first + 1)
    try:
        text, module = _module(joined(lines))
        return Parsed(_with_text(source, text), module, tuple(_once(errors)))
    except UnreadableError as error:
        return Parsed(source, EMPTY, (*_once(errors), error))


def _of_cell(error: UnreadableError, text: str, above: int) -> UnreadableError:
    """What is wrong in a cell, as a place in the notebook. Exercises have cells that are to be completed."""
    left = blank(text, error.row) if error.reason is Reason.SYNTAX else None
    if left is not None:
        return UnreadableError(f"blanks to fill in ({left.what})", left.row + above, left.column, Reason.BLANKS)
    return UnreadableError(error.message, error.row + above, error.column, error.reason)


def _once(errors: list[UnreadableError]) -> Iterator[UnreadableError]:
    """The errors, with one for all cells of Python 2 and one for all those with blanks."""
    for error in errors:
        alike = [other for other in errors if other.reason is error.reason] if error.reason in ONCE else [error]
        if error is alike[0]:
            more = f", in {len(alike)} cells" if len(alike) > 1 else ""
            yield UnreadableError(f"{error.message}{more}", error.row, error.column, error.reason)


def locate(parsed: Parsed, nodes: Iterable[int]) -> dict[int, Span]:
    """Where some nodes of a module stand. Parses the text once more, so only ask for files that are reported on."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    def looked_up() -> dict[int, Span]:
        wrapper = MetadataWrapper(cst.parse_module(parsed.source.text), unsafe_skip_copy=True)
        marks = Marks()
        lower_module(wrapper.module, marks)
        ranges = wrapper.resolve(PositionProvider)
        return {node: _span(parsed.source, ranges[marks.nodes[node]]) for node in nodes}

    return deep(looked_up) if may_be_deep(parsed.source.text) else looked_up()


def _span(source: Source, found: cst.metadata.CodeRange) -> Span:
    return source.span(found.start.line, found.start.column + 1, found.end.line, found.end.column + 1)
