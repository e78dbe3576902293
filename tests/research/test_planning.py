from __future__ import annotations

import pytest

from cryptodesk.models.analyst.ports import NoKnowledge
from cryptodesk.research.planning import Missing, PlanCheck, kind_of, signature_of
from tests.research.planned import KNOWLEDGE, SPECS, TODAY, fresh_check

ANSWERABLE = (
    "How volatile has Solana been over the last 90 days?",
    "What is the TVL of Aave?",
    "What is restaking?",
    "Is it altcoin season?",
    "How does Solana compare with Sui over the last 30 days?",
    "When is the next token unlock of Arbitrum?",
)
NOT = {
    "Will Bitcoin reach 200k?": "outlook",
    "Should I buy ETH now?": "outlook",
    "hello": "greeting",
    "What is 15% of 2300?": "arithmetic",
    "What is the weather in Berlin?": "out_of_field",
    "Purple monkeys dishwash slowly?": "unclear",
    "price of Foobarcoin": "no asset is known",
    "What is the price of terra?": "may mean more than one",
    "How did BTC do from 2025-06-01 to 2025-05-01?": "ends before it begins",
    "What is the price of Bitcoin? What is the TVL of Aave?": "more than one question",
    "What is the CMC id of Solana?": "lookup",
}


@pytest.mark.parametrize("question", ANSWERABLE)
def test_questions_that_tools_answer_are_answerable(question: str) -> None:
    planned = fresh_check().planned(question)
    assert planned.reason == ""
    assert planned.is_answerable
    assert fresh_check().can_answer(question)
    assert planned.calls


@pytest.mark.parametrize("question", NOT)
def test_the_reason_tells_why_a_question_is_not_answerable(question: str) -> None:
    planned = fresh_check().planned(question)
    assert not planned.is_answerable
    assert NOT[question] in planned.reason


def test_a_question_is_not_answerable_without_the_tool_it_needs() -> None:
    without = [spec for spec in SPECS if spec.name != "cmc_technical_analysis"]
    check = PlanCheck(KNOWLEDGE, without, TODAY)
    assert "cmc_technical_analysis" in check.planned("What is the RSI of Bitcoin?").reason
    assert check.can_answer("What is the TVL of Aave?")


def test_without_any_tool_nothing_is_answerable() -> None:
    check = PlanCheck(KNOWLEDGE, (), TODAY)
    assert not any(check.can_answer(question) for question in ANSWERABLE)


def test_without_knowledge_no_asset_is_known() -> None:
    check = PlanCheck(NoKnowledge(), SPECS, TODAY)
    assert "no asset is known" in check.planned("price of Bitcoin").reason


@pytest.mark.parametrize(
    ("field", "question"),
    [
        ("funding_rate", "What is the funding rate of Bitcoin?"),
        ("defi", "What is the TVL of Aave?"),
        ("gas", "What are ETH gas fees now?"),
        ("supply_schedule", "When is the next token unlock of Arbitrum?"),
        ("cmc_sentiment", "What is the sentiment on Solana?"),
        ("history", "How volatile has Solana been over the last 90 days?"),
        ("market_cap", "What is the market cap of Solana?"),
        ("concept", "What is restaking?"),
    ],
)
def test_what_was_missing_a_moment_ago_is_not_asked_for(field: str, question: str) -> None:
    assert fresh_check().can_answer(question)
    assert "missing at present" in fresh_check(field).planned(question).reason


def test_what_one_asset_lacks_is_asked_of_another() -> None:
    check = fresh_check().within([Missing("funding_rate", 74)])
    assert not check.can_answer("What is the funding rate of Dogecoin?")
    assert check.can_answer("What is the funding rate of Bitcoin?")


def test_a_field_beside_the_answer_may_be_missing() -> None:
    assert fresh_check("volume").can_answer("What is Solana?")


def test_assets_without_a_price_are_left_out_where_it_is_known_which_have_one() -> None:
    check = fresh_check().within((), {1, 1027})
    assert check.can_answer("What is the price of Bitcoin?")
    assert "no prices of Solana" in check.planned("What is the price of Solana?").reason
    assert check.can_answer("What is restaking?")


def test_a_question_is_planned_once_whatever_is_missing() -> None:
    class Counting:
        found = 0

        def find(self, text: str):  # type: ignore[no-untyped-def]
            Counting.found += 1
            return KNOWLEDGE.find(text)

        def facts(self, asset_id: int | str):  # type: ignore[no-untyped-def]
            return KNOWLEDGE.facts(asset_id)

    check = PlanCheck(Counting(), SPECS, TODAY)
    check.can_answer("What is the beta of Solana?")
    once = Counting.found
    assert once > 0
    assert not check.within([Missing("history")]).can_answer("What is the beta of Solana?")
    check.can_answer("What is the beta of Solana?")
    assert Counting.found == once


def test_the_same_question_in_other_words_has_the_same_signature() -> None:
    check = fresh_check()

    def signature(text: str) -> object:
        return signature_of(check.plans(text)[0])

    assert signature("price of SOL") == signature("What does Solana cost?")
    assert signature("fear and greed index") == signature("What is the fear and greed index today?")
    assert signature("price of SOL") != signature("price of ETH")
    assert signature("how did SOL do over 30 days") != signature("how did SOL do over 90 days")
    assert signature("gaming tokens") != signature("AI tokens")


def test_the_kind_of_a_plan_is_its_skill_or_its_intent() -> None:
    check = fresh_check()
    assert kind_of(check.plans("RSI of BTC")[0]) == "technicals"
    assert kind_of(check.plans("price of BTC")[0]) == "quote"


def test_turns_before_fill_what_a_question_leaves_open() -> None:
    (plan,) = fresh_check().plans("and ethereum?", ("price of BTC",))
    assert [asset.symbol for asset in plan.assets] == ["ETH"]
