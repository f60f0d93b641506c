"""The table of all rewrites: a program goes in, one that means the same comes out, or None where there is nothing to rewrite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.metamorphic import layout, losses
from tests.metamorphic.programs import Program, each


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One way of saying the same otherwise; `conditions` says whether the conditions of findings keep their text."""

    name: str
    apply: Callable[[Program], Program | None]
    conditions: bool = True


REWRITES = [
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
]
