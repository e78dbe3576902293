"""The store answers queries of every kind as it was at a moment, in the asked order, and says what it lacks."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.query import Query
from cryptodesk.market.records import (
    Asset,
    CandleSeries,
    CoinListing,
    ExchangeListing,
    FundraisingRound,
    MacroEvent,
    MetricSeries,
    Profile,
    TokenListing,
)
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY, HOUR, NOON, candles, coin, metric, origin

__all__ = ["database", "postgres_server"]

BITCOIN = Asset(1, "Bitcoin", "BTC", "bitcoin", 1, exchange_symbols={"binance_usdm": "BTCUSDT"})
SOLANA = Asset(5426, "Solana", "SOL", "solana", 6, exchange_symbols={"binance_usdm": "SOLUSDT"})


@pytest.fixture
def feed(database: Database) -> StoredFeed:
    return StoredFeed(database)


@pytest.fixture
async def shipped(database: Database) -> StoredFeed:
    await ensure_snapshot(database, [BITCOIN, SOLANA])
    return StoredFeed(database, [BITCOIN, SOLANA])


async def find(feed: StoredFeed, kind: type[Any], *ids: int | str, **narrowing: Any) -> list[Any]:
    return list((await feed.find(Query(kind=kind, ids=ids or None, **narrowing))).records)


async def test_records_come_in_the_order_of_the_ids_and_gaps_are_named(feed: StoredFeed) -> None:
    await feed.save_records([coin(number) for number in (1, 2, 3)], "first", is_list=True)
    found = await feed.find(Query(kind=CoinListing, ids=(3, "1", 99), as_of=NOON))
    assert [record.asset_id for record in found.records] == [3, 1]
    (gap,) = found.unavailable
    assert (gap.source, gap.reason) == (
        "store",
        "no CoinListing of '99' is stored as known at 2026-03-02 12:00 UTC",
    )


async def test_a_thousand_unknown_ids_are_named_briefly(feed: StoredFeed) -> None:
    found = await feed.find(Query(kind=CoinListing, ids=tuple(range(1000))))
    assert len(found.unavailable) == 21
    assert found.unavailable[-1].reason == "nor of 980 more ids"


async def test_lists_stand_by_rank_and_limit_keeps_the_first(feed: StoredFeed) -> None:
    rows = [coin(1, rank=3), coin(2, market_cap=5.0), coin(3, rank=1), coin(4, market_cap=9.0), coin(5)]
    await feed.save_records(rows, "first", is_list=True)
    assert [record.asset_id for record in await find(feed, CoinListing)] == [3, 1, 4, 2, 5]
    assert [record.asset_id for record in await find(feed, CoinListing, limit=2)] == [3, 1]
    assert await find(feed, CoinListing, limit=0) == []
    venues = [
        ExchangeListing(asset_id=n, name="n", slug="s", provenance=origin(), spot_volume_24h=v)
        for n, v in ((1, None), (2, 5.0), (3, 7.0))
    ]
    await feed.save_records(venues, "first", is_list=True)
    assert [record.asset_id for record in await find(feed, ExchangeListing)] == [3, 2, 1]


async def test_narrowings_are_honoured(feed: StoredFeed) -> None:
    tokens = [
        TokenListing(
            asset_id=f"{chain}:0x{n}", name="n", symbol="s", platform=chain, address=f"0x{n}", provenance=origin()
        )
        for n, chain in enumerate(("base", "solana", "base"))
    ]
    await feed.save_records(tokens, "first", is_list=True)
    assert [record.address for record in await find(feed, TokenListing, platform="base")] == ["0x0", "0x2"]
    profiles = [
        Profile(asset_class=kind, asset_id="7", name=kind, provenance=origin()) for kind in ("coin", "exchange")
    ]
    await feed.save_records(profiles, "first")
    assert [record.name for record in await find(feed, Profile, 7, asset_class="exchange")] == ["exchange"]
    assert len(await find(feed, Profile, 7)) == 2


async def test_events_stand_by_date_within_the_span(feed: StoredFeed) -> None:
    raises = [FundraisingRound(project=f"p{n}", announced_at=NOON + n * DAY, provenance=origin()) for n in range(4)]
    events = [MacroEvent(name=f"e{n}", happens_at=NOON + n * DAY, provenance=origin()) for n in range(4)]
    await feed.save_records([*raises, *events], "first")
    span = {"start": NOON + DAY, "end": NOON + 3 * DAY}
    assert [record.project for record in await find(feed, FundraisingRound, **span)] == ["p2", "p1"]
    assert [record.name for record in await find(feed, MacroEvent, **span)] == ["e1", "e2"]


async def test_weeks_are_gathered_from_whole_weeks_of_days(feed: StoredFeed) -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    await feed.save_candles(candles(monday - 2 * DAY, [float(day + 1) for day in range(20)]))
    (weeks,) = await find(feed, CandleSeries, 1, interval="1w")
    assert [bar.opened_at for bar in weeks.candles] == [monday, monday + 7 * DAY]
    first = weeks.candles[0]
    assert (first.open, first.high, first.low, first.close) == (3.0, 10.0, 1.5, 9.0)
    assert (first.volume, first.quote_volume) == (70.0, 10 * sum(range(3, 10)))
    assert weeks.provenance.as_of == monday + 14 * DAY
    assert "2 incomplete weeks are left out" in (weeks.provenance.note or "")
    (earlier,) = await find(feed, CandleSeries, 1, interval="1w", as_of=monday + 14 * DAY - HOUR)
    assert len(earlier.candles) == 1
    (cut,) = await find(feed, CandleSeries, 1, interval="1w", start=monday + DAY)
    assert [bar.opened_at for bar in cut.candles] == [monday + 7 * DAY]


async def test_stored_weeks_are_given_as_they_are(feed: StoredFeed) -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    await feed.save_candles(candles(monday, [5.0], "1w"))
    await feed.save_candles(candles(monday, [1.0] * 7))
    (weeks,) = await find(feed, CandleSeries, 1, interval="1w")
    assert [bar.close for bar in weeks.candles] == [5.0]


async def test_the_shipped_funding_is_a_metric_in_percent_of_the_days_close(shipped: StoredFeed) -> None:
    (series,) = await find(shipped, MetricSeries, 1, metric="funding_rate", end=datetime(2021, 1, 2, tzinfo=UTC))
    assert (series.unit, series.granularity, series.provenance.source) == ("percent_per_day", "1d", "binance_usdm")
    # 24.316969905087312 USDT a coin at a close of 29337.16
    assert [point.value for point in series.points] == [24.316969905087312 / 29337.16 * 100]
    assert "day's close" in (series.provenance.note or "")
    (solana,) = await find(shipped, MetricSeries, 5426)
    missing = datetime(2022, 11, 10, tzinfo=UTC)
    days = [point.at for point in solana.points]
    assert missing not in days
    assert {after - before for before, after in pairwise(days)} == {DAY, 2 * DAY}


async def test_a_listing_is_computed_where_only_candles_are_stored(shipped: StoredFeed) -> None:
    (solana,) = await find(shipped, CoinListing, 5426)
    assert (solana.price, solana.provenance.mode) == (101.51, "snapshot")
    assert solana.volume_24h is None
    assert solana.ath is None
    assert "computed from the daily candles of one market" in solana.provenance.note
    assert [record.symbol for record in await find(shipped, CoinListing)] == ["BTC", "SOL"]
    early = datetime(2021, 1, 1, 12, tzinfo=UTC)
    assert await find(shipped, CoinListing, 1, as_of=early) == []


async def test_the_newer_of_a_stored_and_a_computed_listing_is_given(shipped: StoredFeed) -> None:
    old, new = datetime(2025, 2, 14, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    await shipped.save_records([coin(1, 5.0, old)], "first")
    assert (await find(shipped, CoinListing, 1))[0].price == 78264.1
    assert (await find(shipped, CoinListing, 1, quote_currency="EUR")) == []
    await shipped.save_records([coin(1, 6.0, new)], "first")
    assert (await find(shipped, CoinListing, 1))[0].price == 6.0


async def test_series_and_candles_among_saved_records_go_where_they_belong(feed: StoredFeed) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    saved = await feed.save_records([coin(1), candles(began, [1, 2]), metric(began, [1], began + DAY)], "first")
    assert saved == 4
    assert len((await find(feed, CandleSeries))[0].candles) == 2
    assert len((await find(feed, MetricSeries, 1, interval="1d"))[0].points) == 1
    found = await feed.find(Query(kind=MetricSeries, ids=(1, 2), metric="tvl"))
    assert [gap.reason for gap in found.unavailable] == ["no tvl of '2' is stored"]


async def test_later_facts_in_every_table_are_not_seen_from_before(feed: StoredFeed) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    await feed.save_records([coin(1)], "first", is_list=True)
    await feed.save_candles(candles(began, [1] * 90))
    await feed.save_series(metric(began, [1] * 90, began + 90 * DAY))
    later = NOON + 100 * DAY
    await feed.save_records([coin(1, 666.0, later)], "first", is_list=True)
    await feed.save_records([coin(1, 666.0, provenance=origin(NOON, known_at=later))], "second", is_list=True)
    await feed.save_candles(candles(began, [666.0] * 200), later)
    await feed.save_series(metric(began, [666.0] * 200, began + 200 * DAY), later)
    assert [record.price for record in await find(feed, CoinListing, 1, as_of=NOON)] == [1.0]
    assert [record.price for record in await find(feed, CoinListing, as_of=NOON)] == [1.0]
    for kind in (CandleSeries, MetricSeries):
        (series,) = await find(feed, kind, 1, interval="1d", as_of=NOON)
        held = series.candles if kind is CandleSeries else [point.value for point in series.points]
        assert {getattr(item, "close", item) for item in held} == {1.0}
        assert len(held) == 60
        assert series.provenance.as_of <= NOON


async def test_what_could_be_pulled_is_said_where_something_is_missing_and_nowhere_else(database: Database) -> None:
    async def hint(query: Query[Any]) -> str:
        return f"pull it for {query.kind.__name__}"

    feed = StoredFeed(database, hint=hint)
    for asked in (Query(kind=Profile, ids=("1",)), Query(kind=Profile)):
        missing = (await feed.find(asked)).unavailable[-1]
        assert (missing.source, missing.reason) == ("data pull", "pull it for Profile")
    profile = Profile(asset_class="coin", asset_id="1", name="Bitcoin", provenance=origin())
    await feed.save_records([profile], "catalogue")
    assert (await feed.find(Query(kind=Profile, ids=("1",)))).unavailable == ()
