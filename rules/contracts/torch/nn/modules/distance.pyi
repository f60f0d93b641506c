"""`torch.nn.modules.distance`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, Bounded, NonNegative, Tensor

class PairwiseDistance(Module):
    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None: ...
    def forward(self, x1: Tensor, x2: Tensor) -> Annotated[NonNegative, As("torch.nn.functional.pairwise_distance")]: ...

class CosineSimilarity(Module):
    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None: ...
    def forward(self, x1: Tensor, x2: Tensor) -> Annotated[Bounded, As("torch.nn.functional.cosine_similarity")]: ...
