"""`monai.losses`: an activation is taken where an option says so; without one they take what has been through it."""

from typing import Literal, overload

from torch.nn import Module
from words import BinaryLogits, ClassLogits, ElementwiseProbabilities, Logits, Loss, Probabilities, Tensor

# `mask` is what `MaskedDiceLoss` takes beside.
class _WithActivation(Module):
    @overload
    def forward(self, input: BinaryLogits, target: Tensor, *mask: Tensor, sigmoid: Literal[True], softmax: Literal[False]) -> Loss: ...
    @overload
    def forward(self, input: ClassLogits, target: Tensor, *mask: Tensor, sigmoid: Literal[False], softmax: Literal[True]) -> Loss: ...
    @overload
    def forward(
        self,
        input: Probabilities | ElementwiseProbabilities,
        target: Tensor,
        *mask: Tensor,
        sigmoid: Literal[False],
        softmax: Literal[False],
        other_act: None,
    ) -> Loss: ...
    @overload
    def forward(self, input: Tensor, target: Tensor, *mask: Tensor) -> Loss: ...

class DiceLoss(_WithActivation):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        other_act: object = None,
        squared_pred: bool = False,
        jaccard: bool = False,
        reduction: object = "mean",
        smooth_nr: float = 1e-5,
        smooth_dr: float = 1e-5,
        *args: object,
        **kwargs: object,
    ) -> None: ...

class MaskedDiceLoss(_WithActivation):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        other_act: object = None,
        squared_pred: bool = False,
        jaccard: bool = False,
        reduction: object = "mean",
        smooth_nr: float = 1e-5,
        smooth_dr: float = 1e-5,
        *args: object,
        **kwargs: object,
    ) -> None: ...

class GeneralizedDiceLoss(_WithActivation):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        other_act: object = None,
        w_type: object = "square",
        reduction: object = "mean",
        smooth_nr: float = 1e-5,
        smooth_dr: float = 1e-5,
        *args: object,
        **kwargs: object,
    ) -> None: ...

class TverskyLoss(_WithActivation):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        other_act: object = None,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: object = "mean",
        smooth_nr: float = 1e-5,
        smooth_dr: float = 1e-5,
        *args: object,
        **kwargs: object,
    ) -> None: ...

class DiceCELoss(Module):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        *args: object,
        **kwargs: object,
    ) -> None: ...
    def forward(self, input: Logits, target: Tensor) -> Loss: ...

class DiceFocalLoss(Module):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        sigmoid: bool = False,
        softmax: bool = False,
        *args: object,
        **kwargs: object,
    ) -> None: ...
    def forward(self, input: Logits, target: Tensor) -> Loss: ...

class FocalLoss(Module):
    def __init__(
        self,
        include_background: bool = True,
        to_onehot_y: bool = False,
        gamma: float = 2.0,
        alpha: object = None,
        weight: object = None,
        reduction: object = "mean",
        use_softmax: bool = False,
    ) -> None: ...
    @overload
    def forward(self, input: BinaryLogits, target: Tensor, *, use_softmax: Literal[False]) -> Loss: ...
    @overload
    def forward(self, input: ClassLogits, target: Tensor, *, use_softmax: Literal[True]) -> Loss: ...
    @overload
    def forward(self, input: Tensor, target: Tensor) -> Loss: ...
