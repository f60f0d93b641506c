"""`torch.nn.modules.pooling`."""

from typing import Annotated

from torch.nn.modules.module import Module
from words import As, Tensor

class _MaxPoolNd(Module):
    def __init__(
        self,
        kernel_size: object,
        stride: object = None,
        padding: object = 0,
        dilation: object = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None: ...

class MaxPool1d(_MaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.max_pool1d")]: ...

class MaxPool2d(_MaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.max_pool2d")]: ...

class MaxPool3d(_MaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.max_pool3d")]: ...

class MaxUnpool1d(Module):
    def __init__(self, kernel_size: object, stride: object = None, padding: object = 0) -> None: ...
    def forward(
        self, input: Tensor, indices: Tensor, output_size: object = None
    ) -> Annotated[Tensor, As("torch.nn.functional.max_unpool1d")]: ...

class MaxUnpool2d(Module):
    def __init__(self, kernel_size: object, stride: object = None, padding: object = 0) -> None: ...
    def forward(
        self, input: Tensor, indices: Tensor, output_size: object = None
    ) -> Annotated[Tensor, As("torch.nn.functional.max_unpool2d")]: ...

class MaxUnpool3d(Module):
    def __init__(self, kernel_size: object, stride: object = None, padding: object = 0) -> None: ...
    def forward(
        self, input: Tensor, indices: Tensor, output_size: object = None
    ) -> Annotated[Tensor, As("torch.nn.functional.max_unpool3d")]: ...

class AvgPool1d(Module):
    def __init__(
        self, kernel_size: object, stride: object = None, padding: object = 0, ceil_mode: bool = False, count_include_pad: bool = True
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.avg_pool1d")]: ...

class AvgPool2d(Module):
    def __init__(
        self,
        kernel_size: object,
        stride: object = None,
        padding: object = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.avg_pool2d")]: ...

class AvgPool3d(Module):
    def __init__(
        self,
        kernel_size: object,
        stride: object = None,
        padding: object = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.avg_pool3d")]: ...

class FractionalMaxPool2d(Module):
    def __init__(
        self,
        kernel_size: object,
        output_size: object = None,
        output_ratio: object = None,
        return_indices: bool = False,
        _random_samples: object = None,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.fractional_max_pool2d")]: ...

class FractionalMaxPool3d(Module):
    def __init__(
        self,
        kernel_size: object,
        output_size: object = None,
        output_ratio: object = None,
        return_indices: bool = False,
        _random_samples: object = None,
    ) -> None: ...
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.fractional_max_pool3d")]: ...

class _LPPoolNd(Module):
    def __init__(self, norm_type: float, kernel_size: object, stride: object = None, ceil_mode: bool = False) -> None: ...

class LPPool1d(_LPPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.lp_pool1d")]: ...

class LPPool2d(_LPPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.lp_pool2d")]: ...

class LPPool3d(_LPPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.lp_pool3d")]: ...

class _AdaptiveMaxPoolNd(Module):
    def __init__(self, output_size: object, return_indices: bool = False) -> None: ...

class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.adaptive_max_pool1d")]: ...

class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.adaptive_max_pool2d")]: ...

class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    def forward(self, input: Tensor) -> Annotated[object, As("torch.nn.functional.adaptive_max_pool3d")]: ...

class _AdaptiveAvgPoolNd(Module):
    def __init__(self, output_size: object) -> None: ...

class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.adaptive_avg_pool1d")]: ...

class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.adaptive_avg_pool2d")]: ...

class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    def forward(self, input: Tensor) -> Annotated[Tensor, As("torch.nn.functional.adaptive_avg_pool3d")]: ...
