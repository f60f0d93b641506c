"""`torch.nn.functional`: activations, losses, and what keeps a meaning as it is."""

from typing import Annotated, Literal, overload

from words import (
    Along,
    As,
    BinaryLogits,
    Bounded,
    ClassLogits,
    Drawn,
    ElementwiseLogProbabilities,
    ElementwiseProbabilities,
    Like,
    Logits,
    LogProbabilities,
    Loss,
    Mask,
    Masked,
    NonNegative,
    NonPositive,
    OneHot,
    Probabilities,
    T,
    Tensor,
    UnitInterval,
    Unmixed,
)

# What makes a meaning.
def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: object = None
) -> Annotated[Probabilities, Along("dim")]: ...
def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: object = None
) -> Annotated[Probabilities, Along("dim")]: ...
def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Annotated[Probabilities, Along("dim"), Drawn()]: ...
def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: object = None
) -> Annotated[LogProbabilities, Along("dim")]: ...
def sigmoid(input: Tensor) -> Annotated[ElementwiseProbabilities, Like("input")]: ...
def hardsigmoid(input: Tensor, inplace: bool = False) -> Annotated[ElementwiseProbabilities, Like("input")]: ...
def logsigmoid(input: Tensor) -> Annotated[ElementwiseLogProbabilities, Like("input")]: ...
def one_hot(tensor: Tensor, num_classes: int = -1) -> Annotated[OneHot, Along(-1)]: ...

# What cuts off a side, or both.
def relu(input: Tensor, inplace: bool = False) -> Annotated[NonNegative, Like("input")]: ...
def relu_(input: Tensor) -> Annotated[NonNegative, As("torch.nn.functional.relu")]: ...
def relu6(input: Tensor, inplace: bool = False) -> Annotated[NonNegative, Like("input")]: ...
def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Annotated[NonNegative, Like("input")]: ...
def tanh(input: Tensor) -> Annotated[Bounded, Like("input")]: ...
def softsign(input: Tensor) -> Annotated[Bounded, Like("input")]: ...
def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Annotated[Bounded, Like("input")]: ...
def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Annotated[Bounded, As("torch.nn.functional.hardtanh")]: ...
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Bounded: ...
def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> NonNegative: ...
def pdist(input: Tensor, p: float = 2) -> NonNegative: ...

# What makes scores that nothing normalises.
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Logits: ...
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Logits: ...
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    dilation: object = 1,
    groups: int = 1,
) -> Logits: ...
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    dilation: object = 1,
    groups: int = 1,
) -> Logits: ...
def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    dilation: object = 1,
    groups: int = 1,
) -> Logits: ...
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Logits: ...
def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    output_padding: object = 0,
    groups: int = 1,
    dilation: object = 1,
) -> Logits: ...
def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    output_padding: object = 0,
    groups: int = 1,
    dilation: object = 1,
) -> Logits: ...
def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: object = 1,
    padding: object = 0,
    output_padding: object = 0,
    groups: int = 1,
    dilation: object = 1,
) -> Logits: ...
def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Logits: ...
def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Logits: ...
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Annotated[Logits, Like("input")]: ...
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Annotated[Logits, Like("input")]: ...
def layer_norm(
    input: Tensor, normalized_shape: object, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Annotated[Logits, Like("input")]: ...
def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Annotated[Logits, Like("input")]: ...
def rms_norm(
    input: Tensor, normalized_shape: object, weight: Tensor | None = None, eps: float | None = None
) -> Annotated[Logits, Like("input")]: ...
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def elu_(input: Tensor, alpha: float = 1.0) -> Annotated[Logits, As("torch.nn.functional.elu")]: ...
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def celu_(input: Tensor, alpha: float = 1.0) -> Annotated[Logits, As("torch.nn.functional.celu")]: ...
def selu(input: Tensor, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def selu_(input: Tensor) -> Annotated[Logits, As("torch.nn.functional.selu")]: ...
def gelu(input: Tensor, approximate: str = "none") -> Annotated[Logits, Like("input")]: ...
def silu(input: Tensor, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def mish(input: Tensor, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def hardswish(input: Tensor, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Annotated[Logits, Like("input")]: ...
def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Annotated[Logits, As("torch.nn.functional.leaky_relu")]: ...
def prelu(input: Tensor, weight: Tensor) -> Annotated[Logits, Like("input")]: ...
def rrelu(
    input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False
) -> Annotated[Logits, Like("input"), Drawn()]: ...
def rrelu_(
    input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False
) -> Annotated[Logits, As("torch.nn.functional.rrelu")]: ...
def glu(input: Tensor, dim: int = -1) -> Logits: ...

# What changes numbers in a way that leaves no particular meaning.
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor: ...
def threshold_(input: Tensor, threshold: float, value: float) -> Tensor: ...
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor: ...
def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor: ...
def tanhshrink(input: Tensor) -> Tensor: ...
def local_response_norm(input: Tensor, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> Tensor: ...
def lp_pool1d(input: Tensor, norm_type: float, kernel_size: object, stride: object = None, ceil_mode: bool = False) -> Tensor: ...
def lp_pool2d(input: Tensor, norm_type: float, kernel_size: object, stride: object = None, ceil_mode: bool = False) -> Tensor: ...
def lp_pool3d(input: Tensor, norm_type: float, kernel_size: object, stride: object = None, ceil_mode: bool = False) -> Tensor: ...
def unfold(input: Tensor, kernel_size: object, dilation: object = 1, padding: object = 0, stride: object = 1) -> Tensor: ...
def fold(
    input: Tensor, output_size: object, kernel_size: object, dilation: object = 1, padding: object = 0, stride: object = 1
) -> Tensor: ...
def max_unpool1d(
    input: Tensor, indices: Tensor, kernel_size: object, stride: object = None, padding: object = 0, output_size: object = None
) -> Tensor: ...
def max_unpool2d(
    input: Tensor, indices: Tensor, kernel_size: object, stride: object = None, padding: object = 0, output_size: object = None
) -> Tensor: ...
def max_unpool3d(
    input: Tensor, indices: Tensor, kernel_size: object, stride: object = None, padding: object = 0, output_size: object = None
) -> Tensor: ...
def affine_grid(theta: Tensor, size: object, align_corners: bool | None = None) -> Tensor: ...
def grouped_mm(
    mat_a: Tensor, mat_b: Tensor, *, offs: Tensor | None = None, bias: Tensor | None = None, out_dtype: object = None
) -> Tensor: ...
def scaled_mm(
    mat_a: Tensor,
    mat_b: Tensor,
    scale_a: object,
    scale_recipe_a: object,
    scale_b: object,
    scale_recipe_b: object,
    swizzle_a: object = None,
    swizzle_b: object = None,
    bias: Tensor | None = None,
    output_dtype: object = ...,
    contraction_dim: object = (),
    use_fast_accum: bool = False,
) -> Tensor: ...
def scaled_grouped_mm(
    mat_a: Tensor,
    mat_b: Tensor,
    scale_a: object,
    scale_recipe_a: object,
    scale_b: object,
    scale_recipe_b: object,
    swizzle_a: object = None,
    swizzle_b: object = None,
    bias: Tensor | None = None,
    offs: Tensor | None = None,
    output_dtype: object = ...,
    contraction_dim: object = (),
    use_fast_accum: bool = False,
) -> Tensor: ...
@overload
def normalize(
    input: NonNegative, p: Literal[1], dim: int = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Annotated[Probabilities, Along("dim")]: ...
@overload
def normalize(input: Tensor, p: float = 2.0, dim: object = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor: ...

# What carries it.
def dropout(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def dropout1d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def dropout2d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def dropout3d(input: T, p: float = 0.5, training: bool = True, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def alpha_dropout(input: T, p: float = 0.5, training: bool = False, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def feature_alpha_dropout(input: T, p: float = 0.5, training: bool = False, inplace: bool = False) -> Annotated[T, Drawn()]: ...
def pad(input: T, pad: object, mode: str = "constant", value: float | None = None) -> T: ...
def channel_shuffle(input: T, groups: int) -> T: ...
def native_channel_shuffle(input: T, groups: int) -> T: ...
def pixel_shuffle(input: T, upscale_factor: int) -> Annotated[T, Masked()]: ...
def pixel_unshuffle(input: T, downscale_factor: int) -> Annotated[T, Masked()]: ...
def interpolate(
    input: T,
    size: object = None,
    scale_factor: object = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Annotated[T, Unmixed()]: ...
def upsample(
    input: T, size: object = None, scale_factor: object = None, mode: str = "nearest", align_corners: bool | None = None
) -> Annotated[T, As("torch.nn.functional.interpolate")]: ...
def upsample_nearest(input: T, size: object = None, scale_factor: object = None) -> Annotated[T, As("torch.nn.functional.interpolate")]: ...
def upsample_bilinear(
    input: T, size: object = None, scale_factor: object = None
) -> Annotated[T, As("torch.nn.functional.interpolate")]: ...
@overload
def grid_sample(
    input: OneHot | Mask, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> UnitInterval: ...
@overload
def grid_sample(
    input: T, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Annotated[T, Masked(), Unmixed()]: ...

# Averages over space: of log-probabilities they are none, of ones and zeros they are neither.
@overload
def avg_pool2d(
    input: OneHot | Mask,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> UnitInterval: ...
@overload
def avg_pool2d(
    input: NonPositive,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> NonPositive: ...
@overload
def avg_pool2d(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Annotated[T, Unmixed()]: ...
def avg_pool1d(
    input: Tensor, kernel_size: object, stride: object = None, padding: object = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Annotated[Tensor, As("torch.nn.functional.avg_pool2d")]: ...
def avg_pool3d(
    input: Tensor,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Annotated[Tensor, As("torch.nn.functional.avg_pool2d")]: ...
@overload
def adaptive_avg_pool2d(input: OneHot | Mask, output_size: object) -> UnitInterval: ...
@overload
def adaptive_avg_pool2d(input: NonPositive, output_size: object) -> NonPositive: ...
@overload
def adaptive_avg_pool2d(input: T, output_size: object) -> Annotated[T, Unmixed()]: ...
def adaptive_avg_pool1d(input: Tensor, output_size: object) -> Annotated[Tensor, As("torch.nn.functional.adaptive_avg_pool2d")]: ...
def adaptive_avg_pool3d(input: Tensor, output_size: object) -> Annotated[Tensor, As("torch.nn.functional.adaptive_avg_pool2d")]: ...

# Maxima over space come from different places: they do not sum to 1.
@overload
def max_pool2d(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: Literal[False] = False,
) -> Annotated[T, Masked()]: ...
@overload
def max_pool2d(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[True],
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def max_pool1d(
    input: Tensor,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Annotated[object, As("torch.nn.functional.max_pool2d")]: ...
def max_pool3d(
    input: Tensor,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Annotated[object, As("torch.nn.functional.max_pool2d")]: ...
def max_pool1d_with_indices(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def max_pool2d_with_indices(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def max_pool3d_with_indices(
    input: T,
    kernel_size: object,
    stride: object = None,
    padding: object = 0,
    dilation: object = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Annotated[T, Masked()], Tensor]: ...
@overload
def adaptive_max_pool2d(input: T, output_size: object, return_indices: Literal[False] = False) -> Annotated[T, Masked()]: ...
@overload
def adaptive_max_pool2d(input: T, output_size: object, return_indices: Literal[True]) -> tuple[Annotated[T, Masked()], Tensor]: ...
def adaptive_max_pool1d(
    input: Tensor, output_size: object, return_indices: bool = False
) -> Annotated[object, As("torch.nn.functional.adaptive_max_pool2d")]: ...
def adaptive_max_pool3d(
    input: Tensor, output_size: object, return_indices: bool = False
) -> Annotated[object, As("torch.nn.functional.adaptive_max_pool2d")]: ...
def adaptive_max_pool1d_with_indices(
    input: T, output_size: object, return_indices: bool = False
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def adaptive_max_pool2d_with_indices(
    input: T, output_size: object, return_indices: bool = False
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def adaptive_max_pool3d_with_indices(
    input: T, output_size: object, return_indices: bool = False
) -> tuple[Annotated[T, Masked()], Tensor]: ...
@overload
def fractional_max_pool2d(
    input: T,
    kernel_size: object,
    output_size: object = None,
    output_ratio: object = None,
    return_indices: Literal[False] = False,
    _random_samples: Tensor | None = None,
) -> Annotated[T, Masked()]: ...
@overload
def fractional_max_pool2d(
    input: T,
    kernel_size: object,
    output_size: object = None,
    output_ratio: object = None,
    *,
    return_indices: Literal[True],
    _random_samples: Tensor | None = None,
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: object,
    output_size: object = None,
    output_ratio: object = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Annotated[object, As("torch.nn.functional.fractional_max_pool2d")]: ...
def fractional_max_pool2d_with_indices(
    input: T,
    kernel_size: object,
    output_size: object = None,
    output_ratio: object = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Annotated[T, Masked()], Tensor]: ...
def fractional_max_pool3d_with_indices(
    input: T,
    kernel_size: object,
    output_size: object = None,
    output_ratio: object = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Annotated[T, Masked()], Tensor]: ...

# Attention: a mixture of the values, and the weights that mixed it.
@overload
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Logits,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Logits: ...
@overload
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor: ...
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Logits, Annotated[Probabilities, Along(-1)]]: ...

# What demands it.
def cross_entropy(
    input: ClassLogits | ElementwiseLogProbabilities,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Loss: ...
def nll_loss(
    input: LogProbabilities | ElementwiseLogProbabilities,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def binary_cross_entropy(
    input: ElementwiseProbabilities,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def binary_cross_entropy_with_logits(
    input: BinaryLogits,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Loss: ...
@overload
def kl_div(
    input: LogProbabilities | ElementwiseLogProbabilities,
    target: Probabilities | ElementwiseProbabilities | OneHot,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: Literal[False] = False,
) -> Loss: ...
@overload
def kl_div(
    input: LogProbabilities | ElementwiseLogProbabilities,
    target: LogProbabilities | ElementwiseLogProbabilities,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    *,
    log_target: Literal[True],
) -> Loss: ...
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Loss: ...
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Loss: ...
def smooth_l1_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", beta: float = 1.0
) -> Loss: ...
def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None) -> Loss: ...
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Tensor, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Loss: ...
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Loss: ...
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
) -> Loss: ...
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Loss: ...
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: object = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Loss: ...
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Loss: ...
def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: object = None,
) -> Loss: ...
