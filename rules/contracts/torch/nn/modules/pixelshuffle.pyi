"""`torch.nn.modules.pixelshuffle`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, T

class PixelShuffle(Module):
    def __init__(self, upscale_factor: int) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.pixel_shuffle")]: ...

class PixelUnshuffle(Module):
    def __init__(self, downscale_factor: int) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.pixel_unshuffle")]: ...
