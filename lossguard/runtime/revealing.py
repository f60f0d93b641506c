"""A tensor goes in, one line about what it means comes out: the run's answer to `lossguard.reveal(x)`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from lossguard.runtime import measure
from lossguard.runtime.patches import Busy
from lossguard.runtime.places import span_of
from lossguard.runtime.provenance import Origin, origin_of


def show(value: object, frame: FrameType) -> None:
    """Print what is seen of a tensor; of anything else its type."""
    if torch.compiler.is_compiling():
        return
    with Busy(), torch.no_grad():
        said = described(value)
    print(f"{span_of(frame.f_code, frame.f_lasti, Path.cwd())}: revealed: {said}", file=sys.stderr)  # noqa: T201  # it is asked for


def described(value: object) -> str:
    """`Probabilities[1], SoftmaxBackward0; float32 [64, 10], values from 0.012 to 0.91`."""
    if not isinstance(value, torch.Tensor):
        return type(value).__name__
    origin = origin_of(value)
    kind = f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    return f"{_meaning(origin)}; {kind}{_values(value)}"


def _meaning(origin: Origin | None) -> str:
    if origin is None:
        return "Tensor, nothing in its graph says more"
    axis = "" if origin.axis is None else f"[{origin.axis}]"
    return f"{origin.domain.value}{axis}, {origin.node}"


def _values(value: Any) -> str:
    if not measure.can_be_read(value) or value.is_complex() or value.dtype is torch.bool:
        return ""
    low, high = measure.extremes(value).tolist()
    return f", values from {low:.4g} to {high:.4g}"
