"""One run of the interpreter: what it knows, where it stands, and the four verbs (evaluate, execute, call, get an attribute).

The verbs only look up who does the work; the modules beside this one do it, and `interpreter.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, NamedTuple, TypeVar

from lossguard.contracts.language import Word
from lossguard.contracts.library import Library
from lossguard.domains import Reach
from lossguard.events import Entry, Event
from lossguard.flow.conditions import ALWAYS, Guard, both, complementary
from lossguard.flow.places import Address, Place
from lossguard.flow.symbols import Made, Symbol
from lossguard.flow.values import Unknown, Why, join, sole, unknown
from lossguard.interpret.core.store import Delta, Store, joined
from lossguard.interpret.core.summaries import Memory
from lossguard.interpret.core.things import Arguments, Function, ProjectClass, Recording, Scope, Thing, Value
from lossguard.program import Program
from lossguard.syntax import ir
from lossguard.tensors import Term

A = TypeVar("A")


class Flow(Enum):
    """Whether execution goes on after a statement."""

    ON = "on"
    DEAD = "dead"


class UnreachableError(Exception):
    """An expression that never comes back: `sys.exit()`."""


class ExhaustedError(Exception):
    """The run has taken more steps than it may."""


class Site(NamedTuple):
    """Where something is asked for: the expression, its file, and the chain of calls."""

    file: str
    expr: ir.Expr | ir.Stmt | ir.MatchCase
    context: int

    @property
    def place(self) -> Place:
        """The expression's place."""
        return Place(self.file, self.expr.at)

    @property
    def address(self) -> Address:
        """Where an object that is made here lives."""
        return Address(self.place, self.context)


@dataclass(slots=True)
class Exits:
    """The ways out of a block other than its end: the condition, what is carried, and what was changed until there."""

    depth: int
    path: Guard
    taken: list[tuple[Guard, Value | None, Delta]] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """A running function, module or class body (`owner`). `returns` collects its exits, `loops` those of the loops around."""

    file: str
    scopes: tuple[Scope, ...]
    context: int
    returns: Exits
    function: Function | None = None
    owner: ProjectClass | None = None
    loops: list[tuple[Exits, Exits]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    redirected: dict[str, Address] = field(default_factory=dict)

    def site(self, expr: ir.Expr | ir.Stmt | ir.MatchCase) -> Site:
        """An expression of this frame, as a site."""
        return Site(self.file, expr, self.context)


Evaluator = Callable[["Machine", Any, Frame], Value]
Executor = Callable[["Machine", Any, Frame], Flow]
Caller = Callable[["Machine", Any, Arguments, Site], Value]
Getter = Callable[["Machine", Any, str, Site], Value]

# Expressions and statements: what one entry point may take, and all those of a file together.
MOST_STEPS: Final = 50_000
MOST_STEPS_OF_ALL: Final = 100_000
DEEPEST_CALL: Final = 24
MOST_RECURSION: Final = 2
# Under how many different conditions one and the same event is worth knowing.
MOST_CONDITIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Tables:
    """Who does what: expressions and statements by node, calls and attributes by the kind of thing, effects by name."""

    evaluators: Mapping[type, Evaluator]
    executors: Mapping[type, Executor]
    callers: Mapping[type, Caller]
    getters: Mapping[type, Getter]
    effects: Mapping[str, Callable[[Any, Value, Word], Value]]


class Machine:
    """The state of one run: cells, the condition of the path that is being walked, and the events so far."""

    def __init__(self, program: Program, library: Library, watched: frozenset[str], tables: Tables) -> None:
        """`watched` are the functions, besides losses, whose calls are events."""
        self.program, self.library, self.watched, self.tables = program, library, watched, tables
        self.store = Store()
        self.main = ""
        self.path: Guard = ALWAYS
        self.reach = Reach.TRAINED
        self.draws = 0
        self.events: dict[Any, list[Event]] = {}
        self.calls: list[Place] = []
        self.entered: set[Place] = set()
        self.entered_on: set[tuple[Place, Place]] = set()
        self.entry: Entry | None = None
        self.callers: dict[Entry, set[Entry | None]] = {}
        self.origins: dict[Event, set[Entry | None]] = {}
        self.executed: dict[str, bool] = {}
        self.registered = False
        self.resolving: set[Any] = set()
        self.steps = self.taken = 0
        self.budget = MOST_STEPS
        self.memory = Memory()
        self.captured: set[Address] = set()
        self.parents: dict[int, int] = {}
        self.orders: dict[Thing, tuple[Thing, ...]] = {}
        self._contexts: dict[tuple[int, Place, int], int] = {}

    def evaluate(self, expr: ir.Expr, frame: Frame) -> Value:
        """What an expression evaluates to, on the present path."""
        self.step()
        return self.tables.evaluators[type(expr)](self, expr, frame)

    def execute(self, body: tuple[ir.Stmt, ...], frame: Frame) -> Flow:
        """Run statements in order, until one of them does not go on."""
        for statement in body:
            self.step()
            try:
                flow = self.tables.executors[type(statement)](self, statement, frame)
            except UnreachableError:
                return Flow.DEAD
            if flow is Flow.DEAD:
                return flow
        return Flow.ON

    def call(self, callee: Value, arguments: Arguments, site: Site) -> Value:
        """What a call gives, for everything that the callee may be."""
        return self.each(callee, lambda thing: self.tables.callers[type(thing)](self, thing, arguments, site))

    def attribute(self, value: Value, name: str, site: Site) -> Value:
        """`value.name`, for everything that the value may be."""
        return self.each(value, lambda thing: self.tables.getters[type(thing)](self, thing, name, site))

    def each(self, value: Value, work: Callable[[Thing], Value]) -> Value:
        """Do something with every thing that a value may be, on the path where it is that thing, and join what comes out."""
        value = value.under(self.path)
        only = value.only
        if only is not None:
            return work(only)
        return self.split(((guard, thing) for thing, guard in value.cases), work)

    def split(self, alternatives: Iterable[tuple[Guard, A]], work: Callable[[A], Value]) -> Value:
        """Do something with every alternative, on the path where it is the case, and join what comes out."""
        branches = []
        for guard, one in alternatives:
            with self.assuming(guard) as possible:
                if possible:
                    (result, delta) = self.store.aside(lambda one=one: work(one))  # type: ignore[misc]  # bound now
                    branches.append((guard, result, delta))
        return self.merge(branches) if branches else unknown(Why.SYNTAX, "no case is possible here")

    def merge(self, branches: list[tuple[Guard, Value, Delta]]) -> Value:
        """Go on from several branches: apply the join of what they changed, give the join of what they came to."""
        self.store.apply(joined(self.store, [(guard, delta) for guard, _, delta in branches]))
        return join((guard, value) for guard, value, _ in branches)

    @contextmanager
    def assuming(self, guard: Guard) -> Iterator[bool]:
        """Walk on under one more condition; gives whether that is possible at all."""
        before = self.path
        extended = both(before, guard)
        if extended is None:
            yield False
            return
        self.path = extended
        try:
            yield True
        finally:
            self.path = before

    @contextmanager
    def under(self, recording: Recording | None) -> Iterator[None]:
        """Walk on with gradients recorded, or not; None changes nothing."""
        before = self.reach
        if recording is not None:
            self.reach = Reach.TRAINED if recording.enabled else Reach.MEASURED
        try:
            yield
        finally:
            self.reach = before

    def context(self, parent: int, place: Place, turn: int = 0) -> int:
        """The number of a chain of calls: its parent's, with one more call (or one more turn of an unrolled loop)."""
        number = self._contexts.setdefault((parent, place, turn), len(self._contexts) + 1)
        self.parents[number] = parent
        return number

    def step(self) -> None:
        """Count one step, and stop the run when there were too many."""
        self.steps += 1
        if self.steps > self.budget:
            raise ExhaustedError

    def begin(self) -> None:
        """Start from a new entry point, with what is left of the steps."""
        self.taken += self.steps
        self.steps, self.budget = 0, min(MOST_STEPS, MOST_STEPS_OF_ALL - self.taken)
        self.path, self.reach = ALWAYS, Reach.TRAINED
        self.calls.clear()

    def emit(self, event: Event) -> None:
        """Record that something happened; the same thing with the same arguments is one event, under its weakest conditions."""
        if self.store.recordings:
            self.store.recordings[-1].events[event] = None
        values = tuple(argument.value for argument in event.arguments)
        known = self.events.setdefault((event.kind, event.place, event.name, event.choice, event.reach, values), [])
        for other in known:  # what happens under a condition, and where it fails, happens
            shared = complementary(other.path, event.path)
            event = event if shared is None else replace(event, path=shared)
        same = next((other for other in known if other.path <= event.path), None)
        if same is not None:
            self.origins[same].add(self.entry)
        elif len(known) < MOST_CONDITIONS:
            weaker = [other for other in known if event.path <= other.path]
            self.origins[event] = {self.entry}.union(*(self.origins[other] for other in weaker))
            known[:] = [other for other in known if other not in weaker] + [event]

    def enter(self, entry: Entry) -> None:
        """Note that the present run calls a function, other than the one that it began with."""
        if self.entry is None or self.entry.function != entry.function:
            self.callers.setdefault(entry, set()).add(self.entry)

    def unknown(self, why: Why, detail: str, site: Site) -> Value:
        """An unknown that is identified by the place and the chain of calls that made it."""
        return sole(self.unknown_thing(why, detail, site))

    def unknown_thing(self, why: Why, detail: str, site: Site) -> Unknown:
        """The same, as a thing."""
        return Unknown(why, detail, Symbol(Made(site.place, site.context), detail))

    def drawn(self) -> Term:
        """A value number that no other value has."""
        if self.store.recordings:
            self.store.recordings[-1].drew = True
        self.draws += 1
        return Term("Drawn", (self.draws,))

    def derived(self, thing: Thing, why: Why, detail: str, step: Callable[[Symbol], Symbol]) -> Value:
        """Something unknown that belongs to something unknown: `args` -> `args.loss`."""
        if isinstance(thing, Unknown) and thing.symbol is not None:
            return unknown(why, detail, step(thing.symbol))
        return unknown(why, detail)
