"""The laws of guards: what two conditions say of each other is true of every value that there is."""

from __future__ import annotations

from collections.abc import Hashable
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossguard.flow.conditions import ALWAYS, Guard, Literal, both, conflict, decided, failing, spelled
from lossguard.flow.symbols import Made, Parameter, Symbol

X = Symbol(Parameter("here", "x"), "x")
Y = Symbol(Parameter("here", "y"), "y")
TEXTS = ["", "a", "A", "ab", "AB", "ba", "abc", "CTC", "Attn", "b", "c"]
NUMBERS = [-1, 0, 0.5, 1, 2, 3]
VALUES: list[Hashable] = [*TEXTS, *NUMBERS, None, True, False, (), ("a",), ("a", "b"), ("ab", 1)]

texts, numbers = st.sampled_from(TEXTS), st.sampled_from(NUMBERS)
constants = st.one_of(texts, numbers, st.none(), st.booleans())
stems = st.sampled_from([X, Y])
spellings = st.one_of(stems, stems.map(lambda one: one.method("lower")), stems.map(lambda one: one.method("upper")))
lengths = stems.map(Symbol.length)


@st.composite
def symbols(draw: st.DrawFn) -> Symbol:
    """One test of the kinds that the engine makes."""
    subject = draw(spellings)
    return draw(
        st.sampled_from(
            [
                draw(stems),
                subject.equals(draw(constants)),
                subject.among(draw(st.frozensets(constants, min_size=1, max_size=3)), "(...)"),
                subject.holding(draw(texts)),
                subject.method(draw(st.sampled_from(["startswith", "endswith"])), draw(texts)),
                draw(st.one_of(stems, lengths)).below(draw(numbers), inclusive=draw(st.booleans())),
                draw(lengths).equals(draw(numbers)),
                draw(stems).is_instance(draw(st.sampled_from([("str",), ("int",), ("str", "tuple"), ("bool",)]))),
            ]
        )
    )


# The same examples each time: what CI finds can be found again.
laws = settings(deadline=None, derandomize=True)
literals = st.builds(Literal, symbols(), st.booleans())


@st.composite
def guards(draw: st.DrawFn) -> Guard:
    """A guard that can hold, now and then with the denial of another one in it."""
    guard: Guard = ALWAYS
    for literal in draw(st.lists(literals, max_size=3)):
        guard = both(guard, frozenset({literal})) or guard
    denied = draw(st.frozensets(literals, min_size=2, max_size=2))
    return (both(guard, frozenset({failing(denied)})) or guard) if draw(st.booleans()) else guard


def holds(literal: Literal, world: dict[Symbol, Hashable]) -> bool | None:
    """Whether a condition is true in a world; None where Python would stop with an error, or the value is not told."""
    if literal.denied is not None:
        parts = [holds(part, world) for part in literal.denied]
        return True if False in parts else None if None in parts else False
    return literal.outcome(literal.symbol.subject, world[literal.symbol.subject])


WORLDS: list[dict[Symbol, Hashable]] = [{X: one, Y: other} for one in VALUES for other in VALUES]


@laws
@given(literals, literals)
def test_conflict_is_symmetric(one: Literal, other: Literal) -> None:
    assert conflict(one, other) is conflict(other, one)


@laws
@given(literals)
def test_a_condition_conflicts_with_its_opposite_and_not_with_itself(one: Literal) -> None:
    assert conflict(one, one.opposite)
    assert not conflict(one, one)


@laws
@given(literals, literals)
def test_conditions_in_conflict_never_hold_together(one: Literal, other: Literal) -> None:
    together = any(holds(one, world) and holds(other, world) for world in WORLDS)

    assert not (together and conflict(one, other))


@laws
@given(guards(), guards())
def test_both_is_commutative(one: Guard, other: Guard) -> None:
    assert both(one, other) == both(other, one)


@laws
@given(guards(), guards(), guards())
def test_both_is_associative(one: Guard, other: Guard, third: Guard) -> None:
    left, right = both(one, other), both(other, third)

    assert (None if left is None else both(left, third)) == (None if right is None else both(one, right))


@laws
@given(guards())
def test_both_is_idempotent_and_always_says_nothing(one: Guard) -> None:
    assert both(one, one) == one
    assert both(one, ALWAYS) == one == both(ALWAYS, one)


@laws
@given(guards(), guards())
def test_a_refined_guard_never_admits_more(one: Guard, other: Guard) -> None:
    joint = both(one, other)
    admitted = [all(holds(literal, world) for literal in one | other) for world in WORLDS]

    assert not any(admitted) if joint is None else joint >= one | other


@laws
@given(guards(), symbols())
def test_what_a_guard_decides_is_true_wherever_it_holds(guard: Guard, symbol: Symbol) -> None:
    known = decided(guard, symbol)
    against = guard | {Literal(symbol, positive=not known)}

    assert known is None or not any(all(holds(literal, world) for literal in against) for world in WORLDS)


HEAD = X.attribute("head")
LAYERS = X.length()


def yes(symbol: Symbol) -> Literal:
    """The condition, holding."""
    return Literal(symbol, positive=True)


def no(symbol: Symbol) -> Literal:
    """The condition, failing."""
    return Literal(symbol, positive=False)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (yes(HEAD.holding("CTC")), yes(HEAD.equals("Attn")), True),
        (yes(HEAD.holding("CTC")), yes(HEAD.equals("CTC-2")), False),
        (no(HEAD.holding("CTC")), yes(HEAD.equals("CTC-2")), True),
        (yes(HEAD.holding("CTC")), yes(HEAD.among(frozenset({"Attn", "GRU"}), "...")), True),
        (yes(HEAD.method("startswith", "res")), yes(HEAD.equals("vgg")), True),
        (yes(HEAD.method("startswith", "res")), yes(HEAD.method("startswith", "resnet")), False),
        (yes(HEAD.method("startswith", "res")), yes(HEAD.method("startswith", "vgg")), True),
        (yes(HEAD.method("startswith", "resnet")), no(HEAD.method("startswith", "res")), True),
        (yes(HEAD.method("startswith", "resnet")), no(HEAD.holding("net")), True),
        (yes(HEAD.method("lower").equals("ctc")), yes(HEAD.equals("CTC")), False),
        (yes(HEAD.method("lower").equals("ctc")), yes(HEAD.equals("Attn")), True),
        (yes(HEAD.method("lower").equals("ctc")), yes(HEAD.method("lower").equals("attn")), True),
        (no(X.below(1, inclusive=True)), yes(X.equals(0)), True),
        (no(X.below(1, inclusive=True)), no(X.below(0, inclusive=True)), False),
        (no(X.below(1, inclusive=True)), yes(X.below(1)), True),
        (no(X.below(1)), yes(X.below(1, inclusive=True)), False),
        (no(X.below(0, inclusive=True)), no(X), True),
        (no(LAYERS.below(0, inclusive=True)), yes(LAYERS.equals(0)), True),
        (no(LAYERS.below(0, inclusive=True)), no(X), True),
        (yes(LAYERS.below(1)), yes(X), True),
        (yes(X.is_instance(("str",))), yes(X.equals(None)), True),
        (yes(X.is_instance(("Net",))), yes(X.equals(None)), True),
        (yes(X.is_instance(("str",))), yes(X.is_instance(("list",))), True),
    ],
    ids=str,
)
def test_conditions_that_conflict(one: Literal, other: Literal, *, expected: bool) -> None:
    assert conflict(one, other) is expected


def test_the_denial_of_a_conjunction_denies_what_is_left_of_it() -> None:
    a, b = yes(X.equals("a")), yes(Y)

    assert decided(frozenset({failing(frozenset({a, b})), a}), Y) is False
    assert both(frozenset({failing(frozenset({a, b}))}), frozenset({a, b})) is None


def test_no_choice_is_made_between_conditions_that_need_not_exclude_each_other() -> None:
    guards_of = [frozenset({one}) for one in (yes(X.holding("a")), yes(X.holding("b")), no(X.equals("a")))]

    assert len(reduce(lambda one, other: both(one, other) or ALWAYS, guards_of)) == len(guards_of)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (no(HEAD.equals("Attn")), "x.head != 'Attn'"),
        (no(HEAD.equals(None)), "x.head is not None"),
        (no(HEAD.holding("CTC")), "'CTC' not in x.head"),
        (no(HEAD.holding(" in ")), "' in ' not in x.head"),
        (no(X.among(frozenset({1}), "(1,)")), "x not in (1,)"),
        (no(X.below(0, inclusive=True)), "x > 0"),
        (no(X.below(0)), "x >= 0"),
        (yes(X.below(0)), "x < 0"),
        (no(HEAD.method("startswith", "res")), "not x.head.startswith('res')"),
        (no(Symbol(Made(1, 2), "a and b")), "not (a and b)"),
    ],
)
def test_conditions_are_spelled_as_code(literal: Literal, text: str) -> None:
    assert spelled({literal}) == text
