"""Drawdowns: which questions it takes, and figures that numpy finds on the same closes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np
import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
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
how much is ETH down from its high this year
how far is BTC below its peak over the last 90 days
current drawdown of SOL
how far has SOL fallen from its high since January 2026
What is the max drawdown of ETH this year?
max drawdown BTC
maximum drawdown of solana over the last 90 days
whats eths drawdown for ETH
BTC drawdown 2022
drawdown of SOL since January 2024
worst drop of BTC in 2022
biggest drop of SOL since January 2024
what was the largest fall in the price of XRP last year
deepest correction of ADA this year
peak-to-trough decline of ETH in 2022
peak to trough BTC 2025
compare max drawdowns of BTC, ETH and SOL
BTC vs ETH max drawdown
has BTC recovered from its crash in 2022?
did SOL recover from the 2022 drawdown
how deep was the fall of ETH in 2022
how bad was the crash of SOL in 2022
current drawdown of DOGE
is BTC in a drawdown
mdd of BNB
max dd of SOL 6 months
steepest decline of dogecoin in 2021
largest pullback of BTC since 1 March 2024
could you tell me the worst drawdown XRP had over the past year please
biggest crash of cardano ever
largest drop from a peak for eth in 2024
btc max dd last 12 months
what was the max drawdown of doge since 2021
how big was solana's largest drawdown this year
xrp deepest decline peak to trough last 6 months
drawdown of zec over 90 days
worst drawdown ever for bitcoin
is bitcoin in a drawdown right now, how deep
how much did eth fall from top to bottom in 2022
mdd near 60d
biggest pullback in btc this year
compare max drawdown of btc and eth 180 days
current drawdown of sol from its high
biggest peak-to-trough loss of BNB between june and august 2026
biggest fall of solana from peak to trough in 2025
from top to bottom how much did ETH lose at worst in 2025
worst peak to valley loss of BTC this year
the deepest hole DOGE fell into over the past year
how deep did ADA sink from its high in 2025
largest dip of LINK last 12 months
worst slide of avax during 2025, high to low
what was the max pain fall from peak for BTC in 2025
maxdd ETH 180d
ETH's worst slump this year
biggest plunge BNB suffered in the last 90 days
worst case if you bought the top of XRP in 2025 and sold the bottom
max draw down of NEAR over the last year
if I had bought SOL at the worst moment this year how far down would I have been
how far did SOL fall from its peak to its low in 2025
what was the most BTC lost from any high this year
ETH: how much did it give back from its 2025 top
how much under its 2025 peak did ADA get at the worst point
largest loss from a peak for LINK, past 12 months
worst percentage loss high-to-low for doge in 2025
dd of BTC last year
how much pain did SOL holders go through in 2025, peak to bottom
biggest fall from grace of avax in the last 365 days
greatest decline from a previous high, BTC, 2025
what's the steepest XRP came down from a high in 2025
how far below its 90-day high is SOL
how much has BNB come off its high of the last 30 days
the worst losing stretch of ETH in 2025, in percent
how much did DOGE shed between its top and its bottom in 2025
how badly did BTC get hit from its high during 2025
how far underwater did BTC get from its high in 2025
BTC 2025: peak-to-trough loss
ETH's biggest slide between any two days in 2025
from its high in 2025, how far down did LINK go at most
worst fall XRP had in the last 6 months measured from the top
how much would the unluckiest SOL buyer of 2025 have lost at the bottom
what did BNB lose from top to bottom over the past 180 days
how much did ADA lose from high to low in 2025
peak to low fall AVAX 2025
the maximum ETH dropped from a peak this year
max loss from the top: NEAR over 12 months
how steep was solana's worst decline in 2025
how much has doge fallen at worst since january
worst dip of bitcoin in the past half year
"""
NOT_OURS = """
what is a drawdown?
what does max drawdown mean
how is a drawdown calculated
coins with the biggest drop today
top 10 biggest losers
how far is BTC from its ATH
distance from all-time high of SOL
why did BTC crash
will ETH crash
biggest drop in volume of BTC
biggest drop of BTC in a day
price of BTC
how much did SOL fall this week
lowest price of ETH last month
BTC low in 2022
how volatile is SOL
compare BTC and ETH
what was the high of BTC in 2025
price of ETH from January to March 2025
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("drawdown")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_drawdowns(question: str) -> None:
    assert claimed(question) == "drawdown"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "drawdown"


async def test_a_follow_up_changes_the_asset_or_the_period() -> None:
    plan = read("and for ETH?", "max drawdown of BTC in 2022")
    assert (plan.skill, plan.assets[0].symbol, plan.period.label if plan.period else "") == ("drawdown", "ETH", "2022")
    assert (period := read("what about in 2023?", "max drawdown of BTC in 2022").period) is not None
    assert period.label == "2023"


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_the_figures_are_numpys_on_the_same_closes(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "max drawdown of ETH over the last 200 days")
    assert_calls_validate(said)
    days, prices = closes(said, "ETH")
    depths = np.array(prices) / np.maximum.accumulate(prices) - 1
    trough = int(depths.argmin())
    peak = max(range(trough), key=lambda at: prices[at])
    text = bare(said.text)
    assert f"was {depths[trough] * 100:+.2f}%: from {money(prices[peak])} on {days[peak]} to" in text
    assert f"to {money(prices[trough])} on {days[trough]}." in text
    after = [day for day, price in zip(days[trough:], prices[trough:], strict=True) if price >= prices[peak]]
    assert f"made good on {after[0]}" in text if after else "had not been made good by" in text
    assert f"{(1 - prices[-1] / max(prices)) * 100:.2f}% below" in text or prices[-1] == max(prices)


@pytest.mark.xdist_group("analyst-skills")
async def test_a_recovery_is_looked_for_after_the_period(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "has BTC recovered from its crash in 2022?")
    assert_calls_validate(said)
    days, prices = closes(said, "BTC")
    assert days[-1].year > 2022
    within = [price for day, price in zip(days, prices, strict=True) if day.year <= 2022]
    depths = np.array(within) / np.maximum.accumulate(within) - 1
    peak = max(within[: int(depths.argmin())])
    first = next(d for d, p in list(zip(days, prices, strict=True))[int(depths.argmin()) :] if p >= peak)
    assert f"{depths.min() * 100:+.2f}%" in said.text
    assert f"It was made good on {first}" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_are_a_table_deepest_first(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "compare max drawdowns of BTC, ETH and SOL in 2025")
    rows = table_rows(said.text)
    assert len(rows) == 3
    depths = [float(cells[0].rstrip("%")) for cells in rows.values()]
    assert depths == sorted(depths)
    assert f"the deepest of the 3, against {depths[1]:+.2f}%" in said.answer


async def test_closes_that_only_rose_are_said_to_have_none() -> None:
    text = await answer_from("max drawdown of SOL", market(quote("SOL", history=walk(100, 101, 102))))
    assert "there was no drawdown" in text
    assert "the current drawdown is 0.00%" in text


async def test_without_closes_the_reason_is_said_and_no_figure() -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 5426}
    text = await answer_from("max drawdown of SOL", market(quote("SOL", price=100.0), unavailable=[gap]))
    assert "There are no daily closes of Solana (SOL) for this: no candles are at hand." in text
    assert "%" not in text


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    "question", ["how much is ETH down from its high this year", "current drawdown of ETH this year"]
)
async def test_how_far_below_its_high_it_stands_now_comes_first(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    prices = closes(said, "ETH")[1]
    below = (1 - prices[-1] / max(prices)) * 100
    first = bare(said.answer).split(" below ")[0]
    assert first.endswith(f"{below:.2f}%")
    assert "The maximum drawdown of Ethereum" in said.answer
