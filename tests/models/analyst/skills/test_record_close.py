"""The highest and lowest daily close: which questions it takes, and figures that are those of the tool's own closes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
from cryptodesk.models.analyst.skills.record_close import CloseSlots
from tests.models.analyst.desk import answer_from, market, quote
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    closes,
    lines,
    open_desks,
    read,
    table_rows,
    walk,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
highest close of BTC in 2025
highest closing price of ETH in 2021
BTC lowest close last 30 days
what was SOL's highest daily close this year
best close for BTC last month
record close of BTC
all-time high close BTC
highest BTC close ever
the highest price BTC ever closed at
highest and lowest close of ETH in 2024
closing high of SOL 2025
closing low of XRP in 2022
lowest closing price of XRP and DOGE in 2025
what is the worst daily close of ADA this year
max close of BNB over 90 days
minimum closing price for SOL in march 2024
strongest close of ETH in the last 6 months
top daily close BTC 2024
could you tell me the highest close price of ETH since january please
weakest close of DOGE last year
peak close of SOL
cheapest closing price of ADA in 2023
which day had BTC's highest close in 2025
on which day did ETH have its lowest close in 2022
highest end of day close for BTC in 2023
bitcoin highest candle close 2025
"""
NOT_OURS = """
what did BTC close at yesterday
close price of ETH on 2025-03-01
highest price of BTC in 2025
all time high of BTC
how close is XRP to its all-time low
highest weekly close of BTC
highest monthly close of ETH
BTC closes last 30 days
max drawdown of BTC
what is a closing price
will BTC close at a record high
highest volume of BTC in 2025
top gainers at the close
which coins closed highest today
why did BTC close at a record high
how many days did BTC close above 100k
what closed out highest of the narratives
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("record-close")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    assert claimed(question) == "record_close"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "record_close"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("highest close of BTC in 2025", CloseSlots("high")),
        ("lowest close of BTC in 2025", CloseSlots("low")),
        ("highest and lowest close of ETH in 2024", CloseSlots("both")),
        ("record close of BTC", CloseSlots("high", ever=True)),
    ],
)
async def test_what_is_asked_for_is_read(question: str, slots: CloseSlots) -> None:
    assert read(question).slots == slots


async def test_a_follow_up_changes_the_asset_or_the_period() -> None:
    plan = read("and for ETH?", "highest close of BTC in 2022")
    assert (plan.skill, plan.assets[0].symbol) == ("record_close", "ETH")
    assert (period := read("what about in 2023?", "highest close of BTC in 2022").period) is not None
    assert period.label == "2023"


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_the_ends_are_those_of_the_closes_of_the_period(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "highest close of ETH in 2025")
    assert_calls_validate(said)
    held = [(price, day) for day, price in zip(*closes(said, "ETH"), strict=True) if day.year == 2025]
    (high, high_day), (low, low_day) = max(held), min(held)
    text = bare(said.text)
    assert f"the highest daily close was {money(high)} on {high_day}, the lowest {money(low)} ({low_day})." in text


@pytest.mark.xdist_group("analyst-skills")
async def test_the_last_close_is_set_against_the_one_asked_for(desks: Desks) -> None:
    said = await ask(desks["simulated"], "lowest close of SOL over the last 90 days")
    days, prices = closes(said, "SOL")
    low = min(prices[-90:])
    gap = (prices[-1] - low) / low * 100
    assert f"The last close, {money(prices[-1])} on {days[-1]}, is {gap:,.2f}% above it (computed)." in bare(said.text)


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_are_a_table(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "highest close of BTC and SOL in 2025")
    rows = table_rows(said.text)
    assert len(rows) == 2
    for symbol, cells in zip(("BTC", "SOL"), rows.values(), strict=True):
        best = max(price for day, price in zip(*closes(said, symbol), strict=True) if day.year == 2025)
        assert cells[0].startswith(f"{money(best)} (")


async def test_a_high_within_a_day_is_no_close() -> None:
    text = bare(await answer_from("highest close of SOL last 3 days", market(quote("SOL", history=walk(9, 5, 7, 6)))))
    assert "the highest daily close was $7.00" in text  # not the 9 of the day before the period


async def test_without_closes_the_reason_is_said_and_no_figure() -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 5426}
    text = await answer_from("highest close of SOL", market(quote("SOL", price=100.0), unavailable=[gap]))
    assert "There are no daily closes of Solana (SOL) for this: no candles are at hand." in text
    assert "$" not in text


@pytest.mark.xdist_group("analyst-skills")
async def test_brief_is_the_answer_and_its_source(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "highest close of BTC in 2025, be brief")
    assert "lowest" not in said.text
    assert "binance_usdm" in said.text
