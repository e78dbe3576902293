"""Regular purchases: which questions it takes, and sums that are exact on the closes the tool gave."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import coins, money, percent
from cryptodesk.models.analyst.skills._rhythm import Slots
from tests.models.analyst.desk import answer_from, market, quote
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    Said,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    closes,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
100 dollars of BTC every month since January 2023
$100 of bitcoin every month since Jan 2023
DCA $50 a week into ETH over the last 2 years
dca 100 into btc monthly since 2022-01-01
dollar cost averaging 200 usd into SOL per month in 2024
if I had bought 20 dollars of SOL daily in 2024
what if I invested $250 each month in ETH since March 2022
if i put 100 bucks in bitcoin weekly since 2021 what would i have
investing $10 per day in BTC for the past year
buying $500 of ETH every quarter since 2022
what would $100/month in BTC since January 2023 be worth
$75 every two weeks into ADA since 2024
100 usd every other week of BTC over the last year
$1000 a year into BTC since 2021
biweekly $100 in SOL since June 2023
how much would I have if I saved 50 dollars a month in BTC since 2022
dca'd $100 monthly into doge in 2023
recurring buy of $25 of ETH every week since 2023
monthly $100 into BTC and ETH since January 2024
please compute dollar-cost averaging of 300 dollars monthly into XRP last year
if we spent $40 every week on SOL in 2025
what did buying $100 of BTC every month return since 2022
result of putting 150 EUR into BTC monthly since January 2023
DCA 1000 in BTC since 2023
purchasing $5 of BTC daily over 6 months
"""
NOT_OURS = """
what is DCA?
what is dollar cost averaging
should I DCA into BTC
is it a good idea to put $100 into BTC every month
if I put $1000 in ETH on 1 Jan 2025 what is it worth
I bought 2 ETH at 1800
price of BTC every day in March 2024
what will $100 of BTC every month be worth in 2030
BTC daily volume
weekly change of BTC and ETH
how much is 100 dollars of BTC
monthly returns of BTC in 2024
100 dollars in btc
I hold 1 BTC and 10 ETH
what is the daily RSI of BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("dca")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_regular_purchases(question: str) -> None:
    assert claimed(question) == "dca"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "dca"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("$75 every two weeks into ADA since 2024", Slots(Decimal(75), "USD", 2, "week")),
        ("100 usd every other week of BTC", Slots(Decimal(100), "USD", 2, "week")),
        ("buying $500 of ETH every quarter since 2022", Slots(Decimal(500), "USD", 3, "month")),
        ("150 EUR into BTC monthly", Slots(Decimal(150), "EUR", 1, "month")),
        ("what would $10/day in BTC be worth", Slots(Decimal(10), "USD", 1, "day")),
        ("dca 2.5k into btc", Slots(Decimal(2500), "USD", 1, "month")),
    ],
)
async def test_sum_and_rhythm_are_read(question: str, slots: Slots) -> None:
    assert read(question).slots == slots


async def test_a_follow_up_changes_the_asset_and_the_period() -> None:
    plan = read("and for ETH?", "100 dollars of BTC every month since January 2023")
    assert (plan.skill, plan.assets[0].symbol, plan.period.label if plan.period else "") == (
        "dca",
        "ETH",
        "since 2023-01-01",
    )
    assert (period := read("what about since 2021?", "$100 of BTC every month since 2023").period) is not None
    assert period.start == date(2021, 1, 1)


def bought(said: Said, symbol: str, amount: int, days: list[date]) -> tuple[Decimal, Decimal, Decimal]:
    """Coins, what was paid and what it is worth, of a purchase on each of the days that is on record."""
    at = {day: Decimal(str(price)) for day, price in zip(*closes(said, symbol), strict=True)}
    found = [day for day in days if day in at]
    held = sum(Decimal(amount) / at[day] for day in found)
    return Decimal(held), Decimal(amount * len(found)), Decimal(held) * at[max(at)]


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_coins_cost_and_value_are_exact(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "100 dollars of BTC every month since January 2023")
    assert_calls_validate(said)
    days = [date(year, month, 1) for year in range(2023, 2027) for month in range(1, 13)]
    held, spent, value = bought(said, "BTC", 100, [day for day in days if day <= date(2026, 11, 21)])
    text = bare(said.text)
    assert f"bought {coins(held, 'BTC')} for {money(spent)}; at the close of" in text
    gain = "a gain" if value > spent else "a loss"
    assert (
        f"was worth {money(value)}, {gain} of {money(abs(value - spent))} ({percent((value / spent - 1) * 100)})"
        in text
    )
    assert f"{int(spent) // 100} purchases at an average cost of {money(spent / held)} per BTC" in text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_record_that_ends_before_the_plan_does_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "100 dollars of BTC every month since January 2023")
    assert "its record ends on 2026-09-09, so 2 purchases since then are not counted" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_purchases_stop_with_the_period_and_are_valued_at_the_newest_close(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "if I had bought $10 of BTC and ETH every month in 2024")
    days = [date(2024, month, 1) for month in range(1, 13)]
    rows = table_rows(said.text)
    for symbol, name in (("BTC", "Bitcoin"), ("ETH", "Ethereum")):
        held, spent, value = bought(said, symbol, 10, days)
        assert rows[name] == [
            "12", coins(held, symbol), money(spent), money(value), percent((value / spent - 1) * 100),
            money(spent / held),
        ]  # fmt: skip


async def test_without_closes_the_reason_is_said_and_no_sum() -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 2010}
    text = await answer_from("$100 of ADA every month since January 2023", market(quote("ADA"), unavailable=[gap]))
    assert text == "There are no daily closes of Cardano (ADA) for this: no candles are at hand."
