"""What every store of candles keeps: run over each implementation there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.records import Asset, Candle
from cryptodesk.market.shipped import PROVENANCE_NOTE, load_shipped
from cryptodesk.market.store import CandleStore, DatabaseCandleStore
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

DAY = timedelta(days=1)
HYPE_BEGAN = datetime(2025, 5, 31, tzinfo=UTC)
END = datetime(2026, 9, 10, tzinfo=UTC)
ASSETS = (
    Asset(1, "Bitcoin", "BTC", "bitcoin", exchange_symbols={"binance_usdm": "BTCUSDT"}),
    Asset(32196, "Hyperliquid", "HYPE", "hyperliquid", exchange_symbols={"binance_usdm": "HYPEUSDT"}),
    Asset(1027, "Ethereum", "ETH", "ethereum"),
)


@pytest.fixture
async def store(database: Database) -> CandleStore:
    await ensure_snapshot(database, ASSETS)
    return DatabaseCandleStore(database)


def shipped(instrument: str) -> tuple[Candle, ...]:
    return tuple(item.candle for item in load_shipped().candles if item.instrument == instrument)


async def test_what_went_in_comes_out_to_the_last_digit_oldest_first(store: CandleStore) -> None:
    series = await store.load_candles(32196, "1d")
    assert series is not None
    assert series.candles == shipped("HYPEUSDT")
    assert len(series.candles) == 467


async def test_a_series_says_where_its_candles_come_from(store: CandleStore) -> None:
    series = await store.load_candles(32196, "1d")
    assert series is not None
    assert (series.asset_id, series.interval) == (32196, "1d")
    assert (series.quote_currency, series.instrument) == ("USDT", "HYPEUSDT")
    assert series.record_began_at == HYPE_BEGAN
    origin = series.provenance
    assert (origin.source, origin.mode, origin.as_of) == ("binance_usdm", "snapshot", END)
    assert origin.note == PROVENANCE_NOTE
    assert "not of the spot market" in origin.note


async def test_start_is_included_and_end_is_not(store: CandleStore) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)
    series = await store.load_candles(1, "1d", start, end)
    assert series is not None
    assert [candle.opened_at for candle in series.candles] == [start, start + DAY, start + 2 * DAY]
    assert series.provenance.as_of == end
    assert series.record_began_at == datetime(2021, 1, 1, tzinfo=UTC)


async def test_times_of_another_zone_mean_the_same_moment(store: CandleStore) -> None:
    start = datetime.fromisoformat("2026-01-01T01:00:00+01:00")
    series = await store.load_candles(1, "1d", start, start + DAY)
    assert series is not None
    assert [candle.opened_at for candle in series.candles] == [datetime(2026, 1, 1, tzinfo=UTC)]


async def test_a_span_outside_the_record_is_an_empty_series_not_a_missing_one(store: CandleStore) -> None:
    for start, end in ((None, HYPE_BEGAN), (END, None), (END, HYPE_BEGAN)):
        series = await store.load_candles(32196, "1d", start, end)
        assert series is not None
        assert series.candles == ()
        assert series.provenance.as_of == END


@pytest.mark.parametrize(
    ("as_of", "last_day"),
    [
        (datetime(2025, 6, 10, 12, tzinfo=UTC), datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 10, tzinfo=UTC), datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 9, 23, 59, 59, tzinfo=UTC), datetime(2025, 6, 8, tzinfo=UTC)),
        (datetime(2030, 1, 1, tzinfo=UTC), datetime(2026, 9, 9, tzinfo=UTC)),
    ],
)
async def test_a_day_exists_only_once_it_is_complete(store: CandleStore, as_of: datetime, last_day: datetime) -> None:
    series = await store.load_candles(32196, "1d", as_of=as_of)
    assert series is not None
    assert series.candles[-1].opened_at == last_day
    assert series.provenance.as_of == last_day + DAY
    latest = await store.latest(32196, as_of)
    assert latest is not None
    assert latest.candles == series.candles[-1:]


async def test_before_its_first_day_was_complete_an_asset_has_no_record(store: CandleStore) -> None:
    for as_of in (HYPE_BEGAN - DAY, HYPE_BEGAN, HYPE_BEGAN + DAY - timedelta(seconds=1)):
        assert await store.load_candles(32196, "1d", as_of=as_of) is None
        assert await store.latest(32196, as_of) is None
    assert await store.latest(32196, HYPE_BEGAN + DAY) is not None


async def test_nothing_later_than_as_of_shows_through_an_empty_span(store: CandleStore) -> None:
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    series = await store.load_candles(32196, "1d", as_of, None, as_of)
    assert series is not None
    assert series.candles == ()
    assert series.provenance.as_of == as_of


async def test_the_latest_candle_comes_alone(store: CandleStore) -> None:
    latest = await store.latest(1)
    assert latest is not None
    assert [candle.close for candle in latest.candles] == [78264.1]
    assert latest.record_began_at == datetime(2021, 1, 1, tzinfo=UTC)


async def test_what_was_never_recorded_is_none(store: CandleStore) -> None:
    assert await store.load_candles(1027, "1d") is None
    assert await store.load_candles(1, "1h") is None
    assert await store.latest(999_999) is None


async def test_covered_assets_are_listed_by_interval(store: CandleStore) -> None:
    assert await store.covered() == (1, 32196)
    assert await store.covered("1h") == ()


async def test_repeated_reads_agree(store: CandleStore) -> None:
    first, second = await store.load_candles(1, "1d"), await store.load_candles(1, "1d")
    assert first == second
