from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from tests.models.analyst.desk import TODAY, WORLD

# turns, separated by " > " | intent | assets | measures | period
TABLE = """
what is BTC's all time high > how far below it are we | quote | BTC | percent_from_ath |
BTC ath > how far from that is it | quote | BTC | percent_from_ath |
BTC ath > and how far below are we | quote | BTC | percent_from_ath |
ETH ath > what's the drawdown from there | quote | ETH | percent_from_ath |
ETH ath? > how much is it down from that | quote | ETH | percent_from_ath |
SOL ath > % below? | quote | SOL | percent_from_ath |
SOL ath > how far away are we | quote | SOL | percent_from_ath |
SOL ath > how far off it are we now | quote | SOL | percent_from_ath |
XRP all time low > how far above it are we | quote | XRP | percent_from_atl |
XRP atl > how far is it above that | quote | XRP | percent_from_atl |
highest price of SOL in 2025 > how far below it are we | extremes | SOL | price | 2025
BTC ath > price of ETH | quote | ETH | price |
price of BTC > and ethereum? | quote | ETH | price |
price of BTC > what about SOL | quote | SOL | price |
how much did SOL gain this week > and ETH? | change | ETH | | the last 7 days
how much did SOL gain this week > what about last year? | change | SOL | | 2025
price of BTC > and its volume? | quote | BTC | volume_24h |
price of BTC > its market cap | quote | BTC | market_cap |
price of BTC > and in the last 30 days? | history | BTC | | the last 30 days
price of BTC > what about in March 2024? | history | BTC | | March 2024
How did BTC do in March 2024? > and in April 2024? | change | BTC | | April 2024
compare BTC and ETH > and SOL? | comparison | BTC ETH SOL | |
compare BTC and ETH over 30 days > and over 90 days? | comparison | BTC ETH | | 90 days
price of BTC > compare it with ETH | comparison | BTC ETH | |
What is Bitcoin? > and ethereum? | definition | ETH | |
What is Bitcoin? > how much is it? | quote | BTC | price |
CMC id of Solana > and of XRP? | lookup | XRP | |
price of BTC > thanks! | thanks | | |
price of BTC > should I buy it? | skill | BTC | |
price of BTC > will it reach 100k again? | skill | BTC | |
what is the ATH of SOL? > is it fair-valued? | skill | SOL | |
price of BTC > what's the best coin to buy | advice | | |
price of BTC > will the market crash | prediction | | |
price of BTC > thanks! > and ethereum? | quote | ETH | price |
price of BTC > and ethereum? > and its volume? | quote | ETH | volume_24h |
price of BTC > no, I meant solana | quote | SOL | price |
price of BTC > did it go up? | change | BTC | |
how many ETH can I get for $5000 > and SOL? | conversion | SOL | |
price of BTC > what is 15% of 2300 | arithmetic | | |
price of BTC > tell me a joke | unclear | | |
price of BTC > price of Foobarcoin | quote | ? | price |
ETH price > and SOL > which one gained more this week? | comparison | ETH SOL | | the last 7 days
ETH price > price of SOL > compare them over 30 days | comparison | ETH SOL | | the last 30 days
BTC and ETH price > which is up more today | comparison | BTC ETH | | the last 24 hours
BTC and ETH price > which of them fell more last week? | comparison | BTC ETH | | the last 7 days
BTC price > which one gained more this week | change | BTC | | the last 7 days
how much is 2 ETH in usd > and 5? | conversion | ETH | |
how much is 2 ETH in usd > what about 0.5 | conversion | ETH | |
how much is 2 ETH in usd > and 5 SOL? | conversion | SOL | |
how much is 2 ETH in usd > in euros? | conversion | ETH | |
convert 100 USD to BTC > and 250? | conversion | BTC | |
highest BTC price in 2024 > and the lowest? | extremes | BTC | | 2024
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_open_slots_come_from_the_turns_before(row: tuple[str, ...]) -> None:
    turns, intent, assets, measures, period = (*row, "")[:5]
    *earlier, question = turns.split(" > ")
    found = understand(question, earlier, WORLD, TODAY)[-1]
    symbols = " ".join(asset.symbol or "?" for asset in found.all_assets)
    label = found.period.label.removeprefix("the last ") if found.period and period == "90 days" else (
        found.period.label if found.period else ""
    )  # fmt: skip
    assert (found.intent, symbols, " ".join(found.measures), label) == (intent, assets, measures, period)


def test_only_the_last_six_turns_are_looked_at() -> None:
    earlier = ["price of SOL", *["tell me a joke"] * 6]
    assert not understand("and its volume?", earlier, WORLD, TODAY)[-1].assets


AMENDED = """
top 10 coins by market cap > top 20 instead | ranking | count=20
top 10 coins by market cap > show 5 more | ranking | count=15
top 10 coins by market cap > make it twenty | ranking | count=20
top 10 coins by market cap > only 3 | ranking | count=3
top 10 coins by market cap > by volume instead | ranking | field='volume_24h'
top 10 coins by market cap > and the smallest? | ranking | order='asc'
top gainers today > 5 more please | gainers_losers | count=15
top gainers today > just the top 3 | gainers_losers | count=3
top gainers today > losers instead | gainers_losers | sides=('losers',)
what's trending > top 5 only | trending | count=5
most visited coins > next 10 | trending | count=20
gaming tokens > 10 more | ecosystem | count=20
coins with market cap over 1 billion > only the top 3 | screener | count=3
"""


@pytest.mark.parametrize("row", AMENDED.strip().splitlines())
def test_a_short_text_amends_the_list_before_it(row: str) -> None:
    turns, skill, said = (cell.strip() for cell in row.split("|"))
    *earlier, question = turns.split(" > ")
    found = understand(question, earlier, WORLD, TODAY)[-1]
    assert found.skill == skill
    assert said in repr(found.slots)


def test_a_list_over_another_stretch_of_time_keeps_its_conditions() -> None:
    earlier = ["coins with market cap over 1 billion that fell more than 10% in a week"]
    found = understand("monthly", earlier, WORLD, TODAY)[-1]
    assert found.skill == "screener"
    assert found.period is not None
    assert found.period.label == "the last 30 days"
    assert understand("monthly", ["coins with market cap over 1 billion"], WORLD, TODAY)[-1].skill == ""


@pytest.mark.parametrize("question", ["price of BTC", "thanks", "what is bitcoin", "why?", "tell me a joke"])
def test_what_is_no_amendment_leaves_the_list_alone(question: str) -> None:
    assert understand(question, ["top gainers today"], WORLD, TODAY)[-1].skill != "gainers_losers"


def test_a_share_is_of_what_was_asked_before() -> None:
    for first, skill in (("total defi tvl", "tvl"), ("btc dominance", "dominance")):
        found = understand("and what is ethereum's share?", [first], WORLD, TODAY)[-1]
        assert (found.skill, [asset.symbol for asset in found.assets]) == (skill, ["ETH"])


@pytest.mark.parametrize(
    ("turns", "amount", "currency", "target"),
    [
        ("how much is 2 ETH in usd > and 5?", "5", "USD", "USD"),
        ("how much is 2 ETH in usd > half an?", "0.5", "USD", "USD"),
        ("how much is 2 ETH in usd > and in euros?", "2", "EUR", "EUR"),
        ("how much is 2 ETH in usd > and 5 SOL?", "5", "USD", "USD"),
        ("how much is 2 ETH in usd > and $500?", "500", "USD", "ETH"),
        ("convert 100 EUR to BTC > and 250?", "250", "EUR", "BTC"),
    ],
)
def test_a_conversion_is_asked_again_with_another_amount(turns: str, amount: str, currency: str, target: str) -> None:
    *earlier, question = turns.split(" > ")
    plan = understand(question, earlier, WORLD, TODAY)[-1]
    assert plan.amount is not None
    read = (str(plan.amount.value), plan.currency, getattr(plan.target, "symbol", plan.target))
    assert (plan.intent, *read) == ("conversion", amount, currency, target)


ELSEWHERE = """
BTC price > in pounds please | quote | BTC | GBP
BTC ath > when was that? | quote | BTC | USD
compare BTC, ETH and SOL over 30 days > without ETH | comparison | BTC SOL | USD
compare BTC and ETH over 30 days > drop ETH, use XRP | comparison | BTC XRP | USD
SOL price > compared with ETH? | comparison | SOL ETH | USD
SOL price > how does it stack up against ETH | comparison | SOL ETH | USD
convert 2 ETH to eur > and in dollars | conversion | ETH | USD
"""


@pytest.mark.parametrize("line", ELSEWHERE.strip().splitlines())
def test_a_follow_up_changes_one_thing_of_what_was_asked(line: str) -> None:
    turns, intent, assets, currency = (cell.strip() for cell in line.split("|"))
    *earlier, question = turns.split(" > ")
    plan = understand(question, earlier, WORLD, TODAY)[-1]
    symbols = " ".join(asset.symbol for asset in plan.assets)
    assert (plan.intent, symbols, plan.currency) == (intent, assets, currency)


@pytest.mark.parametrize(
    ("text", "amount"), [("double it", 4), ("half of that", 1), ("triple that", 6), ("10 times that", 20)]
)
def test_a_conversion_is_asked_again_of_a_multiple(text: str, amount: int) -> None:
    plan = understand(text, ["convert 2 ETH to eur"], WORLD, TODAY)[-1]
    assert plan.amount is not None
    assert (plan.intent, plan.amount.value) == ("conversion", amount)


def test_a_conversion_is_turned_round() -> None:
    plan = understand("the other way round", ["convert 2 ETH to SOL"], WORLD, TODAY)[-1]
    assert ([asset.symbol for asset in plan.assets], getattr(plan.target, "symbol", "")) == (["SOL"], "ETH")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("and the day after?", "2024-03-02"),
        ("the day before?", "2024-02-29"),
        ("a week later", "2024-03-08"),
        ("and 2 months earlier", "2024-01-01"),
        ("what about 2023?", "2023-03-01"),
    ],
)
def test_another_day_is_counted_from_the_day_asked_for_before(text: str, day: str) -> None:
    plan = understand(text, ["what did BTC close at on 1 march 2024"], WORLD, TODAY)[-1]
    assert plan.period is not None
    assert (plan.intent, str(plan.period.start)) == ("history", day)


def test_what_is_held_besides_is_added_to_the_holdings() -> None:
    plan = understand(
        "what would it be with 400 SOL on top", ["I have 2 BTC and 10 ETH, what's it worth?"], WORLD, TODAY
    )[-1]
    assert plan.skill == "portfolio"
    assert [(one.asset_id, one.amount) for one in plan.slots.holdings] == [(1, 2), (1027, 10), (5426, 400)]
