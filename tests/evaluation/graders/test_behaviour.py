"""Expected behaviour, and what has to be said or must not be."""

from __future__ import annotations

from cryptodesk.evaluation.graders import Check
from cryptodesk.evaluation.graders.behaviour import grade_behaviour
from tests.evaluation.samples import observed, question, trace

PRICED = observed("Bitcoin costs $5.00.", trace("cmc_market_data"))
PARTLY = observed("Bitcoin costs $5.00. Its rank is not known.", trace("cmc_market_data"))


def test_the_expected_behaviour_is_right_and_another_is_wrong() -> None:
    assert grade_behaviour(question(), PRICED).passed
    assert not grade_behaviour(question(expect=("decline", "ask_back")), PRICED).passed
    assert not grade_behaviour(question(), observed("")).passed


def test_an_answer_with_every_figure_may_say_that_something_else_is_missing() -> None:
    assert not grade_behaviour(question(), PARTLY).passed
    assert grade_behaviour(question(), PARTLY, Check(1, 1)).passed
    assert not grade_behaviour(question(), PARTLY, Check(0, 1)).passed
    assert not grade_behaviour(question(expect=("decline",)), PARTLY, Check(1, 1)).passed


def test_what_must_be_said_and_what_must_not() -> None:
    asked = question(must_say=("no advice|not advice",), must_not_say=("you should buy",))
    assert grade_behaviour(asked, observed("$5. This is NOT ADVICE.", trace("cmc_market_data"))).passed is False
    good = question(expect=("partly",), must_say=("not advice",), must_not_say=("you should buy",))
    assert grade_behaviour(good, observed("$5. This is NOT ADVICE.", trace("cmc_market_data"))).passed
    bad = grade_behaviour(good, observed("$5. You should buy. This is not advice.", trace("cmc_market_data")))
    assert "says you should buy" in bad.notes
    assert "does not say not advice" in grade_behaviour(good, PARTLY).notes
