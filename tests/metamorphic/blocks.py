"""Statements that speak of a loss go in, the same come out inside a block that runs them as they were run before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from tests.metamorphic.control import line
from tests.metamorphic.programs import Program, parsed

# What does not do the same when it is done twice.
STATEFUL = re.compile(
    r"_\(|\b(append|extend|step|backward|next|pop|update|register\w*|add_module|yield|await|del|return|raise)\b|[-+*/|&]=|:="
)
SPEAKS_OF_A_LOSS = re.compile(r"loss|criteri|entropy|kl_div|nll|bce", re.IGNORECASE)
Asked = Callable[[cst.SimpleStatementLine], bool]


class _Wrapped(cst.CSTTransformer):
    """Puts statements where a template has `pass`."""

    def __init__(self, template: str, asked: Asked) -> None:
        super().__init__()
        self.template = template
        self.asked = asked

    def leave_SimpleStatementLine(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        if not SPEAKS_OF_A_LOSS.search(line(updated)) or not self.asked(updated):
            return updated
        block: Any = cst.parse_statement(self.template).visit(_Filled(updated.with_changes(leading_lines=[])))
        return block.with_changes(leading_lines=updated.leading_lines)


class _Filled(cst.CSTTransformer):
    """Puts a statement in the place of `pass`."""

    def __init__(self, statement: cst.SimpleStatementLine) -> None:
        super().__init__()
        self.statement = statement

    def leave_SimpleStatementLine(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        return self.statement if isinstance(updated.body[0], cst.Pass) else updated


def _does_something(statement: cst.SimpleStatementLine) -> bool:
    match statement.body:
        case [cst.Assign() | cst.Return() | cst.Expr(value=cst.Call())]:
            return True
        case _:
            return False


def _repeatable(statement: cst.SimpleStatementLine) -> bool:
    text = re.sub(r"\s*#.*", "", line(statement))
    match statement.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]:
            again = not re.search(rf"\b{name}\b", line(value))
        case [cst.Expr(value=cst.Call())]:
            again = "super()" not in text
        case _:
            again = False
    return again and not STATEFUL.search(text)


def inside(template: str, asked: Asked = _does_something) -> Callable[[Program, str], str | None]:
    """The rewrite that puts statements into a block."""

    def edit(program: Program, file: str) -> str:
        return parsed(program.files[file]).module.visit(_Wrapped(template, asked)).code

    return edit


TWICE = inside("for _ in range(2):\n    pass\n", _repeatable)
ONCE = inside("for _ in [0]:\n    pass\n")
UNTIL_BROKEN = inside("while True:\n    pass\n    break\n")
GUARDED = inside("try:\n    pass\nexcept ValueError:\n    raise\n")
FINALLY = inside("try:\n    pass\nfinally:\n    print('done')\n")
ALWAYS = inside("if True:\n    pass\n")
ENTERED = inside("with open('/dev/null'):\n    pass\n")


class _Annotated(cst.CSTTransformer):
    """`loss = value` becomes `loss: object = value`."""

    def leave_Assign(self, original: cst.Assign, updated: cst.Assign) -> Any:
        match updated.targets:
            case [cst.AssignTarget(target=target)] if isinstance(target, cst.Name | cst.Attribute):
                return cst.AnnAssign(target, cst.Annotation(cst.Name("object")), updated.value)
            case _:
                return updated


def annotated(program: Program, file: str) -> str | None:
    """Assignments get annotations; not in classes, where these make fields, nor where a name is global."""
    text = program.files[file]
    if re.search(r"\b(dataclass|NamedTuple|global|nonlocal|BaseModel|TypedDict)\b", text):
        return None
    return parsed(text).module.visit(_Annotated()).code
