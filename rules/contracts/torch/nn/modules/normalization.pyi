"""`torch.nn.modules.normalization`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, Like, Logits, Tensor

class LocalResponseNorm(Module):
    def __init__(self, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.local_response_norm")]: ...

class CrossMapLRN2d(Module):
    def __init__(self, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.local_response_norm")]: ...

class LayerNorm(Module):
    def __init__(
        self,
        normalized_shape: object,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Logits, As("torch.nn.functional.layer_norm")]: ...

class GroupNorm(Module):
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: object = None,
        dtype: object = None,
        *,
        bias: bool = True,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Logits, As("torch.nn.functional.group_norm")]: ...

class RMSNorm(Module):
    def __init__(
        self,
        normalized_shape: object,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, x: Tensor) -> Annotated[Logits, Like("x")]: ...
