"""A text goes in, what its names are bound to comes out: coarse questions that a rewrite asks before it dares."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import lru_cache


@lru_cache(maxsize=64)
def tree(text: str) -> ast.Module:
    """The syntax tree of a text."""
    return ast.parse(text)


def imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that an import binds, with what they mean: `import torch.nn as nn` binds nn to torch.nn."""
    match node:
        case ast.Import(names=names):
            for one in names:
                yield (one.asname, one.name) if one.asname else (one.name.partition(".")[0],) * 2
        case ast.ImportFrom(module=module, names=names, level=level):
            for one in names:
                yield one.asname or one.name, f"{'.' * level}{module or ''}.{one.name}"


def bound(node: ast.AST) -> Iterator[str]:
    """Every name that is bound somewhere below a node, other than by imports; once for each binding."""
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case (
                ast.AsyncFunctionDef(name=name)
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def bound_with_imports(node: ast.AST) -> set[str]:
    """Every name that is bound somewhere below a node."""
    return {*bound(node), *(name for one in ast.walk(node) for name, _ in imported(one))}


def free(node: ast.AST) -> set[str]:
    """The names of the module, or builtins, that a statement at its top reads or declares, in whatever scope inside it."""
    table = symtable.symtable(ast.unparse(node), "a statement", "exec")
    return {one.get_name() for one in table.get_symbols() if one.is_referenced()} | {
        one.get_name() for inner in _tables(table) for one in inner.get_symbols() if one.is_global()
    }


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for inner in table.get_children():
        yield inner
        yield from _tables(inner)


def first_imports(text: str) -> list[ast.stmt]:
    """The imports that a file begins with."""
    body = list(tree(text).body)
    if body and ast.get_docstring(tree(text)) is not None:
        body = body[1:]
    length = next((index for index, one in enumerate(body) if not isinstance(one, ast.Import | ast.ImportFrom)), len(body))
    return body[:length]


def alias(text: str, package: str) -> tuple[str, tuple[str, ...]]:
    """How a file calls a package by its first imports, and the import that it lacks."""
    taken = set(bound(tree(text)))
    pairs = [pair for one in first_imports(text) for pair in imported(one) if pair[0] not in taken]
    known = [(name, meaning) for name, meaning in pairs if package == meaning or package.startswith(f"{meaning}.")]
    if known:
        name, meaning = max(known, key=lambda pair: len(pair[1]))
        return name + package.removeprefix(meaning), ()
    fresh = package.replace(".", "_")
    return fresh, (f"import {package} as {fresh}",)
