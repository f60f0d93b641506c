"""Branches and loops go in, the same said otherwise comes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import libcst as cst

from tests.metamorphic.programs import Program, parsed

LEAVES = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def as_edit(transformer: type[cst.CSTTransformer]) -> Any:
    """A rewrite of one file by a transformer."""

    def edit(program: Program, file: str) -> str:
        return parsed(program.files[file]).module.visit(transformer()).code

    edit.__doc__ = transformer.__doc__
    return edit


class Negated(cst.CSTTransformer):
    """`if c: A else: B` becomes `if not c: B else: A`."""

    def leave_If(self, original: cst.If, updated: cst.If) -> cst.If:
        match updated.orelse:
            case None:
                other: cst.BaseSuite = cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])])
            case cst.Else(body=body):
                other = body
            case elif_:
                other = cst.IndentedBlock([_spaced(elif_)])
        if not isinstance(updated.body, cst.IndentedBlock) or not isinstance(other, cst.IndentedBlock):
            return updated
        header, own = updated.body.header, other.header
        test = cst.UnaryOperation(cst.Not(), _enclosed(updated.test))
        whitespace = cst.SimpleWhitespace(" ")
        return updated.with_changes(
            test=test,
            whitespace_before_test=whitespace,
            body=other.with_changes(header=header),
            orelse=cst.Else(updated.body.with_changes(header=own)),
        )


def _spaced(elif_: cst.If) -> cst.If:
    return elif_.with_changes(leading_lines=[])


def _enclosed(test: cst.BaseExpression) -> cst.BaseExpression:
    return test.with_changes(lpar=[cst.LeftParen(), *test.lpar], rpar=[*test.rpar, cst.RightParen()])


def _leaves(suite: cst.BaseSuite) -> bool:
    """Whether nothing after a block is reached from it."""
    match suite:
        case cst.IndentedBlock(body=[*_, cst.SimpleStatementLine(body=[*_, last])]):
            return isinstance(last, LEAVES)
        case _:
            return False


class ElseAfterReturn(cst.CSTTransformer):
    """`if c: return a` and what follows becomes `if c: return a` and the rest under `else`."""

    def leave_IndentedBlock(self, original: cst.IndentedBlock, updated: cst.IndentedBlock) -> cst.IndentedBlock:
        return updated.with_changes(body=_nested(updated.body))


def _nested(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    for index, one in enumerate(body[:-1]):
        if isinstance(one, cst.If) and one.orelse is None and _leaves(one.body):
            rest = cst.IndentedBlock(_nested(body[index + 1 :]))
            return [*body[:index], one.with_changes(orelse=cst.Else(rest))]
    return list(body)


class ReturnWithoutElse(cst.CSTTransformer):
    """`if c: return a` with an `else` becomes the same with what was under `else` after it."""

    def __init__(self) -> None:
        super().__init__()
        self.elifs: list[cst.If] = []

    def visit_If(self, node: cst.If) -> None:
        self.elifs += [node.orelse] if isinstance(node.orelse, cst.If) else []

    def leave_If(self, original: cst.If, updated: cst.If) -> Any:
        match updated:
            case cst.If(orelse=cst.Else(body=cst.IndentedBlock(body=rest))) if _leaves(updated.body):
                if not any(original is one for one in self.elifs):
                    return cst.FlattenSentinel([updated.with_changes(orelse=None), *rest])
            case cst.If(orelse=cst.If() as elif_) if _leaves(updated.body) and not any(original is one for one in self.elifs):
                return cst.FlattenSentinel([updated.with_changes(orelse=None), elif_])
        return updated


def line(node: cst.CSTNode) -> str:
    """The code of a node."""
    return cst.Module([]).code_for_node(node).strip()


def _parts(text: str) -> tuple[str, str]:
    """A line without its comment, and the comment."""
    found = re.match(r"(.*?)\s*(#.*)?$", text)
    return (found[1], found[2] or "") if found else (text, "")


class BranchForExpression(cst.CSTTransformer):
    """`x = a if c else b` becomes an `if` statement."""

    def leave_SimpleStatementLine(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        match updated.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=target)], value=cst.IfExp() as choice)]:
                start = f"{line(target)} = "
            case [cst.Return(value=cst.IfExp() as choice)]:
                start = "return "
            case _:
                return updated
        tag = "#@" + line(updated).rpartition("  #@")[2]
        if "\n" in line(updated):
            return updated
        text = f"if {line(choice.test)}:  {tag}\n    {start}{line(choice.body)}  {tag}\nelse:\n    {start}{line(choice.orelse)}  {tag}\n"
        return cst.parse_statement(text).with_changes(leading_lines=updated.leading_lines)


class ExpressionForBranch(cst.CSTTransformer):
    """`if c: x = a else: x = b` becomes a conditional expression."""

    def leave_If(self, original: cst.If, updated: cst.If) -> Any:
        match updated:
            case cst.If(body=cst.IndentedBlock(body=[first]), orelse=cst.Else(body=cst.IndentedBlock(body=[second]))):
                before, after = value_of(first), value_of(second)
            case _:
                return updated
        if before is None or after is None or before[0] != after[0] or "\n" in line(updated.test):
            return updated
        (start, one, tag), (_, other, other_tag) = before, after
        head = line(updated.body.header.comment) if isinstance(updated.body, cst.IndentedBlock) and updated.body.header.comment else ""
        text = f"{start}(\n    {one}  {tag}\n    if {line(updated.test)}  {head}\n    else {other}  {other_tag}\n)\n"
        return cst.parse_statement(text).with_changes(leading_lines=updated.leading_lines)


class Put(NamedTuple):
    """`start` and `value` make up a statement that puts a value somewhere."""

    start: str
    value: str
    tag: str


def value_of(statement: cst.BaseStatement) -> Put | None:
    """Where a statement puts a value, the value, and the tag; None where it does anything else."""
    text, tag = line(statement).rpartition("  #@")[::2]
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)]) if "\n" not in text:
            return Put(f"{line(target)} = ", line(value), f"#@{tag}")
        case cst.SimpleStatementLine(body=[cst.Return(value=cst.BaseExpression() as value)]) if "\n" not in text:
            return Put("return ", line(value), f"#@{tag}")
        case _:
            return None


negated = as_edit(Negated)
else_after_return = as_edit(ElseAfterReturn)
return_without_else = as_edit(ReturnWithoutElse)
branch_for_expression = as_edit(BranchForExpression)
expression_for_branch = as_edit(ExpressionForBranch)
