"""The processes of one run: ranks that `torchrun` started, workers that were forked, children that were spawned.

Each writes its record into one folder; the first one reads them all. No process waits for another, but for rank 0 at the end.
"""

from __future__ import annotations

import multiprocessing.util
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lossguard.runtime.ledger import Ledger
from lossguard.runtime.record import FOLDER, leave, left, merged, record
from lossguard.runtime.watching import Guard

LONGEST_WAIT: Final = 20.0
SPAWNED: Final = Path(__file__).parent / "spawned"


@dataclass(frozen=True, slots=True)
class Group:
    """The ranks of a run on this machine."""

    rank: int
    ranks: int
    folder: Path

    @property
    def reports(self) -> bool:
        """Whether this is the process that reports."""
        return self.rank == 0


def group(environment: Mapping[str, str]) -> Group:
    """The group that this process belongs to; alone, unless torchrun started it."""
    if "TORCHELASTIC_RUN_ID" not in environment:
        return Group(0, 1, Path(tempfile.mkdtemp(prefix="lossguard-")))
    names = ("TORCHELASTIC_RUN_ID", "MASTER_PORT", "TORCHELASTIC_RESTART_COUNT")
    folder = Path(tempfile.gettempdir()) / "-".join(("lossguard", *(environment.get(name, "0") for name in names)))
    folder.mkdir(exist_ok=True, mode=0o700)
    return Group(int(environment.get("LOCAL_RANK", "0")), int(environment.get("LOCAL_WORLD_SIZE", "1")), folder)


def follow_forks(guard: Guard, folder: Path) -> None:
    """Let processes that `multiprocessing` forks count for themselves, and leave their records when they end."""
    multiprocessing.util.register_after_fork(guard, lambda child: _begin_in_child(child, folder))


def _begin_in_child(guard: Guard, folder: Path) -> None:
    guard.ledger = Ledger(guard.cwd, guard._tell)  # what the parent saw is the parent's to report
    guard.troubles.clear()
    multiprocessing.util.Finalize(None, leave, args=(guard, folder), exitpriority=0)


def follow_spawns(folder: Path, environment: dict[str, str]) -> None:
    """Let spawned Python processes load the guard as soon as they import torch."""
    path = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join([str(SPAWNED), *([path] if path else [])])
    environment[FOLDER] = str(folder)


def gathered(guard: Guard, where: Group) -> dict[str, Any]:
    """One record of all processes; rank 0 waits a little for the others."""
    until = time.monotonic() + LONGEST_WAIT
    while len(list(where.folder.glob("rank*.done"))) < where.ranks - 1 and time.monotonic() < until:
        time.sleep(0.05)
    found = merged([record(guard), *left(where.folder)])
    shutil.rmtree(where.folder, ignore_errors=True)
    return found


def done(guard: Guard, where: Group) -> None:
    """Leave this rank's record for rank 0."""
    leave(guard, where.folder)
    (where.folder / f"rank{where.rank}.done").touch()
