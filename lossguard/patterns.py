"""Patterns as in .gitignore go in; what matches them comes out, or what is wrong with one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@lru_cache(maxsize=256)
def spec_of(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Patterns, compiled once."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def fault(pattern: str) -> str | None:
    """Why a pattern is none; None for one that can be used."""
    try:
        spec_of((pattern,))
    except (ValueError, re.error) as error:
        return str(error)
    return None
