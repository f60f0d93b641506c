"""Real trainings go in, one epoch each, with a softmax before the cross-entropy; the framework's hooks bring the finding out."""

from __future__ import annotations

import copy
import gc
import pickle
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import lightning.pytorch
import pytest
import pytorch_lightning
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from transformers import Trainer, TrainerCallback, TrainingArguments

from lossguard.findings import Finding
from lossguard.integrations import lightning as with_lightning
from lossguard.integrations import transformers as with_transformers
from lossguard.runtime import LossWarning, OnFinding, WrongLossError, patches

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", r"`torch\.jit\.", DeprecationWarning)  # ignite imports parts of torch that use it
    from ignite.engine import Engine, Events

    from lossguard.integrations import ignite

pytest_plugins = ["pytester"]

HERE = Path(__file__)
INPUTS = torch.linspace(-1, 1, 32).reshape(8, 4)
LABELS = torch.arange(8) % 3


Lightning = Any  # a trainer or a module of either package


class StopTrainingError(Exception):
    """What ends a training here."""


def active() -> int:
    """How many guards are active."""
    return len(patches.active)


@pytest.fixture(autouse=True)
def _inactive_before_and_after() -> Iterator[None]:
    assert active() == 0
    yield
    left = active()
    for one in patches.active:
        patches.leave(one)
    assert left == 0


def places(findings: list[Finding]) -> list[tuple[str, str, int]]:
    """Where findings are, and with which code."""
    return [(one.code, Path(one.span.file).name, one.span.row) for one in findings]


def planted(mark: str) -> list[tuple[str, str, int]]:
    """The place of the mistake that is marked in this file."""
    lines = HERE.read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {mark}"))
    return [("LG101", HERE.name, row)]


def model(*, wrong: bool) -> nn.Module:
    """A classifier that gives logits, or wrongly probabilities."""
    return nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1)) if wrong else nn.Linear(4, 3)


def batches() -> DataLoader:
    """Two batches of inputs and labels."""
    return DataLoader(TensorDataset(INPUTS, LABELS), batch_size=4)


# Lightning, under both of its names.

of_torch_trees = pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated:FutureWarning")


def lightning_module(framework: ModuleType, net: nn.Module, *, fails: bool = False) -> Lightning:
    """A module of either package, around a model."""

    class Module(framework.LightningModule):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.net, self.criterion = net, nn.CrossEntropyLoss()

        def training_step(self, batch: list[Tensor]) -> Tensor:
            loss = self.criterion(self.net(batch[0]), batch[1])  # lightning
            if fails:
                raise StopTrainingError
            return loss

        def test_step(self, batch: list[Tensor]) -> None:
            nn.functional.cross_entropy(self.net(batch[0]), batch[1])  # lightning test

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    return Module()


def lightning_trainer(framework: ModuleType, folder: Path, *callbacks: lightning.pytorch.Callback) -> Lightning:
    """A trainer that writes nothing and shows nothing."""
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
    return framework.Trainer(accelerator="cpu", max_epochs=1, default_root_dir=folder, callbacks=list(callbacks), **quiet)


@of_torch_trees
@pytest.mark.parametrize("framework", [lightning.pytorch, pytorch_lightning])
def test_lightning_finds_softmax_into_cross_entropy(framework: ModuleType, tmp_path: Path) -> None:
    callback = with_lightning.LossguardCallback("collect")

    lightning_trainer(framework, tmp_path, callback).fit(lightning_module(framework, model(wrong=True)), batches())

    assert planted("lightning") == places(callback.findings)


@of_torch_trees
def test_lightning_watches_a_test_and_keeps_what_the_fit_found(tmp_path: Path) -> None:
    callback = with_lightning.LossguardCallback("collect")
    trainer, module = lightning_trainer(lightning.pytorch, tmp_path, callback), lightning_module(lightning.pytorch, model(wrong=True))

    trainer.fit(module, batches())
    trainer.test(module, batches(), verbose=False)

    assert planted("lightning") + planted("lightning test") == places(callback.findings)


@of_torch_trees
def test_lightning_says_nothing_of_a_right_model(tmp_path: Path) -> None:
    callback = with_lightning.LossguardCallback()

    lightning_trainer(lightning.pytorch, tmp_path, callback).fit(lightning_module(lightning.pytorch, model(wrong=False)), batches())

    assert callback.findings == []


@of_torch_trees
def test_lightning_warns_where_the_mistake_is(tmp_path: Path) -> None:
    callback = with_lightning.LossguardCallback()

    with pytest.warns(LossWarning, match="LG101") as caught:
        lightning_trainer(lightning.pytorch, tmp_path, callback).fit(lightning_module(lightning.pytorch, model(wrong=True)), batches())

    assert [one.lineno for one in caught if one.category is LossWarning] == [planted("lightning")[0][2]]


@of_torch_trees
@pytest.mark.parametrize(("on_finding", "fails", "error"), [("collect", True, StopTrainingError), ("raise", False, WrongLossError)])
def test_lightning_leaves_no_guard_after_an_exception(
    on_finding: OnFinding, error: type[Exception], tmp_path: Path, *, fails: bool
) -> None:
    callback = with_lightning.LossguardCallback(on_finding)
    module = lightning_module(lightning.pytorch, model(wrong=True), fails=fails)

    with pytest.raises(error):
        lightning_trainer(lightning.pytorch, tmp_path, callback).fit(module, batches())

    assert active() == 0
    assert planted("lightning") == places(callback.findings)


def test_lightning_never_makes_a_guard_active_twice() -> None:
    callback, trainer = with_lightning.LossguardCallback(), SimpleNamespace(is_global_zero=True)

    for stage in ("fit", "validate"):
        callback.setup(trainer, None, stage)

    assert active() == 1
    callback.teardown(trainer, None, "fit")


def test_lightning_does_not_watch_predictions() -> None:
    with_lightning.LossguardCallback().setup(SimpleNamespace(is_global_zero=True), None, "predict")

    assert active() == 0


# Hugging Face's trainer.


class Classifier(nn.Module):  # type: ignore[misc]  # mypy does not follow torch
    """A model as the trainer wants it: it gives its loss too. It may fail after its first loss."""

    def __init__(self, *, wrong: bool, fails: bool = False) -> None:
        """Take what goes wrong."""
        super().__init__()
        self.linear, self.wrong, self.fails = nn.Linear(4, 3), wrong, fails

    def forward(self, x: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Give the loss and the scores."""
        scores = self.linear(x)
        scores = scores.softmax(dim=-1) if self.wrong else scores
        loss = nn.functional.cross_entropy(scores, labels)  # transformers
        if self.fails:
            raise StopTrainingError
        return {"loss": loss, "logits": scores}


def train_classifier(classifier: Classifier, folder: Path, *callbacks: TrainerCallback) -> None:
    """One epoch, on the CPU, of which nothing is kept but what the callbacks keep."""
    options = TrainingArguments(
        output_dir=str(folder), num_train_epochs=1, use_cpu=True, report_to="none", save_strategy="no", disable_tqdm=True
    )
    rows = [{"x": x, "labels": label} for x, label in zip(INPUTS, LABELS, strict=True)]
    Trainer(classifier, options, train_dataset=rows, callbacks=list(callbacks)).train()


def test_transformers_finds_softmax_into_cross_entropy(tmp_path: Path) -> None:
    callback = with_transformers.LossguardCallback("collect")

    train_classifier(Classifier(wrong=True), tmp_path, callback)

    assert planted("transformers") == places(callback.findings)


def test_transformers_says_nothing_of_a_right_model(tmp_path: Path) -> None:
    callback = with_transformers.LossguardCallback()

    train_classifier(Classifier(wrong=False), tmp_path, callback)

    assert callback.findings == []


def fail_to_train(folder: Path, *callbacks: TrainerCallback) -> None:
    """A training that an exception ends."""
    with pytest.raises(StopTrainingError):
        train_classifier(Classifier(wrong=True, fails=True), folder, *callbacks)


def test_transformers_leaves_no_guard_after_an_exception_once_the_trainer_is_gone(tmp_path: Path) -> None:
    fail_to_train(tmp_path, with_transformers.LossguardCallback("collect"))
    gc.collect()

    assert active() == 0


def test_transformers_begins_anew_after_an_exception(tmp_path: Path) -> None:
    callback = with_transformers.LossguardCallback("collect")

    fail_to_train(tmp_path, callback)
    assert active() == 1
    train_classifier(Classifier(wrong=False), tmp_path, callback)

    assert active() == 0
    assert planted("transformers") == places(callback.findings)


def test_transformers_can_be_stopped_by_hand(tmp_path: Path) -> None:
    callback = with_transformers.LossguardCallback("collect")

    fail_to_train(tmp_path, callback)
    callback.stop()

    assert active() == 0


# Ignite.


def engine(*, wrong: bool, failing: int = 0) -> Engine:
    """A trainer of one model, which fails in one of its iterations if asked to."""
    net = model(wrong=wrong)

    def step(running: Engine, batch: list[Tensor]) -> None:
        nn.functional.cross_entropy(net(batch[0]), batch[1]).backward()  # ignite
        if running.state.iteration == failing:
            raise StopTrainingError

    return Engine(step)


def test_ignite_finds_softmax_into_cross_entropy() -> None:
    trainer = engine(wrong=True)
    found = ignite.attach(trainer, "collect")

    trainer.run(batches())

    assert planted("ignite") == places(found.findings)


def test_ignite_says_nothing_of_a_right_model() -> None:
    trainer = engine(wrong=False)
    found = ignite.attach(trainer)

    trainer.run(batches())

    assert found.findings == []


def test_ignite_leaves_no_guard_after_an_exception() -> None:
    trainer = engine(wrong=True, failing=1)
    guards = [ignite.attach(trainer, "collect"), ignite.attach(trainer, "collect")]

    with pytest.raises(StopTrainingError):
        trainer.run(batches())

    assert active() == 0
    assert [planted("ignite")] * 2 == [places(found.findings) for found in guards]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_ignite_leaves_exceptions_to_other_handlers(*, before: bool) -> None:
    trainer, told, watched = engine(wrong=False, failing=1), [], []

    def deal_with(_running: Engine, error: BaseException) -> None:
        told.append((type(error), active()))

    attachments: list[Callable[[], object]] = [
        lambda: trainer.add_event_handler(Events.EXCEPTION_RAISED, deal_with),
        lambda: ignite.attach(trainer),
    ]
    for attach in attachments if before else reversed(attachments):
        attach()
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: watched.append(active()))
    trainer.run(batches(), max_epochs=2)

    assert told == [(StopTrainingError, 0)]
    assert watched == [1, 1]  # the epoch ended in its first iteration, and the run went on


def test_ignite_stops_with_a_run_that_is_terminated() -> None:
    trainer = engine(wrong=False)
    ignite.attach(trainer)
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: trainer.terminate(skip_completed=True))

    trainer.run(batches())

    assert active() == 0


def test_ignite_stops_with_an_interruption_and_watches_on_with_the_rest_of_the_run() -> None:
    trainer, watched = engine(wrong=False), list[int]()
    ignite.attach(trainer)
    trainer.add_event_handler(Events.ITERATION_COMPLETED(once=1), trainer.interrupt)
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: watched.append(active()))

    trainer.run(batches())
    watched.append(active())
    trainer.run(batches())

    assert watched == [1, 0, 1]


# What they share.


def callbacks() -> list[Any]:
    """A fresh callback of each framework that has some."""
    return [with_lightning.LossguardCallback("collect"), with_transformers.LossguardCallback("collect")]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])  # noqa: S301
def test_callbacks_travel_to_other_processes(copied: Callable[[Any], Any]) -> None:
    for callback in callbacks():
        assert copied(callback).findings == []


def test_one_rank_warns_and_the_others_collect() -> None:
    callback = with_lightning.LossguardCallback()

    callback.setup(SimpleNamespace(is_global_zero=False), None, "fit")
    nn.functional.cross_entropy(model(wrong=True)(INPUTS), LABELS)  # another rank
    callback.teardown(None, None, "fit")

    assert planted("another rank") == places(callback.findings)


def test_a_word_that_names_no_policy_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="on_finding is"):
        with_lightning.LossguardCallback("loud")  # type: ignore[arg-type]


# The pytest plugin, in processes of its own.

TESTS = """import pytest, torch
import torch.nn.functional as F

scores, labels = torch.arange(12.).sin().reshape(4, 3), torch.arange(4) % 3

def test_right():
    F.cross_entropy(scores, labels)

@pytest.mark.parametrize("scale", [1, 2])
def test_wrong(scale):
    F.cross_entropy((scale * scores).softmax(1), labels)  # twice

@pytest.mark.lossguard_off
def test_left_out():
    F.cross_entropy(scores.softmax(1), labels)

@pytest.fixture
def trained():
    return F.cross_entropy(scores.softmax(1), labels)  # fixture

def test_of_a_fixture(trained):
    pass

def test_with_a_reason_of_its_own():
    F.cross_entropy(scores.softmax(1), labels)  # own
    raise ValueError("its own reason")
"""
ROWS = {line.rpartition("# ")[2]: row for row, line in enumerate(TESTS.splitlines(), 1) if "  # " in line}


@pytest.fixture(name="folder")
def _folder(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with tests, some of them wrong."""
    pytester.makepyfile(test_some=TESTS)
    return pytester


def summary(result: pytest.RunResult) -> list[str]:
    """The lines of the plugin's section at the end, each to its code."""
    lines = result.stdout.lines
    start = next((index for index, line in enumerate(lines, 1) if line.strip("= ") == "lossguard"), len(lines))
    return [f"{line.split(' LG101 ')[0]} {line.rpartition('[')[2]}" for line in lines[start:] if line.startswith("test_some.py:")]


LISTED = [
    f"test_some.py:{ROWS['twice']}:5: 2 tests]",
    f"test_some.py:{ROWS['fixture']}:12: 1 test]",
    f"test_some.py:{ROWS['own']}:5: 1 test]",
]


def test_pytest_plugin_is_off_unless_asked(folder: pytest.Pytester) -> None:
    result = folder.runpytest_subprocess()

    result.assert_outcomes(passed=5, failed=1)
    assert summary(result) == []


def test_pytest_plugin_stays_without_torch_while_it_is_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import sys\ndef test_torch_is_not_here():\n    assert 'torch' not in sys.modules")

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_pytest_plugin_warns(folder: pytest.Pytester) -> None:
    result = folder.runpytest_subprocess("--lossguard=warn")

    result.assert_outcomes(passed=5, failed=1, warnings=4)
    result.stdout.fnmatch_lines([f"*test_some.py:{ROWS['twice']}: LossWarning: test_some.py:{ROWS['twice']}:5: LG101 *"])
    assert summary(result) == LISTED


def test_pytest_plugin_fails_tests_and_says_why(folder: pytest.Pytester) -> None:
    result = folder.runpytest_subprocess("--lossguard=fail")

    result.assert_outcomes(passed=2, failed=3, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_of_a_fixture*", f"test_some.py:{ROWS['fixture']}:12: LG101 *rows sum to *"])
    result.stdout.fnmatch_lines(["*test_wrong[[]1]*", f"test_some.py:{ROWS['twice']}:5: LG101 *rows sum to *"])
    result.stdout.fnmatch_lines(
        ["E  *ValueError: its own reason", "*short test summary*", "FAILED test_some.py::test_wrong[[]1] - * LG101 *"]
    )
    assert summary(result) == LISTED


def test_pytest_plugin_gathers_what_workers_find_and_reads_the_ini_file(folder: pytest.Pytester) -> None:
    folder.makeini("[pytest]\nlossguard = fail")

    result = folder.runpytest_subprocess("-n2")

    result.assert_outcomes(passed=2, failed=3, errors=1)
    assert summary(result) == LISTED


def test_pytest_plugin_refuses_a_mode_that_is_none(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nlossguard = loud")

    result = pytester.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*lossguard is one of off, warn, fail, not 'loud'"])
