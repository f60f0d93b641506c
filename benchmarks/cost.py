"""Training steps go in, what the guard adds to them comes out: instructions by callgrind, time side by side.

    python benchmarks/cost.py                      # times: a table of ratios, for every workload
    python benchmarks/cost.py --instructions mlp   # instructions (valgrind must be installed; minutes)

The guard is measured as it runs after its first calls. "checked" is a step in which the loss is looked at, as happens at every
second power of two.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

STEPS: Final = """
import torch
from torch import nn
from lossguard.runtime import guard, patches

torch.set_num_threads(1)
torch.manual_seed(0)
criterion = nn.CrossEntropyLoss()

class Language(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embedding, self.out = nn.Embedding(words, width), nn.Linear(width, words)
        self.layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(width, 4, 4 * width, batch_first=True), 2)

    def forward(self, tokens):
        return self.out(self.layers(self.embedding(tokens))).flatten(0, 1)

def mlp():
    net = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 10))
    return net, torch.randn(64, 32), torch.randint(0, 10, (64,))

def cnn():
    layers = [nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    return net, torch.randn(16, 3, 32, 32), torch.randint(0, 10, (16,))

def transformer():
    return Language(1000, 64), torch.randint(0, 1000, (8, 32)), torch.randint(0, 1000, (256,))

def logits():
    return nn.Linear(16, 50257), torch.randn(64, 16), torch.randint(0, 50257, (64,))

net, x, y = {"mlp": mlp, "cnn": cnn, "transformer": transformer, "logits": logits}[WORKLOAD]()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

def step():
    optimizer.zero_grad()
    criterion(net(x), y).backward()
    optimizer.step()

def checked():
    for paces in patches._paces:
        for pace in paces:
            pace.due = 0
    for site in watching.sites:
        site.due = 0
    step()

watching = guard("collect")
if GUARDED:
    watching.start()
for _ in range(WARM):
    step()
"""
# The bare step of the last pair does the same bookkeeping, so that only the check is counted.
RUNS: Final = (
    ("bare", "step()", False, 64),
    ("guarded", "step()", True, 64),
    ("bare", "checked()", False, 16),
    ("checked", "checked()", True, 16),
)
WORKLOADS: Final = ("mlp", "cnn", "transformer", "logits")
# More calls than are all visited, so that the pace is what it is in a long run.
WARM: Final = {"mlp": 400, "cnn": 300, "transformer": 300, "logits": 8}


def instructions(workload: str) -> None:
    """Count instructions per step: without the guard, with it, and in a step with a check."""
    from torch.utils.benchmark import Timer

    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    counts = {}
    for name, statement, guarded, number in RUNS:
        setup = f"WORKLOAD, GUARDED, WARM = {workload!r}, {guarded}, {WARM[workload]}\n{STEPS}"
        counts[name] = Timer(statement, setup=setup).collect_callgrind(number=number, collect_baseline=False).counts() / number
        print(f"{workload:<12} {name:<8} {counts[name]:>14,.0f} instructions a step, {counts[name] / counts['bare'] - 1:+.2%}", flush=True)


def seconds(step: Callable[[], None], number: int) -> float:
    """Processor time of one step."""
    begin = time.process_time()
    for _ in range(number):
        step()
    return (time.process_time() - begin) / number


def times(workload: str, rounds: int) -> None:
    """Time steps with and without the guard in turn, in one process; print the median ratio and its range."""
    names: dict[str, object] = {"WORKLOAD": workload, "GUARDED": False, "WARM": 3}
    exec(STEPS, names)
    step: Callable[[], None] = names["step"]  # type: ignore[assignment]
    number = max(3, int(0.3 / seconds(step, 3)))
    from lossguard.runtime import guard

    ratios, bare = [], []
    for _ in range(rounds):
        bare.append(seconds(step, number))
        with guard("collect"):
            ratios.append(seconds(step, number) / bare[-1])
    ratios.sort()
    span = f"x {statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
    print(f"{workload:<12} {statistics.median(bare) * 1e3:>8.2f} ms a step, guarded {span}")


def main() -> None:
    """Measure what is asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--instructions", choices=WORKLOADS)
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args()
    if chosen.instructions:
        instructions(chosen.instructions)
        return
    for workload in WORKLOADS:
        times(workload, chosen.rounds)


if __name__ == "__main__":
    main()
