"""Several values that come to one place: one finding for an expression, one for each producer of a loss."""

from __future__ import annotations

from pathlib import Path

from lossguard.config import Config
from lossguard.engine import check

HELPER = """
import torch
import torch.nn.functional as F

def log(t):
    return torch.log(t)

def first(x):
    return log(x.softmax(1))

def second(x):
    return log(F.softmax(x, dim=1))

def third(x):
    return log(F.softmax(x, dim=-1))
"""

LOSS = """
import torch.nn.functional as F

def loss_of(out, y):
    return F.cross_entropy(out, y)

def first(x, y):
    return loss_of(x.softmax(1), y)

def second(x, y):
    return loss_of(F.softmax(x, dim=1), y)
"""


def messages(folder: Path, text: str) -> list[str]:
    """What is said of a file."""
    (folder / "main.py").write_text(text)
    return [finding.message for finding in check(["main.py"], folder, Config(folder=folder), cached=False).findings]


def test_one_logarithm_in_a_helper_is_one_finding_with_its_callers_counted(tmp_path: Path) -> None:
    said = "the logarithm of the softmax in `t` loses small probabilities; log_softmax computes the same in one stable step"

    assert messages(tmp_path, HELPER) == [f"{said} (so it does for 2 other values that come here)"]


def test_a_loss_that_several_producers_reach_is_a_finding_for_each(tmp_path: Path) -> None:
    said = "`F.cross_entropy` applies the softmax itself, but `out` already holds probabilities"

    assert messages(tmp_path, LOSS) == [said, said]
