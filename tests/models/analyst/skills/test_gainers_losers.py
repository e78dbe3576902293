"""Top gainers and losers: which questions they take, and that words and signs agree."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.skills.lists_desk import (
    canned,
    first_calls,
    in_percent,
    listing,
    not_taken,
    rows_of,
    screened,
    stolen,
)
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    ask,
    assert_calls_validate,
    bare,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
which coins are flying at the moment
what's flying right now
anything mooning right now?
which coins took off today
which coins are on fire
coins going crazy today
what coins are going parabolic
which tokens are rocketing
who's on a tear today
which coins are sinking at the moment
altcoins getting crushed today
what tokens are melting right now
which crypto fell the hardest this month?
what coin dropped the hardest today
which coins got hit the hardest
which coins fell furthest this week
worst coin this week
which coins did best this month
which altcoin had the worst week
steepest falls today
biggest faller
losers in the top 100
best performers in the top 50 this month
which of the 100 largest coins fell most this week
Top gainers today
top gainers
top losers
What coins are pumping right now?
whats pumping
what's dumping today
worst performers this week
Which crypto is seeing the fastest growth this week?
biggest losers last 7 days
top 10 gainers 24h
top gainers and losers
biggest movers today
best performing coins this month
best performing crypto of the last 30 days
which coins gained the most this week
which coin has lost the most today
what coins are up the most
what altcoins are down the most in the last week
coins that fell most over 30 days
show me the top 20 losers please
could you list the biggest gainers in crypto
weekly gainers
monthly losers
gaming gainers
top gainers on solana
top meme coin gainers this week
top gainers with market cap over 100m
fastest growing cryptocurrencies
which tokens are crashing
what is rallying today
any coins pumping
worst performing altcoins 90 days
top loosers
biggest gainers
which coins are up the most today
losers this week pls
top 3 gainers 1h
worst coin of the month
what pumped today
biggest movers in the last hour
coins that dropped most in 24h
5 best performers over the past 90 days
which tokens lost the most value since yesterday
what are the seven biggest losers of the past 30 days?
top gaining cryptos 7d
hottest coins right now by price gain
which altcoin gained the most this week
show me todays winners and losers
name the biggest loser of the day
what's mooning
best performing crypto this year
top 10 gainers among the top 100
highest 24h percentage increase
biggest dumps today
list ten coins which climbed most during the last week
coins bleeding the hardest today
who's the top gainer
crypto's worst performers in 60 days
what crypto went up the most in the last 24 hours
top performers this month
highest returns over 7 days
coins with the biggest drop this week
the biggest percentage losers today
which coin rose the most in 30 days
top 4 gainers of the past hour
best and worst coins today
top gainers and losers 7d
what coin lost the most in the last hour
which are the 6 best coins of the last 90 days
top gainer of the month
strongest coins this week
weakest coins this month
3 worst coins over 60 days
today's top movers
largest price increases in the last 24 hours
whos winning today
coins in the green today
most profitable coin this month
which cryptos went down the most this week
name two coins that gained the most today
top ten risers
fallers of the day
top 3 gainers and top 3 losers today
"""
NOT_OURS = """
hardest coin to mine
is BTC pumping
why are coins pumping
how much did ETH gain this week
which coins will pump next
best coin to buy for gains
did SOL fall this week
how did bitcoin perform last month
top 10 by market cap
coins down more than 10% this week
which sectors gained the most
which of BTC, ETH and SOL performed best
biggest NFT losers
which exchange lost the most volume
top coins by volume
total market cap gain today
trending coins
is the market up today
are gas fees falling
what is a top gainer
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("gainers_losers")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("gainers_losers", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("gainers_losers", NOT_OURS) == []


@pytest.mark.parametrize("mode", MODES)
async def test_gainers_are_the_tools_own_rows(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "Which crypto is seeing the fastest growth this week?")
    rows = rows_of(said)
    shown = table_rows(said.text)
    assert said.traces[0].arguments.count('"7d"') == 1
    assert 1 <= len(shown) <= 5
    for (name, cells), row in zip(shown.items(), rows, strict=False):
        assert row["name"] in name
        assert cells[0] == in_percent(row["percent_change"])
    assert in_percent(rows[0]["percent_change"]) in bare(said.answer)
    assert_calls_validate(said)


@pytest.mark.parametrize("mode", MODES)
async def test_both_sides_are_told_apart(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "top gainers and losers")
    gainers, losers = rows_of(said, 0), rows_of(said, 1)
    assert all(row["percent_change"] > 0 for row in gainers)
    assert all(row["percent_change"] < 0 for row in losers)
    assert gainers[0]["name"] in said.text
    assert losers[0]["name"] in said.text
    assert_calls_validate(said)


@pytest.mark.parametrize(
    ("question", "window"),
    [
        ("top gainers", "24h"),
        ("top gainers last hour", "1h"),
        ("weekly gainers", "7d"),
        ("best performing coins this month", "30d"),
        ("biggest losers of the last 7 days", "7d"),
        ("worst performers today", "24h"),
    ],
)
async def test_the_window_is_what_was_said(question: str, window: str) -> None:
    assert first_calls(question)[0].arguments["time_period"] == window


async def test_a_quarter_goes_to_the_screener() -> None:
    (call,) = first_calls("worst performing altcoins 90 days")
    assert call.tool == "cmc_asset_screener"
    assert call.arguments["sort"] == {"field": "percent_change_90d", "order": "asc"}


async def test_ranks_and_the_month_so_far_reach_the_tools() -> None:
    (call,) = first_calls("biggest losers in the top 100 today")
    assert call.tool == "cmc_asset_screener"
    assert call.arguments["filters"] == [{"field": "rank", "op": "lte", "value": 100}]
    (call,) = first_calls("which crypto fell the hardest this month?")
    assert (call.arguments["list"], call.arguments["time_period"]) == ("top_losers", "30d")


async def test_a_year_is_not_passed_off_as_a_quarter(desks: Desks) -> None:
    said = await ask(desks["simulated"], "best performing coins of the last 365 days")
    assert "none for the last 365 days: this is the last 90 days" in said.text


async def test_thresholds_reach_the_tool() -> None:
    (call,) = first_calls("top gainers with market cap over 100m and volume above 5 million")
    assert (call.arguments["min_market_cap"], call.arguments["min_volume_24h"]) == (100e6, 5e6)


async def test_a_category_is_kept_to(desks: Desks) -> None:
    said = await ask(desks["simulated"], "top gaming gainers this week")
    assert "gaming coins" in said.answer
    assert all("gaming" in row["tag"] for row in rows_of(said))
    assert_calls_validate(said)


async def test_a_category_unknown_offline_gets_all_coins(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "gaming gainers")
    assert "I have no gainers among gaming coins" in said.answer
    assert "Of all coins at hand the gainers" in said.text


async def test_rows_that_moved_the_other_way_are_left_out() -> None:
    rows = [
        {"asset_id": 1, "name": "Up", "symbol": "UP", "percent_change_90d": 4.0},
        {"asset_id": 2, "name": "Down", "symbol": "DN", "percent_change_90d": -4.0},
    ]
    text = await canned("top gainers 90 days", screened(rows))
    assert "Up" in text
    assert "Down" not in text


async def test_a_market_without_gainers_is_said() -> None:
    rows = [{"asset_id": 2, "name": "Down", "symbol": "DN", "percent_change": -4.0}]
    text = await canned("top gainers", listing("top_gainers", rows))
    assert "None of the coins at hand rose over the last 24 hours" in text


async def test_an_empty_list_gives_the_tools_reason() -> None:
    text = await canned("top gainers", listing("top_gainers", [], items="no list of coins is at hand"))
    assert "no list of coins is at hand" in text


async def test_a_later_period_replaces_the_first() -> None:
    (call,) = first_calls("what about the last 30 days?", "top gainers today")
    assert call.arguments["time_period"] == "30d"
    assert read("and over the last 7 days?", "top losers").slots.sides == ("losers",)


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "top 3 gainers"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "signal_list_result")


async def test_brief_and_detailed(desks: Desks) -> None:
    brief = await ask(desks["simulated"], "top gainers today in one sentence")
    detailed = await ask(desks["simulated"], "top gainers today in detail")
    assert "|" not in brief.text
    assert "How the list is made" in detailed.text
