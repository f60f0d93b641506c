"""`torch.distributions.categorical`: its `logits` are normalised, whatever it was made of."""

from typing import Annotated

from torch.distributions.distribution import Distribution
from words import Along, Drawn, Indices, LogProbabilities, NonNegative, NonPositive, Probabilities

class Categorical(Distribution):
    probs: Annotated[Probabilities, Along(-1)]
    logits: Annotated[LogProbabilities, Along(-1)]
    mode: Indices

    # The options are not named: the attributes of an object are what is said here, not what its constructor was given.
    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def sample(self, sample_shape: object = ()) -> Annotated[Indices, Drawn()]: ...
    def log_prob(self, value: object) -> NonPositive: ...
    def entropy(self) -> NonNegative: ...
