"""A loss that is not finite while a `GradScaler` looks for its scale is no finding; one that stays so, or is so by itself, is."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.amp import GradScaler
from torch.nn import functional as F  # noqa: N812  # as everybody calls it

from lossguard.runtime import Guard, guard
from lossguard.runtime.scaling import SETTLING


@pytest.fixture(autouse=True)
def no_scaler_is_left() -> Iterator[None]:
    """One test's scaler is not at work in the next one."""
    yield
    gc.collect()


def codes(watching: Guard) -> list[str]:
    return [finding.code for finding in watching.findings]


def penalised(scaler: GradScaler, critic: nn.Module, optimizer: torch.optim.Optimizer) -> bool:
    """One step of a critic with a gradient penalty, as torch's own AMP examples write it; whether the loss was finite."""
    x = torch.randn(8, 8, requires_grad=True)
    optimizer.zero_grad()
    with torch.autocast("cpu", torch.float16):
        rated = critic(x)
        (slope,) = torch.autograd.grad(scaler.scale(rated.sum()), x, create_graph=True)
        slope = slope / scaler.get_scale()
        loss = rated.mean() + F.mse_loss(slope.norm(2, dim=1), torch.ones(8))
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return bool(loss.isfinite())


def test_a_penalty_on_gradients_overflows_until_the_scale_fits() -> None:
    torch.manual_seed(0)
    scaler = GradScaler("cpu", init_scale=2.0**24)
    critic = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.01)
    with guard("collect") as watching:
        finite = [penalised(scaler, critic, optimizer) for _ in range(20)]

    assert not finite[0]
    assert finite[-1]
    assert all(bool(parameter.isfinite().all()) for parameter in critic.parameters())
    assert codes(watching) == []
    assert not watching.troubles


def test_a_loss_that_stays_not_finite_is_spoken_of_all_the_same() -> None:
    scaler = GradScaler("cpu")
    with guard("collect") as watching:
        for call in range(2 * SETTLING):
            assert codes(watching) == [] or call > SETTLING
            F.mse_loss(torch.full((8,), float("nan")), torch.zeros(8))

    assert scaler.is_enabled()
    assert codes(watching) == ["LG407"]
    assert "first seen at call 1" in watching.findings[0].evidence


def test_a_loss_of_finite_numbers_owes_nothing_to_the_scale() -> None:
    scaler = GradScaler("cpu")
    with guard("collect") as watching:
        loss = F.mse_loss(torch.full((4,), 300.0, dtype=torch.float16), torch.zeros(4, dtype=torch.float16))

    assert scaler.scale(loss).isinf()
    assert codes(watching) == ["LG407"]


def test_only_the_scaled_loss_is_infinite() -> None:
    scaler = GradScaler("cpu", init_scale=2.0**127)
    scores = torch.randn(8, 5, requires_grad=True)
    with guard("collect") as watching:
        scaled = scaler.scale(F.cross_entropy(scores, torch.arange(8) % 5, reduction="sum"))
        scaled.backward()

    assert scaled.isinf()
    assert codes(watching) == []


def test_a_scaler_that_is_switched_off_scales_nothing() -> None:
    scaler = GradScaler("cpu", enabled=False)
    with guard("collect") as watching:
        F.mse_loss(torch.full((8,), float("nan")), torch.zeros(8))

    assert not scaler.is_enabled()
    assert codes(watching) == ["LG407"]
