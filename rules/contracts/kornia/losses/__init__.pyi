"""`kornia.losses`: those of classes take scores, and the softmax themselves."""

from torch.nn import Module
from words import BinaryLogits, ClassLogits, Loss, Tensor

def dice_loss(
    pred: ClassLogits,
    target: Tensor,
    average: str = "micro",
    eps: float = 1e-8,
    weight: Tensor | None = None,
    ignore_index: int | None = -100,
) -> Loss: ...
def tversky_loss(
    pred: ClassLogits, target: Tensor, alpha: float, beta: float, eps: float = 1e-8, ignore_index: int | None = -100
) -> Loss: ...
def focal_loss(
    pred: ClassLogits,
    target: Tensor,
    alpha: float | None,
    gamma: float = 2.0,
    reduction: str = "none",
    weight: Tensor | None = None,
    ignore_index: int | None = -100,
) -> Loss: ...
def binary_focal_loss_with_logits(
    pred: BinaryLogits,
    target: Tensor,
    alpha: float | None = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
    pos_weight: Tensor | None = None,
    weight: Tensor | None = None,
    ignore_index: int | None = -100,
) -> Loss: ...

class DiceLoss(Module):
    def __init__(
        self, average: str = "micro", eps: float = 1e-8, weight: Tensor | None = None, ignore_index: int | None = -100
    ) -> None: ...
    def forward(self, pred: ClassLogits, target: Tensor) -> Loss: ...

class TverskyLoss(Module):
    def __init__(self, alpha: float, beta: float, eps: float = 1e-8, ignore_index: int | None = -100) -> None: ...
    def forward(self, pred: ClassLogits, target: Tensor) -> Loss: ...

class FocalLoss(Module):
    def __init__(
        self,
        alpha: float | None,
        gamma: float = 2.0,
        reduction: str = "none",
        weight: Tensor | None = None,
        ignore_index: int | None = -100,
    ) -> None: ...
    def forward(self, pred: ClassLogits, target: Tensor) -> Loss: ...

class BinaryFocalLossWithLogits(Module):
    def __init__(
        self,
        alpha: float | None,
        gamma: float = 2.0,
        reduction: str = "none",
        pos_weight: Tensor | None = None,
        weight: Tensor | None = None,
        ignore_index: int | None = -100,
    ) -> None: ...
    def forward(self, pred: BinaryLogits, target: Tensor) -> Loss: ...
