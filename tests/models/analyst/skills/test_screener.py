"""Screens in words: which questions they take, what is run, what is left out, and what cannot be."""

# ruff: noqa: E501 - a table of questions reads better with one a line

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, percent
from tests.models.analyst.skills.lists_desk import canned, first_calls, not_taken, rows_of, screened, stolen
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, open_desks, read, table_rows

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
list top 100 coins that are down over the past 30 days, worst first
top 100 coins that are up today
which of the top 50 coins are down this week
coins ranked in the top 50 that are down
coins outside the top 100 that are up
coins with market cap over 1 billion that fell more than 10% in a week
low cap gaming tokens on Solana with volume over 5m
coins under $1 with volume above 100m
coins under a dollar
show me coins down more than 20% this month but with market cap above ten billion
market cap between 50m and 200 million coins
find me defi tokens with market cap below 100m
cryptos up over 10% in the last 7 days sorted by volume
AI coins with mcap > 1B
which coins have risen more than 5% in the past hour
coins with price less than 10 cents
coins that gained between 10 and 20 percent this week
altcoins ranked 50-100 up this week
coins up 50% today
can you find tokens on ethereum above 1b market cap
screen for coins with volume over 50 million and market cap below 500m
filter coins: mcap>100m vol>10m 24h>5%
coins with market cap above 1b and below 500m
find tokens with more than 50k holders and market cap below 100m
oversold coins RSI below 30
coins with RSI under 30
Which altcoin just broke resistance?
Which altcoins are breaking ATH this week?
coins near their all-time high
which coins hit a new ATH
micro cap meme coins
large caps that are down on the day
coins with positive 24h and negative 7d
exchanges with spot volume over 1 billion
categories with market cap over 10b
coins that doubled this month with market cap over 50m
"""
NOT_OURS = """
top 100 gainers
top 10 gainers
what was the ATH of BTC
how far is ETH from its all time high
RSI of ETH
is bitcoin oversold
if i put 1000 in ETH a year ago
what is 15% of 2300
price of SOL over 1 week
when did BTC go above 100k
how many SOL can I buy for $1000
top 10 by market cap
top gainers
will any coin go up more than 10% next week
which coins under $1 should i buy
convert 100 dollars to BTC
BTC volume over the last 30 days
Why do crypto prices often crash after reaching all-time highs?
wallets holding more than 100 BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("screener")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("screener", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("screener", NOT_OURS) == []


async def test_every_row_meets_what_was_asked(desks: Desks) -> None:
    said = await ask(desks["simulated"], "coins with market cap over 1 billion that fell more than 5% in a week")
    rows = rows_of(said)
    assert rows
    assert all(row["market_cap"] > 1e9 and row["percent_change_7d"] < -5 for row in rows)
    assert "market cap above $1 billion and down more than 5% over 7 days" in said.answer
    for cells, row in zip(table_rows(said.text).values(), rows, strict=True):
        assert cells[0] == big_money(row["market_cap"])
        assert cells[1] == percent(row["percent_change_7d"])
    assert_calls_validate(said)


async def test_the_count_is_that_of_the_screener(desks: Desks) -> None:
    said = await ask(desks["simulated"], "gaming tokens on Solana with volume over 1 million")
    inner = said.results("cmc_asset_screener")[0]["asset_screener_result"]
    assert f"{inner['total_matched']:,} of {inner['total_screened']:,} coins at hand" in said.answer


async def test_a_range_that_cannot_be_is_not_run(desks: Desks) -> None:
    said = await ask(desks["simulated"], "coins with market cap above 1b and below 500m")
    assert "exclude each other, so I did not run that screen" in said.answer
    assert all(500e6 <= row["market_cap"] <= 1e9 for row in rows_of(said))
    assert_calls_validate(said)


async def test_what_no_list_holds_is_named(desks: Desks) -> None:
    said = await ask(
        desks["simulated"], "find defi tokens with more than 50k holders, a good team and market cap below 100m"
    )
    assert "Not applied" in said.text
    assert "more than 50k holders" in said.text
    assert "good team" in said.text
    assert all(row["market_cap"] < 100e6 for row in rows_of(said))


async def test_vague_words_are_said_as_they_were_read(desks: Desks) -> None:
    said = await ask(desks["simulated"], "low cap gaming tokens")
    assert "How I read it: 'low cap' was read as a market cap below 50,000,000 US dollars" in said.text


async def test_nothing_found_is_said_with_the_conditions() -> None:
    filters = [{"field": "percent_change_24h", "op": "gt", "value": 900}, {"field": "tag", "op": "eq", "value": "meme"}]
    text = await canned("meme coins up more than 900% today", screened([], 500, filters=filters))
    assert text.startswith("None of the 500 coins at hand fits: up more than 900% over 24 hours and tagged meme.")


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("coins under $1 with volume above 100m", [("price", "lt", 1.0), ("volume_24h", "gt", 100e6)]),
        ("coins down more than 20% this month with mcap over ten billion", [("percent_change_30d", "lt", -20.0), ("market_cap", "gt", 10e9)]),
        ("coins that gained between 10 and 20 percent this week", [("percent_change_7d", "gte", 10.0), ("percent_change_7d", "lte", 20.0)]),
        ("coins that lost 10 to 20% in a week", [("percent_change_7d", "gte", -20.0), ("percent_change_7d", "lte", -10.0)]),
        ("coins that dropped by half in 90 days", [("percent_change_90d", "lt", -50.0)]),
        ("coins priced below ten cents", [("price", "lt", 0.1)]),
        ("coins with at least two hundred million dollars of volume", [("volume_24h", "gte", 200e6)]),
        ("altcoins ranked 50-100", [("rank", "gte", 50.0), ("rank", "lte", 100.0)]),
    ],
)  # fmt: skip
async def test_conditions_are_in_the_plan(question: str, bounds: list[tuple[str, str, float]]) -> None:
    plan = read(question)
    assert plan.skill == "screener"
    assert [(one.field, one.op, one.value) for one in plan.slots.bounds] == bounds


async def test_without_an_order_the_furthest_moved_come_first() -> None:
    (fell,) = first_calls("coins with market cap over 1b that fell more than 10% in a week, in detail please")
    assert fell.arguments["sort"] == {"field": "percent_change_7d", "order": "asc"}
    assert fell.arguments["query"] == "coins with market cap over 1b that fell more than 10% in a week"
    (ordered,) = first_calls("coins up over 10% in the last 7 days sorted by volume")
    assert "sort" not in ordered.arguments


async def test_a_later_period_runs_the_screen_over_it() -> None:
    (call,) = first_calls("what about the last 30 days?", "coins up more than 10% this week with volume over 1m")
    assert {"field": "percent_change_30d", "op": "gt", "value": 10} in call.arguments["filters"]
    assert {"field": "volume_24h", "op": "gt", "value": 1000000} in call.arguments["filters"]


async def test_coins_near_their_high_are_told_of_large_ones(desks: Desks) -> None:
    for mode in ("simulated", "snapshot"):
        said = await ask(desks[mode], "Which altcoins are breaking ATH this week?")
        rows = said.results("cmc_market_data")[0]["market_data_result"]["results"]
        known = sorted(
            (row for row in rows if row.get("percent_from_ath") is not None), key=lambda row: -row["percent_from_ath"]
        )
        near = [row for row in known if row["percent_from_ath"] >= -5]
        assert bare(said.answer).startswith(f"{len(near)} of {len(known)}" if near else f"None of {len(known)}")
        assert known[0]["name"] in said.answer
        assert "not the whole market" in said.text
        assert_calls_validate(said)


async def test_indicators_are_not_screened(desks: Desks) -> None:
    said = await ask(desks["simulated"], "oversold coins RSI below 30")
    assert said.answer.startswith("The screener holds no technical indicators")
    assert rows_of(said)[0]["name"] in said.text
    assert_calls_validate(said)


async def test_offline_what_is_not_known_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "coins with volume over 1 million")
    assert "None of the 10 coins at hand fits" in said.answer
    assert "not known of any of the 10 coins" in said.text


async def test_offline_changes_are_screened(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "coins up more than 2% this week")
    rows = rows_of(said)
    assert rows
    assert all(row["percent_change_7d"] > 2 for row in rows)


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "coins with market cap over 100 billion"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "asset_screener_result")
