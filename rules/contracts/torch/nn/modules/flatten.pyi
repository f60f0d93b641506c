"""`torch.nn.modules.flatten`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, T

class Flatten(Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.flatten")]: ...

class Unflatten(Module):
    def __init__(self, dim: int, unflattened_size: object) -> None: ...
    def forward(self, input: T) -> Annotated[T, As("torch.unflatten")]: ...
