"""A selector goes in, how exactly it names a rule comes out: a code, a prefix of codes, a name, or ALL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# More than the length of any prefix.
_EXACT: Final = 100


def weight(selector: str, code: str, name: str) -> int:
    """How exactly a selector names a rule; 0 where it does not."""
    wanted = selector.upper()
    if wanted == "ALL":
        return 1
    if wanted in {code, name.upper()}:
        return _EXACT
    return len(wanted) + 1 if wanted and code.startswith(wanted) else 0


def heaviest(selectors: Iterable[str], code: str, name: str) -> int:
    """How exactly the best of some selectors names a rule."""
    return max((weight(selector, code, name) for selector in selectors), default=0)
