"""`torch.nn.modules.loss`: each is its function with the options that its constructor took."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, Loss, Tensor

class _Loss(Module):
    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None: ...

class _WeightedLoss(_Loss):
    def __init__(
        self, weight: Tensor | None = None, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None: ...

class CrossEntropyLoss(_WeightedLoss):
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.cross_entropy")]: ...

class NLLLoss(_WeightedLoss):
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.nll_loss")]: ...

class NLLLoss2d(NLLLoss): ...

class BCELoss(_WeightedLoss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.binary_cross_entropy")]: ...

class BCEWithLogitsLoss(_Loss):
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.binary_cross_entropy_with_logits")]: ...

class KLDivLoss(_Loss):
    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", log_target: bool = False
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.kl_div")]: ...

class MSELoss(_Loss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.mse_loss")]: ...

class L1Loss(_Loss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.l1_loss")]: ...

class SmoothL1Loss(_Loss):
    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", beta: float = 1.0
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.smooth_l1_loss")]: ...

class HuberLoss(_Loss):
    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.huber_loss")]: ...

class PoissonNLLLoss(_Loss):
    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None: ...
    def forward(self, log_input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.poisson_nll_loss")]: ...

class GaussianNLLLoss(_Loss):
    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None: ...
    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Annotated[Loss, As("torch.nn.functional.gaussian_nll_loss")]: ...

class HingeEmbeddingLoss(_Loss):
    def __init__(
        self, margin: float = 1.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.hinge_embedding_loss")]: ...

class SoftMarginLoss(_Loss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.soft_margin_loss")]: ...

class MarginRankingLoss(_Loss):
    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None: ...
    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.margin_ranking_loss")]: ...

class MultiMarginLoss(_WeightedLoss):
    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.multi_margin_loss")]: ...

class MultiLabelMarginLoss(_Loss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.multilabel_margin_loss")]: ...

class MultiLabelSoftMarginLoss(_WeightedLoss):
    def forward(self, input: Tensor, target: Tensor) -> Annotated[Loss, As("torch.nn.functional.multilabel_soft_margin_loss")]: ...

class CosineEmbeddingLoss(_Loss):
    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None: ...
    def forward(
        self, input1: Tensor, input2: Tensor, target: Tensor
    ) -> Annotated[Loss, As("torch.nn.functional.cosine_embedding_loss")]: ...

class TripletMarginLoss(_Loss):
    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None: ...
    def forward(
        self, anchor: Tensor, positive: Tensor, negative: Tensor
    ) -> Annotated[Loss, As("torch.nn.functional.triplet_margin_loss")]: ...

class TripletMarginWithDistanceLoss(_Loss):
    def __init__(self, *, distance_function: object = None, margin: float = 1.0, swap: bool = False, reduction: str = "mean") -> None: ...
    def forward(
        self, anchor: Tensor, positive: Tensor, negative: Tensor
    ) -> Annotated[Loss, As("torch.nn.functional.triplet_margin_with_distance_loss")]: ...

class CTCLoss(_Loss):
    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None: ...
    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor
    ) -> Annotated[Loss, As("torch.nn.functional.ctc_loss")]: ...

class LinearCrossEntropyLoss(_WeightedLoss):
    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: object = (),
        bias: bool = False,
        device: object = None,
        dtype: object = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: object = None,
    ) -> None: ...
    def forward(self, input: Tensor, target: Tensor) -> Loss: ...
