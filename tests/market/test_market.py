"""The market as the product opens it: its four modes, which sources are on, where they are asked, and how it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.market import Market, MarketOptions, load_sources
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries, CoinListing, FearGreed, Provenance
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.sources.bad_days import Asked, SourceServer

__all__ = ["database", "postgres_server"]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
ALL = frozenset(load_sources())
KEYED = {"CMC_API_KEY": "key-1", "COINGECKO_API_KEY": "key-2", "DEFILLAMA_API_KEY": "key-3"}
MOOD = (
    b'{"data": [{"value": "48", "value_classification": "Neutral", "timestamp": "1788912000"}],'
    b' "metadata": {"error": null}}'
)
BITCOIN: Query[CandleSeries] = Query(kind=CandleSeries, ids=(1,), interval="1d")


def market(database: Database, **options: Any) -> Market:
    options.setdefault("simulated_coins", 200)
    return Market(MarketOptions(**options), database, FixedClock(NOW))


def variables_of(held: Mapping[str, str]) -> Any:
    def look_up(names: Iterable[str]) -> dict[str, str]:
        return {name: held[name] for name in names if name in held}

    return look_up


def names_on(opened: Market) -> set[str]:
    return {status.source for status in opened.statuses()}


async def test_a_snapshot_market_has_what_ships_and_asks_nobody(database: Database) -> None:
    async with market(database, mode="snapshot") as opened:
        (series,) = (await opened.feed.find(BITCOIN)).records
        assert series.provenance.mode == "snapshot"
        assert names_on(opened) == set()
        assert opened.directory.exact("bitcoin")[0].asset.asset_id == 1


async def test_a_simulated_market_invents_all_and_reads_no_store(database: Database) -> None:
    async with market(database, mode="simulated") as opened:
        (series,) = (await opened.feed.find(BITCOIN)).records
        (coin,) = (await opened.feed.find(Query(kind=CoinListing, ids=(1,)))).records
        assert {series.provenance.mode, coin.provenance.mode} == {"simulated"}
        assert names_on(opened) == set()
    assert database.read("SELECT count(*) FROM candle_series") == [(0,)]


async def test_the_seed_makes_another_world(database: Database) -> None:
    prices = []
    for seed in (1, 1, 2):
        async with market(database, mode="simulated", simulated_seed=seed) as opened:
            prices.append((await opened.feed.find(Query(kind=CoinListing, ids=(1,)))).records[0].price)
    assert prices[0] == prices[1] != prices[2]


@pytest.mark.parametrize("mode", ["auto", "live"])
async def test_every_source_without_a_key_is_on_by_itself(mode: Any, database: Database) -> None:
    needs_key = {name for name, source in load_sources().items() if source.credentials}
    async with market(database, mode=mode) as opened:
        assert names_on(opened) == ALL - needs_key
        assert len(needs_key) == 3


async def test_a_key_switches_its_source_on_and_a_wish_switches_one_off(database: Database) -> None:
    variables = variables_of(KEYED)
    async with market(database, variables=variables, sources_off=("binance", "okx")) as opened:
        assert names_on(opened) == ALL - {"binance", "okx"}
    async with market(database, variables=variables_of({"CMC_API_KEY": "key-1"})) as opened:
        assert {"coinmarketcap_pro"} == {name for name in names_on(opened) if load_sources()[name].credentials}


async def test_an_address_is_replaced_and_nobody_else_is_asked(database: Database) -> None:
    async def play(asked: Asked) -> None:
        await asked.answer(MOOD)

    async with SourceServer(play) as server:
        addresses = {"alternative_me": server.base_url}
        off = tuple(ALL - {"alternative_me"})
        async with market(database, addresses=addresses, sources_off=off) as opened:
            (mood,) = (await opened.feed.find(Query(kind=FearGreed))).records
            assert (mood.index, mood.provenance.source, mood.provenance.mode) == (48, "alternative_me", "live")
            (status,) = opened.statuses()
            assert (status.requests, status.used_today) == (1, 1)
        assert [asked.path for asked in server.requests] == ["/fng/"]


async def test_auto_falls_back_to_the_store_and_live_does_not(database: Database) -> None:
    async with market(database, mode="auto", sources_off=tuple(ALL)) as opened:
        assert (await opened.feed.find(BITCOIN)).records[0].provenance.mode == "snapshot"
    async with market(database, mode="live", sources_off=tuple(ALL)) as opened:
        assert (await opened.feed.find(BITCOIN)).records == ()


async def test_what_a_live_source_brought_is_there_without_it(database: Database) -> None:
    async def play(asked: Asked) -> None:
        await asked.answer(MOOD)

    async with SourceServer(play) as server:
        addresses = {"alternative_me": server.base_url}
        async with market(database, addresses=addresses, sources_off=tuple(ALL - {"alternative_me"})) as opened:
            await opened.feed.find(Query(kind=FearGreed))
    async with market(database, mode="snapshot") as opened:
        (mood,) = (await opened.feed.find(Query(kind=FearGreed))).records
    assert (mood.index, mood.provenance.source, mood.provenance.mode) == (48, "alternative_me", "snapshot")


async def test_closing_writes_the_calls_of_the_day_down(database: Database) -> None:
    async def play(asked: Asked) -> None:
        await asked.answer(MOOD)

    async with SourceServer(play) as server:
        options = {"addresses": {"alternative_me": server.base_url}, "sources_off": tuple(ALL - {"alternative_me"})}
        async with market(database, **options) as opened:
            await opened.feed.find(Query(kind=FearGreed))
        async with market(database, **options) as again:
            assert again.statuses()[0].used_today == 1


async def test_closing_ends_what_is_under_way(database: Database) -> None:
    async def play(asked: Asked) -> None:
        await asked.hang()

    async with SourceServer(play) as server:
        addresses = {"alternative_me": server.base_url}
        opened = market(database, addresses=addresses, sources_off=tuple(ALL - {"alternative_me"}))
        async with opened:
            waiting = asyncio.create_task(opened.feed.find(Query(kind=FearGreed)))
            await server.came.wait()
        found = await waiting
        assert found.records == ()
        assert found.unavailable[0].source == "alternative_me"
        assert not [task for task in asyncio.all_tasks() if "fetch" in repr(task.get_coro())]


async def test_ranks_that_were_kept_lately_order_the_names_and_old_ones_do_not(database: Database) -> None:
    first = market(database, mode="snapshot")
    known = first.directory.exact("bitcoin")[0].asset.rank
    for age, expected in ((timedelta(days=40), known), (timedelta(days=1), 77)):
        listing = CoinListing(
            asset_id=1, name="Bitcoin", symbol="BTC", slug="bitcoin", rank=77,
            provenance=Provenance("desk", "live", NOW - age),
        )  # fmt: skip
        await StoredFeed(database).save_records([listing], "desk", is_list=True)
        again = market(database, mode="snapshot")
        assert again.directory.exact("bitcoin")[0].asset.rank == expected
        await again.__aexit__()
    await first.__aexit__()
