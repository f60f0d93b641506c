"""With the guard and without it, everything is the same to the last bit: losses, gradients, parameters, the random state."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everybody calls it

from lossguard.runtime import Guard, guard

Loss = Callable[[Tensor, Tensor], Tensor]


def signs(target: Tensor) -> Tensor:
    return torch.where(target > 0, 1.0, -1.0).to(target.dtype)


def ctc(output: Tensor, _: Tensor) -> Tensor:
    rows, classes = output.shape
    log_probs = output.log_softmax(1).view(rows, 1, classes).float()
    return F.ctc_loss(log_probs, torch.tensor([[1, 2]]), torch.tensor([rows]), torch.tensor([2]))


# Right ones and wrong ones; the wrong ones are reported, which must change nothing either.
LOSSES: dict[str, Loss] = {
    "cross_entropy": lambda out, y: F.cross_entropy(out, y.abs().argmax(1)),
    "cross_entropy, softmax": lambda out, y: F.cross_entropy(out.softmax(1), y.abs().argmax(1)),
    "cross_entropy, soft": lambda out, y: F.cross_entropy(out, y.softmax(1), label_smoothing=0.1),
    "nll_loss": lambda out, y: F.nll_loss(out.log_softmax(1), y.argmax(1)),
    "nll_loss, logits": lambda out, y: F.nll_loss(out, y.argmax(1)),
    "binary_cross_entropy": lambda out, y: F.binary_cross_entropy(out.sigmoid(), y.sigmoid()),
    "binary_cross_entropy_with_logits": lambda out, y: F.binary_cross_entropy_with_logits(out, (y > 0).to(out.dtype)),
    "kl_div": lambda out, y: F.kl_div(out.log_softmax(1), y.softmax(1), reduction="batchmean"),
    "mse_loss": F.mse_loss,
    "mse_loss, broadcast": lambda out, y: F.mse_loss(out[:, :1], y[:, 0]),
    "l1_loss": F.l1_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "huber_loss": F.huber_loss,
    "poisson_nll_loss": lambda out, y: F.poisson_nll_loss(out, y.abs()),
    "gaussian_nll_loss": lambda out, y: F.gaussian_nll_loss(out, y, F.softplus(out) + 0.1),
    "hinge_embedding_loss": lambda out, y: F.hinge_embedding_loss(out, signs(y)),
    "soft_margin_loss": lambda out, y: F.soft_margin_loss(out, signs(y)),
    "margin_ranking_loss": lambda out, y: F.margin_ranking_loss(out[:, 0], out[:, 1], signs(y[:, 0])),
    "cosine_embedding_loss": lambda out, y: F.cosine_embedding_loss(out, y, signs(y[:, 0])),
    "multi_margin_loss": lambda out, y: F.multi_margin_loss(out.to(torch.promote_types(out.dtype, torch.float32)), y.argmax(1)),
    "multilabel_soft_margin_loss": lambda out, y: F.multilabel_soft_margin_loss(out, (y > 0).to(out.dtype)),
    "ctc_loss": ctc,
    "log": lambda out, y: -(y.softmax(1) * out.softmax(1).log()).sum(1).mean(),
}
DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16}
STEPS = 20


def trained(loss: Loss, dtype: torch.dtype) -> list[Tensor]:
    """Twenty steps with dropout; every loss, every gradient, the parameters and the random state at the end."""
    torch.manual_seed(3)
    random.seed(3)
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 5)).to(dtype)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    kept = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(net(torch.randn(7, 6, dtype=dtype)), torch.randn(7, 5, dtype=dtype))
        value.backward()  # type: ignore[no-untyped-call]  # torch's own
        optimizer.step()
        kept += [value.detach().clone(), *(parameter.grad.clone() for parameter in net.parameters() if parameter.grad is not None)]
    return [*kept, *(parameter.detach() for parameter in net.parameters()), torch.get_rng_state(), torch.tensor(random.getstate()[1])]


def bits(tensor: Tensor) -> Tensor:
    """The bytes of a tensor, so that NaN equals NaN."""
    return tensor.contiguous().view(torch.uint8) if tensor.dim() else tensor.reshape(1).view(torch.uint8)


def watched(loss: Loss, dtype: torch.dtype) -> tuple[Guard, list[Tensor]]:
    with guard("collect") as watching:
        return watching, trained(loss, dtype)


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_training_is_the_same_to_the_last_bit(loss: Loss, dtype: torch.dtype) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bare = trained(loss, dtype)
        watching, same = watched(loss, dtype)

    assert all(torch.equal(bits(one), bits(other)) for one, other in zip(bare, same, strict=True))
    assert watching.sites
    assert not watching.troubles
