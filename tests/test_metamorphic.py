"""The same program, written otherwise, gets the same findings: a fixed sample of what `python -m tests.metamorphic` runs whole."""

from __future__ import annotations

import hashlib
import inspect
import re
from functools import cache, lru_cache
from itertools import islice

import pytest
from torch import nn
from torch.nn import functional

from tests.metamorphic.comparing import Found, difference, findings
from tests.metamorphic.inputs import everything
from tests.metamorphic.losses import LOSSES, Loss
from tests.metamorphic.matrix import Outcome, Result, fault_of, of_pair
from tests.metamorphic.programs import Edit, Program, each, tagged
from tests.metamorphic.rewrites import REWRITES, SINGLE, Rewrite
from tests.metamorphic.running import computed
from tests.runs import PRELUDE

# As many programs for each rewrite as fit into half a minute, out of a pool that is parsed once.
SAMPLE = 6
POOL = 30
# Two thirds of the rewrites are about branches; all programs of this page have some.
BRANCHES = "spec/branches"
# What torch.compile costs is out of proportion.
NOT_RUN = {"model-compiled"}


def by_hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


@lru_cache(maxsize=1)
def pool() -> list[Program]:
    """The first inputs in an order that depends on nothing but their names, and those with branches."""
    every = sorted(everything(), key=lambda program: by_hash(program.name))
    return [*every[:POOL], *(program for program in every[POOL:] if program.name.startswith(BRANCHES))]


@cache
def found_in(index: int) -> tuple[Found, ...]:
    return findings(pool()[index])


def sample(rewrite: Rewrite) -> list[Result]:
    """A few programs of the pool that a rewrite applies to, others for each rewrite."""
    order = sorted(range(len(pool())), key=lambda index: by_hash(f"{rewrite.name} {pool()[index].name}"))
    applicable = (index for index in order if rewrite.apply(pool()[index]) is not None)
    return [of_pair(pool()[index], rewrite, found_in(index)) for index in islice(applicable, SAMPLE)]


def block(text: str) -> Program:
    """A block of a page, as an input."""
    return tagged(Program("a block", {"main.py": PRELUDE + text}))


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.name)
def test_the_same_program_written_otherwise_gets_the_same_findings(rewrite: Rewrite) -> None:
    assert [one for one in sample(rewrite) if one.outcome is not Outcome.EQUAL] == []


PROGRAM = """\
class Net(nn.Module):
    def __init__(self, sharp=False):
        super().__init__()
        self.fc = nn.Linear(16, 5)
        self.sharp = sharp

    def forward(self, x):
        out = self.fc(x)
        if self.sharp and len(out) > 4:
            out = F.softmax(out, dim=1)
        else:
            out = out
        if self.sharp and out is not None:
            out = out * 2
        if self.sharp == "never":
            return out.exp()
        else:
            return out if self.sharp is None else out


def doubled(value):
    if value is None:
        return value
    return value + value


net = Net("always")
if net.sharp != "no":
    scale = 1
else:
    scale = 2
if scale == 1:
    logits = logits * 3
loss = F.cross_entropy(net(x), y, label_smoothing=0.1)
loss = nn.CrossEntropyLoss()(doubled(logits), y)
"""


@pytest.mark.parametrize("rewrite", [one for one in SINGLE if one.name not in NOT_RUN], ids=lambda rewrite: rewrite.name)
def test_a_rewrite_keeps_what_a_program_computes(rewrite: Rewrite) -> None:
    """Run by torch, the rewritten program computes the same losses: that a rewrite keeps the meaning is shown, not assumed."""
    program = block(PROGRAM)
    rewritten = rewrite.apply(program)

    assert rewritten is not None
    assert fault_of(program, rewritten) == ""
    assert computed(program) == computed(rewritten)


def swapped(program: Program, file: str) -> str | None:
    """A rewrite that does not keep the meaning: what stood under the condition now stands under its opposite."""
    return re.sub(r"if (?=activation)", "if not ", program.files[file])


def without_softmax(program: Program, file: str) -> str | None:
    """A rewrite that takes a function away."""
    return program.files[file].replace("F.softmax(logits, dim=1)", "logits")


@pytest.mark.parametrize(
    ("edit", "text", "lost", "gained"),
    [
        (without_softmax, "F.cross_entropy(F.softmax(logits, dim=1), y)\n", ["LG101 error holds @15"], []),
        (
            swapped,
            "def step(x, y, activation):\n    if activation:\n        x = x.softmax(1)\n    F.cross_entropy(x, y)\n",
            ["LG101 warning may-hold @18 if activation"],
            ["LG101 warning may-hold @18 if not activation"],
        ),
    ],
)
def test_a_rewrite_that_changes_the_meaning_is_caught(edit: Edit, text: str, lost: list[str], gained: list[str]) -> None:
    program = block(text)
    rewritten = each(edit)(program)

    assert rewritten is not None
    assert difference(findings(program), findings(rewritten), conditions=True).spelled == (lost, gained)


def test_a_change_of_the_meaning_shows_in_what_is_computed() -> None:
    program = block("F.cross_entropy(F.softmax(logits, dim=1), y)\n")
    rewritten = each(without_softmax)(program)

    assert rewritten is not None
    assert computed(program) != computed(rewritten)


def test_a_spoilt_program_is_no_result() -> None:
    program = block("loss = F.cross_entropy(logits, y)\n")

    assert fault_of(program, program.having({"main.py": program.files["main.py"] + "if"})).startswith("main.py: ")
    assert fault_of(program, program.having({"main.py": ""})).startswith("lines are gone: 1, ")


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.function)
def test_the_losses_have_the_parameters_that_torch_gives_them(loss: Loss) -> None:
    function = list(inspect.signature(getattr(functional, loss.function)).parameters)
    made = list(inspect.signature(getattr(nn, loss.module)).parameters)

    assert [*loss.tensors, *loss.function_options] == function[: len(loss.tensors) + len(loss.function_options)]
    assert loss.module_options == made[: len(loss.module_options)]
