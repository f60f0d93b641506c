"""A Lightning trainer's hooks come in, the findings of its fit, validate and test come out: `Trainer(callbacks=[LossguardCallback()])`."""

# ruff: noqa: ARG002  # the hooks have the signatures that Lightning calls

from __future__ import annotations

from lossguard.findings import Finding
from lossguard.integrations.runs import Run
from lossguard.runtime import OnFinding

try:
    from lightning.pytorch import Callback, LightningModule, Trainer
except ImportError:
    from pytorch_lightning import Callback, LightningModule, Trainer


class LossguardCallback(Callback):  # type: ignore[misc]  # mypy does not follow Lightning
    """Watches the losses from `setup` to `teardown`, or to the exception that ends the run.

    `on_finding` is what `lossguard.guard` takes. Everything that this process found is in `findings`, over all runs of the trainer;
    of a distributed run, rank 0 warns. Children that a launcher spawns or forks keep their findings to themselves: there,
    `findings` in the parent stays empty, and the warnings tell.
    """

    def __init__(self, on_finding: OnFinding = "warn") -> None:
        """Take the policy. Raises ValueError for a word that names none."""
        self._run = Run(on_finding)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, in the order of reports."""
        return self._run.findings

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Start watching; predictions have no loss."""
        if stage != "predict":
            self._run.begin(speaks=trainer.is_global_zero)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Stop watching."""
        self._run.end()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Stop watching: Lightning calls no `teardown` after an exception."""
        self._run.end(exception)
