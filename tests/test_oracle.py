"""What is said of an argument before the run never contradicts what a run sees of it: a fixed sample of `python -m tests.oracle`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from lossguard.knowledge import Knowledge
from lossguard.rulebook import shipped as pages
from tests.oracle.chains import program
from tests.oracle.claims import knowledge_with
from tests.oracle.comparing import Compared, Outcome
from tests.oracle.inputs import MAIN, Piece, fixtures, pieces

# One piece in so many, and so many chains: half a minute.
ONE_IN = 6
CHAINS = 120
HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nx = nn.Linear(5, 6)(torch.randn(4, 5))\n"


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return Knowledge()


def compared(text: str, held: Knowledge | None = None) -> list[Compared]:
    return Piece("here", {MAIN: HEAD + text}).compared(held or knowledge())


def contradictions(results: list[Compared]) -> list[str]:
    return [str(one) for one in results if one.outcome is Outcome.CONTRADICTION]


@pytest.mark.parametrize("piece", list(pieces())[::ONE_IN], ids=lambda one: one.name)
def test_both_halves_say_the_same_of_a_piece(piece: Piece) -> None:
    assert contradictions(piece.compared(knowledge())) == []


def test_of_a_program_with_several_files() -> None:
    first = next(fixtures())
    results = first.compared(knowledge())

    assert any(one.outcome is Outcome.AGREE for one in results)
    assert contradictions(results) == []


def test_of_chains_of_operations() -> None:
    results = [one for seed in range(CHAINS) for one in Piece(f"chain {seed}", {MAIN: program(seed)}).compared(knowledge())]

    assert contradictions(results) == []
    assert sum(one.outcome is Outcome.AGREE for one in results) > CHAINS // 4


class TestItCanFail:
    """A contract that says something false is caught, by the graph and by the numbers, and each outcome is told from the others."""

    def planted(self, folder: Path, right: str, wrong: str) -> Knowledge:
        """The shipped contracts, but for one line of `torch.nn.functional`."""
        stub = Path("torch", "nn", "functional.pyi")
        text = (pages() / "contracts" / stub).read_text(encoding="utf-8")
        assert right in text
        (folder / stub).parent.mkdir(parents=True)
        (folder / stub).write_text(text.replace(right, wrong), encoding="utf-8")
        return knowledge_with(folder)

    @pytest.mark.parametrize(
        ("right", "wrong", "reason"),
        [
            (
                "def sigmoid(input: Tensor) -> Annotated[ElementwiseProbabilities",
                "def sigmoid(input: Tensor) -> Annotated[Logits",
                "Logits against",
            ),
        ],
    )
    def test_a_false_contract(self, right: str, wrong: str, reason: str, tmp_path: Path) -> None:
        held = self.planted(tmp_path, right, wrong)
        (found,) = contradictions(compared("loss = F.mse_loss(F.sigmoid(x), torch.zeros_like(x))", held))

        assert reason in found
