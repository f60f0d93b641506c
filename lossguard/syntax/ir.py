"""The tree that everything after the parser works on: what Python says, without how it was typed.

Every node is a named tuple of nodes, strings and numbers, so a module can be compared, hashed and stored. `at` is the
ordinal of the libcst node it came from; `positions.locate` turns it into rows and columns.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Name(NamedTuple):
    """`x`."""

    at: int
    id: str


class Const(NamedTuple):
    """`1`, `"ce"`, `None`, `...`."""

    at: int
    value: object


class Text(NamedTuple):
    """An f-string; the parts are its expressions."""

    at: int
    parts: tuple[Expr, ...]


class Attribute(NamedTuple):
    """`value.name`."""

    at: int
    value: Expr
    name: str


class Item(NamedTuple):
    """`value[key]`; several keys are a `Sequence`."""

    at: int
    value: Expr
    key: Expr


class Slice(NamedTuple):
    """`lower:upper:step` inside an `Item`."""

    at: int
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Arg(NamedTuple):
    """One argument of a call: `x`, `keyword=x`, `*x` or `**x`."""

    value: Expr
    keyword: str | None = None
    star: str = ""


class Call(NamedTuple):
    """`func(args)`."""

    at: int
    func: Expr
    args: tuple[Arg, ...]


class Unary(NamedTuple):
    """`-x`, `not x`, `~x`."""

    at: int
    op: str
    operand: Expr


class Binary(NamedTuple):
    """`left op right` for arithmetic, `@` and bit operators."""

    at: int
    op: str
    left: Expr
    right: Expr


class Compare(NamedTuple):
    """`left op right op right ...`."""

    at: int
    left: Expr
    rest: tuple[tuple[str, Expr], ...]


class Bool(NamedTuple):
    """`left and right`, `left or right`."""

    at: int
    op: str
    left: Expr
    right: Expr


class Choice(NamedTuple):
    """`yes if test else no`."""

    at: int
    test: Expr
    yes: Expr
    no: Expr


class Sequence(NamedTuple):
    """A tuple, list or set display; `kind` is "tuple", "list" or "set"."""

    at: int
    kind: str
    items: tuple[Expr, ...]


class Mapping(NamedTuple):
    """A dict display; a None key is `**value`."""

    at: int
    items: tuple[tuple[Expr | None, Expr], ...]


class Clause(NamedTuple):
    """`for target in iterable if condition ...` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]


class Comprehension(NamedTuple):
    """`[element for ...]`; a dict comprehension has a key; `kind` is "list", "set", "dict" or "generator"."""

    at: int
    kind: str
    key: Expr | None
    element: Expr
    clauses: tuple[Clause, ...]


class Starred(NamedTuple):
    """`*value` in a display or a target."""

    at: int
    value: Expr


class Walrus(NamedTuple):
    """`target := value`."""

    at: int
    target: Expr
    value: Expr


class Yield(NamedTuple):
    """`yield value`; `delegates` for `yield from value`."""

    at: int
    value: Expr | None
    delegates: bool


class Opaque(NamedTuple):
    """An expression of a form the analysis does not follow."""

    at: int
    form: str


class Param(NamedTuple):
    """A parameter; `kind` is "positional", "*", "keyword" or "**"."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None


class Function(NamedTuple):
    """`def name(params): body`, or a lambda, whose body is one `Return`. `bound` are the names that the body binds."""

    at: int
    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    bound: frozenset[str]
    generator: bool


class Class(NamedTuple):
    """`class name(bases): body`."""

    at: int
    name: str
    bases: tuple[Arg, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]


class Assign(NamedTuple):
    """`target = target = value`."""

    at: int
    targets: tuple[Expr, ...]
    value: Expr


class Augment(NamedTuple):
    """`target op= value`."""

    at: int
    target: Expr
    op: str
    value: Expr


class Declare(NamedTuple):
    """`target: annotation = value`."""

    at: int
    target: Expr
    annotation: Expr
    value: Expr | None


class Evaluate(NamedTuple):
    """An expression as a statement."""

    at: int
    value: Expr


class Return(NamedTuple):
    """`return value`."""

    at: int
    value: Expr | None


class If(NamedTuple):
    """`if test: body else: orelse`; `elif` nests."""

    at: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class For(NamedTuple):
    """`for target in iterable: body else: orelse`."""

    at: int
    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(NamedTuple):
    """`while test: body else: orelse`."""

    at: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class With(NamedTuple):
    """`with context as target, ...: body`."""

    at: int
    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]


class Handler(NamedTuple):
    """`except type as name: body`."""

    type: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(NamedTuple):
    """`try: body except ...: else: orelse finally: final`."""

    at: int
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class MatchCase(NamedTuple):
    """`case pattern if guard: body`: the constants it accepts (None: anything), the names it binds."""

    at: int
    constants: tuple[Expr, ...] | None
    names: tuple[str, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(NamedTuple):
    """`match subject: case ...`."""

    at: int
    subject: Expr
    cases: tuple[MatchCase, ...]


class Import(NamedTuple):
    """`import dotted as alias, ...`."""

    at: int
    names: tuple[tuple[str, str | None], ...]


class ImportFrom(NamedTuple):
    """`from ..module import name as alias, ...`; the name "*" stands for a star import."""

    at: int
    level: int
    module: str
    names: tuple[tuple[str, str | None], ...]


class Global(NamedTuple):
    """`global names` or `nonlocal names`."""

    at: int
    names: tuple[str, ...]
    outer: bool


class Delete(NamedTuple):
    """`del targets`."""

    at: int
    targets: tuple[Expr, ...]


class Raise(NamedTuple):
    """`raise value`."""

    at: int
    value: Expr | None


class Assert(NamedTuple):
    """`assert test`."""

    at: int
    test: Expr


class Jump(NamedTuple):
    """`break` or `continue`."""

    at: int
    kind: str


Expr: TypeAlias = (
    Name | Const | Text | Attribute | Item | Slice | Call | Unary | Binary | Compare | Bool | Choice | Sequence | Mapping
    | Comprehension | Starred | Walrus | Yield | Opaque | Function
)  # fmt: skip
Stmt: TypeAlias = (
    Function | Class | Assign | Augment | Declare | Evaluate | Return | If | For | While | With | Try | Match | Import | ImportFrom
    | Global | Delete | Raise | Assert | Jump
)  # fmt: skip


class Module(NamedTuple):
    """A whole file."""

    body: tuple[Stmt, ...]
