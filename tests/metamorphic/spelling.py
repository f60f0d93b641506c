"""Names go in, other spellings come out: what is no reading of a variable keeps its name."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst


class Respelled(cst.CSTTransformer):
    """Gives names another spelling; attributes, keywords of calls and imports keep theirs."""

    def __init__(self, spellings: Mapping[str, str]) -> None:
        super().__init__()
        self.spellings = spellings

    def visit_Import(self, node: cst.Import) -> bool:
        return not node

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return not node

    def leave_Attribute(self, original: cst.Attribute, updated: cst.Attribute) -> cst.BaseExpression:
        return updated.with_changes(attr=original.attr)

    def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> cst.Arg:
        return updated.with_changes(keyword=original.keyword)

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        spelled = self.spellings.get(original.value)
        if spelled is None:
            return updated
        return cst.parse_expression(spelled).with_changes(lpar=updated.lpar, rpar=updated.rpar)
