"""Frames go in, the places that a user wrote come out: past torch's own frames, with rows and columns."""

from __future__ import annotations

import linecache
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import torch

from lossguard.source import Span

_TORCH: Final = str(Path(torch.__file__).parent) + "/"
_OWN: Final = str(Path(__file__).parent) + "/"
_LIBRARIES: Final = tuple({f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib")})

# Whether a file's frames are skipped on the way to the user: torch's own and ours.
inside: dict[str, bool] = {}


def is_inside(filename: str) -> bool:
    """Whether a file belongs to torch, or to this package."""
    known = inside.get(filename)
    if known is None:
        known = inside[filename] = filename.startswith((_TORCH, _OWN, "<frozen", "<eval_with_key>"))
    return known


def user_frame(frame: FrameType | None) -> FrameType | None:
    """The first frame outside torch."""
    while frame is not None and is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_library(filename: str) -> bool:
    """Whether a file is installed rather than the user's own."""
    return "site-packages/" in filename or "dist-packages/" in filename or filename.startswith(_LIBRARIES)


def span_of(code: CodeType, lasti: int, cwd: Path) -> Span:
    """A place in a file as people count it; columns only where the interpreter kept them (not under -X no_debug_ranges)."""
    positions = next((found for index, found in enumerate(code.co_positions()) if index == lasti // 2), (None, None, None, None))
    row, end_row, column, end_column = positions
    line = row or code.co_firstlineno
    file = shown(code.co_filename, cwd)
    first, last = _columns(code.co_filename, line, column), _columns(code.co_filename, end_row or line, end_column)
    return Span(file, line, first, end_row or line, max(last, first + 1) if (end_row or line) == line else last)


def shown(file: str, cwd: Path) -> str:
    """A file as reports name it: relative to the working directory where it lies below it."""
    if Path(file).is_absolute() and Path(file).is_relative_to(cwd):
        return str(Path(file).relative_to(cwd))
    return file.removeprefix("./")


def _columns(file: str, row: int, offset: int | None) -> int:
    """A byte offset as a column from 1."""
    if offset is None:
        return 1
    line = linecache.getline(file, row).encode()
    return len(line[:offset].decode(errors="replace")) + 1


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def here(depth: int) -> FrameType:
    """The frame of the caller's caller's ..."""
    return sys._getframe(depth + 1)  # inspect.currentframe is the same, and slower
