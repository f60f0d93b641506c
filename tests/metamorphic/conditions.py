"""Conditions go in, conditions that hold in the same cases come out."""

from __future__ import annotations

from typing import Any

import libcst as cst

from tests.metamorphic.control import as_edit, line, value_of

FLIPPED: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.Equal: cst.NotEqual,
    cst.Is: cst.IsNot,
    cst.In: cst.NotIn,
    cst.NotEqual: cst.Equal,
    cst.IsNot: cst.Is,
    cst.NotIn: cst.In,
}


class Denied(cst.CSTTransformer):
    """`a == "b"` becomes `not a != "b"`, `a is None` becomes `not a is not None`; numbers are left alone, for tensors compare with them."""

    def leave_Comparison(self, original: cst.Comparison, updated: cst.Comparison) -> cst.BaseExpression:
        match updated.comparisons:
            case [cst.ComparisonTarget(operator=operator, comparator=comparator)] if type(operator) in FLIPPED and _plain(
                updated.left, comparator
            ):
                text = f"(not {line(updated.left)} {line(FLIPPED[type(operator)]()).strip()} {line(comparator)})"
                return cst.parse_expression(text)
            case _:
                return updated


def _plain(*sides: cst.BaseExpression) -> bool:
    """Whether one side is a text or None, so that the comparison gives a plain truth value."""
    return any(isinstance(one, cst.SimpleString) or line(one) == "None" for one in sides)


class Mirrored(cst.CSTTransformer):
    """`a == "b"` becomes `"b" == a`."""

    def leave_Comparison(self, original: cst.Comparison, updated: cst.Comparison) -> cst.BaseExpression:
        match updated.comparisons:
            case [cst.ComparisonTarget(operator=cst.Equal() | cst.NotEqual() as operator, comparator=comparator)]:
                return cst.parse_expression(f"({line(comparator)} {line(operator).strip()} {line(updated.left)})")
            case _:
                return updated


class Nested(cst.CSTTransformer):
    """`if a and b: A` becomes `if a:` with `if b: A` inside."""

    def leave_If(self, original: cst.If, updated: cst.If) -> cst.If:
        match updated:
            case cst.If(
                test=cst.BooleanOperation(operator=cst.And(), left=left, right=right), body=cst.IndentedBlock() as body, orelse=None
            ):
                inner = updated.with_changes(test=right, leading_lines=[], whitespace_before_test=cst.SimpleWhitespace(" "))
                return updated.with_changes(
                    test=left, body=body.with_changes(body=[inner]), whitespace_before_test=cst.SimpleWhitespace(" ")
                )
            case _:
                return updated


class Morgan(cst.CSTTransformer):
    """`a and b` becomes `not (not a or not b)`, and `a or b` likewise, where only the truth counts."""

    def leave_If(self, original: cst.If, updated: cst.If) -> cst.If:
        match updated.test:
            case cst.BooleanOperation(operator=operator, left=left, right=right):
                word = "or" if isinstance(operator, cst.And) else "and"
                test = cst.parse_expression(f"not (not ({line(left)}) {word} not ({line(right)}))")
                return updated.with_changes(test=test, whitespace_before_test=cst.SimpleWhitespace(" "))
            case _:
                return updated


class InVariable(cst.CSTTransformer):
    """The condition of an `if` is kept in a variable."""

    def __init__(self) -> None:
        super().__init__()
        self.elifs: list[cst.CSTNode] = []
        self.count = 0

    def visit_If(self, node: cst.If) -> None:
        self.elifs += [node.orelse] if isinstance(node.orelse, cst.If) else []

    def leave_If(self, original: cst.If, updated: cst.If) -> Any:
        if (
            any(original is one for one in self.elifs)
            or "__name__" in line(updated.test)
            or not isinstance(updated.body, cst.IndentedBlock)
        ):
            return updated
        self.count += 1
        tag = line(updated.body.header.comment) if updated.body.header.comment else ""
        before = cst.parse_statement(f"condition_{self.count} = ({line(updated.test)})  {tag}\n")
        test = cst.Name(f"condition_{self.count}")
        return cst.FlattenSentinel([before, updated.with_changes(test=test, whitespace_before_test=cst.SimpleWhitespace(" "))])


class ExpressionForChange(cst.CSTTransformer):
    """`if c: x = a` becomes `x = a if c else x`, where x is what a is made of."""

    def leave_If(self, original: cst.If, updated: cst.If) -> Any:
        match updated:
            case cst.If(body=cst.IndentedBlock(body=[first]) as body, orelse=None):
                found = value_of(first)
            case _:
                return updated
        if found is None or not found.start.endswith(" = ") or f"{found.start[:-3]}" not in found.value or "\n" in line(updated.test):
            return updated
        name = found.start[:-3]
        if not name.isidentifier() or not _reads(first, name):
            return updated
        head = line(body.header.comment) if body.header.comment else ""
        text = f"{name} = (\n    {found.value}  {found.tag}\n    if {line(updated.test)}  {head}\n    else {name}\n)\n"
        return cst.parse_statement(text).with_changes(leading_lines=updated.leading_lines)


def _reads(statement: cst.BaseStatement, name: str) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value)]):
            return name in line(value).replace("(", " ").replace(",", " ").replace(".", " ").split()
        case _:
            return False


denied = as_edit(Denied)
mirrored = as_edit(Mirrored)
nested = as_edit(Nested)
morgan = as_edit(Morgan)
in_variable = as_edit(InVariable)
expression_for_change = as_edit(ExpressionForChange)
