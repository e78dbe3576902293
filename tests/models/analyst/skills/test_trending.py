"""What trends: which questions it takes, and what is said where no list is kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from tests.models.analyst.skills.lists_desk import canned, first_calls, listing, not_taken, rows_of, stolen
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, open_desks, read, table_rows

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
Which tokens are people searching for today?
which coins are people looking up
what coins is everyone looking at
which coins get the most searches
top searched crypto
what coins were added recently
coins added this week
which tokens were added lately
tokens launched recently
any new coins
Identify today's most trending cryptocurrency tokens
trending coins
what is trending
what's trending in crypto today
whats trending right now
top trending tokens
which coins are trending on coinmarketcap
hot coins right now
Which coins have rising search interest today?
most visited coins
most viewed cryptos
most searched tokens today
Which gaming tokens are trending now?
trending meme coins
recently added coins
newly listed tokens
new listings
new coins
newest cryptos
latest coins added
just launched tokens
trending tokens on solana
onchain trending tokens on base
new tokens on solana dex
show me 20 trending coins please
tredning coins
"""
NOT_OURS = """
how do i search for a coin
which coins did I add to my watchlist
new coin listings on binance
trend of BTC price
is ETH in an uptrend
which narratives are trending
trending NFT collections
which exchange listings are trending this week
what new pair will Binance list
trending sectors
is bitcoin trending
Which new NFT projects are minting right now?
Which new partnerships are announced in DeFi?
top gainers
news about solana
what will be the next trending coin
should i buy trending coins
market trends this week
Which project just launched its mainnet?
new all-time highs
chart with trend line
Any current institution backing hype project
Which popular token trading pair is Kraken exchange planning to list, and how might it attract market attention?
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("trending")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("trending", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("trending", NOT_OURS) == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("trending coins", "trending"),
        ("most visited coins", "most_visited"),
        ("Which coins have rising search interest today?", "most_visited"),
        ("newly listed tokens", "recently_added"),
        ("trending tokens on solana dex", "onchain_trending"),
        ("new tokens on solana dex", "onchain_new"),
    ],
)
async def test_the_list_is_what_was_asked_for(question: str, name: str) -> None:
    assert first_calls(question)[0].arguments["list"] == name


async def test_trending_rows_are_the_tools(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Identify today's most trending cryptocurrency tokens")
    rows = rows_of(said)
    shown = table_rows(said.text)
    assert len(shown) == len(rows) == 10
    for (name, cells), row in zip(shown.items(), rows, strict=True):
        assert row["name"] in name
        assert cells[0] == (percent(row["percent_change"]) or "n/a")
    assert rows[0]["name"] in bare(said.answer)
    assert_calls_validate(said)


async def test_newcomers_have_their_day(desks: Desks) -> None:
    said = await ask(desks["simulated"], "recently added coins")
    days = [row["date_added"][:10] for row in rows_of(said)]
    assert days == sorted(days, reverse=True)
    assert [cells[0] for cells in table_rows(said.text).values()] == days
    assert "scams" in said.text


async def test_what_is_not_recorded_is_said_before_the_nearest(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Which coins have rising search interest today?")
    assert said.answer.startswith("Search counts are not recorded")
    assert "visited" in said.text


async def test_a_group_is_kept_to_or_the_whole_list_shown(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Which gaming tokens are trending now?")
    rows = rows_of(said)
    assert "gaming coins" in said.answer
    assert bool(rows) is ("At the top of the whole list" not in said.text)
    assert_calls_validate(said)


async def test_without_a_list_the_reason_and_what_rose_are_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "trending coins")
    assert "no source of the list 'trending' is at hand" in said.answer
    rows = rows_of(said, 1)
    assert "which is not the same" in said.text
    assert f"{rows[0]['name']} ({rows[0]['symbol']}), {percent(rows[0]['percent_change'])}" in said.text
    assert_calls_validate(said)


async def test_an_empty_group_shows_the_whole_list() -> None:
    empty = listing("trending", [])
    empty["signal_list_result"]["considered"] = 30
    text = await canned("which rwa tokens are trending", empty)
    assert text.startswith("None of the 30 on the trending list is among real-world asset coins")


async def test_an_exchange_coin_of_the_past_is_no_trend() -> None:
    assert read("what new pair will Binance list").skill != "trending"


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "top 3 trending coins"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "signal_list_result")


async def test_a_period_is_that_of_the_change(desks: Desks) -> None:
    said = await ask(desks["simulated"], "trending coins this week")
    assert "price change over the last 7 days" in said.answer
