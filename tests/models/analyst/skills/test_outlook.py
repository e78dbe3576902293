"""Forecasts and advice: the statement first, then counts that are found again on the closes the tool gave."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
from cryptodesk.models.analyst.skills._ahead import Slots, horizon_of
from tests.models.analyst.desk import TODAY, answer_from, market, quote
from tests.models.analyst.desk import ask as ask_analyst
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
would a long on SOL be smart at this level?
is shorting SOL wise here
would buying BTC now be wise
would you long SOL at this price
is longing BTC here stupid
would a short on DOGE make sense
does it make sense to buy SOL now
is it dumb to buy ETH here
is aping into DOGE wise
would entering ADA now be sensible
is holding XRP a good idea
Will SOL reach 500 by the end of the year?
will ETH reach 10k?
can BTC hit 200k this year
Will bitcoin hit 200k by 2027?
price prediction for XRP 2030
BTC price prediction
btc forecast for next month
what will bitcoin be worth next year
where will ETH go in the next 30 days
is BTC going to crash
will SOL 10x
could ADA go to 5 dollars
how high can DOGE go
will BTC drop to 50k in the next 2 weeks
SOL price target
should I buy ETH now?
should i sell my BTC
is solana a good investment?
is it good to long $SOL now?
Any trading tips for SOL?
giive me best entry for cardano right now. for future with entry, TP, SL
How should I adjust my ETH and SOL portfolio for the next quarter?
Which of the coins BTC, XRP, DOGE, ADA, and SOL is best for a 10x long position right now?
good time to buy BTC?
is ETH a buy
is SOL going to outperform ETH
long or short BTC now
bull or bear on ETH?
is the bottom in for BTC
can you guarantee that BTC goes up
is it worth buying ADA
buy or sell BTC
should I hold DOGE until 2028
what's a good stop loss for BTC
is ETH undervalued
should I buy ETH although it is oversold?
is it too late to buy bitcoin
give me signals for btc
is now the bottom for ethereum
is solana dead
where will sol be in december
what price will ada be at christmas
is eth going to flip btc
what are the odds btc hits 150k
probability of eth above 5000 by year end
is it safe to put my money in hype
which of btc eth sol should I choose
is 78000 a good entry for btc
are you sure btc will rise
can xrp reach $10
hold or sell eth
whats the next bitcoin
rate my portfolio 50% btc 50% doge
will btc hit 200k
eth price next month?
should i sell my xrp
is doge a good buy
when should i take profits on eth
which is the better investment, btc or eth
long or short eth
is hype overvalued?
set a stop loss for my btc
bitcoin forecast for next year
"""
OF_A_NAME_OR_A_WORD = """
Should I buy $WHATEVER now?
should i buy pepito
price prediction for pepito 2030
will PEPITO go up tomorrow
pepito price prediction
is $FOO undervalued
good time to buy $PEPITO?
will it reach 500
is it fair-valued?
should i sell them
should I buy it now
should i buy?
should I buy or wait
is now a good time to buy
is it a buy
price prediction for next year?
what's your forecast
buy or sell?
will the price go up tomorrow
can this coin reach 1 dollar
"""
NOT_OURS = """
what's the long/short ratio of BTC
did SOL outperform ADA this week
should I invest in crypto
which coin will pump next week
what's the best coin to buy today
Tell me which altcoin will 100x
next 100x gem
should i buy a house
is it a good idea to buy coins before the halving
will altcoins go up if it rains
will the fed cut rates
will BlackRock crash the market
how should I diversify my portfolio
best coin to buy
will the market crash
price of BTC
RSI of BTC
is BTC overbought?
if I put $1000 in ETH on 1 Jan 2025 what is it worth
did BTC reach 100k last year
has ETH ever hit 5k
when did SOL peak in 2025
how volatile is SOL
why do analysts predict that ETH may reach a new high
How might SOL's upgrade affect the DAO market?
will there be an airdrop for SOL holders
what is the all time high of solana
compare BTC and ETH
what is a price prediction
market cap of SOL and is that undervalued
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("outlook")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_forecasts_and_advice_about_an_asset(question: str) -> None:
    assert claimed(question) == "outlook"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "outlook"


@pytest.mark.parametrize("question", lines(OF_A_NAME_OR_A_WORD))
async def test_it_takes_those_of_a_name_nobody_knows_or_of_the_asset_before(question: str) -> None:
    assert claimed(question) == "outlook"
    plan = read(question, "price of SOL")
    assert (plan.skill, len(plan.assets)) == ("outlook", 1)
    assert plan.assets[0].symbol in {"SOL", ""}


async def test_a_question_of_other_things_takes_no_asset_from_the_one_before() -> None:
    for question in ("what's the best coin to buy today", "will the market crash"):
        assert read(question, "price of SOL").assets == ()


@pytest.mark.xdist_group("analyst-skills")
async def test_an_unknown_ticker_is_said_to_be_unknown_beside_the_refusal(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "Should I buy $QQZZXK now?")
    assert [trace.name for trace in said.traces] == ["cmc_id_lookup"]
    assert "advi" in said.text.split("\n")[0]
    assert "I found no asset called “QQZZXK”" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_an_unknown_ticker_beside_a_known_asset_is_named_too(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "should I buy BTC or $QQZZXK")
    assert "Bitcoin (BTC) closed at" in said.text
    assert "I found no asset called “QQZZXK”" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_any_asset_the_refusal_stands_alone(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "should i buy?")
    assert said.traces == ()
    assert "advi" in said.text.split("\n")[0]
    assert "name an asset" in said.text


def slots(question: str) -> Slots:
    found = read(question).slots
    assert isinstance(found, Slots)
    return found


@pytest.mark.parametrize(
    ("question", "target", "currency", "days"),
    [
        ("will SOL reach 500", "500", "", 30),
        ("will ETH reach 10k in the next 2 weeks", "10000", "", 14),
        ("can BTC hit $200,000 next month", "200000", "USD", 30),
        ("Will bitcoin hit 200k by 2027?", "200000", "", (date(2027, 1, 1) - TODAY).days),
        ("will bitcoin hit 200k in 2027?", "200000", "", (date(2027, 12, 31) - TODAY).days),
        ("will SOL reach 500 by the end of the year?", "500", "", (date(2026, 12, 31) - TODAY).days),
        ("will SOL reach 500 this year?", "500", "", (date(2026, 12, 31) - TODAY).days),
        ("price prediction for XRP 2030", None, "", (date(2030, 12, 31) - TODAY).days),
        ("will BTC crash tomorrow", None, "", 1),
        ("should I buy ETH for the next quarter", None, "", 91),
        ("should I buy ETH", None, "", 30),
    ],
)
async def test_target_and_horizon_are_read(question: str, target: str | None, currency: str, days: int) -> None:
    found = slots(question)
    assert (found.target, found.currency) == (None if target is None else Decimal(target), currency)
    assert horizon_of(found, TODAY).days == days


async def test_multiples_leverage_and_levels_are_read() -> None:
    assert slots("will SOL 10x").factor == 10
    assert slots("will SOL double by 2027").factor == 2
    assert (slots("should I open a 10x long on SOL").leverage, slots("should I open a 10x long on SOL").factor) == (
        10,
        None,
    )
    assert slots("best entry for ADA with TP and SL").levels
    assert not slots("should I buy ADA").levels


def counted(days: list[date], prices: list[float], length: int, needed: float) -> tuple[int, int, int, int]:
    """All windows; those that ended higher; those of which any close, and of which the last came as far."""
    at = dict(zip(days, prices, strict=True))
    total = higher = reached = ended = 0
    for day in days:
        last = at.get(day + timedelta(days=length))
        if last is None:
            continue
        inside = [at[other] for step in range(1, length + 1) if (other := day + timedelta(days=step)) in at]
        aim = at[day] * (1 + needed / 100)
        total, higher = total + 1, higher + (last > at[day])
        reached += (max(inside) >= aim) if needed >= 0 else (min(inside) <= aim)
        ended += (last >= aim) if needed >= 0 else (last <= aim)
    return total, higher, reached, ended


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("factor", [1.25, 0.85])
async def test_past_windows_are_counted_from_the_closes(desks: Desks, mode: str, factor: float) -> None:
    probe = await ask(desks[mode], "price prediction for ETH")
    target = round(closes(probe, "ETH")[1][-1] * factor)
    said = await ask(desks[mode], f"will ETH go to {target} dollars in the next 20 days?")
    assert_calls_validate(said)
    days, prices = closes(said, "ETH")
    needed = (target / prices[-1] - 1) * 100
    total, higher, reached, ended = counted(days, prices, 20, needed)
    text = bare(said.text)
    assert text.startswith(("I make no price forecasts", "I cannot tell where a price will go"))
    noun = "rise" if needed > 0 else "fall"
    assert f"${target:,}.00 would take a {noun} of {abs(needed):.2f}% from there." in text
    assert f"in {reached:,} of {total:,} past windows of 20 days, and stood there at the end of {ended:,};" in text
    assert f"{higher:,} ended higher ({higher / total * 100:.2f}%)" in text


@pytest.mark.xdist_group("analyst-skills")
async def test_the_range_is_that_of_the_last_52_weeks(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "should I buy SOL now?")
    days, prices = closes(said, "SOL")
    recent = [price for day, price in zip(days, prices, strict=True) if day >= days[-1] - timedelta(days=364)]
    low, high = min(recent), max(recent)
    assert said.text.startswith(
        ("I give no trading or investment advice", "Whether to trade is not something I advise on")
    )
    place = (prices[-1] - low) / (high - low) * 100
    assert f"lie between {money(low)} and {money(high)}, {place:.2f}% of the way up." in said.text
    moves = sorted(
        (last / price - 1) * 100
        for day, price in zip(days, prices, strict=True)
        if (last := dict(zip(days, prices, strict=True)).get(day + timedelta(days=30))) is not None
    )
    rows = table_rows(said.text)
    assert rows["50 of 100 ended below"][0] == f"{moves[-(-len(moves) // 2) - 1]:+.2f}%"


@pytest.mark.xdist_group("analyst-skills")
async def test_entry_target_and_stop_get_levels_and_no_order(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "best entry for SOL right now with TP and SL")
    assert_calls_validate(said)
    body = said.results("cmc_technical_analysis")[0]["technical_analysis_result"]
    assert money(body["supports"][0], body["quote_currency"]) in said.text
    assert "not orders to place" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_leverage_is_answered_with_how_often_a_day_went_so_far(desks: Desks) -> None:
    said = await ask(
        desks["snapshot"], "Which of the coins BTC, ETH and SOL is best for a 10x long position right now?"
    )
    assert_calls_validate(said)
    rows = table_rows(said.text)
    for symbol, label in (("BTC", "Bitcoin (BTC)"), ("SOL", "Solana (SOL)")):
        prices = closes(said, symbol)[1]
        moves = [after / before - 1 for before, after in pairwise(prices)]
        assert rows[label][-1] == f"{sum(move <= -0.1 for move in moves):,} of {len(moves):,}"


@pytest.mark.parametrize("question", ["will SOL reach 500", "should I buy SOL", "price prediction for SOL"])
async def test_without_closes_the_statement_and_the_reason_remain(question: str) -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 5426}
    text = await answer_from(question, market(quote("SOL"), unavailable=[gap]))
    first, second = text.split("\n\n")
    assert "forecasts" in first or "guess" in first or "advi" in first
    assert second == "There are no daily closes of Solana (SOL) for this: no candles are at hand."


async def test_without_closes_the_price_and_its_moves_are_given() -> None:
    row = quote("SOL", price=101.51, percent_change_24h=-1.76, percent_change_7d=1.13)
    text = await answer_from("should I buy SOL?", market(row))
    assert (
        "was at **$101.51** as of 2026-09-10 00:00 UTC; it fell 1.76% over 24 hours and rose 1.13% over 7 days." in text
    )


async def test_without_tools_the_statement_remains() -> None:
    answer = await ask_analyst("will SOL reach 500?")
    assert "I make no price forecasts and give no trading advice" in answer.text


async def test_a_volatility_to_come_is_a_forecast() -> None:
    assert claimed("volatility of BTC in 2030") == "outlook"


async def test_a_record_shorter_than_the_horizon_has_no_windows() -> None:
    text = await answer_from(
        "will SOL reach 500 in the next 30 days", market(quote("SOL", history=walk(100, 110, 105)))
    )
    assert "too short to hold one window of 30 days" in text
    assert "would take a rise of 376.19%" in text


@pytest.mark.parametrize("word", ["buy", "sell", "will rise", "will fall", "expect", "recommend", "likely"])
async def test_nothing_is_recommended_or_expected(word: str) -> None:
    rows: dict[str, Any] = quote("SOL", history=walk(*[100 + at % 7 for at in range(60)]))
    for question in ("will SOL reach 500", "should I buy SOL now", "is SOL a good investment"):
        assert f" {word} " not in await answer_from(question, market(rows))
