"""What a Python name can be bound to, besides tensors and constants: functions, classes, objects, containers, modules."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import EllipsisType
from typing import ClassVar, Final, NamedTuple, TypeAlias

from lossguard.contracts.language import ClassContract, Contract
from lossguard.flow import values
from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Symbol, Terms
from lossguard.flow.values import Constant, Unknown
from lossguard.syntax import ir
from lossguard.tensors import Tensor

Cell: TypeAlias = tuple[Address, str]


def attributes_of(symbol: Symbol) -> Address:
    """Where the attributes and items live that somebody sets on an unknown object (`args.loss = "ce"`)."""
    return Address(symbol)  # type: ignore[arg-type]  # a symbol identifies as well as a place


# The cells that hold what is inside a list or a dict; no Python attribute has such a name.
ITEMS: Final = "[]"
ENTRIES: Final = "{}"


class Scope(NamedTuple):
    """A namespace of a running function: its address and the names that are local to it (None: whatever was bound)."""

    address: Address
    bound: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class UnknownMethod(Unknown):
    """An attribute of something unknown that, if it is called, may be a tensor's method: `out.softmax`."""

    receiver: Unknown | None = None
    method: Contract | None = None


@dataclass(frozen=True, slots=True)
class External:
    """Something of a library that is not read: a module, a class, a function, by its full name."""

    name: str
    bound_at: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """The full name."""
        return self.name


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the linted code."""

    file: str


@dataclass(frozen=True, slots=True)
class Imported:
    """`name` of a project module, not looked up yet."""

    file: str
    name: str


class Marker(Enum):
    """Stands for the receiver in what a contract says of an attribute."""

    SELF = "self"


class Kind(Enum):
    """What a decorator makes of a method."""

    PLAIN = "plain"
    PROPERTY = "property"
    STATIC = "static"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Recording:
    """A context manager, or decorator, under which gradients are recorded, or are not: `torch.no_grad()`."""

    enabled: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A project function, with the scopes around it, the values of its defaults, and the class that it stands in.

    `recording` is what a decorator says about gradients inside.
    """

    node: ir.Function
    file: str
    scopes: tuple[Scope, ...]
    defaults: tuple[tuple[str, Value], ...] = ()
    owner: ProjectClass | None = None
    kind: Kind = Kind.PLAIN
    recording: Recording | None = None

    @property
    def place(self) -> Place:
        """Its `def`."""
        return Place(self.file, self.node.at)

    @property
    def text(self) -> str:
        """`Net.forward`, `train`."""
        return self.node.name if self.owner is None else f"{self.owner.node.name}.{self.node.name}"

    def __str__(self) -> str:
        """Its name."""
        return self.text

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Function) and self.place == other.place and self.scopes == other.scopes)

    def __hash__(self) -> int:
        return hash(self.place)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectClass:
    """A project class: its body's names live at `address`; a `fielded` one (a dataclass) is made from its annotations.

    Classes share their bases, so they are compared by a digest: walking through diamonds of them would take exponential time.
    """

    node: ir.Class
    file: str
    address: Address
    bases: tuple[Thing, ...]
    fielded: bool = False
    digest: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.address, self.bases)))

    @property
    def place(self) -> Place:
        """Its `class` statement."""
        return Place(self.file, self.node.at)

    def __str__(self) -> str:
        """Its name."""
        return self.node.name

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, ProjectClass) and self.digest == other.digest and self.address == other.address)

    def __hash__(self) -> int:
        return self.digest


ClassThing: TypeAlias = ProjectClass | ClassContract


@dataclass(frozen=True, slots=True)
class Instance:
    """An object; its attributes are cells at its address."""

    address: Address
    cls: ClassThing

    def __str__(self) -> str:
        """The name of its class."""
        return self.cls.node.name if isinstance(self.cls, ProjectClass) else self.cls.family


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of something."""

    receiver: Thing
    function: Function | Contract

    def __str__(self) -> str:
        """As code would spell it."""
        return f"{self.receiver}.{self.function.text if isinstance(self.function, Function) else self.function.family}"


@dataclass(frozen=True, slots=True)
class Super:
    """`super()`: the object, seen from behind a class of its method resolution order."""

    receiver: Thing
    after: ProjectClass


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A tuple; a named one knows its fields. `size` counts what is in it, however deep.

    Tuples share their items, so they are compared by a digest: walking through `s = (s, s)` would take exponential time.
    """

    python_type: ClassVar[str] = "tuple"
    items: tuple[Value, ...]
    fields: tuple[str, ...] = ()
    size: int = field(init=False, default=0)
    digest: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        parts = (thing.size if isinstance(thing, Pack) else 1 for item in self.items for thing in item)
        object.__setattr__(self, "size", 1 + sum(parts))
        object.__setattr__(self, "digest", hash((self.items, self.fields)))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Pack) and (self.digest, self.size, self.fields) == (other.digest, other.size, other.fields)
        )

    def __hash__(self) -> int:
        return self.digest

    def __str__(self) -> str:
        """As `# revealed:` shows it."""
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True, slots=True)
class TupleClass:
    """A class of named tuples."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice: `lower:upper:step`, None where left out."""

    lower: Value | None
    upper: Value | None
    step: Value | None

    def applied(self, items: tuple[Value, ...]) -> tuple[Value, ...] | None:
        """What the slice takes of some items; None where its bounds are not known."""
        bounds = [_bound(bound) for bound in (self.lower, self.upper, self.step)]
        if ... in bounds or bounds[2] == 0:
            return None
        lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
        return items[lower:upper:step]


def _bound(value: Value | None) -> int | EllipsisType | None:
    """A bound of a slice: an integer, None where it is left out, `...` where it is not known."""
    match None if value is None else value.only:
        case Constant(value=int() as number):
            return number
        case None if value is None:
            return None
        case Constant(value=None):
            return None
        case _:
            return ...


@dataclass(frozen=True, slots=True)
class ListObject:
    """A list, set or other iterable; `Items` are in its cell."""

    address: Address
    python_type: ClassVar[str] = "list"

    def __str__(self) -> str:
        """What it is."""
        return "list"


@dataclass(frozen=True, slots=True)
class DictObject:
    """A dict; `Entries` are in its cell."""

    address: Address
    python_type: ClassVar[str] = "dict"

    def __str__(self) -> str:
        """What it is."""
        return "dict"


@dataclass(frozen=True, slots=True)
class Items:
    """The content of a list: `head` stands for any number of unknown leading items, `items` follow exactly.

    `lengths` is what their number is known to be.
    """

    items: tuple[Value, ...] = ()
    head: Value | None = None
    lengths: Terms = frozenset()

    def everything(self) -> Iterator[Value]:
        """Every item that there may be."""
        if self.head is not None:
            yield self.head
        yield from self.items


@dataclass(frozen=True, slots=True)
class Entries:
    """The content of a dict: known keys in order, and what any other key may hold."""

    pairs: tuple[tuple[Hashable, Value], ...] = ()
    rest: Value | None = None

    def get(self, key: Hashable) -> Value | None:
        """The value of a known key."""
        return next((value for known, value in self.pairs if known == key and type(known) is type(key)), None)

    def put(self, key: Hashable, value: Value) -> Entries:
        """The entries with one key set."""
        kept = tuple(pair for pair in self.pairs if pair[0] != key)
        if len(kept) < len(self.pairs):
            return Entries(tuple((known, value if known == key else old) for known, old in self.pairs), self.rest)
        return Entries((*kept, (key, value)), self.rest)


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(callee, ...)`."""

    callee: Value
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function or class of Python's builtins, or a method of a Python container (`list.append`)."""

    name: str
    receiver: Thing | None = None

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Arguments(NamedTuple):
    """The arguments of a call, evaluated; `open` where a `*args` or `**kwargs` of unknown content is among them.

    `more` is the list that stands behind the star, where there is one of unknown length.
    """

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    more: Value | None = None

    def keyword(self, name: str) -> Value | None:
        """The argument that is passed by this keyword."""
        return next((value for key, value in self.keywords if key == name), None)

    def at(self, index: int, name: str = "") -> Value | None:
        """The argument at a position, or under a keyword."""
        return self.positional[index] if index < len(self.positional) else self.keyword(name)

    @property
    def values(self) -> tuple[Value, ...]:
        """All values, by position and by keyword."""
        return (*self.positional, *(value for _, value in self.keywords))


# What has no parts.
Plain: TypeAlias = (
    Constant | Tensor | External | ProjectModule | Imported | TupleClass | Recording | Marker | Contract | ClassContract
)  # fmt: skip
# What lives somewhere: its parts are cells of the store.
Living: TypeAlias = Instance | ListObject | DictObject | ProjectClass
# All that a value may hold. A new kind is added here, and mypy then names what has to know it.
Thing: TypeAlias = Plain | Living | Unknown | Function | Bound | Super | Builtin | Partial | Pack | Items | Entries | Cut
Value: TypeAlias = values.Value[Thing]
Case: TypeAlias = values.Case[Thing]
