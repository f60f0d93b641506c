"""The text of one stub file goes in, its contracts come out; anything outside the language is an error with its line.

Only the definitions that are asked for are parsed: a file is first cut into its top-level chunks by indentation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from lossguard.contracts.language import EFFECTS, RELATIONS, Absent, Accepts, ClassContract, Contract, Parameter, Result, Signature, Word
from lossguard.domains import NAMED, WANTED, Domain
from lossguard.errors import UserError


class ContractError(UserError):
    """A stub that says something outside the language of contracts; the message starts with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        """Say what is wrong, and where."""
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text of one top-level statement and the row it starts on."""

    text: str
    row: int


_START: Final = re.compile(r"(?:async )?(?:def|class) (\w+)|(\w+)\s*[:=]|(from|import)\b")


@dataclass
class Stub:
    """One stub file: `module` is the dotted name of what it describes."""

    path: Path
    module: str
    parsed: dict[str, Contract | ClassContract | str | None] = field(default_factory=dict)

    @cached_property
    def chunks(self) -> dict[str, list[Chunk]]:
        """The chunks by the name they define; imports are under the name "import"."""
        found: dict[str, list[Chunk]] = {}
        lines: list[str] = []
        row = 1
        for number, line in enumerate((*self._text.splitlines(), "end = 0"), start=1):
            if lines and not line.startswith((" ", ")", "#", "]")) and line and not lines[-1].startswith("@") and not _open_text(lines):
                self._file(found, Chunk("\n".join(lines), row))
                lines = []
            if not lines:
                row = number
            if line and not line.startswith("#"):
                lines.append(line)
        return found

    @property
    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ContractError(self.path, 1, f"cannot be read: {error}") from error

    def _file(self, found: dict[str, list[Chunk]], chunk: Chunk) -> None:
        head = next((line for line in chunk.text.splitlines() if not line.startswith("@")), "")
        if match := _START.match(head):
            found.setdefault(match[1] or match[2] or "import", []).append(chunk)
        elif not head.startswith('"""'):
            raise ContractError(self.path, chunk.row, f"not a definition: {head}")

    @cached_property
    def imports(self) -> dict[str, str]:
        """The names that the file imports, by their full names; "*" lists the star imports, separated by spaces."""
        names: dict[str, str] = {}
        for chunk in self.chunks.get("import", ()):
            match self._tree(chunk)[0]:
                case ast.ImportFrom(module=str() as module, names=aliases):
                    for alias in aliases:
                        known = names.get("*", "")
                        names[alias.asname or alias.name] = f"{known} {module}".strip() if alias.name == "*" else f"{module}.{alias.name}"
                case ast.Import(names=aliases):
                    names |= {alias.asname or alias.name: alias.name for alias in aliases}
        return names

    def names(self) -> Iterator[str]:
        """Everything that the file defines itself."""
        return (name for name in self.chunks if name != "import")

    def member(self, name: str) -> Contract | ClassContract | str | None:
        """A function's contract, a class's, or the full name of what the file takes it from; None where it has no such name."""
        if name not in self.parsed:
            self.parsed[name] = self._member(name)
        return self.parsed[name]

    def _member(self, name: str) -> Contract | ClassContract | str | None:
        chunks = self.chunks.get(name)
        if chunks is None:
            return self.imports.get(name)
        nodes = [node for chunk in chunks for node in self._tree(chunk)]
        match nodes[0]:
            case ast.ClassDef() as node:
                return self._class(node)
            case ast.FunctionDef():
                return self._function(nodes, f"{self.module}.{name}", None)
            case ast.Assign(value=ast.Name(id=other)):
                return self.imports.get(other, f"{self.module}.{other}")
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))) | ast.AnnAssign():
                return None
            case node:
                raise self._error(node, f"`{name}` is neither a function nor a class nor an alias")

    def _tree(self, chunk: Chunk) -> list[ast.stmt]:
        try:
            nodes = ast.parse(chunk.text).body
        except SyntaxError as error:
            raise ContractError(self.path, chunk.row + (error.lineno or 1) - 1, error.msg) from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise ContractError(self.path, chunk.row, str(error) or "nested too deeply") from error
        for node in nodes:
            ast.increment_lineno(node, chunk.row - 1)
        return nodes

    def _error(self, node: ast.AST, message: str) -> ContractError:
        return ContractError(self.path, getattr(node, "lineno", 1), message)

    def _class(self, node: ast.ClassDef) -> ClassContract:
        name = f"{self.module}.{node.name}"
        methods: dict[str, list[ast.stmt]] = {}
        attributes: dict[str, Result] = {}
        for statement in node.body:
            match statement:
                case ast.FunctionDef(name=method):
                    methods.setdefault(method, []).append(statement)
                case ast.AnnAssign(target=ast.Name(id=attribute), annotation=annotation):
                    attributes[attribute] = self._result(annotation)
                case ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise self._error(statement, "a class holds methods and annotated attributes only")
        bases = tuple(self._full_name(base) for base in node.bases)
        return ClassContract(name, bases, {key: self._function(nodes, f"{name}.{key}", name) for key, nodes in methods.items()}, attributes)

    def _full_name(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        head, dot, rest = text.partition(".")
        return self.imports.get(head, f"{self.module}.{head}") + dot + rest

    def _function(self, nodes: list[ast.stmt], name: str, owner: str | None) -> Contract:
        return Contract(name, tuple(self._signature(node) for node in nodes), owner)

    def _signature(self, node: ast.stmt) -> Signature:
        if not isinstance(node, ast.FunctionDef) or node.returns is None:
            raise self._error(node, "a contract is a function with a return annotation")
        return Signature(tuple(self._parameters(node.args)), self._result(node.returns))

    def _parameters(self, args: ast.arguments) -> Iterator[Parameter]:
        positional = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
        for arg, default in zip(positional, defaults, strict=True):
            yield self._parameter(arg, "positional", default)
        if args.vararg is not None:
            yield self._parameter(args.vararg, "*", None)
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            yield self._parameter(arg, "keyword", default)
        if args.kwarg is not None:
            yield self._parameter(args.kwarg, "**", None)

    def _parameter(self, arg: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
        accepts = Accepts() if arg.annotation is None else self._accepts(arg.annotation)
        return Parameter(arg.arg, kind, self._constant(default), accepts)

    def _constant(self, node: ast.expr | None) -> Hashable:
        if node is None:
            return Absent.REQUIRED
        try:
            value: Hashable = ast.literal_eval(node)
        except ValueError as error:
            raise self._error(node, f"a default is a constant, not `{ast.unparse(node)}`") from error
        return value

    def _accepts(self, node: ast.expr) -> Accepts:
        match node:
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return _either(self._accepts(left), self._accepts(right))
            case ast.Constant(value=None):
                return Accepts(literals=(None,))
            case ast.Name(id=name) if name in NAMED:
                return Accepts() if name == Domain.TENSOR.value else Accepts(frozenset({NAMED[name]}), frozenset({name}))
            case ast.Name(id=name) if name in WANTED:
                return Accepts(frozenset({WANTED[name]}), frozenset({name}))
            case ast.Name(id=name) if name in _VARIABLES:
                return Accepts(variable=name)
            case ast.Name(id=name) if name in _CONSTANTS:
                return Accepts(constants=_CONSTANTS[name])
            case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
                return Accepts(literals=tuple(map(self._constant, choices.elts if isinstance(choices, ast.Tuple) else [choices])))
            case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *words])):
                accepts = self._accepts(inner)
                relations = tuple(self._word(word, RELATIONS) for word in words)
                return replace(accepts, relations=relations)
            case _:
                self._check_type(node)
                return Accepts()

    def _check_type(self, node: ast.expr) -> None:
        """Every other name in an annotation is one that Python, or this file, knows."""
        for name in (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)):
            if (
                name not in _PYTHON
                and name not in self.imports
                and name not in self.chunks
                and name not in {*NAMED, *WANTED}
                and name not in _VARIABLES
            ):
                raise self._error(node, f"`{name}` is neither a domain nor a type that this file knows")

    def _result(self, node: ast.expr) -> Result:
        match node:
            case ast.Constant(value=None):
                return Result(none=True)
            case ast.Name(id="NoReturn"):
                return Result(never=True)
            case ast.Name(id=name) if name in NAMED:
                return Result(domain=NAMED[name])
            case ast.Name(id=name) if name in _VARIABLES:
                return Result(variable=name)
            case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[*items])) if not any(map(_ellipsis, items)):
                return Result(items=tuple(map(self._result, items)))
            case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *words])):
                result = self._result(inner)
                effects = tuple(self._word(word, EFFECTS) for word in words)
                return replace(result, effects=effects)
            case ast.Name(id=name) if name not in _PYTHON and (name in self.imports or name in self.chunks):
                return Result(instance=self._full_name(node))
            case _:
                self._check_type(node)
                return Result()

    def _word(self, node: ast.expr, words: Mapping[str, range]) -> Word:
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in words and len(args) in words[name]:
                return Word(name, tuple(map(self._constant, args)))
            case _:
                raise self._error(node, f"`{ast.unparse(node)}` is not one of {', '.join(words)} with the right number of arguments")


def _open_text(lines: list[str]) -> bool:
    """Whether these are the first lines of a text that goes on."""
    return lines[0].startswith(_QUOTES) and "\n".join(lines).count(_QUOTES) == 1


_QUOTES: Final = '"""'


def _ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _either(one: Accepts, other: Accepts) -> Accepts:
    if one.anything or other.anything:
        return Accepts(variable=one.variable or other.variable)
    return Accepts(
        _union(one.domains, other.domains),
        one.words | other.words,
        _union(one.constants, other.constants),
        (one.literals or ()) + (other.literals or ()) or None,
        one.variable or other.variable,
        one.relations + other.relations,
    )


S = TypeVar("S")


def _union(one: frozenset[S] | None, other: frozenset[S] | None) -> frozenset[S] | None:
    if one is None or other is None:
        return one or other
    return one | other


_VARIABLES: Final = frozenset({"T", "S", "Self"})
_CONSTANTS: Final = {
    "int": frozenset({int, bool}),
    "float": frozenset({int, float, bool}),
    "bool": frozenset({bool}),
    "str": frozenset({str}),
}
_PYTHON: Final = frozenset(
    "int float bool str bytes complex object type tuple list dict set None Any Callable"
    " Sequence Iterable Mapping Optional Union Iterator".split()
)
