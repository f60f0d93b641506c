"""A seed goes in, a small program comes out: a meaning is made along some axis, moved and mixed at random, and ends in a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, TypeAlias

# What may come next: texts of expressions with the tensor as `x`, and a dim of it.
Draw: TypeAlias = Callable[[Any, int, int], Iterator[str]]
LONGEST: Final = 5
SHAPES: Final = ((4, 6), (4, 5, 6), (3, 1, 6), (2, 3, 4, 6))


def program(seed: int) -> str:
    """The text of one program; every line of it can be run. All its dims are counted from the same side, as people do."""
    drawn = Random(seed)  # noqa: S311  # no secret
    shape, from_end = drawn.choice(SHAPES), drawn.random() < 0.5
    lines = [*_HEAD, f"torch.manual_seed({seed})", f"x = nn.Linear(5, {shape[-1]})(torch.randn({(*shape[:-1], 5)}))"]
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)  # noqa: S102  # our own text
    for draw in (_made, *drawn.choices(_STEPS, k=drawn.randint(0, LONGEST))):
        rank = names["x"].dim()
        if rank == 0:
            break
        dims = [drawn.randrange(rank) - rank * from_end for _ in range(2)]
        texts = list(draw(names["x"], *dims))
        text = next((text for text in drawn.sample(texts, len(texts)) if _works(text, names)), "x")
        exec(f"x = {text}", names)  # noqa: S102  # our own text
        lines.append(f"x = {text}")
    return "\n".join([*lines, "loss = F.mse_loss(x, torch.zeros_like(x))", ""])


_HEAD: Final = ("import torch", "from torch import nn", "import torch.nn.functional as F")


def _works(text: str, names: dict[str, Any]) -> bool:
    try:
        result = eval(text, dict(names))  # noqa: S307  # our own text
    except (RuntimeError, IndexError):
        return False
    return bool(result.numel()) and bool(result.isfinite().all())


def _made(x: Any, dim: int, _: int) -> Iterator[str]:
    """What makes a meaning: functions, methods, modules, and by hand."""
    yield from (f"F.softmax(x, dim={dim})", f"x.softmax({dim})", f"torch.softmax(x, {dim})", f"nn.Softmax(dim={dim})(x)")
    yield from (f"F.log_softmax(x, dim={dim})", f"x.log_softmax(dim={dim})", f"nn.LogSoftmax({dim})(x)", f"F.softmin(x, dim={dim})")
    yield from ("torch.sigmoid(x)", "x.sigmoid()", "F.logsigmoid(x)", "nn.Sigmoid()(x)", "F.relu(x)", "torch.tanh(x)", "F.softplus(x)")
    yield from ("x.exp()", "(x > 0).float()", f"x.exp() / x.exp().sum({dim}, keepdim=True)", f"x - x.logsumexp({dim}, keepdim=True)")
    if dim < 0:  # its axis is the last one
        yield f"F.one_hot(x.argmax(dim={dim}), x.shape[{dim}]).float()"


def _moved(x: Any, dim: int, other: int) -> Iterator[str]:
    backwards = ", ".join(map(str, reversed(range(x.dim()))))
    yield from (f"x.transpose({dim}, {other})", f"torch.transpose(x, {dim}, {other})", f"x.movedim({dim}, {other})")
    yield from (f"x.permute({backwards})", f"x.permute([{backwards}])", f"x.swapaxes({dim}, {other})", "x.mT", f"x.flip({dim})")
    yield from ("x.contiguous()", "x.clone()", "x.double()", f"x.roll(1, {dim})", "x.detach()", "x.expand_as(x)")


def _resized(x: Any, dim: int, _: int) -> Iterator[str]:
    yield from (f"x.unsqueeze({dim})", "x.flatten()", "x.reshape(-1)")
    if x.shape[dim] == 1:  # nobody squeezes a dim that stays
        yield f"x.squeeze({dim})"
    if dim >= 0:
        yield from (f"x.flatten({dim})", f"x.flatten({dim}, {dim + 1})", "x[None]", "x[:, None]")


def _parted(x: Any, dim: int, _: int) -> Iterator[str]:
    yield from (f"x.select({dim}, 0)", f"x.narrow({dim}, 0, 1)", f"x.chunk(2, dim={dim})[0]", f"x.split(1, dim={dim})[0]")
    yield from (f"x.unbind({dim})[0]", f"torch.cat([x, x], dim={dim})", f"torch.stack([x, x], dim={dim})")
    yield from (f"x.index_select({dim}, torch.tensor([0]))", f"x.gather({dim}, torch.zeros_like(x, dtype=torch.long))")
    yield from (("x[..., 0]", "x[..., 1:]", "x[..., :1]") if dim < 0 else ("x[0]", "x[:, 0]", "x[:, :1]", "x[:2]", "x[x[:, 0] > 0]"))


def _mixed(x: Any, dim: int, _: int) -> Iterator[str]:
    yield from (f"x.mean({dim})", f"x.sum(dim={dim})", f"x.sum({dim}, keepdim=True)", f"x.mean(dim={dim}, keepdim=True)", "x.abs()")
    yield from (f"x.max({dim}).values", f"x.amax({dim})", f"torch.logsumexp(x, {dim})", "1 - x", "x * 2", "x / 2", "0.5 * x + 0.5 * x")
    yield from ("x + 1e-8", "x.clamp(min=1e-6)", "x.clamp(0, 1)", "x.clamp(1e-6, 1 - 1e-6)", "x ** 2", "x.sqrt()", "-x", "(x + x) / 2")
    yield from ("x * x", f"x / x.sum({dim}, keepdim=True)", f"x.cumsum({dim})", "x * (x > 0.1)", "x.masked_fill(x < 0.1, 0.0)", "x.log()")
    yield from ("torch.where(x > 0.1, x, torch.zeros_like(x))", "x.round()", "(x + 1e-8).log()", "x.pow(0.5)", f"x.softmax({dim})")
    yield from ("torch.lerp(x, x.flip(0), 0.3)", f"x.log_softmax({dim})", "x.sigmoid()", "x.tanh()", "torch.maximum(x, x.flip(0))")


_STEPS: Final[tuple[Draw, ...]] = (_moved, _moved, _resized, _parted, _mixed)
