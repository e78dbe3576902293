"""Live first, the store for what is left, and what is too old refused by name."""

from __future__ import annotations

from datetime import timedelta

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.layered import OLDEST, LayeredFeed
from cryptodesk.market.query import Found, Query, Unavailable
from cryptodesk.market.records import CoinListing, GasPrice, Provenance
from tests.market.feeds.fakes import NOW, MemoryFeed, SilentFeed, listing

PATIENCE_SECONDS = 0.01


async def test_the_store_is_not_asked_for_what_is_live() -> None:
    stored = MemoryFeed.of(listing(1, "store"))
    feed = LayeredFeed(MemoryFeed.of(listing(1)), stored, FixedClock(NOW))
    found = await feed.find(Query(kind=CoinListing, ids=(1,)))
    assert [record.provenance.source for record in found.records] == ["live_source"]
    assert stored.queries == []


async def test_the_store_is_asked_for_the_ids_that_are_left_and_the_order_is_the_callers() -> None:
    stored = MemoryFeed.of(listing(1, "store"), listing(2, "store"), listing(3, "store"))
    feed = LayeredFeed(MemoryFeed.of(listing(2)), stored, FixedClock(NOW))
    found = await feed.find(Query(kind=CoinListing, ids=(3, 2, 1)))
    assert [(record.asset_id, record.provenance.source) for record in found.records] == [
        (3, "store"),
        (2, "live_source"),
        (1, "store"),
    ]
    assert [query.ids for query in stored.queries] == [(3, 1)]


async def test_a_failing_live_source_is_named_beside_what_the_store_gave() -> None:
    gap = Unavailable("vendor", "rate limited")
    live = MemoryFeed(lambda _: Found((), (gap,)))
    found = await LayeredFeed(live, MemoryFeed.of(listing(1, "store")), FixedClock(NOW)).find(
        Query(kind=CoinListing, ids=(1,))
    )
    assert len(found.records) == 1
    assert found.unavailable == (gap,)


async def test_a_list_comes_from_one_place_whole() -> None:
    stored = MemoryFeed.of(listing(1, "store"), listing(2, "store"))
    live_list = await LayeredFeed(MemoryFeed.of(listing(1)), stored, FixedClock(NOW)).find(Query(kind=CoinListing))
    stored_list = await LayeredFeed(MemoryFeed.of(), stored, FixedClock(NOW)).find(Query(kind=CoinListing))
    assert [record.asset_id for record in live_list.records] == [1]
    assert [record.asset_id for record in stored_list.records] == [1, 2]


async def test_sources_that_keep_silent_twice_are_left_alone_for_a_while() -> None:
    clock = FixedClock(NOW)
    live = SilentFeed()
    feed = LayeredFeed(live, MemoryFeed.of(listing(1, "store")), clock, PATIENCE_SECONDS)
    answers = [await feed.find(Query(kind=CoinListing, ids=(1,))) for _ in range(4)]
    assert [len(found.records) for found in answers] == [1, 1, 1, 1]
    assert {found.unavailable[0].source for found in answers} == {"live"}
    assert live.asked == 2
    clock.moment = NOW + timedelta(minutes=1)
    await feed.find(Query(kind=CoinListing, ids=(1,)))
    assert live.asked == 3


async def test_without_live_sources_the_store_answers_and_nothing_is_missed() -> None:
    found = await LayeredFeed(None, MemoryFeed.of(listing(1, "store")), FixedClock(NOW)).find(Query(kind=CoinListing))
    assert len(found.records) == 1
    assert found.unavailable == ()


def _gas(hours_old: float) -> GasPrice:
    as_of = NOW - timedelta(hours=hours_old)
    return GasPrice(network="ethereum", base_fee_gwei=7.0, provenance=Provenance("rpc", "snapshot", as_of))


async def test_what_is_too_old_to_stand_for_now_is_refused_and_said() -> None:
    assert timedelta(hours=2) > OLDEST[GasPrice] > timedelta(minutes=30)
    fresh = await LayeredFeed(MemoryFeed.of(), MemoryFeed.of(_gas(0.5)), FixedClock(NOW)).find(Query(kind=GasPrice))
    old = await LayeredFeed(MemoryFeed.of(), MemoryFeed.of(_gas(2)), FixedClock(NOW)).find(Query(kind=GasPrice))
    assert len(fresh.records) == 1
    assert old.records == ()
    assert old.unavailable[0].source == "rpc"
    assert "2026-09-12 04:00" in old.unavailable[0].reason


async def test_age_counts_from_the_moment_of_the_question() -> None:
    feed = LayeredFeed(MemoryFeed.of(), MemoryFeed.of(_gas(48)), FixedClock(NOW))
    found = await feed.find(Query(kind=GasPrice, as_of=NOW - timedelta(hours=47.5)))
    assert len(found.records) == 1
