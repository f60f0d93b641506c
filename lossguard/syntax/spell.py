"""An expression goes in, one short line of Python that reads like it comes out."""

from __future__ import annotations

from typing import Final, TypeVar

from lossguard.syntax import ir

LONGEST: Final = 60

Part = TypeVar("Part")


def spell(expr: ir.Expr | ir.Stmt | ir.MatchCase | None) -> str:
    """The expression as source text, shortened in the middle where it is long."""
    text = _spell(expr)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 + 3 :]}"


def _ends(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The first and last of many parts: of the others nothing is left when the text has been shortened."""
    return parts if len(parts) <= LONGEST else (*parts[: LONGEST // 2], *parts[-LONGEST // 2 :])


def _spell(expr: ir.Expr | ir.Stmt | ir.MatchCase | None) -> str:
    match expr:
        case None:
            return ""
        case ir.Name(id=name):
            return name
        case ir.Const(value=value):
            return "..." if value is ... else repr(value)
        case ir.Attribute(value=value, name=name):
            return f"{_spell(value)}.{name}"
        case ir.Item(value=value, key=key):
            inner = ", ".join(map(_spell, key.items)) if isinstance(key, ir.Sequence) else _spell(key)
            return f"{_spell(value)}[{inner}]"
        case ir.Slice(lower=lower, upper=upper, step=step):
            return f"{_spell(lower)}:{_spell(upper)}" + (f":{_spell(step)}" if step else "")
        case ir.Call(func=func, args=args):
            return f"{_spell(func)}({', '.join(map(_argument, _ends(args)))})"
        case ir.Unary(op=op, operand=operand):
            return f"not {_spell(operand)}" if op == "not" else f"{op}{_spell(operand)}"
        case ir.Binary(op=op, left=left, right=right) | ir.Bool(op=op, left=left, right=right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case ir.Compare(left=left, rest=rest):
            return _spell(left) + "".join(f" {op} {_spell(right)}" for op, right in _ends(rest))
        case ir.Choice(test=test, yes=yes, no=no):
            return f"{_spell(yes)} if {_spell(test)} else {_spell(no)}"
        case _:
            return _display(expr)


def _display(expr: ir.Expr | ir.Stmt | ir.MatchCase) -> str:
    match expr:
        case ir.Sequence(kind=kind, items=items):
            brackets = {"tuple": "()", "list": "[]", "set": "{}"}[kind]
            return f"{brackets[0]}{', '.join(map(_spell, _ends(items)))}{brackets[1]}"
        case ir.Mapping(items=items):
            return "{" + ", ".join(f"{_spell(key)}: {_spell(value)}" if key else f"**{_spell(value)}" for key, value in _ends(items)) + "}"
        case ir.Comprehension(element=element):
            return f"[{_spell(element)} for ...]"
        case ir.Starred(value=value):
            return f"*{_spell(value)}"
        case ir.Walrus(target=target, value=value):
            return f"({_spell(target)} := {_spell(value)})"
        case ir.Function(name=name):
            return "lambda ...: ..." if name == "<lambda>" else name
        case ir.Augment(target=target, op=op, value=value):
            return f"{_spell(target)} {op}= {_spell(value)}"
        case ir.Text():
            return 'f"..."'
        case _:
            return "..."


def _operand(expr: ir.Expr) -> str:
    text = _spell(expr)
    return f"({text})" if isinstance(expr, ir.Binary | ir.Bool | ir.Compare | ir.Choice) else text


def _argument(arg: ir.Arg) -> str:
    prefix = f"{arg.keyword}=" if arg.keyword else arg.star
    return prefix + _spell(arg.value)
