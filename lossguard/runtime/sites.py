"""A frame goes in, the call site that a user wrote comes out: its place, how it is spelled, and what was counted there."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

from lossguard.events import Event
from lossguard.runtime.losses import Loss
from lossguard.runtime.places import frames, is_library, shown, span_of
from lossguard.runtime.seeing import Seeing, Tally
from lossguard.runtime.witness import Look
from lossguard.source import Span


@dataclass(slots=True)
class Witnessed:
    """One way in which a call was seen, and in how many of the calls that were checked."""

    look: Look
    seeings: Mapping[str, Seeing]
    event: Event
    times: int = 1


@dataclass(slots=True)
class Site:
    """One call of a loss in somebody's code, and what has been counted there.

    `due` is the number of the next call to check, `sizes` are the numbers of classes that were met, `cost` is what a whole look
    took and `interval` the time from one call to the next, in seconds. `overflowed` is the number of the call since which the loss
    has not been finite, 0 where it is.
    """

    loss: Loss
    code: CodeType
    lasti: int
    module: str
    function: str
    number: int
    direct: bool
    caller: tuple[CodeType, int] | None = None
    names: tuple[str, ...] = ()
    calls: int = 0
    visits: int = 0
    checked: int = 0
    due: int = 1
    kinds: set[Any] = field(default_factory=set)
    tallies: dict[str, Tally] = field(default_factory=dict)
    witnessed: dict[Any, Witnessed] = field(default_factory=dict)
    pending: Any = None
    off: str | None = None
    result: Any = None
    sizes: set[int] = field(default_factory=set)
    fixed: Span | None = None
    owner: str | None = None
    usual: set[Any] = field(default_factory=set)
    glanced: tuple[int, ...] = ()
    turn: int = 0
    overflowed: int = 0
    cost: float = 0.0
    interval: float = 0.0
    visited_at: float = 0.0

    def span(self, cwd: Path) -> Span:
        """Where the call stands: rows and columns from 1."""
        if self.fixed is not None:
            return self.fixed._replace(file=shown(self.fixed.file, cwd))
        return span_of(self.code, self.lasti, cwd)


# The first calls of a site are checked, then every second power of two.
FIRST: Final = 4


def next_due(calls: int) -> int:
    """The number of the next call to check, after this one."""
    return calls + 1 if calls < FIRST else 2 * calls


def site_of(loss: Loss, frame: FrameType, inner: FrameType | None, number: int) -> Site:
    """The site of a call; `inner` is the frame that the user's code called."""
    code = inner.f_code if inner is not None else None
    names = inner_parameters(loss, inner)
    direct = code is None or code is loss.code or code.co_name in {"_wrapped_call_impl", "_call_impl", "__call__", "forward"}
    project = frame
    while project.f_back is not None and is_library(project.f_code.co_filename):
        project = project.f_back
    caller = (project.f_code, project.f_lasti) if project is not frame and not is_library(project.f_code.co_filename) else None
    module = str(frame.f_globals.get("__name__", "?"))
    return Site(loss, frame.f_code, frame.f_lasti, module, frame.f_code.co_qualname, number, direct, caller, names, owner=_owner(inner))


def inner_parameters(loss: Loss, inner: FrameType | None) -> tuple[str, ...]:
    """The parameters that a positional call fills, in order: a module's `forward` takes the tensors first, as the functional does."""
    if inner is not None and inner.f_code is loss.code:
        return inner.f_code.co_varnames[: inner.f_code.co_argcount]
    return tuple(loss.roles)


def _owner(inner: FrameType | None) -> str | None:
    """The class of the module that was called: `CrossEntropyLoss`."""
    if inner is None or inner.f_code.co_name not in {"_wrapped_call_impl", "_call_impl"}:
        return None
    return type(inner.f_locals.get("self")).__name__


IN_A_GRAPH: Final = "part of a compiled graph, which was looked at when it was compiled"


def runs_in_a_graph(inner: FrameType, outer: FrameType) -> bool:
    """Whether a captured graph is being run between two frames, node by node, as the backend "eager" does."""
    for frame in frames(inner):
        if frame is outer:
            return False
        if frame.f_code.co_filename.startswith("<eval_with_key>"):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a call is written: the callee, and the text of each argument by the parameter that it fills."""

    callee: str
    arguments: dict[str, str]


def spelled(site: Site) -> Spelling:
    """How the site's call is written; the names of parameters where the source does not say."""
    call = _call_at(site.code, site.lasti) if site.direct else None
    if call is None:
        return Spelling(site.owner or site.loss.family, {})
    named = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg}
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return Spelling(ast.unparse(call.func), named)
    if isinstance(call.func, ast.Attribute) and site.loss.family == "log" and not call.args:
        return Spelling(ast.unparse(call.func), {"input": ast.unparse(call.func.value)})
    texts = [ast.unparse(argument) for argument in call.args]
    return Spelling(ast.unparse(call.func), {**dict(zip(site.names, texts, strict=False)), **named})


def _call_at(code: CodeType, lasti: int) -> ast.Call | None:
    row, end_row, column, end_column = next(
        (found for index, found in enumerate(code.co_positions()) if index == lasti // 2), (None, None, None, None)
    )
    if row is None or end_row is None or column is None or end_column is None:
        return None
    lines = [linecache.getline(code.co_filename, number).encode() for number in range(row, end_row + 1)]
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    try:
        node = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return node if isinstance(node, ast.Call) else None
