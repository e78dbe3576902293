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
TIMES = [
    ("how did SOL perform in 2022 vs 2023", ["2022", "2023"]),
    ("BTC in March 2024 and in April 2024", ["March 2024", "April 2024"]),
    ("btc q1 vs q2", ["Q1 2026", "Q2 2026"]),
    ("ETH price on 1 Jan 2023 and on 1 Jan 2024", ["2023-01-01", "2024-01-01"]),
]
WHOLE = [
    "BTC from March 2024 to April 2024",
    "BTC between 2022 and 2023",
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


@pytest.mark.parametrize(("text", "labels"), TIMES)
def test_two_times_of_one_question_are_two_questions(text: str, labels: list[str]) -> None:
    plans = understand(text, (), WORLD, TODAY)
    assert [plan.period.label for plan in plans if plan.period] == labels
    assert len({plan.assets[0].symbol for plan in plans}) == 1


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_one_question_stays_one(text: str) -> None:
    assert split_questions(text, WORLD, TODAY) == (text,)


def test_a_later_question_takes_the_assets_of_the_one_before() -> None:
    plans = understand("What is the market cap of SOL? How did it do in 2025?", (), WORLD, TODAY)
    assert [[asset.symbol for asset in plan.assets] for plan in plans] == [["SOL"], ["SOL"]]
    assert plans[1].period is not None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Give me the gas price and the top gainers", ("Give me the gas price", "top gainers")),
        ("SOL price and next unlock?", ("SOL price", "next unlock?")),
        ("BTC price and fear and greed index", ("BTC price", "fear and greed index")),
        ("BTC dominance and fear & greed index", ("BTC dominance", "fear & greed index")),
        ("BTC RSI and ETH volatility", ("BTC RSI", "ETH volatility")),
        (
            "BTC dominance, total market cap, and what's trending?",
            ("BTC dominance", "total market cap", "what's trending?"),
        ),
        ("total market cap, BTC dominance and fear and greed", ("total market cap", "BTC dominance", "fear and greed")),
        ("BTC dominance, gas, and top gainers", ("BTC dominance", "gas", "top gainers")),
        ("BTC price, fear and greed, and total market cap", ("BTC price", "fear and greed", "total market cap")),
        ("dominance and total market cap", ("dominance", "total market cap")),
        ("ETH price, gas and dominance", ("ETH price", "gas", "dominance")),
        ("gas, dominance and fear and greed", ("gas", "dominance", "fear and greed")),
        ("total market cap and what's trending", ("total market cap", "what's trending")),
        ("what's trending, and what are stablecoins doing", ("what's trending", "what are stablecoins doing")),
        (
            "total market cap, dominance, gas, and what's trending",
            ("total market cap", "dominance", "gas", "what's trending"),
        ),
        ("ETH price plus gas fees", ("ETH price", "gas fees")),
        ("SOL price, next unlock and top gainers", ("SOL price", "next unlock", "top gainers")),
        ("market cap of BTC and TVL of SOL", ("market cap of BTC", "TVL of SOL")),
    ],
)
def test_things_of_different_kinds_in_one_breath_are_several(text: str, parts: tuple[str, ...]) -> None:
    assert split_questions(text, WORLD, TODAY) == parts


@pytest.mark.parametrize(
    "text",
    [
        "price and volume of BTC",
        "price of BTC and ETH",
        "top gainers and losers",
        "fear and greed",
        "supply and unlocks of SOL",
        "news about BTC and ETH",
        "correlation between BTC and ETH",
        "compare BTC price and ETH price",
        "difference between halving and unlocks",
        "how do unlocks affect price and volatility",
        "what was the latest CPI print, actual and forecast",
    ],
)
def test_one_kind_of_thing_or_a_relation_stays_one_question(text: str) -> None:
    assert split_questions(text, WORLD, TODAY) == (text,)


def test_the_second_of_two_in_one_breath_is_of_the_same_asset() -> None:
    plans = understand("SOL price and next unlock?", (), WORLD, TODAY)
    assert [(plan.skill or plan.intent, plan.assets[0].symbol) for plan in plans] == [
        ("quote", "SOL"),
        ("unlocks", "SOL"),
    ]
    assert not understand("BTC price and stablecoins in circulation", (), WORLD, TODAY)[-1].assets[1:]


def test_never_more_than_four_are_answered() -> None:
    text = " ".join(f"What is the price of {name}?" for name in ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA"))
    assert len(split_questions(text, WORLD, TODAY)) == 4


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Which narrative has the strongest momentum today, and how much did its market cap change?", "narratives"),
        ("which narrative is leading today and how much is it up", "narratives"),
        ("what is the hottest sector and what is its market cap", "narratives"),
        ("top sector today, and how much did it gain?", "narratives"),
        ("which category gained most, and what is its volume", "narratives"),
        ("top gainers, and what is their market cap", "gainers_losers"),
        ("which coin gained most today and what is its price", "gainers_losers"),
    ],
)
def test_what_is_asked_of_a_thing_that_the_question_before_found_is_no_question_about_an_asset(
    text: str, skill: str
) -> None:
    assert [plan.skill for plan in understand(text, (), WORLD, TODAY)] == [skill]


@pytest.mark.parametrize(
    "question",
    [
        "I hold 2 BTC and 30 ETH: what percent is each?",
        "my stash: 0.4 BTC, 3 ETH, 500 XRP. what's it all worth",
        "is XRP a rollercoaster lately? annualised vol please",
        "how much of crypto is Bitcoin, percent",
        "If SOL moves, does XRP move too? Check ninety days of daily returns.",
        "do shorts pay longs on ETH? rate per 8h",
    ],
)
def test_what_is_held_and_how_a_figure_is_wanted_are_no_questions_of_their_own(question: str) -> None:
    assert split_questions(question, WORLD, TODAY) == (question,)
