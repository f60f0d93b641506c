"""`segmentation_models_pytorch.losses`: scores or probabilities, as `from_logits` says, of the kind that `mode` says."""

from typing import Literal, overload

from torch.nn import Module
from words import BinaryLogits, ClassLogits, ElementwiseProbabilities, Loss, Probabilities, Tensor

class _ByMode(Module):
    @overload
    def forward(
        self, y_pred: BinaryLogits, y_true: Tensor, *, mode: Literal["binary", "multilabel"], from_logits: Literal[True]
    ) -> Loss: ...
    @overload
    def forward(self, y_pred: ClassLogits, y_true: Tensor, *, mode: Literal["multiclass"], from_logits: Literal[True]) -> Loss: ...
    @overload
    def forward(self, y_pred: Probabilities | ElementwiseProbabilities, y_true: Tensor, *, from_logits: Literal[False]) -> Loss: ...
    @overload
    def forward(self, y_pred: Tensor, y_true: Tensor) -> Loss: ...

class DiceLoss(_ByMode):
    def __init__(
        self,
        mode: str,
        classes: object = None,
        log_loss: bool = False,
        from_logits: bool = True,
        smooth: float = 0.0,
        ignore_index: int | None = None,
        eps: float = 1e-7,
        class_weights: object = None,
    ) -> None: ...

class JaccardLoss(_ByMode):
    def __init__(
        self,
        mode: str,
        classes: object = None,
        log_loss: bool = False,
        from_logits: bool = True,
        smooth: float = 0.0,
        ignore_index: int | None = None,
        eps: float = 1e-7,
        class_weights: object = None,
    ) -> None: ...

class TverskyLoss(_ByMode):
    def __init__(
        self,
        mode: str,
        classes: object = None,
        log_loss: bool = False,
        from_logits: bool = True,
        smooth: float = 0.0,
        ignore_index: int | None = None,
        eps: float = 1e-7,
        alpha: float = 0.5,
        beta: float = 0.5,
        gamma: float = 1.0,
        class_weights: object = None,
    ) -> None: ...

class FocalLoss(_ByMode):
    def __init__(
        self,
        mode: str,
        alpha: float | None = None,
        gamma: float | None = 2.0,
        ignore_index: int | None = None,
        from_logits: bool = True,
        eps: float = 1e-7,
        reduction: str | None = "mean",
        normalized: bool = False,
        reduced_threshold: float | None = None,
        class_weights: object = None,
    ) -> None: ...

class LovaszLoss(_ByMode):
    def __init__(self, mode: str, per_image: bool = False, ignore_index: int | None = None, from_logits: bool = True) -> None: ...

class SoftBCEWithLogitsLoss(Module):
    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int | None = -100,
        reduction: str = "mean",
        smooth_factor: float | None = None,
        pos_weight: Tensor | None = None,
    ) -> None: ...
    def forward(self, y_pred: BinaryLogits, y_true: Tensor) -> Loss: ...

class SoftCrossEntropyLoss(Module):
    def __init__(
        self, reduction: str = "mean", smooth_factor: float | None = None, ignore_index: int | None = -100, dim: int = 1
    ) -> None: ...
    def forward(self, y_pred: ClassLogits, y_true: Tensor) -> Loss: ...
