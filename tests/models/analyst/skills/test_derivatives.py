"""Derivatives: which questions it takes, and figures that are those of the tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money
from cryptodesk.models.analyst.skills._leverage import rate
from cryptodesk.models.analyst.skills._leverage_phrases import DerivativesSlots
from tests.models.analyst.desk import market, quote
from tests.models.analyst.skills.market_desk import answer_of, claim_of, nothing_made_up, only_result, overview
from tests.models.analyst.skills.risk_desk import (
    Desks,
    Said,
    ask,
    assert_calls_validate,
    bare,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
perp volume vs spot volume of crypto
spot vs perp volume
ratio of perp to spot volume
is perp volume bigger than spot volume
how much perp volume is there vs spot
futures volume against spot volume
derivatives volume compared to spot
spot to derivatives volume ratio
perps versus spot trading volume today
perpetuals traded vs spot traded
are longs paying shorts on XRP?
are shorts paying longs on ETH
do longs pay shorts right now
which side is paying funding on BTC
who's paying funding on ETH, longs or shorts?
which exchange has the most bitcoin open interest
BTC open interest by exchange
what venue has the biggest open interest in SOL
how much BTC oi is on binance
BTC funding by exchange
Has leverage in the crypto market been rising?
how much leverage is in the market
is the market overleveraged
is leverage building up in crypto
how levered is crypto
how much leverage is there on BTC
funding rate of BTC
BTC funding
what is the funding rate of ETH right now
btc funding rate?
funding rates for BTC and ETH
average funding rate across the market
current funding rates
is BTC funding negative
open interest of ETH
btc open interest
BTC OI
how high is the open interest in SOL
total open interest
crypto open interest today
open interest of the whole market
ETH liquidations
btc liquidations today
how much was liquidated in the last 24 hours
crypto liquidations
how many longs were liquidated on BTC
liquidations last week for BTC
long short ratio of BTC
btc long/short
longs vs shorts
derivatives market overview
how leveraged is the market, give me derivatives data
perp volume of ETH
futures volume
Which tokens are leading perpetual trading?
top coins by open interest
highest funding rates
which coins have the most negative funding
coins with the most liquidations today
what was the funding rate of BTC in March 2025
ethereum open interest
what's the funding rate on sol perps
total crypto liquidations today
long short ratio for btc
doge perp funding
is funding positive or negative for eth right now
futures open interest across the whole market
which coin has the highest funding rate
which coins had the most liquidations
shorts liquidated btc 24h
what's the OI on xrp in dollars
btc perpetual volume
where is most eth open interest
open interest change 24h bnb
crypto leverage right now
did open interest grow this week?
btc futures volume vs spot volume
annualised funding on bitcoin
liquidations for doge and xrp
how much longs and shorts got rekt today
eth funding across exchanges
who's paying funding on avax, longs or shorts?
what's the current funding for doge
annualized funding rate eth
how much open interest is there in total
xrp liquidated last day
were there more long or short liquidations today
long liquidations btc
eth perp open interest by exchange
funding across top coins
who got liquidated more, longs or shorts
sol futures volume 24h
avax oi
crypto derivatives volume today
negative funding coins
how much of btc oi is on Birinonix Trade
are longs or shorts paying on BTC
how much BTC open interest is there
money in open ETH contracts
what do longs pay per 8 hours on SOL
funding on eth perps
how many dollars of shorts got blown up today
who got liquidated more on ETH today, longs or shorts
total liquidations across crypto past 24h
how much was liquidated in the last day
size of all open bitcoin futures positions
outstanding futures contracts on xrp in dollars
is funding positive for DOGE
what's the carry on BTC perps
long liquidations ETH 24h
who pays whom on bitcoin perps right now
open positions in solana futures, total dollars
how much did leveraged traders lose in the last 24 hours
cost of holding a long on ETH perps
do longs pay shorts on doge or the other way round
funding on BTC, annualised
ratio of longs to shorts on ETH
are SOL perps traded more than SOL spot
how many longs got cleaned out on BTC in a day
what does it cost to be long ETH for 8 hours
how much was force-closed on btc over the last day
LINK OI?
perp volume vs spot volume for XRP
who's paying funding on ADA, bulls or bears?
BTC funding positive or negative
which side of the DOGE trade is being paid
liqs on ETH, 24h, longs only
how much dollar value of bitcoin futures is open at the moment
how many shorts on SOL were squeezed out in the last 24 hours, in dollars
size of the bitcoin futures market
bets still open on BNB futures
total open interest across all of crypto
wipeouts in the past day across the market
what's the funding on ETH right now, in percent per 8 hours
do shorts pay longs on ETH? rate per 8h
SOL: percent that longs pay every eight hours
how expensive is it to hold an ETH long, per 8 hours
8h rate on DOGE perps
how many dollars of ETH longs were liquidated in the past 24 hours?
by how much did ETH open interest move in 24h
are traders paying to be long BTC? how much
bnb perpetual funding %
how much does a BTC long cost per 8h
what do perp longs on XRP pay
the perp premium on SOL
how lopsided is ETH positioning, longs vs shorts
"""
NOT_OURS = """
what is leverage
is 10x leverage safe
what leverage does binance offer
who pays the gas on ETH
which wallets hold long
what is open interest
what is a funding rate
what are liquidations
what does open interest mean
how do funding rates work
explain perpetual futures
why are funding rates negative
will BTC longs get liquidated
should I long BTC
is it good to long APT now?
What does a 20% increase in futures open interest in the derivatives market indicate about hedging activity?
How did the risk-off market environment cause the 38 % decline in open interest?
series A funding round of SOL
funding news for crypto startups
top exchanges by open interest
Binance open interest
my liquidation price at 10x on BTC
BTC price
volume of BTC
dominance
options open interest of BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("derivatives")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("derivatives", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "derivatives"


def _coins(said: Said) -> dict[str, dict[str, Any]]:
    rows = [row for body in said.results("cmc_market_data") for row in body["market_data_result"]["results"]]
    return {row["symbol"]: row for row in rows}


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("funding rate of BTC", DerivativesSlots("funding")),
        ("btc liquidations", DerivativesSlots("liquidations")),
        ("long short ratio of BTC", DerivativesSlots("long_short")),
        ("derivatives market overview", DerivativesSlots("all")),
        ("top coins by open interest", DerivativesSlots("open_interest", is_ranking=True)),
        ("coins with the most negative funding", DerivativesSlots("funding", is_ranking=True, is_ascending=True)),
        ("Which tokens are leading perpetual trading?", DerivativesSlots("volume", is_ranking=True)),
    ],
)
async def test_what_is_asked_for_is_read(question: str, slots: DerivativesSlots) -> None:
    assert read(question).slots == slots


async def test_a_coin_has_its_figures_and_its_exchanges(desks: Desks) -> None:
    said = await ask(desks["simulated"], "funding rate of ETH")
    assert_calls_validate(said)
    coin = _coins(said)["ETH"]
    funding = coin["funding_rate_pct_8h"]
    payer = "longs pay shorts" if funding > 0 else "shorts pay longs"
    assert bare(said.answer).startswith(f"Ethereum (ETH): {payer} {abs(funding):.4f}".rstrip("0"))
    for value in (coin["open_interest"], coin["futures_volume_24h"], *coin["liquidations"]["24h"].values()):
        assert str(big_money(value)) in said.answer
    rows = table_rows(said.text)
    for venue in coin["by_exchange"]:
        name = venue["exchange"] + (" (not counted: its source excludes it)" if venue.get("is_excluded") else "")
        assert rows[name][0] == big_money(venue["open_interest"])


async def test_several_coins_make_a_table(desks: Desks) -> None:
    said = await ask(desks["simulated"], "open interest of ETH and SOL")
    coins, rows = _coins(said), table_rows(said.text)
    for symbol, label in (("ETH", "Ethereum (ETH)"), ("SOL", "Solana (SOL)")):
        assert rows[label][0] == big_money(coins[symbol]["open_interest"])
        assert f"{label}: open interest is {big_money(coins[symbol]['open_interest'])}" in bare(said.answer)


@pytest.mark.parametrize(
    ("funding", "words"),
    [
        (0.01, "longs pay shorts 0.01% per 8 hours"),
        (-0.01, "shorts pay longs 0.01% per 8 hours"),
        (0.0, "neither side pays"),
    ],
)
async def test_the_words_for_funding_agree_with_its_sign(funding: float, words: str) -> None:
    result = market(quote("BTC", funding_rate_pct_8h=funding))
    arguments = {"asset_type": "coin", "ids": [1], "metrics": ["derivatives"]}
    assert words in bare(await answer_of("funding rate of BTC", "cmc_market_data", result, arguments))


async def test_detail_computes_what_funding_comes_to_in_a_year() -> None:
    arguments = {"asset_type": "coin", "ids": [1], "metrics": ["derivatives"]}
    result = market(quote("BTC", funding_rate_pct_8h=0.01))
    text = await answer_of("funding rate of BTC in detail", "cmc_market_data", result, arguments)
    assert "+10.95% for BTC (computed, without compounding)" in text


async def test_the_market_has_every_side_the_one_asked_for_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "crypto liquidations")
    leverage = only_result(said, "cmc_market_overview")["leverage"]
    every, btc = leverage["liquidations"]["all"], leverage["liquidations"]["btc"]
    assert bare(said.answer).startswith(f"{big_money(every['total_usd24h'])} was liquidated in 24 hours")
    for value in (*btc.values(), leverage["open_interest"]["total"], leverage["open_interest"]["futures"]):
        assert str(big_money(value)) in said.answer
    assert rate_of(leverage["funding_rate"]["btc"]) in said.answer


def rate_of(value: float) -> str:
    return rate(Decimal(str(value)))


async def test_liquidations_of_bitcoin_over_a_week_come_from_the_overview(desks: Desks) -> None:
    said = await ask(desks["simulated"], "btc liquidations over the last 7 days")
    week = only_result(said, "cmc_market_overview")["leverage"]["liquidations"]["btc"]["total_usd7d"]
    assert bare(said.answer).startswith(f"{big_money(week)} of Bitcoin positions were liquidated in 7 days.")


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("top coins by open interest", "open_interest"),
        ("Which tokens are leading perpetual trading?", "futures_volume_24h"),
        ("highest funding rates", "funding_rate_pct_8h"),
    ],
)
async def test_a_ranking_is_in_order_and_says_what_it_is_over(desks: Desks, question: str, field: str) -> None:
    said = await ask(desks["simulated"], question)
    assert_calls_validate(said)
    ranked = sorted(_coins(said).values(), key=lambda coin: -coin[field])
    rows = list(table_rows(said.text))
    assert [name.split(" (")[0] for name in rows] == [coin["name"] for coin in ranked]
    assert f"I asked for 12 large ones and have figures of {len(ranked)}" in said.answer
    assert "did not fit" not in said.text


async def test_the_most_negative_funding_comes_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "coins with the most negative funding")
    lowest = min(_coins(said).values(), key=lambda coin: coin["funding_rate_pct_8h"])
    assert next(iter(table_rows(said.text))).startswith(lowest["name"])


async def test_no_ratio_of_longs_to_shorts_is_made_up(desks: Desks) -> None:
    said = await ask(desks["simulated"], "long short ratio of BTC")
    assert said.answer.startswith("No tool carries a ratio of long to short positions")
    sides = _coins(said)["BTC"]["liquidations"]["24h"]
    assert f"{big_money(sides['long'])} long and {big_money(sides['short'])} short" in said.answer


async def test_a_past_that_no_tool_keeps_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "funding rate of BTC in March 2025")
    assert said.answer.startswith("The tools keep no past of these figures, so I have nothing for March 2025")


async def test_a_follow_up_asks_for_the_other_coin() -> None:
    plan = read("and ETH?", "funding rate of BTC")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("derivatives", ["ETH"])


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("funding rate of BTC", "no source of open interest, funding or liquidations is at hand"),
        ("total open interest", "no source of futures and perpetuals is at hand"),
        (
            "Which tokens are leading perpetual trading?",
            "no source of open interest, funding or liquidations is at hand",
        ),
    ],
)
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str, reason: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert reason in said.text
    assert "$" not in said.text


async def test_a_coin_without_the_figure_asked_for_says_why() -> None:
    result = market(
        quote("BTC", open_interest=1e9),
        unavailable=[{"field": "funding_rate_pct_8h", "reason": "not today", "asset_id": 1}],
    )
    arguments = {"asset_type": "coin", "ids": [1], "metrics": ["derivatives"]}
    text = await answer_of("funding rate of BTC", "cmc_market_data", result, arguments)
    assert "Not known: funding (not today)" in text


@pytest.mark.parametrize("question", ["derivatives market overview in detail", "total open interest"])
async def test_any_figure_of_the_market_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")


@pytest.mark.parametrize("question", ["funding rate of BTC in detail", "long short ratio of ETH"])
async def test_any_figure_of_a_coin_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_data_result")


async def test_an_empty_overview_is_refused() -> None:
    text = await answer_of("total open interest", "cmc_market_overview", overview({"leverage": "closed"}))
    assert text == "Open interest is not available: closed."


async def test_the_exchange_with_most_is_named_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "which exchange has the most bitcoin open interest")
    row = only_result(said, "cmc_market_data")["results"][0]
    best = max(row["by_exchange"], key=lambda venue: venue["open_interest"])
    assert f"{best['exchange']} has the most open interest" in bare(said.answer)
    assert str(big_money(best["open_interest"])) in said.answer


async def test_a_rise_that_nobody_recorded_is_not_made_up(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Has leverage in the crypto market been rising?")
    total = only_result(said, "cmc_market_overview")["leverage"]["open_interest"]["total"]
    assert "I cannot say whether they rose or fell" in said.answer
    assert str(big_money(total)) in said.answer
