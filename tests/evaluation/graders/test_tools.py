"""Tool choice."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.graders.tools import grade_tools
from tests.evaluation.samples import question

ASKED = question(required=("a|b", "c"), allowed=("d",), forbidden=("e",))


@pytest.mark.parametrize(
    "called",
    [["a", "c"], ["b", "c", "d"], ["cmc_id_lookup", "a", "c", "cmc_math_eval"], ["a", "b", "c"]],
)
def test_required_tools_with_allowed_ones_are_right(called: list[str]) -> None:
    check = grade_tools(ASKED, called)
    assert check is not None
    assert check.passed


@pytest.mark.parametrize(
    ("called", "note"),
    [
        (["a"], "lacks c"),
        (["c"], "lacks a|b"),
        (["a", "c", "e"], "called e"),
        (["a", "c", "x"], "called x"),
        ([], "lacks a|b"),
    ],
)
def test_a_missing_a_forbidden_or_an_unasked_tool_is_wrong(called: list[str], note: str) -> None:
    check = grade_tools(ASKED, called)
    assert check is not None
    assert not check.passed
    assert note in check.notes


def test_a_tool_that_a_plan_cannot_show_yet_may_be_lacking() -> None:
    asked = question(required=("cmc_math_eval",))
    lacking, forgiven = grade_tools(asked, []), grade_tools(asked, [], without=frozenset({"cmc_math_eval"}))
    assert lacking is not None
    assert not lacking.passed
    assert forgiven is not None
    assert forgiven.passed


def test_a_question_that_says_nothing_of_tools_is_not_judged() -> None:
    assert grade_tools(question(), ["anything"]) is None
