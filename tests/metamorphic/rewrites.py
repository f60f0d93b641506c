"""The table of all rewrites: a program goes in, one that means the same comes out, or None where there is nothing to rewrite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.metamorphic import around, control, layout, losses, models, naming
from tests.metamorphic.programs import Program, each


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One way of saying the same otherwise; `conditions` says whether the conditions of findings keep their text."""

    name: str
    apply: Callable[[Program], Program | None]
    conditions: bool = True


SINGLE = [
    Rewrite("loss-as-module", each(losses.to_module)),
    Rewrite("loss-as-function", each(losses.to_function)),
    Rewrite("loss-in-variable", each(losses.in_variable)),
    Rewrite("loss-in-attribute", each(losses.in_attribute)),
    Rewrite("loss-in-module", each(losses.in_module)),
    Rewrite("loss-in-dict", each(losses.in_dict)),
    Rewrite("loss-by-parameter", each(losses.by_parameter)),
    Rewrite("loss-by-default", each(losses.by_default)),
    Rewrite("loss-by-keyword", each(losses.by_keyword)),
    Rewrite("statements-in-main", each(layout.into_main)),
    Rewrite("statements-in-method", each(layout.into_method)),
    Rewrite("a-cell-for-each-statement", layout.into_cells),
    Rewrite("files-named", layout.named_on_the_command_line),
    *(Rewrite(f"definitions-by-{name}", layout.moved(form)) for name, form in layout.FORMS.items()),
    Rewrite("if-negated", each(control.negated), conditions=False),
    Rewrite("else-after-return", each(control.else_after_return)),
    Rewrite("return-without-else", each(control.return_without_else)),
    Rewrite("branch-for-expression", each(control.branch_for_expression)),
    Rewrite("expression-for-branch", each(control.expression_for_branch)),
    Rewrite("done-twice", each(control.twice)),
    Rewrite("under-try", each(control.guarded)),
    Rewrite("dead-branch", each(around.dead_branch)),
    Rewrite("bound-to-itself", each(around.itself)),
    Rewrite("unrelated-statements", each(around.unrelated)),
    Rewrite("parentheses", each(around.parentheses)),
    Rewrite("arguments-first", each(around.arguments_first)),
    Rewrite("result-first", each(around.result_first)),
    Rewrite("model-parallel", each(models.PARALLEL)),
    Rewrite("model-on-device", each(models.ON_DEVICE)),
    Rewrite("model-compiled", each(models.COMPILED)),
    Rewrite("model-in-training", each(models.TRAINED)),
    Rewrite("variables-renamed", each(naming.variables), conditions=False),
    Rewrite("imports-renamed", each(naming.imports)),
    Rewrite("names-in-full", each(naming.in_full)),
    Rewrite("names-one-by-one", each(naming.one_by_one)),
]


def chained(number: int, program: Program) -> Program | None:
    """Three rewrites one after the other, drawn by the name of the program."""
    drawn = list(SINGLE)
    Random(f"{program.name} {number}").shuffle(drawn)
    done = 0
    for rewrite in drawn:
        rewritten = rewrite.apply(program)
        if rewritten is not None:
            program, done = rewritten, done + 1
        if done == LENGTH:
            return program
    return None


LENGTH = 3
CHAINS = [Rewrite(f"chain-{number}", partial(chained, number), conditions=False) for number in range(1, 7)]
REWRITES = [*SINGLE, *CHAINS]
