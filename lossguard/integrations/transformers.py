"""A Hugging Face trainer's hooks come in, the findings of its training come out: `Trainer(..., callbacks=[LossguardCallback()])`."""

# ruff: noqa: ARG002  # the hooks have the signatures that the trainer calls

from __future__ import annotations

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from lossguard.findings import Finding
from lossguard.integrations.runs import Run
from lossguard.runtime import OnFinding


class LossguardCallback(TrainerCallback):  # type: ignore[misc]  # mypy does not follow transformers
    """Watches the losses from `on_train_begin` to `on_train_end`; `evaluate` outside `train` is not watched.

    `on_finding` is what `lossguard.guard` takes. Everything that this process found is in `findings`; of a distributed run, the
    first rank warns.

    A training that an exception ends calls no hook. The guard is then active until the trainer is garbage collected, which a kept
    traceback can delay, or until `train` is called again, or `stop`. Where that is too long, put the guard around the training:
    `with lossguard.guard(): trainer.train()`.
    """

    def __init__(self, on_finding: OnFinding = "warn") -> None:
        """Take the policy. Raises ValueError for a word that names none."""
        self._run = Run(on_finding)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, in the order of reports."""
        return self._run.findings

    def stop(self) -> None:
        """Stop watching, for an `except` or a `finally` around `trainer.train()`."""
        self._run.end()

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object) -> None:
        """Start watching; what an exception left active is stopped first."""
        self._run.end()
        self._run.begin(speaks=state.is_world_process_zero)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object) -> None:
        """Stop watching."""
        self._run.end()
