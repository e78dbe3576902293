"""How well the desk cites, over the committed questions in both worlds, by the exact checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.research.citation_grades import Graded, grade_question, keeping_states, questions_of
from tests.research.desks import open_desk

WORLDS = ("snapshot", "simulated")


async def _graded(world: str, home: Path) -> list[Graded]:
    with keeping_states() as kept:
        async with open_desk(home, world) as desk:
            return [await grade_question(desk, kept, line) for line in questions_of(world)]


def test_there_are_questions_enough_and_none_twice() -> None:
    asked = [(world, line["question"]) for world in WORLDS for line in questions_of(world)]
    assert len(asked) >= 120
    assert len(set(asked)) == len(asked)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
async def test_every_citation_is_borne_out_and_hardly_a_claim_goes_without(world: str, tmp_path: Path) -> None:
    graded = await _graded(world, tmp_path)
    grades = [one.grade for one in graded]
    assert [(one.question, one.grade.faults) for one in graded if one.grade.faults] == []
    assert sum(one.supported for one in grades) == sum(one.cited for one in grades) > 150
    assert sum(one.covered for one in grades) >= 0.9 * sum(one.citable for one in grades)
    assert [one.question for one in graded if one.grade.unknown_ids] == []
    assert [one.question for one in graded if not one.grade.is_dense] == []
    assert sum(one.has_sources for one in graded) >= 0.9 * len(graded)
