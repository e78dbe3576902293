"""Rankings: which questions they take, and that every figure is the screener's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, money, percent
from tests.models.analyst.skills.lists_desk import canned, first_calls, not_taken, rows_of, screened, stolen
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
whats the #1 coin
which coin is #1
what's #3
what is the #5 coin
#2 crypto by market cap
who is number one in crypto
the # 1 cryptocurrency
which token is #10
what coin sits at #4
#1 coin please
Give me the top 10 market cap cryptos..
top 10 by market cap
top 20 coins
top ten cryptocurrencies by market cap
largest coins by volume
what is the biggest crypto
what's the largest cryptocurrency right now
whats the number one crypto
rank of the top L1s
top coins
top crypto
show me the top 5 cryptos
can you please list the top 15 cryptocurrencies by mcap
biggest altcoins by market cap
5 biggest coins
five largest cryptocurrencies
most valuable cryptocurrencies
which coins have the highest trading volume today
most traded coins today
coins ranked by volume
most expensive coins
cheapest coins by price
largest defi tokens by market cap
top 10 meme coins by market cap
biggest AI coins by volume
highest market cap coins
top 50 crypto list
crypto ranking by market cap
smallest coins by market cap
leading cryptocurrencies by market value
what are the top cryptos
top 10 cyrpto
top 20 cryptocurrencies
biggest cryptos
what are the largest coins by volume
five biggest coins by circulating market cap
ten most valuable cryptocurrencies
which coin has the highest market cap
third largest crypto
which crypto is number 2
top 5 by FDV
highest priced coins
top ai tokens by market cap
largest defi coins by market cap
list top 15 by market cap
cryptos with the highest trading volume
number one crypto
biggest gaming tokens please
smallest coins in the top 100 by market cap
most expensive crypto per coin
top 8 layer 1 coins by mcap
what's the 7th biggest coin
rank the top 10 coins by 24h volume
Which are the 4 largest tokens by fully diluted market cap?
what are the top coins
largest crypto by market cap
leading cryptos by market capitalisation
the 12 biggest digital assets
largest ten cryptos by market value
which are the top five by turnover
top 10 cheapest coins
biggest ethereum ecosystem tokens
top 10 by supply
largest rwa coins
second biggest coin by volume
top memecoins by market cap
list the largest 6 coins
top 25 coins
what are the highest market caps
top dogs in crypto by cap
largest ai coin
top 3 coins by price
who's number one by market cap
"""
NOT_OURS = """
market cap of BTC
rank of SOL
what is the price of bitcoin
top gainers today
best performing coins this week
top 10 holders of SHIB
top exchanges by volume
Which coins dominate trading on Binance today?
top coins by volume on okx
largest NFT collections
top 10 coins with market cap below 100m
which coin will be the biggest next year
best coin to buy now
compare BTC and ETH by market cap
total crypto market cap
top trending coins
which sectors are the biggest gainers
top DeFi protocols by TVL
highest price of ETH in 2024
top news about bitcoin
biggest crypto hacks
why is bitcoin the biggest crypto
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("ranking")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("ranking", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("ranking", NOT_OURS) == []


async def test_the_top_ten_are_the_screeners_rows(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Give me the top 10 market cap cryptos..")
    rows = rows_of(said)
    shown = table_rows(said.text)
    assert len(shown) == len(rows) == 10
    for place, row in enumerate(rows, 1):
        cells = shown[
            f"{place}. {row['name']} ({row['symbol']})" if row["name"] != row["symbol"] else f"{place}. {row['name']}"
        ]
        assert cells[0] == big_money(row["market_cap"])
        assert cells[1] == money(row["price"])
        assert cells[3] == percent(row["percent_change_24h"])
    assert f"{rows[0]['name']} ({rows[0]['symbol']})" in bare(said.answer)
    assert_calls_validate(said)


async def test_twenty_come_from_two_calls_in_the_order_of_ranks(desks: Desks) -> None:
    said = await ask(desks["simulated"], "top 20 cryptocurrencies by market cap")
    assert len(said.traces) == 2
    names = [name.split(". ", 1) for name in table_rows(said.text)]
    ranked = sorted((row for at in (0, 1) for row in rows_of(said, at) if row["rank"]), key=lambda row: row["rank"])
    assert [int(place) for place, _ in names] == list(range(1, 21))
    assert [name.split(" (")[0] for _, name in names] == [row["name"] for row in ranked[:20]]


async def test_fewer_rows_than_asked_for_are_said() -> None:
    rows = [{"asset_id": at, "name": f"Coin {at}", "symbol": f"C{at}", "volume_24h": 1e6 - at} for at in range(10)]
    text = await canned("top 50 coins by volume", screened(rows, 3000, matched=3000))
    assert "gives the first 10; 50 were asked for, and 3,000 are at hand" in text


async def test_one_asked_for_gets_a_short_list(desks: Desks) -> None:
    said = await ask(desks["simulated"], "what is the biggest crypto")
    assert len(table_rows(said.text)) == 5


async def test_a_category_restricts_the_list(desks: Desks) -> None:
    said = await ask(desks["simulated"], "rank of the top L1s")
    assert "layer 1 coins" in said.answer
    (call,) = first_calls("rank of the top L1s")
    assert call.arguments["filters"] == [{"field": "tag", "op": "eq", "value": "layer-1"}]
    assert_calls_validate(said)


@pytest.mark.parametrize(
    ("question", "field", "order"),
    [
        ("largest coins by volume", "volume_24h", "desc"),
        ("most traded coins today", "volume_24h", "desc"),
        ("cheapest coins by price", "price", "asc"),
        ("most expensive coins", "price", "desc"),
        ("smallest coins by market cap", "market_cap", "asc"),
        ("biggest coins by fdv", "fully_diluted_market_cap", "desc"),
        ("top coins", "market_cap", "desc"),
    ],
)
async def test_the_order_is_what_the_words_say(question: str, field: str, order: str) -> None:
    assert first_calls(question)[0].arguments["sort"] == {"field": field, "order": order}


async def test_the_snapshot_ranks_what_it_knows_and_names_the_rest(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "top 10 by market cap")
    rows = rows_of(said)
    known = [row for row in rows if row["market_cap"] is not None]
    assert f"{len(known)} of the {len(rows)} coins at hand" in said.answer
    for row in rows:
        assert row["name"] in said.text
    assert "not known for" in said.text
    assert_calls_validate(said)


async def test_a_figure_that_nobody_knows_is_said_and_the_rest_shown(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "largest coins by volume")
    assert "cannot be ranked by 24-hour volume" in said.answer
    assert "in no order" in said.text
    assert all(row["name"] in said.text for row in rows_of(said))


async def test_a_category_unknown_offline_gets_the_nearest(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "largest defi tokens by market cap")
    assert said.answer.startswith("None of the 10 coins at hand is listed among DeFi coins")
    assert "Bitcoin" in said.text
    assert_calls_validate(said)


@pytest.mark.parametrize("mode", MODES)
async def test_brief_is_the_answer_and_its_source(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "top 5 coins by market cap, in one sentence")
    assert "|" not in said.text
    assert "Bitcoin" in said.text
    assert "Source" in said.text


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "top 3 coins by market cap"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "asset_screener_result")


async def test_slots_say_what_was_read() -> None:
    slots = read("top 15 gaming coins on Solana by volume").slots
    assert (slots.count, slots.order.field, slots.chain.slug) == (15, "volume_24h", "solana")
    assert [group.tag for group in slots.groups] == ["gaming"]
