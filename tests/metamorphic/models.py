"""A model that is made goes in, the same model comes out in a wrapper that hands everything on."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst

from tests.metamorphic.names import alias, bound, tree
from tests.metamorphic.programs import Program, parsed

LAYERS = {"Sequential", "Linear"}
# What a model in DataParallel still has.
KEPT = {"parameters", "train", "eval", "zero_grad", "state_dict", "named_parameters", "cuda", "cpu", "to"}
Wrap = Callable[[str, str, str], str]


def wrapped(wrap: Wrap) -> Callable[[Program, str], str | None]:
    """The rewrite that puts models into a wrapper: those in variables that are only called, and those called at once."""

    def edit(program: Program, file: str) -> str | None:
        text = program.files[file]
        (torch, needed), (nn, also) = alias(text, "torch"), alias(text, "torch.nn")
        if needed or also:
            return None
        return parsed(text).module.visit(_Wrapping(text, nn, lambda code: wrap(code, torch, nn))).code

    return edit


PARALLEL = wrapped(lambda code, _, nn: f"{nn}.DataParallel({code})")
ON_DEVICE = wrapped(lambda code, torch, _: f"{code}.to({torch}.device('cpu'))")
COMPILED = wrapped(lambda code, torch, _: f"{torch}.compile({code})")
TRAINED = wrapped(lambda code, _, __: f"{code}.train()")
_IN_SEQUENTIAL = wrapped(lambda code, _, nn: f"{nn}.Sequential({code})")
FROM_LAMBDA = wrapped(lambda code, _, __: f"(lambda: {code})()")
IN_DICT = wrapped(lambda code, _, __: f"{{'net': {code}}}['net']")
EITHER_WAY = wrapped(lambda code, torch, _: f"({code} if {torch}.cuda.is_available() else {code})")


def in_sequential(program: Program, file: str) -> str | None:
    """Models become the only part of a `Sequential`, which hands on one input."""
    forwards = [one for one in ast.walk(tree(program.files[file])) if isinstance(one, ast.FunctionDef) and one.name == "forward"]
    one_input = all(len(one.args.args) == 2 and not one.args.vararg and not one.args.kwonlyargs for one in forwards)
    return _IN_SEQUENTIAL(program, file) if one_input else None


def _classes(text: str) -> set[str]:
    """The classes of a file that are modules and nothing else."""
    found: set[str] = set()
    for one in ast.walk(tree(text)):
        if (
            isinstance(one, ast.ClassDef)
            and len(one.bases) == 1
            and ast.unparse(one.bases[0]) in {"nn.Module", "nn.Sequential", "torch.nn.Module", *found}
        ):
            found.add(one.name)
    return found


def _only_called(text: str, name: str) -> bool:
    """Whether a variable is bound once and then only called, or asked for what every wrapper has."""
    held = tree(text)
    reads = sum(isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load) for one in ast.walk(held))
    fine = 0
    for one in ast.walk(held):
        match one:
            case ast.Call(func=ast.Name(id=found)) | ast.Attribute(value=ast.Name(id=found)) if found == name:
                fine += isinstance(one, ast.Call) or one.attr in KEPT
    return reads == fine and list(bound(held)).count(name) == 1


class _Wrapping(cst.CSTTransformer):
    def __init__(self, text: str, nn: str, wrap: Callable[[str], str]) -> None:
        super().__init__()
        self.text = text
        self.makers = _classes(text) | {f"{nn}.{layer}" for layer in LAYERS}
        self.wrap = wrap

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return not node

    def _makes(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and cst.Module([]).code_for_node(node.func) in self.makers

    def _wrapped(self, node: cst.BaseExpression) -> cst.BaseExpression:
        return cst.parse_expression(self.wrap(cst.Module([]).code_for_node(node)))

    def leave_Call(self, original: cst.Call, updated: cst.Call) -> cst.Call:
        return updated.with_changes(func=self._wrapped(updated.func)) if self._makes(original.func) else updated

    def leave_Assign(self, original: cst.Assign, updated: cst.Assign) -> Any:
        match original:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value) if self._makes(value) and _only_called(
                self.text, name
            ):
                return updated.with_changes(value=self._wrapped(updated.value))
            case _:
                return updated
