"""Random networks go in, how often the guard is right about their losses comes out: heads x losses x dtypes x sizes.

    python benchmarks/matrix.py --seed 1 --cases 12000

Each case is a fresh network with one head and one loss, called a few times under a guard. A right head must stay silent; a
wrong one must be found with one of its codes. Prints the counts by group, and every false finding.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everybody calls it

from lossguard.runtime import guard

Head = Callable[[Tensor], Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Way:
    """A head and a loss: right where `codes` is empty. `reached` says how the evidence is had: by the graph, by the numbers."""

    name: str
    head: Head
    loss: str
    codes: frozenset[str] = frozenset()
    group: str = "right"


def unit(rows: Tensor) -> Tensor:
    return F.normalize(rows, dim=1)


RIGHT_LOGITS: Final[dict[str, Head]] = {
    "linear": lambda x: x,
    "temperature": lambda x: x / 0.07,
    "cosine": lambda x: 16 * unit(x),
    "unit length": unit,
    "layer norm": lambda x: F.layer_norm(x.movedim(1, -1), x.shape[1:2]).movedim(-1, 1),
    "leaky relu": lambda x: F.leaky_relu(x, 0.1),
    "gelu": F.gelu,
    "elu": F.elu,
    "clipped softly": lambda x: 10 * torch.tanh(x / 10),
    "centred": lambda x: x - x.mean(1, keepdim=True),
    "masked": lambda x: x.masked_fill(torch.zeros_like(x, dtype=torch.bool), float("-inf")),
    "ensemble": lambda x: torch.stack([x, x + 0.1, x - 0.1]).mean(0),
    "dropped out": F.dropout,
    "small": lambda x: x * 1e-3,
    "around one over K": lambda x: 1 / x.shape[1] + 0.02 * x,
    "positive": lambda x: x.abs() + 0.01,
    "no graph": lambda x: x.detach(),
    "gated": lambda x: x * torch.sigmoid(x),
    "maxed out": lambda x: torch.maximum(x, -x),
}
PROBABILITIES: Final[dict[str, tuple[str, Head]]] = {
    "softmax": ("graph", lambda x: x.softmax(1)),
    "softmax, viewed": ("graph", lambda x: x.flatten(2).softmax(1).reshape(x.shape) if x.dim() > 2 else x.softmax(1).view(x.shape)),
    "softmax, permuted": ("graph", lambda x: x.movedim(1, -1).softmax(-1).movedim(-1, 1)),
    "softmax, clamped": ("graph", lambda x: x.softmax(1).clamp(1e-7, 1 - 1e-7)),
    "softmax, cloned": ("graph", lambda x: x.softmax(1).clone()[:]),
    "softmax, cat": ("graph", lambda x: torch.cat([x.softmax(1), x.softmax(1)])[: x.shape[0]]),
    "softmin": ("graph", lambda x: F.softmin(x, 1)),
    "exp of log_softmax": ("graph", lambda x: x.log_softmax(1).exp()),
    "softmax, no graph": ("numbers", lambda x: x.softmax(1).detach()),
    "by hand": ("numbers", lambda x: x.exp() / x.exp().sum(1, keepdim=True)),
    "mixture": ("numbers", lambda x: 0.3 * x.softmax(1) + 0.7 * (2 * x).softmax(1)),
    "normalized squares": ("numbers", lambda x: x.square() / x.square().sum(1, keepdim=True)),
    "normalized softplus": ("numbers", lambda x: F.softplus(x) / F.softplus(x).sum(1, keepdim=True)),
    "softmax, out and in": ("numbers", lambda x: x.softmax(1).detach().requires_grad_()),
}


def ways() -> Iterator[Way]:
    """Everything that is tried."""
    for name, head in RIGHT_LOGITS.items():
        for loss in ("cross entropy", "soft cross entropy", "bce with logits", "margin"):
            yield Way(name, head, loss)
    yield Way("log_softmax", lambda x: x.log_softmax(1), "nll")
    yield Way("log of softmax, no graph", lambda x: x.log_softmax(1).detach(), "nll")
    yield Way("focal", lambda x: (1 - x.softmax(1)) ** 2 * x.log_softmax(1), "nll")
    yield Way("log_softmax", lambda x: x.log_softmax(1), "kl")
    yield Way("sigmoid", torch.sigmoid, "bce")
    yield Way("hard sigmoid", F.hardsigmoid, "bce")
    yield Way("squeezed", lambda x: 0.98 * torch.sigmoid(x) + 0.01, "bce")
    yield Way("one of two", lambda x: torch.stack([x, -x], -1).softmax(-1)[..., 0], "bce")
    for name in ("linear", "positive", "unit length"):
        yield Way(name, RIGHT_LOGITS[name], "mse")
    yield from _wrong()


def _wrong() -> Iterator[Way]:
    for name, (group, head) in PROBABILITIES.items():
        for loss, codes in (
            ("cross entropy", "LG101"),
            ("soft cross entropy", "LG101"),
            ("nll", "LG105"),
            ("kl", "LG109"),
            ("bce with logits", "LG107"),
        ):
            yield Way(name, head, loss, frozenset({codes}), group)
    yield Way("linear", lambda x: x, "nll", frozenset({"LG106"}), "graph")
    yield Way("linear, no graph", lambda x: 3 * x.detach(), "nll", frozenset({"LG105", "LG106"}), "numbers")
    yield Way("linear", lambda x: x, "kl", frozenset({"LG109"}), "graph")
    yield Way("linear, no graph", lambda x: 3 * x.detach(), "kl", frozenset({"LG109"}), "numbers")
    for loss, code in (("cross entropy", "LG103"), ("bce with logits", "LG107"), ("nll", "LG105"), ("margin", "LG114")):
        yield Way("sigmoid", torch.sigmoid, loss, frozenset({code}), "graph")
    yield Way("sigmoid, viewed", lambda x: torch.sigmoid(x).flatten(1).reshape(x.shape), "bce with logits", frozenset({"LG107"}), "graph")
    yield Way("log of softmax", lambda x: x.softmax(1).clamp_min(1e-30).log(), "nll", frozenset({"LG401"}), "graph")
    yield Way("log_softmax of softmax", lambda x: x.softmax(1).log_softmax(1), "nll", frozenset({"LG101"}), "graph")
    for name, head in (("relu", F.relu), ("tanh", torch.tanh)):
        for loss in ("cross entropy", "bce with logits"):
            yield Way(name, head, loss, frozenset({"LG104"}), "graph")


LOSSES: Final[dict[str, Loss]] = {
    "cross entropy": F.cross_entropy,
    "soft cross entropy": F.cross_entropy,
    "nll": F.nll_loss,
    "bce": F.binary_cross_entropy,
    "bce with logits": F.binary_cross_entropy_with_logits,
    "kl": lambda x, y: F.kl_div(x, y, reduction="batchmean"),
    "mse": F.mse_loss,
    "margin": lambda x, y: F.multilabel_soft_margin_loss(x, y),
}


def target_of(loss: str, scores: Tensor, generator: torch.Generator) -> Tensor:
    """A right target for a loss."""
    shape, classes = scores.shape, scores.shape[1]
    match loss:
        case "cross entropy" | "nll":
            return torch.randint(0, classes, (shape[0], *shape[2:]), generator=generator)
        case "soft cross entropy" | "kl":
            return (2 * torch.randn(shape, generator=generator)).softmax(1).to(scores.dtype)
        case "mse":
            return torch.randn(shape, generator=generator).to(scores.dtype)
        case _:
            return torch.randint(0, 2, shape, generator=generator).to(scores.dtype)


DTYPES: Final = (torch.float32, torch.float32, torch.float64, torch.bfloat16, torch.float16)


@dataclass(frozen=True)
class Result:
    """What the guard said of one case."""

    way: Way
    size: str
    codes: frozenset[str]
    setting: str


def run(way: Way, chance: random.Random, generator: torch.Generator) -> Result:
    """One network, a few calls."""
    classes, batch = chance.choice((2, 3, 4, 5, 10, 37, 100)), chance.choice((1, 2, 3, 4, 8, 16, 64))
    more = chance.choice(((), (), (), (5,), (3, 4)))
    dtype = chance.choice(DTYPES)
    layers = [nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, classes)] if chance.random() < 0.5 else [nn.Linear(8, classes)]
    net = nn.Sequential(*layers)
    scale = chance.choice((0.1, 1.0, 4.0))
    found: set[str] = set()
    with guard("collect") as watching:
        for _ in range(chance.choice((1, 2, 6))):
            features = scale * torch.randn((batch, *more, 8), generator=generator)
            scores = net(features).movedim(-1, 1).to(dtype)
            output = way.head(scores)
            LOSSES[way.loss](output, target_of(way.loss, output, generator))
        assert not watching.troubles, watching.troubles
    found = {finding.code for finding in watching.findings}
    rows = batch * (more[0] * (more[1] if len(more) > 1 else 1) if more else 1)
    size = ("K >= 3" if classes >= 3 else "K = 2") + (", 4 rows or more" if rows >= 4 else ", fewer rows")
    return Result(way, size, frozenset(found), f"K={classes} N={batch} more={more} {dtype} scale={scale}")


def main() -> int:
    """Run the matrix; exit status 1 where a right head was accused."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=20261123)
    options.add_argument("--cases", type=int, default=12_000)
    chosen = options.parse_args()
    chance, generator = random.Random(chosen.seed), torch.Generator().manual_seed(chosen.seed)
    torch.manual_seed(chosen.seed)
    warnings.simplefilter("ignore")
    every = list(ways())
    results = [run(every[index % len(every)], chance, generator) for index in range(chosen.cases)]
    return report(results)


def report(results: list[Result]) -> int:
    """Print the counts by group."""
    total: Counter[tuple[str, str]] = Counter()
    hit: Counter[tuple[str, str]] = Counter()
    missed: Counter[str] = Counter()
    false = []
    for one in results:
        key = (one.way.group, one.size)
        total[key] += 1
        if not one.way.codes and one.codes:
            false.append(one)
        elif one.way.codes and one.codes & one.way.codes:
            hit[key] += 1
        elif one.way.codes:
            missed[f"{one.way.name} -> {one.way.loss}"] += 1
    for group, size in sorted(total):
        said = f"{hit[group, size]} found" if group != "right" else f"{sum(one.size == size for one in false)} false findings"
        print(f"{group:<8} {size:<24} {total[group, size]:>6} cases, {said}")
    for one in false[:40]:
        print("FALSE", sorted(one.codes), one.way.name, "->", one.way.loss, one.setting)
    print("missed:", ", ".join(f"{name} {count}" for name, count in missed.most_common(12)) or "none")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
