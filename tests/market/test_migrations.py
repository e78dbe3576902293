"""A database of the first version keeps its candles when it becomes one of the second."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.market.store import SqliteCandleStore
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.market.fixtures import ASSETS


async def test_candles_of_the_first_version_are_kept_under_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    apply_migrations(path, COMPONENT, MIGRATIONS[:1])
    with closing(connect_writer(path)) as connection:
        connection.execute(
            "INSERT INTO candle_series VALUES (7, 1, '1d', 'elsewhere', 'BTC-USD', 'USD', 'live', 'why')"
        )
        connection.execute("INSERT INTO candles VALUES (7, 1767225600, 1, 3, 0.5, 2, 9, NULL)")
        connection.execute("INSERT INTO unpacked_snapshots VALUES ('binance_usdm', '2026-09-09', 'old')")
    assert apply_migrations(path, COMPONENT, MIGRATIONS) == tuple(range(2, len(MIGRATIONS) + 1))
    with SqliteDatabase(path) as database:
        series = await SqliteCandleStore(database, ("elsewhere",)).load_candles(1, "1d")
        assert series is not None
        assert (series.instrument, series.provenance.note) == ("BTC-USD", "why")
        (bar,) = series.candles
        assert (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume) == (1, 3, 0.5, 2, 9, None)
        opened_at = datetime(2026, 1, 1, tzinfo=UTC)
        assert (bar.opened_at, series.provenance.as_of) == (opened_at, opened_at + timedelta(days=1))
        # The shipped record is unpacked anew, now with its funding.
        assert await ensure_snapshot(database, ASSETS) is True
        assert database.read("SELECT count(DISTINCT entity) FROM metric_series") == [(10,)]
        assert database.read("PRAGMA foreign_key_check") == []


def test_deleting_a_series_deletes_its_candles(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    apply_migrations(path, COMPONENT, MIGRATIONS)
    with closing(connect_writer(path)) as connection:
        connection.execute(
            "INSERT INTO candle_series (series_id, asset_id, interval, source, instrument, quote_currency, mode)"
            " VALUES (7, 1, '1d', 's', 'i', 'USD', 'live')"
        )
        connection.execute("INSERT INTO candles VALUES (7, 0, 0, 1, 1, 1, 1, 1, NULL)")
        connection.execute("DELETE FROM candle_series")
        assert connection.execute("SELECT count(*) FROM candles").fetchone() == (0,)
