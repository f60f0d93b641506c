"""Every program in `tests/spec/*.md` gives exactly what its comments say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.specs import Program, actual, expected, programs

PAGES = sorted((Path(__file__).parent / "spec").glob("*.md"))


@pytest.mark.parametrize("program", [one for page in PAGES for one in programs(page)], ids=lambda one: one.name)
def test_program_gives_what_its_comments_say(program: Program, tmp_path: Path) -> None:
    found = actual(program, tmp_path)

    assert sorted(expected(program)) == sorted(found)
