"""Unknown things: what the code asks about goes in; symbols that can be compared, computed and spelled come out.

`Origin` is all that a symbol can stand for. A new kind is added there, and mypy then names what has to know it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

from lossguard.flow.places import Address, Place

if TYPE_CHECKING:
    from lossguard.flow.conditions import Guard


class Default(Enum):
    """The default of a symbol that has none."""

    NONE = "no default"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function that an unknown caller runs."""

    function: Hashable
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a call or an operation came to, by its place and chain of calls."""

    place: Hashable
    context: int


@dataclass(frozen=True, slots=True)
class Test:
    """A test that comes out either way: where it stands, and what it is about."""

    place: Hashable
    context: int
    about: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a `case` is taken."""

    place: Hashable
    context: int


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command line, and the values that it may have, as far as they are listed."""

    place: Hashable
    name: str
    choices: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that a file may override."""

    owner: Address
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """An attribute that nothing sets, of an object that is known."""

    owner: Address
    name: str


@dataclass(frozen=True, slots=True)
class Phase:
    """The phase of a run: `self.training`."""

    cls: str
    name: str


@dataclass(frozen=True, slots=True)
class Varied:
    """A name that each turn of a loop changes."""

    owner: Address
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """`of.name`."""

    of: Symbol
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """`of[at]`; for what a loop goes over, `at` is the place of the loop."""

    of: Symbol
    at: Hashable


@dataclass(frozen=True, slots=True)
class Slice:
    """`of[a:b]`."""

    of: Symbol
    place: Hashable


@dataclass(frozen=True, slots=True)
class Length:
    """`len(of)`."""

    of: Symbol


@dataclass(frozen=True, slots=True)
class HasAttribute:
    """`hasattr(of, name)`."""

    of: Symbol
    name: str


@dataclass(frozen=True, slots=True)
class IsInstance:
    """`isinstance(of, classes)`."""

    of: Symbol
    classes: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """`int(of)`, `float(of)`."""

    of: Symbol
    to: str


@dataclass(frozen=True, slots=True)
class TextOf:
    """What a method of a text makes of it: `of.lower()`, `of.startswith("res")`."""

    of: Symbol
    method: str
    given: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Equals:
    """`of == constant`; `is None` is the same test."""

    of: Symbol
    constant: Hashable


@dataclass(frozen=True, slots=True)
class Among:
    """`of in ("train", "val")`."""

    of: Symbol
    constants: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Holds:
    """`constant in of`."""

    of: Symbol
    constant: Hashable


@dataclass(frozen=True, slots=True)
class Below:
    """`of < number`, or `of <= number`."""

    of: Symbol
    number: float
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class ListLength:
    """The length of a list as long as it holds what it holds now."""

    owner: Address
    content: int


# The ways to write a number: it is each base plus its offset. A constant has the base None.
Terms: TypeAlias = "frozenset[tuple[Symbol | ListLength | None, int]]"


@dataclass(frozen=True, slots=True)
class Linear:
    """A number that is equal to each of these, and at least so much."""

    terms: Terms
    least: int | None


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter on its way: in no turn more than `most`, in none less than `least`."""

    place: Place
    context: int
    most: Terms
    least: int | None


@dataclass(frozen=True, slots=True)
class All:
    """A whole conjunction, as one condition that can be denied."""

    guard: Guard


Source: TypeAlias = Parameter | Made | Test | Taken | Option | Setting | Held | Phase | Varied
Part: TypeAlias = Attribute | Item | Slice
Computed: TypeAlias = Length | HasAttribute | IsInstance | Converted | TextOf | Equals | Among | Holds | Below
# Computed from something, and yet nothing is said of it once that is known.
Opaque: TypeAlias = HasAttribute | Converted
Origin: TypeAlias = Source | Part | Computed | Linear | Counter | All


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """Something unknown that is the same wherever it is met: a parameter, `args.loss`, the result of one call, a test.

    `origin` is its identity, `text` is how the code spells it, `default` the value it has unless somebody says otherwise.
    """

    origin: Origin
    text: str
    default: Hashable = Default.NONE
    digest: int = 0
    about: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((type(self.origin), self.origin)))
        object.__setattr__(self, "about", self.subject.digest)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Symbol) and self.digest == other.digest and self.origin == other.origin)

    def __hash__(self) -> int:
        return self.digest

    def __repr__(self) -> str:
        return self.text

    def attribute(self, name: str) -> Symbol:
        """`args` -> `args.loss`."""
        return Symbol(Attribute(self, name), f"{self.text}.{name}")

    def item(self, at: Hashable) -> Symbol:
        """`batch` -> `batch[0]`."""
        return Symbol(Item(self, at), f"{self.text}[{at!r}]" if isinstance(at, str | int) else f"{self.text}[...]")

    def cut(self, place: Hashable) -> Symbol:
        """`batch` -> `batch[a:b]`."""
        return Symbol(Slice(self, place), f"{self.text}[...]")

    def length(self) -> Symbol:
        """`layers` -> `len(layers)`."""
        return Symbol(Length(self), f"len({self.text})")

    def has_attribute(self, name: str) -> Symbol:
        """`model` -> `hasattr(model, "head")`."""
        return Symbol(HasAttribute(self, name), f"hasattr({self.text}, {name!r})")

    def is_instance(self, classes: tuple[Hashable, ...]) -> Symbol:
        """`out` -> `isinstance(out, tuple)`."""
        return Symbol(IsInstance(self, classes), f"isinstance({self.text})")

    def converted(self, to: str) -> Symbol:
        """`n` -> `int(n)`."""
        return Symbol(Converted(self, to), f"{to}({self.text})")

    def equals(self, constant: Hashable) -> Symbol:
        """`mode` -> `mode == "train"`; `is None` is the same test."""
        return Symbol(Equals(self, constant), f"{self.text} {'is' if constant is None else '=='} {constant!r}")

    def among(self, constants: frozenset[Hashable], text: str) -> Symbol:
        """`mode` -> `mode in ("train", "val")`."""
        return Symbol(Among(self, constants), f"{self.text} in {text}")

    def holding(self, constant: Hashable) -> Symbol:
        """`head` -> `"CTC" in head`."""
        return Symbol(Holds(self, constant), f"{constant!r} in {self.text}")

    def below(self, number: float, *, inclusive: bool = False) -> Symbol:
        """`depth` -> `depth < 3`, `depth <= 3`."""
        return Symbol(Below(self, number, inclusive), f"{self.text} {'<=' if inclusive else '<'} {number!r}")

    def method(self, name: str, *given: Hashable) -> Symbol:
        """`name` -> `name.lower()`, `name.startswith("res")`."""
        return Symbol(TextOf(self, name, given), f"{self.text}.{name}({', '.join(map(repr, given))})")

    @property
    def alternatives(self) -> tuple[Hashable, ...]:
        """The values that somebody has listed: the choices of an option, or at least its default."""
        match self.origin:
            case Option(choices=(_, *_) as choices):
                return choices
            case _:
                return () if self.default is Default.NONE else (self.default,)

    @property
    def is_opaque(self) -> bool:
        """Whether this is a test of which nothing is known but where it stands."""
        return isinstance(self.origin, Test)

    @property
    def is_artefact(self) -> bool:
        """Whether this hangs on how often a loop has run, of which an analysis knows little: nothing is concluded from it."""
        match self.origin:
            case Counter() | Varied():
                return True
            case Linear(terms=terms, least=least):
                return least is not None or not any(isinstance(base, Symbol) and not base.is_artefact for base, _ in terms)
            case origin:
                return any(part.is_artefact for part in makings(origin).parts)

    @property
    def roots(self) -> frozenset[Hashable]:
        """What it all comes from: `args` for `args.loss == "ce"`, an object for an attribute that nothing sets."""
        return roots_of(self)

    @property
    def subject(self) -> Symbol:
        """What a test is about: `mode` for `mode.lower() == "train"`, itself for a plain truth test."""
        return self.origin.of.subject if isinstance(self.origin, Computed) and not isinstance(self.origin, Opaque) else self


class Makings(NamedTuple):
    """What something is made from: symbols, the objects that it belongs to, and the chain of calls that it was made in."""

    parts: tuple[Symbol, ...] = ()
    owners: tuple[Address, ...] = ()
    chain: int = 0


def makings(origin: Origin) -> Makings:
    """What an origin is made from. Every walk through conditions is written over this."""
    match origin:
        case Parameter() | Option() | Phase():
            return Makings()
        case Made(context=context) | Taken(context=context):
            return Makings(chain=context)
        case Test(context=context, about=about):
            return Makings(about, chain=context)
        case Setting(owner=owner) | Held(owner=owner) | Varied(owner=owner):
            return Makings(owners=(owner,))
        case Attribute(of=of) | Item(of=of) | Slice(of=of):
            return Makings((of,))
        case Length(of=of) | HasAttribute(of=of) | IsInstance(of=of) | Converted(of=of) | TextOf(of=of):
            return Makings((of,))
        case Equals(of=of) | Among(of=of) | Holds(of=of) | Below(of=of):
            return Makings((of,))
        case Linear(terms=terms):
            return _of_terms(terms, 0)
        case Counter(most=terms, context=context):
            return _of_terms(terms, context)
        case All(guard=guard):
            return Makings(tuple(literal.symbol for literal in guard))
        case _:
            assert_never(origin)


def _of_terms(terms: Terms, chain: int) -> Makings:
    bases = [base for base, _ in terms]
    symbols = tuple(base for base in bases if isinstance(base, Symbol))
    return Makings(symbols, tuple(base.owner for base in bases if isinstance(base, ListLength)), chain)


@lru_cache(maxsize=1 << 16)
def roots_of(symbol: Symbol) -> frozenset[Hashable]:
    """The innermost parts of a symbol that are not themselves derived from something."""
    found: set[Hashable] = {root for part in makings(symbol.origin).parts for root in roots_of(part)}
    if isinstance(symbol.origin, Held):
        found.add(symbol.origin.owner)
    return frozenset(found) or frozenset({symbol})
