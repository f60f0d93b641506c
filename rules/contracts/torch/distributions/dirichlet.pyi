"""`torch.distributions.dirichlet`."""

from typing import Annotated

from torch.distributions.distribution import Distribution
from words import Along, Drawn, Probabilities

class Dirichlet(Distribution):
    mean: Annotated[Probabilities, Along(-1)]

    def __init__(self, concentration: object, validate_args: bool | None = None) -> None: ...
    def sample(self, sample_shape: object = ()) -> Annotated[Probabilities, Along(-1), Drawn()]: ...
    def rsample(self, sample_shape: object = ()) -> Annotated[Probabilities, Along(-1), Drawn()]: ...
