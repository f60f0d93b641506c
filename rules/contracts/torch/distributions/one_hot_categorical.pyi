"""`torch.distributions.one_hot_categorical`."""

from typing import Annotated

from torch.distributions.distribution import Distribution
from words import Along, Drawn, LogProbabilities, NonNegative, NonPositive, OneHot, Probabilities

class OneHotCategorical(Distribution):
    probs: Annotated[Probabilities, Along(-1)]
    logits: Annotated[LogProbabilities, Along(-1)]
    mean: Annotated[Probabilities, Along(-1)]
    mode: Annotated[OneHot, Along(-1)]

    # The options are not named: the attributes of an object are what is said here, not what its constructor was given.
    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def sample(self, sample_shape: object = ()) -> Annotated[OneHot, Along(-1), Drawn()]: ...
    def log_prob(self, value: object) -> NonPositive: ...
    def entropy(self) -> NonNegative: ...

class OneHotCategoricalStraightThrough(OneHotCategorical):
    def rsample(self, sample_shape: object = ()) -> Annotated[OneHot, Along(-1), Drawn()]: ...
