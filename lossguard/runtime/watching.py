"""Calls of losses go in, findings come out; nothing that fails in here reaches training.

A guard counts every call, looks at the first ones of each site and then at every second power of two, and at any call whose
input was made by another kind of operation than before.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from contextlib import ContextDecorator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from types import FrameType, TracebackType
from typing import Any, Final, Self, TypeVar

import torch

from lossguard.domains import Domain, Seen
from lossguard.findings import Finding
from lossguard.runtime import glance, graphs, mistakes, patches, scaling, tracing
from lossguard.runtime.ledger import Ledger, Waiting, book
from lossguard.runtime.losses import Loss, bound
from lossguard.runtime.measure import Reading, can_be_read, is_captured
from lossguard.runtime.places import inside, is_inside
from lossguard.runtime.policies import LossWarning, Policy, WrongLossError
from lossguard.runtime.seeing import Seeing
from lossguard.runtime.sites import IN_A_GRAPH, Site, next_due, runs_in_a_graph, site_of
from lossguard.runtime.witness import Look, look

Result = TypeVar("Result")
# At every eighth visit the result is asked whether it is a number, even where nothing else is looked at.
_NOW_AND_THEN: Final = 7


@dataclass(slots=True)
class Trouble:
    """Something that failed in the guard itself, and what was switched off for it."""

    where: str
    error: str
    count: int = 1

    def __str__(self) -> str:
        """As the report says it."""
        times = "" if self.count == 1 else f" ({self.count} times)"
        return f"switched off: {self.where}: {self.error}{times}"


@dataclass(eq=False)
class Guard(ContextDecorator):
    """Watches the losses that are called while it is active: a context manager, and a decorator.

    `policy` says what happens with a finding; `only` limits the guard to calls under some frames. Findings are in `findings`,
    what failed in the guard itself is in `troubles`.
    """

    policy: Policy
    only: Callable[[FrameType], bool] | None = None
    cwd: Path = field(default_factory=Path.cwd)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.cwd, self._tell)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, in the order of reports."""
        self._drain(wait=True)
        return self.ledger.findings()

    @property
    def sites(self) -> list[Site]:
        """The calls of losses that were met."""
        return list(self.ledger.sites.values())

    def __enter__(self) -> Self:
        """Start watching. Raises RuleError for a rule page that is none."""
        book()
        if patches.enter(self):
            graphs.listen(self.compiled)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop watching; what is still on its way is read, and an error of a loss gains a note."""
        ends = patches.leave(self)
        if isinstance(error, Exception):
            self.explain(error)
        if not ends:  # it was entered twice, in this thread or in another one
            return
        graphs.forget(self.compiled)
        if not patches.active:
            tracing.disarm()
        try:
            self._drain(wait=True)
            for site in self.sites:
                self._safely(site, partial(self.ledger.last_words, site))
        except (WrongLossError, LossWarning):
            if error is None:  # what goes wrong in the block itself comes first
                raise

    def start(self) -> Self:
        """Start watching, where a `with` block does not fit."""
        return self.__enter__()

    def stop(self) -> None:
        """Stop watching."""
        self.__exit__(None, None, None)

    def visit(self, loss: Loss, inner: FrameType, args: tuple[Any, ...], weight: int) -> Site | None:
        """Count a call, which stands for `weight` of its kind; the site where this one should be looked at."""
        try:
            frame = inner
            while (inside.get(name := frame.f_code.co_filename) or is_inside(name)) and frame.f_back is not None:
                frame = frame.f_back
            if frame is not inner and not loss.is_loss:
                return None  # a logarithm that torch takes itself: `Categorical(probs=p).log_prob(a)`
            if self.only is not None and not self.only(inner):
                return None
            site = self.ledger.sites.get((id(frame.f_code), frame.f_lasti, loss.family))
            if site is None:
                site = self._new(loss, frame, inner)
            now = perf_counter()
            site.interval, site.visited_at = (now - site.visited_at) / weight, now
            with self.ledger.lock:
                site.calls += weight
                site.visits += 1
            if site.off:
                return None
            if type(args[0].grad_fn) in site.kinds:
                if site.calls < site.due:
                    return None if site.visits & _NOW_AND_THEN else site
                if glance.suffices(site) and not is_captured(args[0]) and glance.is_usual(site, args):
                    self._check(site)
                    return None
        except Exception as error:  # noqa: BLE001  # nothing of ours may reach training
            self._trouble(loss.family, error)
            return None
        return site

    def _new(self, loss: Loss, frame: FrameType, inner: FrameType) -> Site:
        called: FrameType | None = None
        one: FrameType | None = inner
        while one is not None and one is not frame:
            called, one = one, one.f_back
        with self.ledger.lock:
            site = site_of(loss, frame, called, len(self.ledger.sites))
            site.off = IN_A_GRAPH if runs_in_a_graph(inner, frame) else None
            return self.ledger.sites.setdefault((id(frame.f_code), frame.f_lasti, loss.family), site)

    def before(self, site: Site, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Look | None:
        """Look at the arguments; what is certain now is reported now, before torch may fail on it."""
        if args and is_captured(args[0]):
            return None
        self._drain()
        learning = torch.is_grad_enabled()
        return self._safely(site, lambda: self._looked(site, inner, args, kwargs, learning=learning))

    def _looked(self, site: Site, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any], *, learning: bool) -> Look | None:
        given = bound(site.loss, inner, args, kwargs)
        first = next((given[name] for name in site.loss.roles if isinstance(given.get(name), torch.Tensor)), None)
        if first is None or (site.calls < site.due and type(first.grad_fn) in site.kinds):
            return None
        begin = perf_counter()
        site.kinds.add(type(first.grad_fn))
        self._check(site)
        glance.learn(site, args)
        found = look(site.loss, given, learning=learning)
        tracing.asked()
        self.ledger.take(site, found)
        site.cost = perf_counter() - begin
        return found

    def _check(self, site: Site) -> None:
        """Count a check, and set the next one where this one was due."""
        with self.ledger.lock:
            site.checked += 1
            site.due = next_due(site.calls) if site.calls >= site.due else site.due

    def after(self, site: Site, seen: Look | None, args: tuple[Any, ...], result: Any) -> None:
        """Look at the result: whether it is a number, and which site it came from."""
        if is_captured(result):
            return
        self._safely(site, lambda: self._weighed(site, seen, args, result))

    def _weighed(self, site: Site, seen: Look | None, args: tuple[Any, ...], result: Any) -> None:
        if not isinstance(result, torch.Tensor) or not site.loss.is_loss:
            return
        if seen is not None:
            site.result = weakref.ref(result)
        if result.numel() != 1 or not result.is_floating_point() or not can_be_read(result):
            return
        if not result.is_cuda:
            self._valued(site, result.item(), args)
        elif seen is not None:
            self.ledger.later(site, Reading([result.detach().reshape(1)]), lambda numbers: self._valued(site, numbers[0][0], ()))

    def _valued(self, site: Site, value: float, args: tuple[Any, ...]) -> None:
        """Whether a loss is a number; that every target was ignored is another rule's."""
        if math.isfinite(value):
            site.overflowed = 0
            return
        seen = {word for way in site.witnessed.values() for one in way.seeings.values() for word in one.seen}
        if Seen.ALL_IGNORED in seen:
            return
        evidence = mistakes.cause(args) if args else ()
        site.overflowed = site.overflowed or site.calls
        may_settle = evidence != mistakes.ALL_FINITE and site.calls - site.overflowed < scaling.SETTLING
        if may_settle and Seen.NOT_FINITE not in seen and scaling.is_at_work():
            return
        seeing = Seeing(Domain.LOSS, seen=frozenset({Seen.NOT_FINITE}), evidence=(*evidence, f"first seen at call {site.overflowed}"))
        self.ledger.judged(site, Look(site.loss.family, {}, {}), {"result": seeing})

    def failed(self, loss: Loss, inner: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> None:
        """Add to torch's error what the pages say about it."""
        try:
            self._annotated(loss, bound(loss, inner, args, kwargs), inner, error)
        except Exception as other:  # noqa: BLE001  # torch's own error is what the user must see
            self._trouble(f"the explanation of an error of {loss.family}", other)

    def explain(self, error: Exception) -> None:
        """Add a note to an error that was raised before the kernel was reached: its functional's frame is in the traceback."""
        found = mistakes.functional_frame(error)
        if found is not None:
            loss, frame = found
            self.failed(loss, frame, (), {}, error)

    def _annotated(self, loss: Loss, given: dict[str, Any], inner: FrameType, error: Exception) -> None:
        if mistakes.is_explained(error):
            return
        with patches.Busy():
            verdicts = mistakes.verdicts(loss, given, values=not mistakes.lost_device(error))
        for verdict, spelling in verdicts:
            mistakes.annotate(error, verdict, mistakes.place(inner, self.cwd), spelling)

    def constructed(self, inner: FrameType, given: dict[str, Any], error: Exception | None) -> None:
        """Report tensors in a loss's constructor, and say so in torch's error."""
        try:
            site, look_, seeings = mistakes.construction(inner, given, len(self.ledger.sites))
        except Exception as other:  # noqa: BLE001
            self._trouble("the constructors of losses", other)
            return
        if site is not None and look_ is not None:
            self._safely(site, lambda: self._reported(site, look_, seeings, error))

    def _reported(self, site: Site, found: Look, seeings: dict[str, Seeing], error: Exception | None) -> None:
        with self.ledger.lock:
            site = self.ledger.sites.setdefault((id(site.code), site.lasti, site.loss.family), site)
        site.calls, site.checked = site.calls + 1, site.checked + 1
        self.ledger.judged(site, found, seeings)
        if error is not None:
            for one in self.ledger.observed.values():
                if one.site is site:
                    mistakes.annotate(error, one.verdict, str(site.span(self.cwd)), None)

    def compiled(self, graph: Any) -> None:
        """Look at the losses in a graph that is about to be compiled."""
        try:
            found = list(graphs.losses_of(graph))
        except Exception as error:  # noqa: BLE001
            self._trouble("compiled graphs", error)
            return
        for one in found:
            site = self.ledger.compiled_site(one)
            site.calls, site.checked = site.calls + 1, site.checked + 1
            self._safely(site, partial(self.ledger.take, site, one.look))

    def backward(self, tensor: Any, error: Exception | None) -> None:
        """A backward pass from a tensor without a graph: the site that made it, if one did, is told of it."""
        site = mistakes.maker(tensor, self.sites)
        if site is None:
            return
        seeing = Seeing(
            Domain.LOSS, seen=frozenset({Seen.DETACHED}), evidence=("its result has no gradient, and backward is called on it",)
        )
        self._safely(site, lambda: self.ledger.judged(site, Look(site.loss.family, {}, {}), {"result": seeing}))
        if error is not None:
            for one in self.ledger.observed.values():
                if one.site is site and one.verdict.rule.name == mistakes.DETACHED:
                    mistakes.annotate(error, one.verdict, str(site.span(self.cwd)), None)

    def _tell(self, finding: Finding, site: Site) -> None:
        """Hand a finding to the policy. What a user's function raises is counted, and the function is not called again."""
        if "on_finding" in self.troubles:
            return
        try:
            self.policy(finding, site.module)
        except (WrongLossError, LossWarning):
            raise
        except Exception as error:  # noqa: BLE001
            self._trouble("on_finding", error)

    def _drain(self, *, wait: bool = False) -> None:
        for one in self.ledger.arrived(wait=wait):
            self._safely(one.site, partial(_then, one))

    def _safely(self, site: Site, action: Callable[[], Result]) -> Result | None:
        """Do something that may fail; if it does, the site is switched off and training goes on."""
        try:
            with patches.Busy():
                return action()
        except (WrongLossError, LossWarning):
            raise
        except Exception as error:  # noqa: BLE001
            site.off = f"{type(error).__name__}: {error}"
            self._trouble(str(site.span(self.cwd)), error)
            return None

    def _trouble(self, where: str, error: Exception) -> None:
        known = self.troubles.setdefault(where, Trouble(where, f"{type(error).__name__}: {error}", 0))
        known.count += 1


def _then(one: Waiting) -> None:
    one.then(one.reading.numbers())
