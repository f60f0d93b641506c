"""The losses of torch as a run meets them: where each is called, what its arguments are, and which of them to look at how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import CodeType, ModuleType
from typing import Any, Final

import torch
from torch.nn import functional


class Role(Enum):
    """What an argument is to its loss, and so what is measured of it."""

    CLASS_SCORES = "scores of classes along one axis"
    SCORES = "scores"
    CLASSES = "classes: indices, or a distribution over them"
    LABELS = "labels in sequences"
    UNIT = "targets between 0 and 1"
    SIGNS = "targets -1 and +1"
    VARIANCE = "a variance"
    PLAIN = "real numbers"
    LOGGED = "what a logarithm is taken of"


@dataclass(frozen=True, slots=True)
class Loss:
    """One choke point: `owner.attribute` is looked up on each call of the functional, so a wrapper put there sees them all.

    `parameters` are the choke point's own, in order, for calls that do not come through the functional. `builtin` is the name
    under which TorchScript knows it, `contract` the full name under which contracts speak of one that is not torch's.
    """

    family: str
    owner: Any
    attribute: str
    roles: Mapping[str, Role]
    parameters: tuple[str, ...]
    builtin: str | None = None
    code: CodeType | None = field(default=None)
    contract: str = ""

    @property
    def is_loss(self) -> bool:
        """Whether this is a loss, and not a logarithm."""
        return Role.LOGGED not in self.roles.values()


def contract_of(loss: Loss, family: str) -> str:
    """The full name under which contracts speak of a loss, which may be looked at as one of another family."""
    return loss.contract or f"{functional.__name__}.{family}"


_SCORES_AND_SIGNS: Final = {"input": Role.SCORES, "target": Role.SIGNS}
_PLAIN: Final = {"input": Role.PLAIN, "target": Role.PLAIN}
_UNIT: Final = {"input": Role.SCORES, "target": Role.UNIT}
_CLASSES: Final = {"input": Role.CLASS_SCORES, "target": Role.CLASSES}
_PAIR: Final = {"input1": Role.PLAIN, "input2": Role.PLAIN, "target": Role.SIGNS}
_DISTRIBUTIONS: Final = {"input": Role.SCORES, "target": Role.SCORES}

_nn: ModuleType = torch._C._nn  # torch.nn.functional looks its kernels up here


def _loss(owner: Any, attribute: str, roles: Mapping[str, Role], parameters: str, family: str | None = None) -> Loss:
    name = family or attribute
    code = getattr(getattr(functional, name), "__code__", None)
    return Loss(name, owner, attribute, roles, tuple(parameters.split()), f"aten::{attribute}", code)


def _python(family: str, roles: Mapping[str, Role], parameters: str) -> Loss:
    """A functional that is written in Python and calls no kernel of its own: it is wrapped itself."""
    return Loss(family, functional, family, roles, tuple(parameters.split()))


LOSSES: Final = (
    _loss(_nn, "cross_entropy_loss", _CLASSES, "input target weight reduction ignore_index label_smoothing", "cross_entropy"),
    _loss(_nn, "nll_loss_nd", _CLASSES, "input target weight reduction ignore_index", "nll_loss"),
    _loss(_nn, "binary_cross_entropy", _UNIT, "input target weight reduction"),
    _loss(torch, "binary_cross_entropy_with_logits", _UNIT, "input target weight pos_weight reduction"),
    _loss(torch, "kl_div", _DISTRIBUTIONS, "input target reduction log_target"),
    _loss(_nn, "mse_loss", _PLAIN, "input target reduction"),
    _loss(_nn, "l1_loss", _PLAIN, "input target reduction"),
    _loss(_nn, "smooth_l1_loss", _PLAIN, "input target reduction beta"),
    _loss(_nn, "huber_loss", _PLAIN, "input target reduction delta"),
    _loss(torch, "poisson_nll_loss", _PLAIN, "input target log_input full eps reduction"),
    _loss(torch, "hinge_embedding_loss", {"input": Role.PLAIN, "target": Role.SIGNS}, "input target margin reduction"),
    _loss(_nn, "soft_margin_loss", _SCORES_AND_SIGNS, "input target reduction"),
    _loss(torch, "margin_ranking_loss", _PAIR, "input1 input2 target margin reduction"),
    _loss(torch, "cosine_embedding_loss", _PAIR, "input1 input2 target margin reduction"),
    _loss(_nn, "multi_margin_loss", _CLASSES, "input target p margin weight reduction"),
    _loss(
        torch, "ctc_loss", {"log_probs": Role.CLASS_SCORES, "targets": Role.LABELS},
        "log_probs targets input_lengths target_lengths blank reduction zero_infinity",
    ),
    _python("multilabel_soft_margin_loss", _UNIT, "input target weight size_average reduce reduction"),
    _python("gaussian_nll_loss", {**_PLAIN, "var": Role.VARIANCE}, "input target var full eps reduction"),
    Loss("log", torch, "log", {"input": Role.LOGGED}, ("input",), "aten::log"),
    Loss("log", torch.Tensor, "log", {"input": Role.LOGGED}, ("input",)),
)  # fmt: skip

REDUCTIONS: Final = {0: "none", 1: "mean", 2: "sum"}


def bound(loss: Loss, frame: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by name: the functional's own where the call came through it, so that nothing was broadcast yet."""
    if loss.code is not None and frame is not None and frame.f_code is loss.code:
        return dict(frame.f_locals)
    given = {**dict(zip(loss.parameters, args, strict=False)), **kwargs}
    if isinstance(number := given.get("reduction"), int):
        given["reduction"] = REDUCTIONS.get(number, number)
    return {"reduction": "mean", "size_average": None, "reduce": None, **given}
