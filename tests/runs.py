"""Running example code under the guard, statement by statement, as the tests of rule pages and of misuses do."""

from __future__ import annotations

import ast
import linecache
import warnings
from pathlib import Path
from typing import Any

from lossguard.runtime import Guard, guard

# The names that the examples on rule pages use.
PRELUDE = """\
import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
model = nn.Linear(16, 5)
x = torch.randn(8, 16)
y = torch.randint(0, 5, (8,))
logits = model(x)
score = nn.Linear(16, 1)(x)
binary_logits = nn.Linear(16, 5)(x)
binary = torch.randint(0, 2, (8, 5)).float()
signs = torch.where(torch.rand(8) < 0.5, -1.0, 1.0)
teacher = nn.Linear(16, 5)(x)
values = torch.randn(8)
"""


def run_guarded(path: Path, text: str) -> tuple[Guard, list[Exception]]:
    """Run a file's text under a collecting guard; a statement that raises does not keep the next from running."""
    path.write_text(text, encoding="utf-8")
    linecache.checkcache()
    names: dict[str, Any] = {"__name__": "example"}
    raised = []
    with warnings.catch_warnings(), guard("collect") as watching:
        warnings.simplefilter("ignore")
        watching.cwd = watching.ledger.cwd = path.parent
        for statement in ast.parse(text).body:
            try:
                exec(compile(ast.Module([statement], []), str(path), "exec"), names)  # noqa: S102  # the examples are ours
            except Exception as error:  # noqa: BLE001  # what torch raises is part of the example
                raised.append(error)
    return watching, raised
