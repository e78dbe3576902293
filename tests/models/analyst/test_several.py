"""One message may ask several things; a name with a full stop, an aside or a list is not a second question."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.several import split_questions
from tests.models.analyst.desk import TODAY, WORLD

SPLIT = [
    ("What is the price of BTC? How did ETH do last month?", 2),
    ("price of BTC? and how greedy is the market?", 2),
    ("Give me the price of SOL and also compare BTC and ETH over 90 days", 2),
    ("What is the market cap of SOL? What is its volume? How did it do in 2025?", 3),
]
WHOLE = [
    "compare BTC vs. ETH over 90 days",
    "What is the price of BTC and ETH?",
    "hi! what is the price of BTC",
    "price of BTC, please. Thanks!",
    "How did BTC do last week? I am curious.",
    "What is 5 * 3?",
    "",
    "?!?!",
]


@pytest.mark.parametrize(("text", "count"), SPLIT)
def test_each_question_of_a_message_is_one(text: str, count: int) -> None:
    assert len(split_questions(text, WORLD, TODAY)) == count


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_question_stays_one(text: str) -> None:
    assert split_questions(text, WORLD, TODAY) == (text,)


def test_a_later_question_takes_the_assets_of_the_one_before() -> None:
    plans = understand("What is the market cap of SOL? How did it do in 2025?", (), WORLD, TODAY)
    assert [[asset.symbol for asset in plan.assets] for plan in plans] == [["SOL"], ["SOL"]]
    assert plans[1].period is not None


def test_never_more_than_four_are_answered() -> None:
    text = " ".join(f"What is the price of {name}?" for name in ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA"))
    assert len(split_questions(text, WORLD, TODAY)) == 4
