"""`torch.nn.modules.upsampling`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, T

class Upsample(Module):
    def __init__(
        self,
        size: object = None,
        scale_factor: object = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.interpolate")]: ...

class UpsamplingNearest2d(Upsample):
    def __init__(self, size: object = None, scale_factor: object = None) -> None: ...

class UpsamplingBilinear2d(Upsample):
    def __init__(self, size: object = None, scale_factor: object = None) -> None: ...
