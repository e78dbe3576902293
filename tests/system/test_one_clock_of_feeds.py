"""One clock at the edges of the feeds: limits, lists, candles that were corrected, and what was written down early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.layered import LayeredFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.keeping import Keeper
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries, CoinListing, FundraisingRound
from cryptodesk.market.sources._source import Route
from tests.market.store.support import DAY, HOUR, NOON, candles, coin, metric, open_database, origin
from tests.system.vendors import live_feed
from tests.tools.fakes import BITCOIN

LONG_AFTER = FixedClock(NOON + 400 * DAY)


def raised(project: str, days: float) -> FundraisingRound:
    at = NOON + days * DAY
    return FundraisingRound(project=project, announced_at=at, provenance=origin(at))


async def test_a_limit_counts_what_was_known_and_not_what_came_later() -> None:
    earlier = [raised("Acme", -1), raised("Brick", -2), raised("Clay", -3)]
    later = [raised(f"Later {place}", 1 + place) for place in range(5)]
    feed = live_feed({"vendor": [*later, *earlier]}, LONG_AFTER)
    found = await feed.find(Query(kind=FundraisingRound, as_of=NOON, limit=2))
    assert [record.project for record in found.records] == ["Acme", "Brick"]
    newest = await feed.find(Query(kind=FundraisingRound, limit=2))
    assert [record.project for record in newest.records] == ["Later 4", "Later 3"]


async def test_the_rows_that_did_not_change_since_are_no_list_of_then(tmp_path: Path) -> None:
    stale = coin(9, rank=900, as_of=NOON - 30 * DAY)
    live = live_feed({"vendor": [coin(1, rank=1, as_of=LONG_AFTER.now()), stale]}, LONG_AFTER)
    with open_database(tmp_path) as database:
        stored = StoredFeed(database)
        await stored.save_records([coin(1, rank=1), coin(2, rank=2)], "desk", is_list=True)
        feed = LayeredFeed(live, stored, LONG_AFTER)
        then = await feed.find(Query(kind=CoinListing, as_of=NOON))
        now = await feed.find(Query(kind=CoinListing))
    assert [record.asset_id for record in then.records] == [1, 2]
    assert [record.asset_id for record in now.records] == [1, 9]


async def test_what_was_written_down_early_is_not_told_of_now(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        stored = StoredFeed(database)
        await stored.save_records([coin(1, 5.0), coin(1, 6.0, as_of=NOON + DAY)], "desk")
        await stored.save_candles(candles(NOON - 2 * DAY, [1.0, 2.0, 3.0]))
        await stored.save_series(metric(NOON - 2 * DAY, [1.0, 2.0, 3.0], NOON + DAY))
        feed = LayeredFeed(None, stored, FixedClock(NOON))
        (listing,) = (await feed.find(Query(kind=CoinListing, ids=(1,)))).records
        (days,) = (await feed.find(Query(kind=CandleSeries, ids=(1,)))).records
    assert (listing.price, [bar.close for bar in days.candles]) == (5.0, [1.0, 2.0])


async def test_a_limit_on_candles_counts_what_was_known(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        stored = StoredFeed(database)
        await stored.save_candles(candles(NOON - 3 * DAY, [1.0, 2.0], asset_id=7))
        query: Query[Any] = Query(kind=CandleSeries, as_of=NOON, limit=1)
        before = await stored.find(query)
        await stored.save_candles(candles(NOON + DAY, [1.0, 2.0], asset_id=2))
        assert await stored.find(query) == before


async def test_the_note_of_a_series_is_that_of_the_time(tmp_path: Path) -> None:
    def noted(series: Any, note: str) -> Any:
        return structs.replace(series, provenance=structs.replace(series.provenance, note=note))

    with open_database(tmp_path) as database:
        stored = StoredFeed(database)
        await stored.save_candles(noted(candles(NOON - 3 * DAY, [1.0, 2.0]), "as traded"))
        query: Query[Any] = Query(kind=CandleSeries, ids=(1,), as_of=NOON)
        before = await stored.find(query)
        await stored.save_candles(noted(candles(NOON + DAY, [1.0, 2.0]), "restated in 2027"))
        assert await stored.find(query) == before


async def test_a_correction_that_was_fetched_counts_from_its_fetch(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    midnight = NOON - 12 * HOUR
    route = Route(CandleSeries, lambda *_: (), lambda *_: (), ttl_seconds=60.0, keep_seconds=0.0)
    query: Query[Any] = Query(kind=CandleSeries, ids=(1,), as_of=NOON - HOUR)
    with open_database(tmp_path) as database:
        stored = StoredFeed(database)
        await stored.save_candles(candles(midnight - 3 * DAY, [1.0, 2.0, 3.0]))
        before = await stored.find(query)
        corrected = candles(midnight - 3 * DAY, [1.0, 2.5, 3.0])
        await Keeper(stored, clock).keep("somewhere", route, structs.replace(query, as_of=None), [corrected])
        assert (await stored.find(structs.replace(query, as_of=NOON))).records[0].candles[1].close == 2.5
        assert await stored.find(query) == before


async def test_a_computed_listing_has_no_rank_of_a_later_list(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        stored = StoredFeed(database, [structs.replace(BITCOIN, rank=73571)])
        await stored.save_candles(candles(NOON - 3 * DAY, [1.0, 2.0]))
        (listing,) = (await stored.find(Query(kind=CoinListing, ids=(1,), as_of=NOON))).records
    assert listing.rank is None
