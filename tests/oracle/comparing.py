"""What a run saw of an argument and what is said of it before the run go in; whether one contradicts the other comes out.

Only what is certain contradicts: an unknown or a tensor without a meaning never does, several alternatives only where none fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lossguard.domains import Domain
from lossguard.flow.values import Constant, Value
from lossguard.tensors import Tensor
from tests.oracle.claims import Claims
from tests.oracle.facts import Fact, Numbers
from tests.oracle.witnesses import Facts, Key


class Outcome(Enum):
    """What the comparison of one argument comes to."""

    AGREE = "agreeing"
    UNKNOWN_BEFORE = "unknown before the run"
    UNKNOWN_IN_THE_RUN = "left open by the run"
    CONTRADICTION = "contradictions"


@dataclass(frozen=True, slots=True)
class Compared:
    """One argument; for a contradiction, what was said, what was seen, and why both cannot be."""

    program: str
    key: Key
    outcome: Outcome
    said: str = ""
    seen: str = ""
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The contradiction, with both sides."""
        key = self.key
        place = f"{self.program}: {key.file}:{key.row}:{key.column}: `{key.argument}` of {key.call}"
        return f"{place}\n  before the run: {self.said}\n  in the run: {self.seen}\n  {'; '.join(self.reasons)}"


def compared(program: str, claims: Claims, facts: Facts) -> Iterator[Compared]:
    """Every argument that both halves saw."""
    for key in sorted(claims.keys() & facts.keys()):
        yield _compared(program, key, claims[key], facts[key])


def _compared(program: str, key: Key, values: Iterable[Value[Hashable]], facts: Iterable[Fact]) -> Compared:
    things = [thing for value in values for thing in value]
    for fact in sorted(facts, key=str):
        reasons = [contradiction(thing, fact) for thing in things]
        if all(reasons):
            said = " | ".join(dict.fromkeys(f"{thing} by {getattr(thing, 'made', None)}" for thing in things))
            return Compared(program, key, Outcome.CONTRADICTION, said, str(fact), tuple(dict.fromkeys(filter(None, reasons))))
    if not all(isinstance(thing, Tensor) and thing.domain is not Domain.TENSOR for thing in things):
        return Compared(program, key, Outcome.UNKNOWN_BEFORE)
    return Compared(program, key, Outcome.AGREE if any(fact.decides for fact in facts) else Outcome.UNKNOWN_IN_THE_RUN)


def counted(results: Iterable[Compared]) -> str:
    """The counts in one line."""
    counts = Counter(one.outcome for one in results)
    return f"{counts.total()} arguments compared: " + ", ".join(f"{counts[one]} {one.value}" for one in Outcome)


def contradiction(thing: Hashable, fact: Fact) -> str | None:
    """Why a thing cannot be what was seen; None where it may."""
    match thing:
        case Constant(value=value):
            return f"{value!r} is no tensor"
        case Tensor():
            return next(filter(None, (_of_sizes(thing, fact), _of_meaning(thing, fact), _of_numbers(thing, fact))), None)
        case _:
            return None


def _of_sizes(tensor: Tensor, fact: Fact) -> str | None:
    if tensor.shape is None or fact.shape is None:
        return None
    fits = len(tensor.shape) == len(fact.shape) and all(said in {None, seen} for said, seen in zip(tensor.shape, fact.shape, strict=True))
    return None if fits else f"sizes {list(tensor.shape)} against {list(fact.shape)}"


# Names of one operation: what torch calls the node, and what the code calls it.
_ALIKE: Final = {"relu6": "hardtanh", "hardsigmoid": "sigmoid", "log_sigmoid": "logsigmoid", "linear": "learned"}
_COMPARABLE: Final = frozenset(
    {"softmax", "log_softmax", "sigmoid", "logsigmoid", "relu", "tanh", "hardtanh", "softplus", "exp", "softmin"}
)


_ZEROS_AND_ONES: Final = frozenset({Domain.MASK, Domain.ONE_HOT, Domain.INDICES})


def _of_meaning(tensor: Tensor, fact: Fact) -> str | None:
    if Domain.TENSOR in {tensor.domain, fact.domain}:
        return None
    if (tensor.made == "literal" or tensor.domain is Domain.MASK) and {tensor.domain, fact.domain} <= _ZEROS_AND_ONES:
        return None  # whole numbers 0 and 1 are all of these: where they stand decides
    if not (tensor.domain.is_a(fact.domain) or fact.domain.is_a(tensor.domain)):
        return f"{tensor.domain.value} against {fact.domain.value}"
    said, seen = _operation(tensor.made), _operation(fact.made)
    if said != seen and {said, seen} <= _COMPARABLE:
        return f"made by {said} against {seen}"
    axis = _from_front(tensor.axis, fact)
    return f"axis {axis} against {fact.axis}" if axis is not None and fact.axis not in {None, axis} else None


def _operation(made: str | None) -> str | None:
    plain = None if made is None else made.removeprefix("floored ")
    return "softmax" if plain == "softmin" else _ALIKE.get(plain or "", plain)


def _from_front(axis: int | None, fact: Fact) -> int | None:
    if axis is None or fact.shape is None:
        return None
    return axis % len(fact.shape) if -len(fact.shape) <= axis < len(fact.shape) else None


def _of_numbers(tensor: Tensor, fact: Fact) -> str | None:
    numbers = fact.numbers
    if numbers is None:
        return None
    slack = 3e-2 if numbers.coarse else 1e-3
    domain = tensor.domain
    if domain.is_a(Domain.NON_NEGATIVE) and numbers.low < -slack:
        return f"{domain.value} against numbers down to {numbers.low:.4g}"
    if (domain.is_a(Domain.UNIT_INTERVAL) and numbers.high > 1 + slack) or (domain.is_a(Domain.NON_POSITIVE) and numbers.high > slack):
        return f"{domain.value} against numbers up to {numbers.high:.4g}"
    if domain in {Domain.ONE_HOT, Domain.INDICES} and not numbers.whole:
        return f"{domain.value} against fractions"
    return _of_sums(tensor, fact, numbers, slack)


def _of_sums(tensor: Tensor, fact: Fact, numbers: Numbers, slack: float) -> str | None:
    """Distributions sum to 1 along their axis, and so do the exponentials of their logarithms."""
    off = {Domain.PROBABILITIES: numbers.off, Domain.ONE_HOT: numbers.off, Domain.LOG_PROBABILITIES: numbers.exp_off}.get(tensor.domain)
    axis = _from_front(tensor.axis, fact)
    if not off or axis is None or off[axis] <= slack:
        return None
    return f"{tensor.domain.value} along axis {axis} against sums that are off by {off[axis]:.4g}"
