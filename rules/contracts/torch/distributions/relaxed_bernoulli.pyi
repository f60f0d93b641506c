"""`torch.distributions.relaxed_bernoulli`."""

from typing import Annotated

from torch.distributions.distribution import Distribution
from words import Drawn, ElementwiseProbabilities, Logits

class RelaxedBernoulli(Distribution):
    probs: ElementwiseProbabilities
    logits: Logits

    # The options are not named: the attributes of an object are what is said here, not what its constructor was given.
    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def sample(self, sample_shape: object = ()) -> Annotated[ElementwiseProbabilities, Drawn()]: ...
    def rsample(self, sample_shape: object = ()) -> Annotated[ElementwiseProbabilities, Drawn()]: ...
