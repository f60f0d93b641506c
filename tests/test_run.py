"""`lossguard run`: the script runs as Python runs it, and a report of what reached its losses comes after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

LOSSGUARD = [sys.executable, "-m", "lossguard"]

TRAIN = """\
import argparse
import sys

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
options = parser.parse_args()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(16, 5)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        return self.softmax(self.out(x))


net, criterion = Net(), nn.CrossEntropyLoss()
for epoch in range(options.epochs):
    for batch in range(10):
        outputs = net(torch.randn(8, 16))
        loss = criterion(outputs, torch.arange(8) % 5)
        loss.backward()
print("trained", options.epochs, __name__, sys.argv[1:])
"""
ROW = TRAIN.splitlines().index("        loss = criterion(outputs, torch.arange(8) % 5)") + 1


def run(folder: Path, *arguments: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Run `lossguard run` in a folder with some files."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*LOSSGUARD, "run", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120, env=environment
    )


def recorded(folder: Path, *arguments: str, **files: str) -> dict[str, Any]:
    """The record of a run."""
    done = run(folder, "--output-format", "json", "--output-file", "run.json", *arguments, **files)
    assert (folder / "run.json").exists(), done.stderr
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def test_a_script_runs_with_its_arguments_and_is_reported_on(tmp_path: Path) -> None:
    done = run(tmp_path, "train.py", "--epochs", "2", train=TRAIN)

    assert done.returncode == 0
    assert done.stdout == "trained 2 __main__ ['--epochs', '2']\n"
    assert f"--> train.py:{ROW}:16" in done.stderr
    assert "= seen: softmax over 5 classes made it (SoftmaxBackward0)" in done.stderr
    assert "1. train.py:19:16 softmax over 5 classes made it" in done.stderr
    assert done.stderr.rstrip().endswith("lossguard watched 20 calls of losses at 1 place and checked 6: 1 error.")


def test_a_finding_is_announced_when_it_is_made(tmp_path: Path) -> None:
    done = run(tmp_path, "--output-format", "concise", "train.py", train=TRAIN)
    announced, reported, _ = done.stderr.splitlines()

    assert announced == f"lossguard: {reported}"
    assert reported.startswith(f"train.py:{ROW}:16: LG101 ")


def test_a_module_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "__main__.py").write_text(
        "from .train import main\nprint(__name__, __package__, __spec__.name)\nmain()\n", encoding="utf-8"
    )
    (tmp_path / "package" / "train.py").write_text(
        "import torch\nfrom torch.nn import functional as F\n\n\ndef main():\n    F.nll_loss(torch.randn(8, 5), torch.arange(8) % 5)\n",
        encoding="utf-8",
    )
    done = run(tmp_path, "-m", "--output-format", "concise", "package")

    assert done.stdout == "__main__ package package.__main__\n"
    assert "package/train.py:6:5: LG106" in done.stderr


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('out of data')", 1, "out of data"),
        ("def train():\n    raise ValueError('no data')\n\n\ntrain()\n", 1, "ValueError: no data"),
    ],
)
def test_the_exit_status_and_the_traceback_are_the_scripts_own(text: str, status: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    bare = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    done = run(tmp_path, "train.py")

    assert done.returncode == bare.returncode == status
    assert said in done.stderr
    assert done.stderr.startswith(bare.stderr.replace(str(tmp_path / "train.py"), "train.py"))


def test_ctrl_c_ends_the_process_as_ctrl_c_does(tmp_path: Path) -> None:
    done = run(tmp_path, "train.py", train="import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")

    assert done.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in done.stderr
    assert "lossguard met no loss" in done.stderr


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    command = [*LOSSGUARD, "run", "--spawn", "train.py", "spawn"]
    (tmp_path / "train.py").write_text(CHILDREN, encoding="utf-8")
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120, env=environment)

    assert [path.name for path in (tmp_path / "temporary").iterdir() if path.name.startswith("lossguard")] == []


def test_strict_fails_where_something_was_found(tmp_path: Path) -> None:
    assert run(tmp_path, "--strict", "train.py", train=TRAIN).returncode == 1
    assert run(tmp_path, "--strict", "train.py", train="print('nothing')\n").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.py"], "cannot open missing.py: No such file or directory"),
        (["-m", "no_such_module"], "no module named no_such_module"),
        (["broken.py"], "broken.py is not Python"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(tmp_path, *arguments, broken="def (:\n")

    assert done.returncode == 2
    assert done.stderr.startswith("lossguard: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_error_of_torch_is_explained_in_the_traceback(tmp_path: Path) -> None:
    text = "import torch\nfrom torch.nn import functional as F\n\nF.cross_entropy(torch.randn(8, 5), torch.arange(8))\n"
    done = run(tmp_path, "train.py", train=text)

    assert done.returncode == 1
    assert "IndexError: Target 5 is out of bounds." in done.stderr
    assert "lossguard: LG209 target-out-of-range" in done.stderr
    assert "(train.py:4:1)" in done.stderr


def test_the_record_names_every_call(tmp_path: Path) -> None:
    record = recorded(tmp_path, "train.py", train=TRAIN)

    (site,) = record["sites"]
    assert (site["call"], site["filename"], site["location"]["row"], site["calls"]) == ("cross_entropy", "train.py", ROW, 10)
    assert record["errors"] == []
    assert record["findings"][0]["evidence"][0] == "softmax over 5 classes made it (SoftmaxBackward0)"


LOADING = """\
import multiprocessing
import sys

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def main():
    data = TensorDataset(torch.randn(32, 5), torch.arange(32) % 5)
    for rows, labels in DataLoader(data, batch_size=8, num_workers=2, multiprocessing_context=sys.argv[1]):
        F.cross_entropy(rows.softmax(1), labels)


if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
def test_the_workers_of_a_loader(context: str, tmp_path: Path) -> None:
    record = recorded(tmp_path, "train.py", context, train=LOADING)

    assert [(finding["code"], finding["location"]["row"]) for finding in record["findings"]] == [("LG101", 12)]
    assert [site["calls"] for site in record["sites"]] == [4]


CHILDREN = """\
import multiprocessing
import sys

import torch
from torch.nn import functional as F


def work(number):
    F.cross_entropy(torch.randn(8, 5).softmax(1), torch.arange(8) % 5)


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    children = [context.Process(target=work, args=(number,)) for number in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
"""


def test_forked_children_leave_their_records(tmp_path: Path) -> None:
    record = recorded(tmp_path, "train.py", "fork", train=CHILDREN)

    assert [finding["code"] for finding in record["findings"]] == ["LG101"]
    assert [site["calls"] for site in record["sites"]] == [2]


def test_spawned_children_are_watched_when_asked(tmp_path: Path) -> None:
    assert recorded(tmp_path, "train.py", "spawn", train=CHILDREN)["sites"] == []
    record = recorded(tmp_path, "--spawn", "train.py", "spawn", train=CHILDREN)

    assert [finding["code"] for finding in record["findings"]] == ["LG101"]
    assert [site["calls"] for site in record["sites"]] == [2]


DISTRIBUTED = """\
import torch
from torch import distributed, nn
from torch.nn import functional as F

distributed.init_process_group("gloo")
net = nn.Sequential(nn.Linear(16, 5), nn.Softmax(dim=1))
{wrap}
for _ in range(3):
    loss = F.cross_entropy(net(torch.randn(8, 16)), torch.arange(8) % 5)
    loss.backward()
distributed.destroy_process_group()
"""
WRAPS = {
    "ddp": "net = nn.parallel.DistributedDataParallel(net)",
    "fsdp2": "from torch.distributed.fsdp import fully_shard\n"
    "from torch.distributed.device_mesh import init_device_mesh\n"
    'fully_shard(net, mesh=init_device_mesh("cpu", (2,)))',
}


def torchrun(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Two ranks on this machine; again where gloo's threads end with "terminate called", as they do now and then without us."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for _ in range(4):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=180, env=environment)
        if "terminate called" not in done.stderr:
            break
    return done


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_two_ranks_are_one_report_with_the_counts_of_both(wrap: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(DISTRIBUTED.format(wrap=wrap), encoding="utf-8")
    done = torchrun(tmp_path, "-m", "lossguard", "run", "--output-format", "concise", "train.py")

    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("train.py", "lossguard"))]
    row = (tmp_path / "train.py").read_text(encoding="utf-8").splitlines().index("for _ in range(3):") + 2
    assert lines[0] == f"lossguard: {lines[1]}"
    assert lines[1].startswith(f"train.py:{row}:12: LG101 ")
    assert lines[-1] == "lossguard watched 6 calls of losses at 1 place and checked 6: 1 error."
    assert len(lines) == 3


class TestWithStatic:
    """What the two halves say together."""

    BRANCHES = """\
        import sys
        import torch
        from torch import nn
        from torch.nn import functional as F

        x, y = torch.randn(8, 16), torch.arange(8) % 5
        net = nn.Linear(16, 5)


        def probabilities():
            return net(x).softmax(1)


        loss = F.cross_entropy(probabilities(), y)
        if len(sys.argv) > 2:
            loss = F.nll_loss(net(x), y)
        values = torch.load(sys.argv[1])
        loss = F.nll_loss(values, y)
    """

    def test_confirmed_not_seen_and_only_in_the_run(self, tmp_path: Path) -> None:
        made = "import torch; torch.save(torch.randn(8, 5), 'values.pt')"
        subprocess.run([sys.executable, "-c", made], cwd=tmp_path, check=True)
        done = run(tmp_path, "--with-static", "--output-format", "concise", "train.py", "values.pt", train=self.BRANCHES)
        lines = [line for line in done.stderr.splitlines() if line.startswith(("train.py", "2 findings"))]

        assert len(lines) == 4, done.stderr
        assert lines[0].startswith("train.py:14:8: LG101")
        assert "[confirmed: softmax over 5 classes made it (SoftmaxBackward0);" in lines[0]
        assert lines[1].startswith("train.py:16:12: LG106")
        assert lines[1].endswith("[not seen in this run: this call was not reached]")
        assert lines[2].startswith("train.py:18:8: LG106")
        assert lines[2].endswith("[found in the run only]")
        assert lines[3] == "2 findings before the run: 1 confirmed, 0 refuted, 1 not seen in this run; 1 found in the run only."

    REFUTED = """\
        import torch
        from torch import nn
        from torch.nn import functional as F

        F.softmax = lambda rows, dim: rows
        net = nn.Linear(16, 5)
        loss = F.cross_entropy(F.softmax(net(torch.randn(8, 16)), dim=1), torch.arange(8) % 5)
    """

    def test_refuted_by_a_record(self, tmp_path: Path) -> None:
        recorded(tmp_path, "train.py", train=self.REFUTED)
        command = [*LOSSGUARD, "check", "--confirm", "run.json", "--output-format", "concise", "train.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert done.returncode == 0
        first, last = done.stdout.splitlines()
        assert first.startswith("train.py:7:8: LG101")
        assert first.endswith("[refuted: `input` was logits: linear made it (AddmmBackward0) (in 1 checked call)]")
        assert last == "1 finding before the run: 0 confirmed, 1 refuted, 0 not seen in this run; 0 found in the run only."

    def test_as_json(self, tmp_path: Path) -> None:
        done = run(tmp_path, "--with-static", "--output-format", "json", "--output-file", "joint.json", "train.py", train=TRAIN)
        report = json.loads((tmp_path / "joint.json").read_text(encoding="utf-8"))

        assert done.returncode == 0
        assert [row["run"]["outcome"] for row in report["findings"]] == ["confirmed"]

    def test_what_is_no_record(self, tmp_path: Path) -> None:
        (tmp_path / "run.json").write_text("[]", encoding="utf-8")
        command = [*LOSSGUARD, "check", "--confirm", "run.json", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert done.returncode == 2
        assert done.stderr.startswith("lossguard: run.json: not a record of a run")


OWN = {
    "lossguard.toml": 'contracts = ["stubs"]\n',
    "stubs/ours/terms.pyi": """\
from words import Annotated, As, ElementwiseProbabilities, Loss, Tensor

def focal(scores: Tensor, labels: Tensor, gamma: float = 2.0) -> Annotated[Loss, As("torch.nn.functional.cross_entropy")]: ...
def dice(probabilities: ElementwiseProbabilities, masks: Tensor) -> Loss: ...
def missing(probabilities: ElementwiseProbabilities) -> Loss: ...

class Focal:
    def forward(self, scores: Tensor, labels: Tensor) -> Annotated[Loss, As("torch.nn.functional.cross_entropy")]: ...
""",
    "ours/__init__.py": "",
    "ours/terms.py": """\
import torch
from torch import nn
import torch.nn.functional as F


def focal(scores, labels, gamma=2.0):
    picked = (scores - scores.logsumexp(1, keepdim=True)).gather(1, labels[:, None])
    return -((1 - picked.exp()) ** gamma * picked).mean()


def dice(probabilities, masks):
    return 1 - 2 * (probabilities * masks).sum() / (probabilities.sum() + masks.sum())


class Focal(nn.Module):
    def forward(self, scores, labels):
        return F.cross_entropy(scores, labels)
""",
    "train.py": """\
import torch
from torch import nn
from ours.terms import Focal, dice, focal

net, criterion = nn.Linear(4, 3), Focal()
for _ in range(3):
    x, y, masks = torch.randn(8, 4), torch.randint(0, 3, (8,)), torch.ones(8, 3)
    focal(net(x).softmax(1), y).backward()  # error: LG101
    focal(scores=net(x).softmax(1), labels=y).backward()  # error: LG101
    criterion(net(x).softmax(1), y).backward()  # error: LG101
    dice(net(x), masks).backward()  # error: LG108
    focal(net(x), y).backward()
    criterion(net(x), labels=y).backward()
    dice(net(x).sigmoid(), masks).backward()
    try:
        dice(net(x))
    except TypeError as error:
        print(error)
""",
}


@pytest.fixture
def with_losses_of_its_own(tmp_path: Path) -> Path:
    """A project whose losses are its own, with one line about each of them."""
    for file, text in OWN.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def test_losses_of_ones_own_are_watched(with_losses_of_its_own: Path) -> None:
    ran = run(with_losses_of_its_own, "--output-format", "json", "--output-file", "run.json", "train.py")
    record = json.loads((with_losses_of_its_own / "run.json").read_text(encoding="utf-8"))
    marked = [(row, line[-5:]) for row, line in enumerate(OWN["train.py"].splitlines(), start=1) if "# error" in line]

    assert ran.returncode == 0
    assert ran.stdout.count("dice() missing 1 required positional argument: 'masks'") == 3
    assert [(one["location"]["row"], one["code"]) for one in record["findings"]] == marked
    # What a loss of one's own calls in turn belongs to it.
    assert {site["filename"] for site in record["sites"]} == {"train.py"}


def test_losses_of_ones_own_are_confirmed(with_losses_of_its_own: Path) -> None:
    ran = run(with_losses_of_its_own, "--with-static", "train.py")

    assert "4 findings before the run: 4 confirmed, 0 refuted" in ran.stderr


def test_losses_of_ones_own_are_what_they_were(with_losses_of_its_own: Path) -> None:
    text = "import ours.terms\nprint(ours.terms.focal.__name__, ours.terms.Focal.forward.__qualname__, ours.terms.dice.__module__)\n"
    ran = run(with_losses_of_its_own, "look.py", look=text)

    assert ran.stdout == "focal Focal.forward ours.terms\n"
