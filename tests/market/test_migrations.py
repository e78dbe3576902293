"""An older file keeps its candles when it is brought up to date, and a server has the tables of a file."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.market.store import DatabaseCandleStore
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import Server, postgres_server
from tests.contracts.databases import open_postgres
from tests.market.fixtures import ASSETS
from tests.market.store.support import candles

__all__ = ["postgres_server"]


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
        series = await DatabaseCandleStore(database, ("elsewhere",)).load_candles(1, "1d")
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


async def test_an_older_server_that_still_runs_on_the_file_finds_what_a_newer_one_writes(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    apply_migrations(path, COMPONENT, MIGRATIONS)
    with SqliteDatabase(path) as database:
        store = DatabaseCandleStore(database)
        for asset_id in (1, "2", "ethereum:0xab"):
            await store.save_candles(candles(datetime(2026, 1, 1, tzinfo=UTC), [1.0], asset_id=asset_id))
        # It asks for numbers.
        held = database.read("SELECT asset_id FROM candle_series WHERE asset_id IN (1, 2) ORDER BY asset_id")
        assert held == [(1,), (2,)]
        assert await store.covered() == (1, 2, "ethereum:0xab")


_FILE_COLUMNS = "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
_SERVER_COLUMNS = """
SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
"""
_OTHERS = {"schema_migrations", "sqlite_sequence", "write_marks"}


async def test_both_databases_have_the_same_tables_with_the_same_columns_in_the_same_order(
    tmp_path: Path, postgres_server: Server
) -> None:
    server, file = await open_postgres(postgres_server), SqliteDatabase(tmp_path / "desk.db")
    file.open()
    columns: list[dict[str, list[str]]] = []
    for database, sql in ((file, _FILE_COLUMNS), (server, _SERVER_COLUMNS)):
        database.migrate(COMPONENT, MIGRATIONS)
        tables: dict[str, list[str]] = defaultdict(list)
        for table, column in database.read(sql):
            if table not in _OTHERS:
                tables[table].append(column)
        columns.append(tables)
        await database.aclose()
    assert columns[0] == columns[1]
    assert len(columns[0]) == 11
