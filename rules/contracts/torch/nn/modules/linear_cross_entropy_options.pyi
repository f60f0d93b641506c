"""`torch.nn.modules.linear_cross_entropy_options`."""

class LinearCrossEntropyOptions:
    def __init__(
        self,
        allow_retain_graph: bool = False,
        batch_chunk_size: int | None = None,
        chunking_method: str | None = "auto",
        acc_policy: str = "auto",
        acc_dtype: object = None,
    ) -> None: ...
