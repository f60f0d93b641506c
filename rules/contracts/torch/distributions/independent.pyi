"""`torch.distributions.independent`."""

from torch.distributions.distribution import Distribution

class Independent(Distribution):
    def __init__(self, base_distribution: object, reinterpreted_batch_ndims: int, validate_args: bool | None = None) -> None: ...
