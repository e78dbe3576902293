"""Technical analysis of the whole market: which questions it takes, and figures that are the tool's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money
from tests.models.analyst.skills.risk_desk import (
    Desks,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
Is the crypto market overbought?
is the crypto market oversold right now
RSI of the total market cap
rsi total crypto market cap
technical analysis of the crypto market
TA of the total market
technical analysis for the entire market
technicals of the whole crypto market
MACD of the total crypto market
is the market overbought
is the market oversold?
moving averages of the total crypto market cap
support and resistance of the total market cap
total market cap RSI on the weekly
give me the technical picture of the overall market
what do the charts say about the crypto market
pivot points for the total crypto market
fibonacci levels of the total market cap
4h RSI of the crypto market
global crypto market technical indicators
could you do a technical analysis of the crypto market
crypto market technicals please
is the total market overbought
total crypto market cap 200 day moving average
TA on the whole crypto market, weekly
"""
NOT_OURS = """
RSI of BTC
is BTC overbought
what is RSI
total crypto market cap
what is the crypto market cap
crypto market overview
is the market in fear
technical analysis
should I buy the market while it is oversold
market cap of BTC
TA of ETH
how is the market doing
altcoin season
top oversold coins on the market
MACD of ETH
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("market")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_technical_questions_of_the_market(question: str) -> None:
    assert claimed(question) == "market_technicals"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "market_technicals"


async def test_the_bars_are_those_asked_for() -> None:
    assert read("total market cap RSI on the weekly").slots.interval == "1w"


@pytest.mark.xdist_group("analyst-skills")
async def test_the_figures_are_the_tools_own(desks: Desks) -> None:
    said = await ask(desks["simulated"], "is the crypto market overbought?")
    assert_calls_validate(said)
    body = said.results("cmc_technical_analysis")[0]["technical_analysis_result"]
    rows, value = table_rows(said.text), body["rsi"]["rsi14"]
    word = "overbought" if value >= 70 else "oversold" if value <= 30 else "neither overbought nor oversold"
    assert f"By its RSI(14) of {value:.2f} the total crypto market cap is {word}." in bare(said.answer)
    assert rows["SMA(200)"][0] == big_money(body["moving_averages"]["simple_moving_average_200_day"])
    assert rows["Support 1"][0] == big_money(body["supports"][0])


@pytest.mark.xdist_group("analyst-skills")
async def test_without_a_record_the_reason_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "technical analysis of the crypto market")
    reason = said.results("cmc_technical_analysis")[0]["unavailable"][0]["reason"]
    assert said.text == f"There is no technical analysis of the total crypto market cap: {reason}."
