"""`torch.nn.modules.fold`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, Tensor

class Fold(Module):
    def __init__(self, output_size: object, kernel_size: object, dilation: object = 1, padding: object = 0, stride: object = 1) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.fold")]: ...

class Unfold(Module):
    def __init__(self, kernel_size: object, dilation: object = 1, padding: object = 0, stride: object = 1) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.unfold")]: ...
