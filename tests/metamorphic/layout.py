"""A program goes in, its statements come out in other places: in a function, in a method, in cells, in files of their own."""

from __future__ import annotations

import ast
import builtins
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

import libcst as cst

from tests.metamorphic.names import bound, bound_with_imports, free, imported, tree
from tests.metamorphic.programs import Program, parsed
from tests.metamorphic.spelling import Respelled


class Kind(Enum):
    """What a statement at the top of a file is."""

    IMPORT = "import"
    DEFINITION = "definition"
    RUNNING = "running"


class Top(NamedTuple):
    """A statement at the top of a file, in both trees."""

    kind: Kind
    syntax: ast.stmt
    node: cst.CSTNode


def tops(text: str) -> list[Top]:
    """The statements at the top; several on one line are one, of the kind of the first."""
    syntax = iter(tree(text).body)
    found = []
    for node in parsed(text).module.body:
        held = [next(syntax) for _ in (node.body if isinstance(node, cst.SimpleStatementLine) else [node])]
        found.append(Top(_kind(held[0]), held[0] if len(held) == 1 else ast.Module(held, []), node))  # type: ignore[arg-type]  # only walked
    return found


def _kind(statement: ast.stmt) -> Kind:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return Kind.IMPORT
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return Kind.DEFINITION
        case _:
            return Kind.RUNNING


def running_names(statements: list[Top]) -> set[str]:
    """The names that the running statements bind."""
    return {name for one in statements if one.kind is Kind.RUNNING for name in bound_with_imports(one.syntax)}


def _own_names(one: Top) -> set[str]:
    """The names that an import or a definition binds at the top."""
    return {getattr(one.syntax, "name", "")} | {name for name, _ in imported(one.syntax)}


def _may_move(program: Program, file: str, statements: list[Top]) -> bool:
    """Whether the running statements may become a function's body: nothing outside of them reads what they bind."""
    names = running_names(statements)
    others = [one for one in statements if one.kind is not Kind.RUNNING]
    outside = {name for one in others for name in free(one.syntax) | _own_names(one)}
    stars = any(isinstance(one.syntax, ast.ImportFrom) and one.syntax.names[0].name == "*" for one in others)
    return bool(names) and not names & outside and not stars and not program.imports(file)


def _in_body(program: Program, file: str, head: str, indents: int, call: str) -> str | None:
    statements = tops(program.files[file])
    if not _may_move(program, file, statements) or {"main", "Experiment"} & bound_with_imports(tree(program.files[file])):
        return None
    module = parsed(program.files[file]).module
    kept = [one.node for one in statements if one.kind is not Kind.RUNNING]
    moved = [one.node for one in statements if one.kind is Kind.RUNNING]
    body = cst.IndentedBlock(body=moved)  # type: ignore[arg-type]  # statements
    wrapped = _around(cst.parse_module(head).body[0], body, indents)
    return module.with_changes(body=[*kept, wrapped, *cst.parse_module(call).body]).code


def _around(definition: cst.CSTNode, body: cst.IndentedBlock, indents: int) -> cst.CSTNode:
    """A definition with another body, or with another body for its only method."""
    if indents == 1:
        return definition.with_changes(body=body)
    method = cst.ensure_type(cst.ensure_type(definition, cst.ClassDef).body.body[0], cst.FunctionDef)
    return definition.with_changes(body=cst.IndentedBlock(body=[method.with_changes(body=body)]))


def into_main(program: Program, file: str) -> str | None:
    """What runs at the top becomes `main()`, called under `__main__`."""
    return _in_body(program, file, "def main():\n    pass\n", 1, 'if __name__ == "__main__":\n    main()\n')


def into_method(program: Program, file: str) -> str | None:
    """What runs at the top becomes a method of an object that is made and called."""
    return _in_body(program, file, "class Experiment:\n    def run(self):\n        pass\n", 2, "Experiment().run()\n")


def into_cells(program: Program) -> Program | None:
    """Each statement at the top becomes a cell of a notebook."""
    files = [file for file in program.modules() if not program.imports(file) and not program.packaged(file)]
    notebooks = {f"{file.removesuffix('.py')}.ipynb": _notebook(program.files[file]) for file in files}
    return program.without(*files).having(notebooks) if notebooks else None


def _notebook(text: str) -> str:
    module: cst.Module = parsed(text).module
    pieces = [module.with_changes(body=[one], header=(), footer=()).code.strip("\n") for one in module.body]
    cells: list[object] = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": [piece]} for piece in pieces
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def named_on_the_command_line(program: Program) -> Program:
    """The files are named, and not their folder."""
    return replace(program, by_name=True)


class Form(NamedTuple):
    """A way to import what was moved: the import, and how a name is spelt afterwards."""

    statement: Callable[[str, list[str]], str]
    spelled: Callable[[str, str], str]
    package: bool = False


def _plain(_: str, name: str) -> str:
    return name


FORMS = {
    "import": Form(lambda file, _: f"import {file}", lambda file, name: f"{file}.{name}"),
    "import-as": Form(lambda file, _: f"import {file} as defs", lambda _, name: f"defs.{name}"),
    "from": Form(lambda file, names: f"from {file} import {', '.join(names)}", _plain),
    "from-as": Form(
        lambda file, names: f"from {file} import {', '.join(f'{name} as {name}_moved' for name in names)}", lambda _, name: f"{name}_moved"
    ),
    "star": Form(lambda file, _: f"from {file} import *", _plain),
    "package": Form(lambda file, names: f"from {file}_parts import {', '.join(names)}", _plain, package=True),
    "package-module": Form(lambda file, _: f"import {file}_parts", lambda file, name: f"{file}_parts.{name}", package=True),
}


def moved(form: Form) -> Callable[[Program], Program | None]:
    """The rewrite that moves definitions to a file of their own and imports them in this form."""

    def rewritten(program: Program) -> Program | None:
        made = {}
        for file in program.modules():
            if not program.imports(file) and not program.packaged(file):
                made.update(dict(_moved_file(program, file, form)))
        return program.having(made) if made else None

    return rewritten


def _moved_file(program: Program, file: str, form: Form) -> Iterator[tuple[str, str]]:
    text = program.files[file]
    statements = tops(text)
    names = _movable(statements)
    stem = file.removesuffix(".py").rpartition("/")[2] + "_definitions"
    folder = file[: -len(file.rpartition("/")[2])]
    taken = any(other.startswith(f"{folder}{stem}") for other in program.files)
    if not names or taken or (form is FORMS["star"] and any(name.startswith("_") for name in names)):
        return
    module = parsed(text).module
    imports = [one.node for one in statements if one.kind is Kind.IMPORT]
    own = [one.node for one in statements if getattr(one.syntax, "name", "") in names and one.kind is Kind.DEFINITION]
    rest = [one.node for one in statements if one.kind is not Kind.IMPORT and one.node not in own]
    imported_back = cst.parse_statement(form.statement(stem, names) + "\n")
    left = module.with_changes(body=[*imports, imported_back, *rest])
    yield file, str(left.visit(Respelled({name: form.spelled(stem, name) for name in names})).code)
    definitions = module.with_changes(body=[*imports, *own]).code
    if form.package:
        yield f"{folder}{stem}_parts/definitions.py", definitions
        yield f"{folder}{stem}_parts/__init__.py", f"from .definitions import {', '.join(names)}\n"
    else:
        yield f"{folder}{stem}.py", definitions


def _movable(statements: list[Top]) -> list[str]:
    """The definitions that need nothing but imports, builtins and each other, and whose names mean only them."""
    every = [name for one in statements for name in bound(one.syntax)]
    held = {one.syntax.name: one for one in statements if isinstance(one.syntax, ast.FunctionDef | ast.ClassDef)}
    known = {name for one in statements if one.kind is Kind.IMPORT for name, _ in imported(one.syntax)} | set(dir(builtins))
    tops_bound = running_names(statements) | set(held)
    movable = {name for name in held if every.count(name) == 1 and name not in known}
    while True:
        stuck = {name for name in movable if (free(held[name].syntax) & tops_bound) - movable - {name}}
        if not stuck:
            return [name for name in held if name in movable]
        movable -= stuck
