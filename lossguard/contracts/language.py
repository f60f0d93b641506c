"""The words of a contract: parameters and what they accept, results and what becomes of axes; closed and frozen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from lossguard.domains import Demand, Domain


class Absent(Enum):
    """The default of a parameter that has none."""

    REQUIRED = "required"


class Word(NamedTuple):
    """An effect on a result, or a relation between parameters, as a stub writes it: `Permuted("dims")`."""

    name: str
    arguments: tuple[Hashable, ...] = ()


# The effects that a result may have, each with the number of its arguments; `interpret/effects` implements one function for each.
EFFECTS: Final[Mapping[str, range]] = {
    "Like": range(1, 2),  # Like("input"): axis, shape and origin are those of this argument
    "Along": range(1, 2),  # Along("dim"), Along(-3): the meaning lies along this axis
    "Unmixed": range(0, 1),  # drops the origin: a mixture is no longer "the output of a softmax"
    "Complemented": range(0, 1),  # 1 - p
    "Learned": range(0, 1),  # what training changes
    "Drawn": range(0, 1),  # random: the same call gives other numbers each time
    "Floored": range(1, 2),  # a number above 0 keeps it away from 0: `p + 1e-8`
    "Reshaped": range(1, 2),  # view, reshape
    "Permuted": range(1, 2),
    "Transposed": range(2, 3),
    "Moved": range(2, 3),  # movedim
    "Unsqueezed": range(1, 2),
    "Squeezed": range(0, 2),
    "Flattened": range(2, 3),
    "Selected": range(1, 2),  # one index of an axis: the axis goes
    "Narrowed": range(1, 2),  # some indices of an axis: the axis stays
    "Gathered": range(1, 2),
    "Masked": range(0, 1),
    "Expanded": range(0, 1),
    "Summed": range(2, 3),
    "Averaged": range(2, 3),
    "LogSummed": range(2, 3),  # logsumexp
    "Extremes": range(2, 3),  # max, min, median along an axis
    "Stacked": range(2, 3),
    "Concatenated": range(2, 3),
    "Split": range(2, 3),  # Split("tensor", "dim"): a tuple of pieces
    "Unbound": range(2, 3),  # unbind: a tuple of slices
    "Normalised": range(1, 2),  # x / x.sum(d): the axis is the one of the sum
    "Blank": range(0, 1),  # zeros, empty: means what it is filled with
    "Read": range(1, 2),  # Read("data"): a literal tensor means what its numbers say
    "As": range(1, 2),  # As("torch.nn.functional.softmax"): what this function makes of the same arguments
    "Calls": range(1, 2),  # Calls("forward"): what this method of the object makes of the same arguments
    "Chained": range(0, 1),  # what the items make of the input, one after the other
    "Holds": range(1, 2),  # the object becomes a container of this argument's items
    "Registers": range(2, 3),  # Registers("name", "module"): an attribute, and the last item, of the object
    "Partial": range(0, 1),  # functools.partial
    "Ends": range(1, 4),  # Ends("fc", "head"): what the last layer makes, which is an attribute of one of these names
    "Copied": range(1, 2),  # Copied(True): an object of its own, with all that it holds; Copied(False): sharing what it holds
    "Passed": range(1, 2),  # Passed("args"): what was given, one thing as it is, several as a tuple
    "Overridden": range(0, 1),  # settings of the object that were constants are defaults from now on
    "Python": range(1, 2),  # Python("dict"): what this builtin makes of the same arguments
    "Declares": range(0, 1),  # an option of a command line
    "Defaults": range(0, 1),  # new defaults of such options
    "Parsed": range(0, 1),  # their values
    "Constructed": range(0, 1),  # an object of the class whose method this is
    "Invokes": range(2, 3),  # Invokes("method", "attribute"): calls its own method with its attribute
    "Fits": range(2, 6),  # Fits("model", "loss", "Except"): a training loop; losses that are fed in another way
    "Factory": range(2, 3),  # Factory("default", "factory"): a default, or what its factory makes
    "TupleClass": range(2, 3),  # TupleClass("typename", "field_names"): collections.namedtuple
    "Applied": range(1, 3),  # Applied("function", ...): the result of calling an argument with the rest
    "Fields": range(1, 9),  # the names of a tuple's items
    "Gradients": range(1, 2),  # Gradients(False): none are recorded under this context manager, or in this method
    "Detached": range(0, 1),  # nothing learns through the result: `x.item()`
    "Trains": range(0, 1),  # a backward pass starts from the object, or the argument
    "Steps": range(0, 1),  # what a training loop does once for each step
    "Phase": range(0, 1),  # a flag that says in which phase a run is
    "Item": range(1, 3),  # Item("key"): the item of the object, or of an argument
    "Attribute": range(1, 3),  # Attribute("object", "name"): getattr
}

# The effects that hand the arguments of a call on to another function, each with all that it may be.
HANDED_ON: Final = frozenset("As Calls Chained Applied Python Partial Passed Fits Invokes Constructed".split())

# The relations that an argument may have to others.
RELATIONS: Final[Mapping[str, range]] = {
    "Small": range(0, 1),  # a constant near zero: an epsilon
    "SumOf": range(1, 2),  # SumOf("self"): self.sum(d, keepdim=True)
    "LogSumExpOf": range(1, 2),
    "Learned": range(0, 1),  # what training changes: weights and biases
}


@dataclass(frozen=True, slots=True)
class Accepts:
    """What an argument must be for a signature to apply; anything where nothing is said.

    `words` are those that `domains` were written with. `constants` are the types of Python constants that are welcome, `literals`
    the only values; an unknown argument is welcome wherever no domain is asked for.
    """

    domains: frozenset[Domain] | None = None
    words: frozenset[str] = frozenset()
    constants: frozenset[type] | None = None
    literals: tuple[Hashable, ...] | None = None
    variable: str | None = None
    relations: tuple[Word, ...] = ()

    @property
    def is_option(self) -> bool:
        """Whether this is one of a few values, `Literal[True]`: the overload is about calls with one of these."""
        return self.literals is not None and self.domains is None and self.constants is None

    @property
    def anything(self) -> bool:
        """Whether every argument is welcome."""
        return self.domains is None and self.constants is None and self.literals is None and not self.relations


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `kind` is "positional", "*", "keyword" or "**"."""

    name: str
    kind: str
    default: Hashable
    accepts: Accepts


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gives: a domain, the type variable's thing, a tuple, an object of a class, None, nothing known, or no return."""

    domain: Domain | None = None
    variable: str | None = None
    items: tuple[Result, ...] | None = None
    instance: str | None = None
    none: bool = False
    never: bool = False
    effects: tuple[Word, ...] = ()

    def effect(self, name: str) -> Word | None:
        """The effect of this name, where the result has it."""
        return next((word for word in self.effects if word.name == name), None)


@dataclass(frozen=True, slots=True)
class Signature:
    """One overload."""

    parameters: tuple[Parameter, ...]
    result: Result

    def standing_for(self, names: Sequence[str]) -> list[str | None]:
        """Which of its parameters another function's arguments stand for, by their names there; None for those that it has not.

        The first is its first; what it has no name for is what it needs in that place: `PoissonNLLLoss.forward(log_input, target)`,
        `focal(scores, labels)`.
        """
        own = {one.name for one in self.parameters}
        needed = [one.name for one in self.parameters if one.kind == "positional" and one.default is Absent.REQUIRED]
        placed = [needed[at] if at < len(needed) and (at == 0 or name not in own) else None for at, name in enumerate(names)]
        return [place or (name if name in own else None) for name, place in zip(names, placed, strict=True)]


@dataclass(frozen=True, slots=True)
class Contract:
    """A function or method: its full name and its overloads, the first that fits decides."""

    name: str
    signatures: tuple[Signature, ...]
    owner: str | None = None

    @property
    def family(self) -> str:
        """The last part of the name: what rules call it. A method that gives a loss is called what its class is."""
        name = self.owner if self.owner is not None and self.makes_loss else self.name
        return name.rpartition(".")[2]

    @property
    def makes_loss(self) -> bool:
        """Whether a call gives a loss, so that its parameters are demands."""
        return any(signature.result.domain is Domain.LOSS for signature in self.signatures)

    @property
    def hands_on(self) -> bool:
        """Whether a call is a call of something else with the same arguments, so that what they may be is not told apart here."""
        return len(self.signatures) == 1 and any(word.name in HANDED_ON for word in self.signatures[0].result.effects)

    @property
    def demands(self) -> tuple[Demand, ...]:
        """For a loss: what it wants of which argument. Overloads that differ in options want different things."""
        wanted: dict[tuple[str, object], Demand] = {}
        for signature in self.signatures if self.makes_loss else ():
            given = tuple((one.name, frozenset(one.accepts.literals or ())) for one in signature.parameters if one.accepts.is_option)
            for one in signature.parameters:
                if (domains := one.accepts.domains) is not None:
                    before = wanted.get((one.name, given), Demand(one.name, frozenset(), frozenset(), given))
                    wanted[one.name, given] = before._replace(words=before.words | one.accepts.words, domains=before.domains | domains)
        return tuple(wanted.values())


@dataclass(frozen=True, slots=True)
class ClassContract:
    """A class: its full name, its bases' full names, its methods and attributes."""

    name: str
    bases: tuple[str, ...] = ()
    methods: Mapping[str, Contract] = field(default_factory=dict, hash=False)
    attributes: Mapping[str, Result] = field(default_factory=dict, hash=False)

    @property
    def family(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2]
