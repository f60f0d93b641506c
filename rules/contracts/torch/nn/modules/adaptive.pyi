"""`torch.nn.modules.adaptive`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import Along, Fields, Indices, LogProbabilities, Loss, NonPositive, Tensor

class AdaptiveLogSoftmaxWithLoss(Module):
    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: object,
        div_value: float = 4.0,
        head_bias: bool = False,
        device: object = None,
        dtype: object = None,
    ) -> None: ...
    def forward(self, input_: Tensor, target_: Tensor) -> Annotated[tuple[NonPositive, Loss], Fields("output", "loss")]: ...
    def log_prob(self, input: Tensor) -> Annotated[LogProbabilities, Along(-1)]: ...
    def predict(self, input: Tensor) -> Indices: ...
