"""The table of all rewrites: a program goes in, one that means the same comes out, or None where there is nothing to rewrite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.metamorphic import around, blocks, conditions, control, holding, layout, losses, models, naming
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
    Rewrite("loss-from-factory", each(holding.from_factory)),
    Rewrite("loss-from-choice", each(holding.from_choice)),
    Rewrite("loss-from-registry", each(holding.from_registry)),
    Rewrite("loss-by-name", each(holding.by_name)),
    Rewrite("loss-subclassed", each(holding.subclassed)),
    Rewrite("loss-in-list", each(holding.in_list)),
    Rewrite("loss-in-module-dict", each(holding.in_module_dict)),
    Rewrite("loss-unpacked", each(holding.unpacked)),
    Rewrite("loss-on-device", each(holding.on_device)),
    Rewrite("loss-in-lambda", each(holding.as_lambda)),
    Rewrite("loss-forward", each(holding.forward)),
    Rewrite("loss-either-way", each(holding.either_way), conditions=False),
    Rewrite("loss-in-property", each(holding.in_property)),
    Rewrite("loss-in-class", each(holding.in_class)),
    Rewrite("loss-global", each(holding.global_loss)),
    Rewrite("loss-partial", each(holding.partial)),
    Rewrite("loss-function-in-variable", each(holding.function_in_variable)),
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
    Rewrite("done-twice", each(blocks.TWICE)),
    Rewrite("done-once-in-a-loop", each(blocks.ONCE)),
    Rewrite("done-until-broken", each(blocks.UNTIL_BROKEN)),
    Rewrite("under-try", each(blocks.GUARDED)),
    Rewrite("under-finally", each(blocks.FINALLY)),
    Rewrite("under-if-true", each(blocks.ALWAYS)),
    Rewrite("under-with", each(blocks.ENTERED)),
    Rewrite("annotated", each(blocks.annotated)),
    Rewrite("dead-branch", each(around.dead_branch)),
    Rewrite("bound-to-itself", each(around.itself)),
    Rewrite("unrelated-statements", each(around.unrelated)),
    Rewrite("parentheses", each(around.parentheses)),
    Rewrite("arguments-first", each(around.arguments_first)),
    Rewrite("result-first", each(around.result_first)),
    Rewrite("arguments-starred", each(around.starred)),
    Rewrite("argument-passed-on", each(around.passed_on)),
    Rewrite("argument-cloned", each(around.cloned)),
    Rewrite("argument-contiguous", each(around.contiguous)),
    Rewrite("argument-in-tuple", each(around.in_tuple)),
    Rewrite("argument-in-dict", each(around.in_dict)),
    Rewrite("argument-in-list", each(around.in_list)),
    Rewrite("argument-in-object", each(around.in_object)),
    Rewrite("argument-walrus", each(around.walrus)),
    Rewrite("argument-by-lambda", each(around.by_lambda)),
    Rewrite("argument-from-loop", each(around.from_loop)),
    Rewrite("argument-by-decorated", each(around.by_decorated)),
    Rewrite("condition-denied", each(conditions.denied)),
    Rewrite("condition-mirrored", each(conditions.mirrored)),
    Rewrite("condition-nested", each(conditions.nested)),
    Rewrite("condition-morgan", each(conditions.morgan), conditions=False),
    Rewrite("condition-in-variable", each(conditions.in_variable)),
    Rewrite("expression-for-change", each(conditions.expression_for_change)),
    Rewrite("model-parallel", each(models.PARALLEL)),
    Rewrite("model-on-device", each(models.ON_DEVICE)),
    Rewrite("model-compiled", each(models.COMPILED)),
    Rewrite("model-in-training", each(models.TRAINED)),
    Rewrite("model-in-sequential", each(models.in_sequential)),
    Rewrite("model-from-lambda", each(models.FROM_LAMBDA)),
    Rewrite("model-in-dict", each(models.IN_DICT)),
    Rewrite("model-either-way", each(models.EITHER_WAY), conditions=False),
    Rewrite("variables-renamed", each(naming.variables), conditions=False),
    Rewrite("imports-renamed", each(naming.imports)),
    Rewrite("names-in-full", each(naming.in_full)),
    Rewrite("names-one-by-one", each(naming.one_by_one)),
]


def chained(number: int, program: Program) -> Program | None:
    """Three rewrites one after the other, drawn by the name of the program."""
    drawn = list(SINGLE)
    Random(f"{program.name} {number}").shuffle(drawn)  # noqa: S311  # the same draw in every run
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
