"""What a guard does with what it finds, and that nothing which fails in it reaches training."""

from __future__ import annotations

import copy
import io
import pickle
import re
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, redirect_stderr
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everybody calls it

import lossguard
from lossguard.config import Config
from lossguard.domains import Reach
from lossguard.engine import check
from lossguard.findings import MEASURED, Finding, Severity
from lossguard.runtime import Guard, LossWarning, WrongLossError, guard, ledger, patches, watch
from lossguard.runtime.losses import LOSSES
from lossguard.runtime.measure import Reading
from lossguard.runtime.sites import FIRST
from tests.runs import PRELUDE, run_guarded

ROWS = torch.randn(8, 5)
LABELS = torch.arange(8) % 5


@pytest.fixture(autouse=True)
def nothing_stays_wrapped() -> Iterator[None]:
    """After every test torch is as it was."""
    before = [getattr(loss.owner, loss.attribute) for loss in LOSSES]
    yield
    assert patches.active == ()
    assert all(getattr(loss.owner, loss.attribute) == one for loss, one in zip(LOSSES, before, strict=True))


def wrong() -> Tensor:
    """A loss of a softmax."""
    return F.cross_entropy((ROWS * torch.ones(1, requires_grad=True)).softmax(1), LABELS)


def codes(watching: Guard) -> list[str]:
    return [finding.code for finding in watching.findings]


def test_a_warning_is_the_default_and_stands_at_the_users_line() -> None:
    with pytest.warns(LossWarning, match=r"LG101 .*softmax") as caught, guard():
        wrong()

    assert caught[0].filename == __file__
    assert caught[0].lineno == wrong.__code__.co_firstlineno + 2


def test_a_warning_comes_once_for_a_call_however_often_it_is_made() -> None:
    with warnings.catch_warnings(record=True) as caught, guard():
        warnings.simplefilter("always")
        for _ in range(10):
            wrong()

    assert len(caught) == 1


def test_raise_stops_the_loss() -> None:
    with guard("raise"), pytest.raises(WrongLossError, match="LG101") as caught:
        wrong()

    assert caught.value.finding.code == "LG101"


def test_collect_only_collects() -> None:
    with guard("collect") as watching:
        wrong()
        assert codes(watching) == ["LG101"]

    assert watching.findings[0].function == "wrong"


def test_a_function_is_told() -> None:
    told: list[Finding] = []
    with guard(told.append):
        wrong()
        wrong()

    assert [one.code for one in told] == ["LG101"]


def test_a_word_that_names_no_policy() -> None:
    with pytest.raises(ValueError, match="on_finding is 'warn', 'raise', 'collect' or a function, not 'shout'"):
        guard("shout")  # type: ignore[arg-type]  # that is what is tested


def test_as_a_decorator() -> None:
    watching = guard("collect")
    watching(wrong)()

    assert codes(watching) == ["LG101"]


def test_evidence_says_what_was_seen_and_in_how_many_calls() -> None:
    with guard("collect") as watching:
        for _ in range(20):
            wrong()

    assert watching.findings[0].evidence == ("softmax over 5 classes made it (SoftmaxBackward0)", "in 6 of 6 checked calls, 20 in all")


def test_the_line_that_made_the_value_is_known_from_the_second_call() -> None:
    with guard("collect") as watching:
        for _ in range(2):
            probs = ROWS.clone().requires_grad_().softmax(1)
            F.cross_entropy(probs, LABELS)

    stop = watching.findings[0].trace[0]
    assert stop.span.row == watching.findings[0].span.row - 1
    assert torch.Tensor.softmax.__name__ == "softmax"
    assert "softmax" not in vars(torch.Tensor)


def test_two_losses_on_one_line_are_two_calls() -> None:
    probs = ROWS.clone().requires_grad_().softmax(1)
    with guard("collect") as watching:
        _ = F.cross_entropy(probs, LABELS), F.cross_entropy(probs, LABELS)

    assert len({finding.span.column for finding in watching.findings}) == 2


def test_guards_may_be_nested() -> None:
    with guard("collect") as outer, guard("collect") as inner:
        wrong()

    assert codes(outer) == codes(inner) == ["LG101"]


class TestTwice:
    """A guard that is entered again while it is active: recursion, a decorated function in a decorated function, threads."""

    def test_the_outer_one_stays_active_when_the_inner_one_ends(self) -> None:
        watching = guard("collect")
        with watching:
            with watching:
                F.cross_entropy(ROWS, LABELS)
            wrong()
            assert patches.active == (watching,)

        assert codes(watching) == ["LG101"]

    def test_every_call_counts_once(self) -> None:
        with guard("collect") as watching, watching:
            for _ in range(20):
                wrong()

        assert [site.calls for site in watching.sites] == [20]

    def test_a_decorated_function_that_calls_itself(self) -> None:
        watching = guard("collect")

        @watching
        def train(depth: int) -> None:
            wrong()
            if depth:
                train(depth - 1)

        train(3)

        assert [site.calls for site in watching.sites] == [4]

    def test_what_waits_for_more_calls_waits_for_the_outer_one(self) -> None:
        rows, labels = torch.randn(8, 1, requires_grad=True), torch.zeros(8, dtype=torch.long)
        with guard("collect") as watching:
            with watching:
                F.cross_entropy(rows, labels)
            assert codes(watching) == []

        assert codes(watching) == ["LG118"]

    def test_in_two_threads_of_which_one_ends_first(self) -> None:
        watching, inside, ended = guard("collect"), threading.Event(), threading.Event()

        @watching
        def long() -> None:
            inside.set()
            ended.wait(10)
            wrong()

        thread = threading.Thread(target=long)
        thread.start()
        inside.wait(10)
        watching(lambda: None)()
        ended.set()
        thread.join()

        assert codes(watching) == ["LG101"]


class TestThreads:
    """Calls of several threads are counted as those of one."""

    def run(self, calls: int) -> Guard:
        """So many calls in each of eight threads, which take turns as often as they can."""
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        with guard("collect") as watching:
            threads = [threading.Thread(target=lambda: [F.cross_entropy(ROWS, LABELS) for _ in range(calls)]) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        sys.setswitchinterval(interval)
        return watching

    def test_the_first_calls_are_counted_one_by_one(self) -> None:
        (site,) = self.run(patches.ALL_OF // 8).sites

        assert (site.calls, site.visits) == (patches.ALL_OF, patches.ALL_OF)

    def test_later_ones_by_what_a_visit_stands_for(self) -> None:
        (site,) = self.run(2000).sites

        assert 8 * 2000 - 64 <= site.calls <= 8 * 2000

    def test_so_are_checks_and_what_was_seen_in_them(self) -> None:
        (site,) = self.run(patches.ALL_OF // 8).sites

        # How many depends on the threads: a check sets the next one from the calls counted by then, and others go on meanwhile.
        assert site.checked == sum(way.times for way in site.witnessed.values()) >= FIRST


class TestWatch:
    """One loss, wherever it is called."""

    def test_only_this_loss_is_watched(self) -> None:
        told: list[Finding] = []
        mine, other = watch(nn.CrossEntropyLoss(), told.append), nn.CrossEntropyLoss()
        probs = ROWS.softmax(1).requires_grad_()
        other(probs, LABELS)
        assert told == []
        mine(probs, LABELS)
        assert [one.code for one in told] == ["LG101"]
        del mine

    def test_a_loss_of_ones_own(self) -> None:
        class Focal(nn.Module):
            def forward(self, rows: Tensor) -> Tensor:
                return F.cross_entropy(rows, LABELS, reduction="none").square().mean()

        told: list[Finding] = []
        criterion = watch(Focal(), told.append)
        criterion(ROWS.softmax(1))
        assert [one.code for one in told] == ["LG101"]
        del criterion

    def test_the_module_stays_what_it_is(self) -> None:
        criterion = nn.CrossEntropyLoss(weight=torch.ones(5))
        assert watch(criterion, "collect") is criterion
        assert not criterion._forward_hooks
        assert not criterion._forward_pre_hooks
        assert pickle.loads(pickle.dumps(criterion)).weight.equal(criterion.weight)  # noqa: S301  # our own bytes
        assert copy.deepcopy(criterion).state_dict().keys() == criterion.state_dict().keys()
        del criterion

    def test_a_function(self) -> None:
        told: list[Finding] = []
        watched = watch(F.cross_entropy, told.append)
        watched(ROWS.softmax(1), LABELS)

        assert watched.__name__ == "cross_entropy"
        assert [one.code for one in told] == ["LG101"]

    def test_what_cannot_be_called(self) -> None:
        with pytest.raises(TypeError, match="watch takes a loss, not int"):
            watch(3)  # type: ignore[type-var]  # that is what is tested


class TestIsolation:
    """Training goes on exactly as without the guard, and the report says what was switched off."""

    def test_a_check_that_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("in a check")

        monkeypatch.setattr("lossguard.runtime.watching.look", broken)
        with guard("collect") as watching:
            values = [wrong().item() for _ in range(3)]

        assert values == [wrong().item()] * 3
        assert re.fullmatch(
            r"switched off: tests/test_guard.py:\d+:\d+: ZeroDivisionError: in a check", str(next(iter(watching.troubles.values())))
        )
        assert watching.sites[0].off == "ZeroDivisionError: in a check"
        assert watching.sites[0].checked == 1

    def test_a_function_of_the_users_that_raises(self) -> None:
        calls = []

        def broken(finding: Finding) -> None:
            calls.append(finding)
            raise KeyError("in the user's function")

        with guard(broken) as watching:
            wrong()
            F.nll_loss(ROWS.softmax(1), LABELS)

        assert len(calls) == 1
        assert codes(watching) == ["LG101", "LG105"] or codes(watching) == ["LG105", "LG101"]
        assert "on_finding" in watching.troubles

    def test_ctrl_c_in_a_check_is_ctrl_c(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with guard("collect") as watching:
            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr("lossguard.runtime.watching.look", interrupted)
                wrong()
            wrong()
            F.nll_loss(ROWS.softmax(1), LABELS)

        assert "LG105" in codes(watching)
        assert not watching.troubles

    def test_a_fork_in_mid_training(self) -> None:
        """On one thread: a pool that was forked without its threads hangs, with a guard or without."""
        script = textwrap.dedent("""\
            import os, torch
            from torch.nn import functional as F
            from lossguard.runtime import guard
            torch.set_num_threads(1)
            rows, labels = torch.randn(8, 5).softmax(1), torch.arange(8) % 5
            with guard("collect") as watching:
                value = F.cross_entropy(rows, labels)
                child = os.fork()
                again = F.cross_entropy(rows, labels)
                assert torch.equal(value, again)
                if child == 0:
                    os._exit(7)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
            print([(one.code, len(watching.troubles)) for one in watching.findings], sum(site.calls for site in watching.sites))
        """)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

        assert done.stdout == "[('LG101', 0), ('LG101', 0)] 2\n"

    def test_losses_in_several_threads(self) -> None:
        with guard("collect") as watching:
            threads = [threading.Thread(target=lambda: [wrong() for _ in range(50)]) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert codes(watching) == ["LG101"]
        assert not watching.troubles

    def test_what_torch_refuses_stays_torchs_error(self) -> None:
        with guard("collect"), pytest.raises(TypeError, match="must be Tensor, not list"):
            F.cross_entropy(ROWS, [0] * 8)  # type: ignore[arg-type]  # that is what is tested
        with guard("collect"), pytest.raises(TypeError, match="missing 1 required positional argument"):
            nn.CrossEntropyLoss()(ROWS)

    def test_a_rule_page_that_is_none_is_said_at_the_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise lossguard.rulebook.RuleError(ledger.shipped(), 1, "not a page")  # type: ignore[attr-defined]

        monkeypatch.setattr("lossguard.runtime.watching.book", broken)
        with pytest.raises(Exception, match="not a page"):
            guard("collect").start()


class TestNotes:
    """Torch's own errors gain the page's explanation, and keep their type and their text."""

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            (lambda: F.cross_entropy(ROWS, LABELS.float()), "LG203"),
            (lambda: F.cross_entropy(ROWS, LABELS[:, None]), "LG204"),
            (lambda: F.cross_entropy(ROWS, LABELS + 1), "LG209"),
            (lambda: F.cross_entropy(ROWS, F.one_hot(LABELS, 5)), "LG201"),
            (lambda: F.binary_cross_entropy(ROWS, ROWS.sigmoid()), "LG108"),
            (lambda: nn.CrossEntropyLoss(ROWS, LABELS), "LG501"),
        ],
    )
    def test_an_error_is_explained(self, call: object, code: str) -> None:
        with guard("collect"), pytest.raises((RuntimeError, IndexError)) as caught:
            call()  # type: ignore[operator]

        assert [note for note in caught.value.__notes__ if note.startswith(f"lossguard: {code} ") and "test_guard.py:" in note]

    def test_an_error_long_after_the_first_calls(self) -> None:
        with guard("collect") as watching:
            for _ in range(700):
                F.cross_entropy(ROWS, LABELS)
            with pytest.raises(IndexError) as caught:
                for _ in range(40):
                    F.cross_entropy(ROWS, LABELS + 1)
            watching.explain(caught.value)

        assert any("LG209" in note for note in caught.value.__notes__)

    def test_backward_without_a_graph_names_the_loss(self) -> None:
        loss = None
        with guard("collect") as watching, pytest.raises(RuntimeError, match="does not require grad") as caught:
            loss = F.mse_loss(ROWS, ROWS + 1)
            loss.backward()

        assert loss is not None
        assert codes(watching) == ["LG602"]
        assert "LG602" in caught.value.__notes__[0]


class TestLastBatches:
    """What right programs do now and then is not reported."""

    def test_one_class_in_one_batch(self) -> None:
        """InfoNCE: the classes are the samples of the batch, and the last batch has one."""
        with guard("collect") as watching:
            for size in (8, 8, 1):
                F.cross_entropy(torch.randn(size, size, requires_grad=True), torch.arange(size))

        assert codes(watching) == []

    def test_one_class_always(self) -> None:
        with guard("collect") as watching:
            for _ in range(3):
                F.cross_entropy(torch.randn(8, 1, requires_grad=True), torch.zeros(8, dtype=torch.long))

        assert codes(watching) == ["LG118"]

    @pytest.mark.parametrize(("later", "found"), [([-1.0, 0.0, 1.0], []), ([1.0, 0.0, 0.0], ["LG205"])])
    def test_signs_with_ties(self, later: list[float], found: list[str]) -> None:
        left, right = torch.randn(3), torch.randn(3)
        with guard("collect") as watching:
            for target in ([0.0, 1.0, 1.0], later):
                F.margin_ranking_loss(left, right, torch.tensor(target))

        assert codes(watching) == found

    def test_a_one_hot_batch_between_mixtures(self) -> None:
        one_hot = F.one_hot(LABELS, 5).float()
        with guard("collect") as watching:
            for share in (1.0, 0.3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0):
                F.cross_entropy(ROWS, share * one_hot + (1 - share) * one_hot.flip(0))

        assert codes(watching) == []


class TestEvaluation:
    """Where nothing is learned, what only makes learning harder or slower is not worth a word; a wrong number is."""

    @pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
    def test_a_detour_of_evaluation(self, mode: Callable[[], AbstractContextManager[None]]) -> None:
        probs, scores = ROWS.clone().requires_grad_().softmax(1), ROWS.clone().requires_grad_()
        with guard("collect") as watching, mode():
            for _ in range(5):
                F.cross_entropy(scores.log_softmax(1), LABELS)
                F.cross_entropy(scores, F.one_hot(LABELS, 5).float())
                entropy = -(probs * probs.log()).sum(1)

        assert entropy.shape == (8,)
        assert codes(watching) == []

    def test_the_same_while_something_is_learned(self) -> None:
        scores = ROWS.clone().requires_grad_()
        with guard("collect") as watching:
            for learning in (False, True):
                with torch.set_grad_enabled(learning):
                    F.cross_entropy(scores.log_softmax(1), LABELS)

        assert codes(watching) == ["LG102"]

    def test_a_wrong_number_is_a_wrong_number(self) -> None:
        with guard("collect") as watching, torch.no_grad():
            F.cross_entropy(ROWS.softmax(1), LABELS)

        (found,) = watching.findings
        assert (found.code, found.severity, found.reach, found.effect) == ("LG101", Severity.WARNING, Reach.MEASURED, MEASURED)

    def test_a_validation_before_the_training(self) -> None:
        with guard("collect") as watching:
            for learning in (False, True):
                with torch.set_grad_enabled(learning):
                    F.cross_entropy((ROWS * torch.ones(1, requires_grad=True)).softmax(1), LABELS)

        (found,) = watching.findings
        assert (found.code, found.severity, found.reach) == ("LG101", Severity.ERROR, Reach.TRAINED)


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("F.cross_entropy(logits, rows)", Severity.INFO),
        ("F.cross_entropy(logits, rows, label_smoothing=0.1)", Severity.INFO),
        ("nn.CrossEntropyLoss()(logits, rows)", Severity.INFO),
        ("F.cross_entropy(logits, rows, weight=torch.ones(5))", Severity.ERROR),
        ("F.cross_entropy(logits, rows, weight=torch.ones(5), reduction='sum')", Severity.WARNING),
    ],
)
def test_both_halves_weigh_one_hot_rows_alike(call: str, severity: Severity, tmp_path: Path) -> None:
    text = f"{PRELUDE}rows = F.one_hot(y, 5).float()\n{call}\n"
    watching, _ = run_guarded(tmp_path / "example.py", text)
    before = check(["example.py"], tmp_path, Config(folder=tmp_path, select=("LG201",)), cached=False).findings

    assert [(one.code, one.severity) for one in watching.findings] == [("LG201", severity)]
    assert [(one.code, one.severity) for one in before] == [("LG201", severity)]


class TestPace:
    """All of the first calls are visited, then one in thirty-two, never in step with a loop."""

    def test_a_site_that_begins_late_is_met(self) -> None:
        with guard("collect") as watching:
            for _ in range(2000):
                F.cross_entropy(ROWS, LABELS)
            for _ in range(100):
                F.cross_entropy(ROWS.softmax(1), LABELS)

        assert "LG101" in codes(watching)

    @pytest.mark.parametrize("losses", [2, 3, 4, 8])
    def test_every_loss_of_a_step_is_met(self, losses: int) -> None:
        body = "\n".join(f"    F.cross_entropy(rows[{index}], labels)" for index in range(losses))
        rows = [ROWS] * losses
        names = {"F": F, "rows": rows, "labels": LABELS}
        with guard("collect") as watching:
            exec(f"for _ in range(1000):\n{body}", names)  # noqa: S102  # our own text

        visits = [site.visits for site in watching.sites]
        assert len(visits) == losses
        assert min(visits) > 256 // losses + 10
        assert sum(site.calls for site in watching.sites) == pytest.approx(1000 * losses, rel=0.05)

    def test_evaluation_keeps_its_own_pace(self) -> None:
        learning = ROWS.clone().requires_grad_()
        with guard("collect") as watching:
            for _ in range(3000):
                F.cross_entropy(learning, LABELS)
            F.cross_entropy(ROWS.softmax(1), LABELS)

        assert "LG101" in codes(watching)


def test_numbers_that_arrive_late_are_read_in_passing() -> None:
    class Slow(Reading):
        """A reading whose numbers are on their way until somebody waits for them."""

        __slots__ = ("there",)

        def __init__(self, vectors: list[Tensor]) -> None:
            super().__init__(vectors)
            self.there = False

        @property
        def arrived(self) -> bool:
            return self.there

        def wait(self) -> None:
            self.there = True

    seen: list[list[tuple[float, ...]]] = []
    with guard("collect") as watching:
        F.cross_entropy(ROWS, LABELS)
        slow = Slow([torch.tensor([1.0, 2.0])])
        watching.ledger.later(watching.sites[0], slow, seen.append)
        F.cross_entropy(ROWS, LABELS)
        assert seen == []

    assert seen == [[(1.0, 2.0)]]


def test_reveal_shows_what_a_run_sees() -> None:
    stream = io.StringIO()
    with redirect_stderr(stream):
        shown = lossguard.reveal(ROWS.clone().requires_grad_().softmax(1))
        assert lossguard.reveal("text") == "text"

    lines = stream.getvalue().splitlines()
    assert shown.shape == (8, 5)
    assert re.fullmatch(
        r".*test_guard\.py:\d+:\d+: revealed: Probabilities\[1\], SoftmaxBackward0; float32 \[8, 5\], values from .*", lines[0]
    )
    assert lines[1].endswith("revealed: str")
