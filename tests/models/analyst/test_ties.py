"""Which readings count as tied, and what the parser makes of a decision that it is given."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.models.analyst.followups import find_ties, understand
from cryptodesk.models.analyst.parser import find_tie, parse
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.skills import Claim, load_skills
from cryptodesk.models.analyst.ties import MARGIN, TieBreak, close_calls
from cryptodesk.models.analyst.writer.draft import Draft, Setting
from tests.models.analyst.desk import TODAY, WORLD

# Two skills take it, by phrases of their own that nobody would part.
QUESTION = "SOL/ETH 90 day correlation"


def names(candidates: tuple[tuple[str, float], ...]) -> list[str]:
    return [name for name, _ in candidates]


def test_readings_within_the_margin_tie_and_those_beyond_do_not() -> None:
    plan = Plan("quote", 0.9, rivals=(("supply", 0.9 - MARGIN), ("holders", 0.9 - MARGIN - 0.01)))
    assert names(close_calls(plan)) == ["quote", "supply"]


def test_the_parsers_choice_stands_first_also_where_a_rival_is_as_sure() -> None:
    plan = Plan("skill", 0.97, skill="gas", rivals=(("nfts", 0.97), ("quote", 0.6)))
    assert names(close_calls(plan)) == ["gas", "nfts"]


@pytest.mark.parametrize("plan", [
    Plan("advice", 0.9, rivals=(("technicals", 0.9),)),
    Plan("prediction", 0.9, rivals=(("technicals", 0.9),)),
    Plan("skill", 0.97, skill="outlook", rivals=(("technicals", 0.97),)),
    Plan("skill", 0.97, skill="out_of_field", rivals=(("quote", 0.95),)),
])  # fmt: skip
def test_a_refusal_is_never_up_for_decision(plan: Plan) -> None:
    assert close_calls(plan) == ()


def test_a_clear_question_is_no_tie() -> None:
    assert find_tie("price of BTC", WORLD, TODAY) is None


def test_a_tie_has_one_word_in_place_of_every_asset_and_keeps_numbers() -> None:
    tie = find_tie(QUESTION, WORLD, TODAY)
    assert tie is not None
    assert tie.masked == "coin/coin 90 day correlation"
    assert tie.text == QUESTION


def test_questions_that_differ_in_the_asset_alone_are_masked_alike() -> None:
    found = [find_tie(text, WORLD, TODAY) for text in (QUESTION, "ADA/Bitcoin 90 day correlation")]
    assert {tie.masked for tie in found if tie} == {"coin/coin 90 day correlation"}


def test_the_chosen_reading_leads_and_the_parsers_own_becomes_a_rival() -> None:
    before = parse(QUESTION, WORLD, TODAY)
    other = before.rivals[0][0]
    weighed = ((other, 0.9), (before.skill, 0.1))
    after = parse(QUESTION, WORLD, TODAY, {QUESTION: TieBreak(other, weighed)})
    assert (before.skill, after.skill, after.weighed) == ("correlation", other, weighed)
    assert (before.skill, before.confidence) in after.rivals
    assert other not in names(after.rivals)
    assert after.slots is not None
    assert load_skills()[other].tools


def test_the_analysts_own_reading_can_be_chosen_over_a_skill(monkeypatch: pytest.MonkeyPatch) -> None:
    question = "what is the price of SOL then"
    skills = dict(load_skills())
    eager = structs.replace(skills["gas"], recognise=lambda _: Claim(0.93), write=_never)
    monkeypatch.setattr("cryptodesk.models.analyst.skills.load_skills", lambda: {"gas": eager})
    assert parse(question, WORLD, TODAY).skill == "gas"
    after = parse(question, WORLD, TODAY, {question: TieBreak("quote", (("quote", 0.9), ("gas", 0.1)))})
    assert (after.intent, after.skill, after.rivals) == ("quote", "", (("gas", 0.93),))
    assert after.assets[0].symbol == "SOL"


def _never(_: Setting) -> Draft:
    raise AssertionError("nothing is written here")


def test_a_decision_about_another_question_changes_nothing() -> None:
    decided = {"something else": TieBreak("gas", (("gas", 1.0),))}
    assert parse(QUESTION, WORLD, TODAY, decided) == parse(QUESTION, WORLD, TODAY)


def test_a_decision_for_a_reading_that_no_longer_claims_the_question_changes_nothing() -> None:
    decided = {QUESTION: TieBreak("gas", ())}
    assert parse(QUESTION, WORLD, TODAY, decided) == parse(QUESTION, WORLD, TODAY)


def test_the_same_question_is_read_either_way_side_by_side() -> None:
    other = parse(QUESTION, WORLD, TODAY).rivals[0][0]
    decided = {QUESTION: TieBreak(other, ((other, 1.0),))}
    seen = [parse(QUESTION, WORLD, TODAY, breaks).skill for breaks in ({}, decided, {}, decided)]
    assert seen == ["correlation", other, "correlation", other]


def test_ties_of_every_question_of_the_conversation_are_found_oldest_first() -> None:
    earlier = ["do BTC and XRP move together", "price of BTC"]
    ties = find_ties(f"What is the market cap of SOL? {QUESTION}?", earlier, WORLD, TODAY)
    assert [tie.masked for tie in ties] == ["do coin and coin move together", "coin/coin 90 day correlation?"]


def test_a_follow_up_keeps_to_the_reading_that_was_decided() -> None:
    other = parse(QUESTION, WORLD, TODAY).rivals[0][0]
    decided = {QUESTION: TieBreak(other, ((other, 1.0),))}
    found = understand("and over 30 days?", [QUESTION], WORLD, TODAY, decided)[-1]
    assert (found.skill, found.period.count if found.period else None) == (other, 30)
