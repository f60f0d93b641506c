"""An error of torch, a constructor, a backward pass without a graph go in; what the pages say about them comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import torch

from lossguard.judge import Verdict, judge
from lossguard.runtime.events import all_seen, event_of
from lossguard.runtime.losses import LOSSES, Loss, Role
from lossguard.runtime.places import is_inside, span_of, user_frame
from lossguard.runtime.seeing import Seeing
from lossguard.runtime.sites import Site, Spelling, site_of
from lossguard.runtime.witness import Look, look

DETACHED: Final = "detached-prediction"
_MARK: Final = "lossguard: "
_BY_CODE: Final[dict[CodeType, Loss]] = {loss.code: loss for loss in LOSSES if loss.code is not None}
CONSTRUCTED: Final = Loss("loss", None, "", {"*": Role.PLAIN}, ())


def is_explained(error: BaseException) -> bool:
    """Whether an error has our note already."""
    return any(note.startswith(_MARK) for note in getattr(error, "__notes__", ()))


def lost_device(error: Exception) -> bool:
    """Whether the device cannot be asked for anything any more."""
    return "device-side assert" in str(error) or "CUDA error" in str(error)


def verdicts(loss: Loss, given: dict[str, Any], *, values: bool) -> list[tuple[Verdict, Spelling]]:
    """What the rules say of a call that failed."""
    from lossguard.runtime.ledger import book

    found = look(loss, given, values=values)
    numbers = {} if found.reading is None else dict(zip(found.measured, found.reading.numbers(), strict=True))
    site = Site(loss, _nowhere.__code__, 0, "", "", 0, direct=False)
    said = Spelling(loss.family, {})
    return [
        (verdict, said)
        for one, seeings in all_seen(found, numbers, {})
        for verdict in judge(book(), [event_of(one, seeings, site, said)])
    ]  # fmt: skip


def _nowhere() -> None:
    """A place for events that have none."""


def place(inner: FrameType, cwd: Path) -> str:
    """Where the user's code called: `train.py:34:12`."""
    frame = user_frame(inner)
    return "" if frame is None else str(span_of(frame.f_code, frame.f_lasti, cwd))


def annotate(error: BaseException, verdict: Verdict, where: str, _spelling: Spelling | None) -> None:
    """Add the page's explanation to an error; its type and its message stay what they are."""
    rule = verdict.rule
    note = f"{_MARK}{rule.code} {rule.name}: {verdict.message}. {rule.instead} ({where})"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def functional_frame(error: Exception) -> tuple[Loss, FrameType] | None:
    """The last functional of ours in an error's traceback."""
    trace, found = error.__traceback__, None
    while trace is not None:
        loss = _BY_CODE.get(trace.tb_frame.f_code)
        found = found if loss is None else (loss, trace.tb_frame)
        trace = trace.tb_next
    return found


_OPTIONS: Final = frozenset({"self", "weight", "pos_weight"})
# Options that are true or false, or a word; the others are numbers, and a tensor without axes is one.
_FLAGS: Final = frozenset({"size_average", "reduce", "reduction", "log_input", "full", "log_target", "zero_infinity", "swap"})


def construction(inner: FrameType, given: dict[str, Any], number: int) -> tuple[Site | None, Look | None, dict[str, Seeing]]:
    """Tensors among the arguments of a constructor of torch's own, apart from its weights.

    What the class of a user's own declares is the user's affair: `FocalLoss(alpha=torch.ones(10))`.
    """
    frame: FrameType | None = inner
    held = {name: value for name, value in given.items() if _is_out_of_place(name, value)}
    while frame is not None and frame.f_code.co_name == "__init__" and is_inside(frame.f_code.co_filename):
        held.update({name: value for name, value in _arguments(frame) if _is_out_of_place(name, value)})
        frame = frame.f_back
    outside = user_frame(frame)
    if not held or outside is None:
        return None, None, {}
    site = site_of(CONSTRUCTED, outside, None, number)
    seeings = {name: Seeing(evidence=(f"`{name}` is a tensor of sizes {list(value.shape)}",)) for name, value in held.items()}
    return site, Look("loss", {}, {}), seeings


def _is_out_of_place(name: str, value: object) -> bool:
    return isinstance(value, torch.Tensor) and (value.dim() > 0 or name in _FLAGS)


def _arguments(frame: FrameType) -> Iterator[tuple[str, Any]]:
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount]
    return ((name, frame.f_locals.get(name)) for name in names if name not in _OPTIONS)


ALL_FINITE: Final = ("all it was given was finite",)


def cause(args: Iterable[Any]) -> tuple[str, ...]:
    """Which of the arguments was not finite already; none of them, if the loss itself overflowed."""
    names = ("its input", "its target")
    for name, tensor in zip(names, args, strict=False):
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point():
            nans, infs = int(tensor.isnan().sum()), int(tensor.isinf().sum())
            if nans or infs:
                return (f"{name} held {nans} NaN and {infs} infinite of {tensor.numel()} numbers already",)
    return ALL_FINITE


def maker(tensor: Any, sites: list[Site]) -> Site | None:
    """The site whose result a backward pass starts from."""
    return next((site for site in sites if site.result is not None and site.result() is tensor), None)
