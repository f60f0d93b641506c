"""`torch.distributions.bernoulli`."""

from typing import Annotated

from torch.distributions.distribution import Distribution
from words import Drawn, ElementwiseProbabilities, Logits, Mask, NonNegative, NonPositive

class Bernoulli(Distribution):
    probs: ElementwiseProbabilities
    logits: Logits
    mean: ElementwiseProbabilities

    # The options are not named: the attributes of an object are what is said here, not what its constructor was given.
    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def sample(self, sample_shape: object = ()) -> Annotated[Mask, Drawn()]: ...
    def log_prob(self, value: object) -> NonPositive: ...
    def entropy(self) -> NonNegative: ...
