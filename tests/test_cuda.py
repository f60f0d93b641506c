"""On a GPU the guard sees the same, never waits after the first calls, and stays out of CUDA graphs."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812  # as everybody calls it

from lossguard.runtime import guard

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


@pytest.fixture
def never_waiting() -> Iterator[None]:
    """Every operation that waits for the GPU is an error."""
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    yield
    torch.cuda.set_sync_debug_mode(before)


def test_the_graph_tells(never_waiting: None) -> None:
    torch.cuda.set_sync_debug_mode("default")
    net, y = nn.Linear(16, 5).cuda(), torch.randint(0, 5, (8,)).cuda()
    with guard("collect") as watching:
        for _ in range(8):
            F.cross_entropy(net(torch.randn(8, 16, device="cuda")).softmax(1), y).backward()

    assert [one.code for one in watching.findings] == ["LG101"]
    assert not watching.troubles


def test_numbers_are_read_when_they_have_arrived(never_waiting: None) -> None:
    """The first four checks may wait (a device assert may follow), all later ones are read in passing."""
    torch.cuda.set_sync_debug_mode("default")
    rows, y = torch.randn(64, 10, device="cuda"), torch.randint(0, 10, (64,), device="cuda")
    with guard("collect") as watching:
        for call in range(70):
            if call == 8:
                torch.cuda.set_sync_debug_mode("error")
            F.cross_entropy(rows.softmax(1) if call > 60 else rows, y)
        torch.cuda.set_sync_debug_mode("default")

    site = watching.sites[0]
    assert site.calls == 70
    assert site.checked == 4 + 4
    assert not watching.troubles


def test_probabilities_without_a_graph() -> None:
    rows, y = torch.randn(64, 10, device="cuda"), torch.randint(0, 10, (64,), device="cuda")
    with guard("collect") as watching:
        for _ in range(10):
            F.cross_entropy(rows.softmax(1), y)

    assert [one.code for one in watching.findings] == ["LG101"]


def test_a_loss_that_is_not_finite() -> None:
    rows = torch.full((8, 10), float("nan"), device="cuda")
    with guard("collect") as watching:
        F.cross_entropy(rows, torch.zeros(8, dtype=torch.long, device="cuda"))

    assert "LG407" in [one.code for one in watching.findings]


def test_a_cuda_graph_is_left_alone() -> None:
    net, crit = nn.Linear(16, 5).cuda(), nn.CrossEntropyLoss()
    x, y = torch.randn(8, 16, device="cuda"), torch.randint(0, 5, (8,), device="cuda")
    crit(net(x), y)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with guard("collect") as watching:
        with torch.cuda.graph(graph):
            captured = crit(net(x).softmax(1), y)
        graph.replay()

    assert captured.isfinite()
    assert not watching.troubles


def test_results_are_the_same_to_the_last_bit() -> None:
    def train() -> list[torch.Tensor]:
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 5)).cuda()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(torch.randn(8, 16, device="cuda")).softmax(1), torch.arange(8, device="cuda") % 5)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach().clone())
        return [*losses, *net.parameters(), torch.cuda.get_rng_state().cuda()]

    bare = train()
    with guard("collect"):
        watched = train()

    assert all(torch.equal(one, other) for one, other in zip(bare, watched, strict=True))


def test_a_label_out_of_range_is_named_before_the_device_asserts() -> None:
    script = textwrap.dedent("""\
        import torch, sys
        from torch.nn import functional as F
        from lossguard.runtime import guard
        with guard(lambda finding: print(finding.code, flush=True)):
            F.cross_entropy(torch.randn(8, 5, device="cuda"), torch.full((8,), 9, device="cuda"))
            torch.cuda.synchronize()
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert done.stdout.split()[0] == "LG209"
