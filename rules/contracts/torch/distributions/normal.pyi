"""`torch.distributions.normal`."""

from torch.distributions.distribution import Distribution

class Normal(Distribution):
    def __init__(self, loc: object, scale: object, validate_args: bool | None = None) -> None: ...
