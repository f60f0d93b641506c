"""`torch.nn.modules.dropout`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, T

class _DropoutNd(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None: ...

class Dropout(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.dropout")]: ...

class Dropout1d(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.dropout1d")]: ...

class Dropout2d(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.dropout2d")]: ...

class Dropout3d(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.dropout3d")]: ...

class AlphaDropout(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.alpha_dropout")]: ...

class FeatureAlphaDropout(_DropoutNd):
    def forward(self, input: T) -> Annotated[T, As("torch.nn.functional.feature_alpha_dropout")]: ...
