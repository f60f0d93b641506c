"""What a tensor can mean to a loss: the names go in, their order and their wording come out."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from typing import Final, NamedTuple


class Domain(Enum):
    """One meaning; the value is the name used in contracts, rules and `# revealed:` comments."""

    TENSOR = "Tensor"
    LOGITS = "Logits"
    BOUNDED = "Bounded"
    NON_NEGATIVE = "NonNegative"
    UNIT_INTERVAL = "UnitInterval"
    PROBABILITIES = "Probabilities"
    ELEMENTWISE_PROBABILITIES = "ElementwiseProbabilities"
    ONE_HOT = "OneHot"
    MASK = "Mask"
    NON_POSITIVE = "NonPositive"
    LOG_PROBABILITIES = "LogProbabilities"
    ELEMENTWISE_LOG_PROBABILITIES = "ElementwiseLogProbabilities"
    INDICES = "Indices"
    LOSS = "Loss"

    def __str__(self) -> str:
        """The wording for people: `element-wise probabilities`."""
        return WORDING[self]

    def is_a(self, other: Domain) -> bool:
        """Whether every tensor that means this also means `other` (probabilities are non-negative)."""
        domain: Domain | None = self
        while domain is not None:
            if domain is other:
                return True
            domain = BROADER.get(domain)
        return False


# Each meaning and the next broader one. `Tensor` is the top: a tensor of which nothing more is known.
BROADER: Final = {
    Domain.LOGITS: Domain.TENSOR,
    Domain.BOUNDED: Domain.TENSOR,
    Domain.NON_NEGATIVE: Domain.TENSOR,
    Domain.UNIT_INTERVAL: Domain.NON_NEGATIVE,
    Domain.PROBABILITIES: Domain.UNIT_INTERVAL,
    Domain.ELEMENTWISE_PROBABILITIES: Domain.UNIT_INTERVAL,
    Domain.ONE_HOT: Domain.UNIT_INTERVAL,
    Domain.MASK: Domain.UNIT_INTERVAL,
    Domain.NON_POSITIVE: Domain.TENSOR,
    Domain.LOG_PROBABILITIES: Domain.NON_POSITIVE,
    Domain.ELEMENTWISE_LOG_PROBABILITIES: Domain.NON_POSITIVE,
    Domain.INDICES: Domain.TENSOR,
    Domain.LOSS: Domain.TENSOR,
}

WORDING: Final = {
    Domain.TENSOR: "a tensor of no particular meaning",
    Domain.LOGITS: "logits",
    Domain.BOUNDED: "scores clipped to a range",
    Domain.NON_NEGATIVE: "non-negative scores",
    Domain.UNIT_INTERVAL: "values between 0 and 1",
    Domain.PROBABILITIES: "probabilities over classes",
    Domain.ELEMENTWISE_PROBABILITIES: "element-wise probabilities",
    Domain.ONE_HOT: "one-hot rows",
    Domain.MASK: "a mask",
    Domain.NON_POSITIVE: "non-positive values",
    Domain.LOG_PROBABILITIES: "log-probabilities over classes",
    Domain.ELEMENTWISE_LOG_PROBABILITIES: "element-wise log-probabilities",
    Domain.INDICES: "class indices",
    Domain.LOSS: "a loss",
}


class Reach(Enum):
    """What a loss is computed for."""

    TRAINED = "trained"  # as far as anybody knows, something learns from it
    MEASURED = "measured"  # no gradient is recorded, or only the number is read


NAMED: Final = {domain.value: domain for domain in Domain}

# What a loss may want of an argument beside a meaning: logits are not alike to losses, which do different things to them.
WANTED: Final = {
    "ClassLogits": Domain.LOGITS,  # a softmax over classes is applied to them
    "BinaryLogits": Domain.LOGITS,  # a sigmoid is applied to each
}


class Demand(NamedTuple):
    """What a loss wants of an argument: the words of its contract, and the meanings that it takes.

    `given` are the options with which it does, each with the values that it then has (`from_logits`: True).
    """

    parameter: str
    words: frozenset[str]
    domains: frozenset[Domain]
    given: tuple[tuple[str, frozenset[Hashable]], ...] = ()


class Seen(Enum):
    """What only a run can see of an argument, beside what it means; the value is the word used in rule pages."""

    ONE_CLASS = "one class"
    SOFTMAX_OVER_ONE = "softmax over one"
    OVER_THE_BATCH = "softmax over the batch"
    CLASSES_ELSEWHERE = "classes elsewhere"
    BOTH_EXPANDED = "both expanded"
    SWAPPED = "swapped"
    ROUNDED = "rounded"
    DETACHED = "detached"
    NEGATIVE = "negative"
    NOT_FINITE = "not finite"
    INTEGER = "integer"
    SEVERAL_PER_ROW = "several per row"
    WRONG_DTYPE = "wrong dtype"
    COLUMN = "column"
    OUT_OF_RANGE = "out of range"
    ALL_IGNORED = "all ignored"
    UNSIGNED = "unsigned"
    OUTSIDE_UNIT = "outside 0 to 1"
    UNNORMALIZED = "not normalized"
    IGNORE_INDEX = "ignore_index"
    WITH_GRADIENT = "with gradient"


SEEN: Final = {seen.value: seen for seen in Seen}
