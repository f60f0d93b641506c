"""A text and a change of calls go in, the changed text comes out: the calls are those that a statement surely makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import libcst as cst
from libcst.metadata import Assignment, MetadataWrapper, PositionProvider, QualifiedNameProvider, Scope, ScopeProvider

from tests.metamorphic.programs import parsed

# What is evaluated later, again and again, or perhaps not at all.
DEFERRED = (cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp, cst.IfExp, cst.BooleanOperation, cst.Await, cst.Yield)


@dataclass(frozen=True, slots=True)
class Change:
    """What stands in a call's place, the statements right before it, and what is defined once at the top of the file."""

    expression: str
    before: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """A call in a statement: what it is by its full name, its number for fresh names, and the comment that tags its line."""

    call: cst.Call
    name: str
    inner: str
    number: int
    tag: str
    scope: Scope | None
    module: cst.Module

    def code(self, node: cst.CSTNode) -> str:
        """The code of a part of the call, in parentheses where it needs several lines."""
        text = self.module.code_for_node(node).strip()
        return f"({text})" if "\n" in text else text

    def arguments(self) -> list[tuple[str | None, str]] | None:
        """The arguments with their keywords; None where there are `*` or `**` ones."""
        if any(argument.star for argument in self.call.args):
            return None
        return [(argument.keyword.value if argument.keyword else None, self.code(argument.value)) for argument in self.call.args]

    def owns(self, name: str) -> bool:
        """Whether a name belongs to the scope that the call stands in, so that `x = x` may be said of it."""
        if self.scope is None or name not in self.scope:
            return False
        return all(isinstance(one, Assignment) and one.scope is self.scope for one in self.scope[name])


Changing = Callable[[Site], Change | None]


def changed(text: str, change: Changing) -> str | None:
    """The text with each call replaced that the change has something for; None where it has nothing."""
    wrapper = parsed(text)
    calls = _Calls(wrapper, text.splitlines(), change)
    module = wrapper.visit(calls)
    return None if not calls.fresh else with_definitions(module, list(calls.definitions.values())).code


class _Calls(cst.CSTTransformer):
    """Goes over the calls of a module; innermost first, so that what is replaced may hold what was replaced."""

    METADATA_DEPENDENCIES = (QualifiedNameProvider, ScopeProvider, PositionProvider)

    def __init__(self, wrapper: MetadataWrapper, lines: list[str], change: Changing) -> None:
        super().__init__()
        self.lines = lines
        self.change = change
        self.module = wrapper.module
        self.numbers = count(1)
        self.deferred = 0
        self.fresh = 0
        self.before: list[str] | None = None
        self.definitions: dict[str, str] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleStatementLine):
            self.before = []
        self.deferred += isinstance(node, DEFERRED)
        return not isinstance(node, cst.Decorator | cst.Parameters)

    def on_leave(self, original: cst.CSTNode, updated: cst.CSTNode) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]:  # type: ignore[override]  # one function for all kinds of nodes
        self.deferred -= isinstance(original, DEFERRED)
        if isinstance(original, cst.SimpleStatementLine):
            before, self.before = self.before or [], None
            return cst.FlattenSentinel([*map(cst.parse_statement, before), updated]) if before else updated
        if isinstance(original, cst.Call) and isinstance(updated, cst.Call) and self.before is not None and not self.deferred:
            return self._changed(original, updated)
        return updated

    def _changed(self, original: cst.Call, updated: cst.Call) -> cst.BaseExpression:
        inner = self._name(original.func.func) if isinstance(original.func, cst.Call) else ""
        tag = _tag(self.lines[self.get_metadata(PositionProvider, original).start.line - 1])
        scope = self.get_metadata(ScopeProvider, original.func, None)
        change = self.change(Site(updated, self._name(original.func), inner, next(self.numbers), tag, scope, self.module))
        if change is None or self.before is None:
            return updated
        self.fresh += 1
        self.before += [f"{statement}{tag}\n" for statement in change.before]
        self.definitions = {**{one: _with_tag(one, tag) for one in change.definitions}, **self.definitions}
        made = cst.parse_expression(change.expression)
        return made.with_changes(lpar=[*updated.lpar, *made.lpar], rpar=[*made.rpar, *updated.rpar])

    def _name(self, node: cst.CSTNode) -> str:
        return min((found.name for found in self.get_metadata(QualifiedNameProvider, node, set())), default="")


def _tag(line: str) -> str:
    found = re.search(r"#@\d+\s*$", line)
    return f"  {found[0].strip()}" if found else ""


def _with_tag(definition: str, tag: str) -> str:
    return "\n".join(f"{line}{tag}" if line.strip() else line for line in definition.splitlines()) + "\n"


def with_definitions(module: cst.Module, definitions: list[str]) -> cst.Module:
    """A module with definitions after its first imports."""
    if not definitions:
        return module
    place = first_after_imports(module)
    made = [statement for text in definitions for statement in cst.parse_module(text).body]
    return module.with_changes(body=[*module.body[:place], *made, *module.body[place:]])


def first_after_imports(module: cst.Module) -> int:
    """The index of the first statement that is neither the docstring nor an import."""
    return next(
        (index for index, one in enumerate(module.body) if not _is_import(one) and not (index == 0 and _is_text(one))), len(module.body)
    )


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(one, cst.Import | cst.ImportFrom) for one in statement.body)


def _is_text(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
        case _:
            return False
