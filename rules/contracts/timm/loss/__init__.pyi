"""`timm.loss`: all of them take scores."""

from torch.nn import Module
from words import BinaryLogits, ClassLogits, Loss, Tensor

class LabelSmoothingCrossEntropy(Module):
    def __init__(self, smoothing: float = 0.1) -> None: ...
    def forward(self, x: ClassLogits, target: Tensor) -> Loss: ...

class SoftTargetCrossEntropy(Module):
    def __init__(self) -> None: ...
    def forward(self, x: ClassLogits, target: Tensor) -> Loss: ...

class AsymmetricLossSingleLabel(Module):
    def __init__(self, gamma_pos: float = 1, gamma_neg: float = 4, eps: float = 0.1, reduction: str = "mean") -> None: ...
    def forward(self, inputs: ClassLogits, target: Tensor, reduction: str | None = None) -> Loss: ...

class AsymmetricLossMultiLabel(Module):
    def __init__(
        self,
        gamma_neg: float = 4,
        gamma_pos: float = 1,
        clip: float | None = 0.05,
        eps: float = 1e-8,
        disable_torch_grad_focal_loss: bool = False,
        *args: object,
        **kwargs: object,
    ) -> None: ...
    def forward(self, x: BinaryLogits, y: Tensor) -> Loss: ...
