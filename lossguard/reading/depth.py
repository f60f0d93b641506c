"""Text goes in; the row where it is nested or chained more deeply than it can be read comes out.

Parsers recurse with the text that they read: the one that is used here takes time and memory that grow with the square of the
depth, and in the end the process dies. What this module finds is told by Python's own parser, which says so in time.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final

# How deep brackets may be nested, and how deep the tree may be: a chain of 500 calls is 1,000 deep.
BRACKETS: Final = 300
TREE: Final = 1_000
# Shorter rows, and statements of fewer of them, hold nothing that is so deep.
_LONG: Final = 1_000
_TOP: Final = re.compile(r"\n(?=[\w@#])")
_TOKENS: Final = re.compile(r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\#[^\n]*|[()\[\]{}\n]""", re.DOTALL)


def may_be_deep(text: str) -> bool:
    """Whether a text has rows, statements or chains of `elif` that are long enough to be worth a look."""
    if text.count("elif ") >= TREE // 5 or any(len(row) > _LONG for row in text.split("\n")):
        return True
    return text.count("\n") > _LONG and any(part.count("\n") > _LONG for part in _TOP.split(text))


def too_deep(text: str) -> int | None:
    """The row where something is nested too deeply, if it is."""
    row = _deep_brackets(text)
    return _deep_tree(text) if row is None and may_be_deep(text) else row


def _deep_brackets(text: str) -> int | None:
    if sum(map(text.count, "([{")) <= BRACKETS:
        return None
    depth, row = 0, 1
    for token in map(re.Match.group, _TOKENS.finditer(text)):
        row += token.count("\n")
        depth += (token in {"(", "[", "{"}) - (token in {")", "]", "}"})
        if depth > BRACKETS:
            return row
    return None


def _deep_tree(text: str) -> int | None:
    """Python gives up on what is far too deep, in several ways. What it cannot parse for other reasons is not judged here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (RecursionError, MemoryError):
        return 1
    except SyntaxError as error:
        return (error.lineno or 1) if "too many nested" in error.msg else None
    except ValueError:
        return None
    left: list[tuple[ast.AST, int, int]] = [(tree, 0, 1)]
    while left:
        node, depth, row = left.pop()
        row = getattr(node, "lineno", row)
        if depth > TREE:
            return row
        left += [(child, depth + 1, row) for child in ast.iter_child_nodes(node)]
    return None
