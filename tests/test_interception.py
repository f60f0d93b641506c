"""Every way in which a program may call a loss, and whether the guard sees it: torch's own features, and the user's habits.

What no wrapper can see is here too, with what is seen instead.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional as F  # noqa: N812  # as everybody calls it
from torch.nn.functional import cross_entropy as bound_early
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint

from lossguard.runtime import Guard, guard

KEPT = {"loss": F.cross_entropy}
summed = partial(F.cross_entropy, reduction="sum")
LABELS = torch.arange(8) % 5


def with_default(rows: Tensor, loss: Callable[..., Tensor] = F.cross_entropy) -> Tensor:
    return loss(rows, LABELS)


class Own(nn.CrossEntropyLoss):
    """A subclass that calls its parent."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:  # noqa: A002  # torch's name
        return super().forward(input, target)


class Calling(nn.Module):
    """A module of the user's that calls the functional."""

    def forward(self, rows: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(rows, labels)


class Applied(torch.autograd.Function):
    """A loss inside a function with its own backward."""

    @staticmethod
    def forward(_ctx: Any, rows: Tensor) -> Tensor:
        return F.cross_entropy(rows.softmax(1), LABELS)

    @staticmethod
    def backward(_ctx: Any, *_: Any) -> None:
        return None


def scores() -> Tensor:
    return torch.randn(8, 5, requires_grad=True)


def probabilities() -> Tensor:
    return scores().softmax(1)


def in_a_thread() -> None:
    thread = threading.Thread(target=lambda: F.cross_entropy(probabilities(), LABELS))
    thread.start()
    thread.join()


def under_a_function_mode() -> None:
    class Mode(TorchFunctionMode):
        def __torch_function__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return func(*args, **(kwargs or {}))

    with Mode():
        nn.CrossEntropyLoss()(probabilities(), LABELS)


def on_a_subclass() -> None:
    class Named(torch.Tensor):
        pass

    F.cross_entropy(probabilities().as_subclass(Named), LABELS)


def faked() -> None:
    with FakeTensorMode():
        F.cross_entropy(torch.randn(8, 5, requires_grad=True).softmax(1), torch.zeros(8, dtype=torch.long))


def on_meta() -> None:
    rows = torch.randn(8, 5, device="meta", requires_grad=True).softmax(1)
    F.cross_entropy(rows, torch.zeros(8, dtype=torch.long, device="meta"))


def under_autocast() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        F.cross_entropy(nn.Linear(5, 5)(torch.randn(8, 5)).softmax(1), LABELS)


def without_gradients() -> None:
    with torch.no_grad():
        F.cross_entropy(probabilities(), LABELS)


def inferred() -> None:
    with torch.inference_mode():
        F.cross_entropy(torch.randn(8, 5).softmax(1), LABELS)


def by_torch_func() -> None:
    torch.func.grad(lambda rows: F.cross_entropy(rows.softmax(1), LABELS))(torch.randn(8, 5))


def by_vmap_of_grad() -> None:
    torch.vmap(torch.func.grad(lambda row, label: F.cross_entropy(row.softmax(0), label)))(torch.randn(8, 5), LABELS)


def checkpointed(*, reentrant: bool) -> None:
    rows = torch.randn(8, 5, requires_grad=True)
    checkpoint(lambda x: F.cross_entropy(x.softmax(1), LABELS), rows, use_reentrant=reentrant).backward()  # type: ignore[no-untyped-call]


def compiled_but_the_loss() -> None:
    net = torch.compile(nn.Sequential(nn.Linear(5, 5), nn.Softmax(1)), backend="aot_eager")
    F.cross_entropy(net(torch.randn(8, 5)), LABELS)


def compiled_with_the_loss() -> None:
    @torch.compile(backend="aot_eager", fullgraph=True)
    def step(rows: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(rows.softmax(-1), labels)

    for _ in range(3):
        step(torch.randn(8, 5), LABELS)


SEEN: dict[str, Callable[[], Any]] = {
    "module": lambda: nn.CrossEntropyLoss()(probabilities(), LABELS),
    "subclass of the module": lambda: Own()(probabilities(), LABELS),
    "functional": lambda: F.cross_entropy(probabilities(), LABELS),
    "user's module": lambda: Calling()(probabilities(), LABELS),
    "log_softmax and nll": lambda: F.nll_loss(F.log_softmax(probabilities(), 1), LABELS),
    "imported before": lambda: bound_early(probabilities(), LABELS),
    "partial made before": lambda: summed(probabilities(), LABELS),
    "default argument": lambda: with_default(probabilities()),
    "kept in a dict": lambda: KEPT["loss"](probabilities(), LABELS),
    "thread": in_a_thread,
    "no_grad": without_gradients,
    "inference_mode": inferred,
    "autocast": under_autocast,
    "torch.func.grad": by_torch_func,
    "vmap of grad": by_vmap_of_grad,
    "meta": on_meta,
    "fake": faked,
    "function mode": under_a_function_mode,
    "tensor subclass": on_a_subclass,
    "checkpoint": partial(checkpointed, reentrant=False),
    "reentrant checkpoint": partial(checkpointed, reentrant=True),
    "custom function": lambda: Applied.apply(scores()),
    "compiled model": compiled_but_the_loss,
    "compiled loss": compiled_with_the_loss,
}


def watching(action: Callable[[], Any]) -> Guard:
    torch._dynamo.reset()
    with guard("collect") as found:
        action()
    assert not found.troubles
    return found


# Dynamo and its backends warn about torch's own code.
QUIET = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning:torch")


@QUIET
@pytest.mark.parametrize("action", SEEN.values(), ids=SEEN)
def test_a_softmax_is_found_however_the_loss_is_called(action: Callable[[], Any]) -> None:
    found = watching(action).findings

    assert [(one.code, Path(one.span.file).name) for one in found] == [("LG101", "test_interception.py")]


def test_vmap_hides_the_numbers_and_the_graph() -> None:
    found = watching(lambda: torch.vmap(lambda row, label: F.cross_entropy(row.softmax(0), label))(torch.randn(8, 5), LABELS))

    assert found.findings == []
    assert [site.calls for site in found.sites] == [1]


def test_a_users_dispatch_mode_sees_the_program_only() -> None:
    def operations() -> list[str]:
        seen: list[str] = []

        class Mode(TorchDispatchMode):
            def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
                seen.append(str(func))
                return func(*args, **(kwargs or {}))

        with Mode():
            F.cross_entropy(torch.randn(8, 5), LABELS)
        return seen

    bare = operations()
    with guard("collect"):
        assert operations() == bare


def test_the_losses_inside_one_compiled_graph_are_one_look() -> None:
    found = watching(compiled_with_the_loss)

    assert [site.calls for site in found.sites] == [1]
    assert "in a compiled graph" in found.findings[0].evidence[0]


@QUIET
def test_a_guard_breaks_no_graph_and_compiles_nothing_twice() -> None:
    from torch._dynamo.testing import CompileCounter

    torch._dynamo.reset()
    counter = CompileCounter()

    @torch.compile(backend=counter, fullgraph=True)
    def step(rows: Tensor) -> Tensor:
        return F.cross_entropy(rows, LABELS) + torch.log(rows.exp()).sum() + F.multilabel_soft_margin_loss(rows, rows.sigmoid())

    rows = torch.randn(8, 5)
    plain = step(rows)
    for _ in range(3):
        with guard("collect"):
            assert torch.equal(step(rows), plain)
        step(rows)

    assert counter.frame_count <= 2


def test_torchscript_takes_the_wrappers_for_the_operators(tmp_path: Path) -> None:
    script = tmp_path / "scripted.py"
    script.write_text(
        textwrap.dedent("""\
            import warnings
            import torch
            from torch import nn
            from torch.nn import functional as F
            from lossguard.runtime import guard

            def step(rows, labels):
                # type: (torch.Tensor, torch.Tensor) -> torch.Tensor
                return F.cross_entropy(rows.softmax(1), labels) + torch.log(rows.exp()).sum()

            warnings.simplefilter("ignore")
            losses = (nn.CrossEntropyLoss, nn.NLLLoss, nn.BCELoss, nn.BCEWithLogitsLoss, nn.KLDivLoss, nn.MSELoss, nn.L1Loss,
                      nn.SmoothL1Loss, nn.HuberLoss, nn.PoissonNLLLoss, nn.HingeEmbeddingLoss, nn.SoftMarginLoss,
                      nn.MarginRankingLoss, nn.CosineEmbeddingLoss, nn.MultiMarginLoss, nn.MultiLabelSoftMarginLoss, nn.CTCLoss)
            with guard("collect") as watching:
                scripted = torch.jit.script(step)
                for loss in losses:
                    torch.jit.script(loss())
                rows, labels = torch.randn(8, 5), torch.arange(8) % 5
                assert torch.allclose(scripted(rows, labels), step(rows, labels))
            print([(one.code) for one in watching.findings], watching.troubles)
        """),
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120)

    assert done.stdout == "['LG101'] {}\n"
