"""The shipped record enters the database once, whole, and again only where it changed."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import shutil
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import InternalError
from cryptodesk.market.records import Asset, Candle, MetricPoint, Provenance
from cryptodesk.market.store import DatabaseCandleStore, SeriesStore
from cryptodesk.market.store.candle_rows import SeriesName, series_id_of
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.database import Connection, Database
from tests.contracts.databases import OtherProcess
from tests.market.databases import database, postgres_server
from tests.market.fixtures import ASSETS

__all__ = ["database", "postgres_server"]

BITCOIN = Asset(1, "Bitcoin", "BTC", "bitcoin", exchange_symbols={"binance_usdm": "BTCUSDT"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(str(files("cryptodesk.market") / "snapshot"), tmp_path / "snapshot"))


def rewrite(folder: Path, content: bytes, **changes: Any) -> None:
    metadata = json.loads((folder / "metadata.json").read_text())
    (folder / metadata["data"]).write_bytes(gzip.compress(content, mtime=0))
    metadata |= {"content_sha256": hashlib.sha256(content).hexdigest()} | changes
    (folder / "metadata.json").write_text(json.dumps(metadata))


def content_of(folder: Path) -> bytes:
    return gzip.decompress((folder / "binance_usdm_daily.csv.gz").read_bytes())


async def close_of_bitcoin(database: Database) -> float:
    series = await DatabaseCandleStore(database).load_candles(1, "1d", None, datetime(2021, 1, 2, tzinfo=UTC))
    assert series is not None
    return series.candles[0].close


async def test_the_first_call_unpacks_and_the_next_ones_find_it_done(database: Database) -> None:
    assert await ensure_snapshot(database, ASSETS) is True
    assert database.read("SELECT count(*) FROM candles") == [(16_502,)]
    before = database.transactions
    assert await ensure_snapshot(database, ASSETS) is False
    assert database.transactions == before


async def test_the_shipped_catalogue_covers_every_instrument(database: Database) -> None:
    await ensure_snapshot(database)
    assert await DatabaseCandleStore(database).covered() == (1, 52, 74, 1027, 1437, 1839, 5426, 30171, 32196, 35336)


async def test_of_calls_at_once_one_unpacks(database: Database) -> None:
    done = await asyncio.gather(*(ensure_snapshot(database, [BITCOIN]) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert database.read("SELECT count(*) FROM candles") == [(2_078,)]


async def test_an_instrument_nobody_names_is_left_out(database: Database) -> None:
    await ensure_snapshot(database, [BITCOIN])
    assert database.read("SELECT asset_id, instrument FROM candle_series") in ([(1, "BTCUSDT")], [("1", "BTCUSDT")])


async def test_a_catalogue_that_names_an_instrument_anew_moves_its_candles(database: Database) -> None:
    await ensure_snapshot(database, [Asset(77, "Wrong", "BTC", "wrong", exchange_symbols=BITCOIN.exchange_symbols)])
    store = DatabaseCandleStore(database)
    assert await store.latest(77) is not None
    assert await ensure_snapshot(database, [BITCOIN]) is True
    assert await store.latest(77) is None
    assert await store.latest(1) is not None


async def test_a_newer_file_replaces_the_older(database: Database, folder: Path) -> None:
    await ensure_snapshot(database, [BITCOIN])
    rewrite(folder, content_of(folder).replace(b",29337.16,", b",29337.15,"), version="2026-10-01")
    assert await ensure_snapshot(database, [BITCOIN], folder=folder) is True
    assert await close_of_bitcoin(database) == 29337.15
    assert database.read("SELECT count(*) FROM candles") == [(2_078,)]


async def test_a_store_that_was_open_meanwhile_shows_the_newer_candles(database: Database, folder: Path) -> None:
    await ensure_snapshot(database, [BITCOIN])
    store = DatabaseCandleStore(database)
    assert await store.load_candles(1, "1d") is not None
    rewrite(folder, content_of(folder).replace(b",29337.16,", b",29337.15,"), version="2026-10-01")
    await ensure_snapshot(database, [BITCOIN], folder=folder)
    series = await store.load_candles(1, "1d")
    assert series is not None
    assert series.candles[0].close == 29337.15


async def test_an_older_program_leaves_the_newer_record_alone(database: Database, folder: Path) -> None:
    rewrite(folder, content_of(folder).replace(b",29337.16,", b",29337.15,"), version="2026-10-01")
    await ensure_snapshot(database, [BITCOIN], folder=folder)
    assert await ensure_snapshot(database, [BITCOIN]) is False
    assert await close_of_bitcoin(database) == 29337.15


async def test_a_failure_half_way_leaves_the_record_as_it_was(database: Database, folder: Path) -> None:
    await ensure_snapshot(database, [BITCOIN])
    lines = content_of(folder).splitlines()
    twice = next(line for line in lines if line.startswith(b"BTCUSDT,2024-01-01"))
    rewrite(folder, b"\n".join([*lines, twice]) + b"\n", version="2026-10-01")
    with pytest.raises(InternalError):
        await ensure_snapshot(database, [BITCOIN], folder=folder)
    assert await close_of_bitcoin(database) == 29337.16
    assert database.read("SELECT version FROM unpacked_snapshots") == [("2026-09-09",)]


async def test_a_damaged_file_touches_nothing(database: Database, folder: Path) -> None:
    (folder / "binance_usdm_daily.csv.gz").write_bytes(b"junk")
    with pytest.raises(InternalError, match="reinstall"):
        await ensure_snapshot(database, [BITCOIN], folder=folder)
    assert database.read("SELECT count(*) FROM candle_series") == [(0,)]


async def test_candles_of_other_sources_stay(database: Database) -> None:
    def insert(connection: Connection) -> None:
        series_id_of(connection, SeriesName(1, "1d", "elsewhere", "BTC-USD", "USD"), "live", None)
        connection.execute("INSERT INTO candles SELECT series_id, 0, 0, 1, 1, 1, 1, 1, NULL FROM candle_series")

    await database.write(insert)
    await ensure_snapshot(database, [BITCOIN])
    elsewhere = await DatabaseCandleStore(database, ("elsewhere",)).latest(1)
    assert elsewhere is not None
    assert (elsewhere.provenance.mode, elsewhere.candles[0].quote_volume) == ("snapshot", None)


async def test_sources_are_asked_in_their_order(database: Database) -> None:
    await test_candles_of_other_sources_stay(database)
    for sources, quote_currency in ((("elsewhere", "binance_usdm"), "USD"), (("binance_usdm", "elsewhere"), "USDT")):
        series = await DatabaseCandleStore(database, sources).latest(1)
        assert series is not None
        assert series.quote_currency == quote_currency


async def test_what_a_live_source_added_to_the_series_stays_when_the_record_is_unpacked_anew(
    database: Database, folder: Path
) -> None:
    await ensure_snapshot(database, [BITCOIN])
    store = DatabaseCandleStore(database)
    shipped = await store.load_candles(1, "1d")
    assert shipped is not None
    opened_at = datetime(2026, 9, 10, tzinfo=UTC)
    fresh = Candle(opened_at, 1.0, 2.0, 0.5, 1.5, 9.0, 12.0)
    origin = Provenance("binance_usdm", "live", datetime(2026, 9, 11, tzinfo=UTC))
    await store.save_candles(structs.replace(shipped, candles=(fresh,), provenance=origin))
    metrics = SeriesStore(database)
    (funding,) = await metrics.find([1], metric="funding_rate")
    paid = MetricPoint(opened_at, 0.5)
    await metrics.save(structs.replace(funding, points=(paid,), provenance=origin))
    rewrite(folder, content_of(folder).replace(b",29337.16,", b",29337.15,"), version="2026-10-01")
    assert await ensure_snapshot(database, [BITCOIN], folder=folder) is True
    series = await store.load_candles(1, "1d")
    assert series is not None
    assert series.candles == (*shipped.candles, fresh)
    assert (await metrics.find([1], metric="funding_rate"))[0].points == (*funding.points, paid)


OTHER_PROCESS = """
import asyncio
from cryptodesk.market.store.candle_rows import SeriesName, series_id_of
from cryptodesk.market.unpack import ensure_snapshot
database = opened(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(asyncio.run(ensure_snapshot(database)), flush=True)
"""


async def test_of_processes_that_start_at_once_one_unpacks(database: Database) -> None:
    others = [OtherProcess("import sys" + OTHER_PROCESS, database) for _ in range(3)]
    try:
        assert [other.read() for other in others] == ["ready"] * 3
        for other in others:
            other.go_on()
        assert sorted(other.read() for other in others) == ["False", "False", "True"]
    finally:
        for other in others:
            other.kill()
    assert database.read("SELECT count(*) FROM candles") == [(16_502,)]


async def test_who_waited_in_vain_for_the_first_finds_its_work_done(database: Database) -> None:
    class Impatient:
        """The database as it looks to who gives up waiting for a writer that is then done."""

        def apart(self, part: str) -> Impatient:
            return self

        async def fetch(self, sql: str, parameters: tuple[str, ...]) -> list[Any]:
            return await database.fetch(sql, parameters)

        async def write(self, action: object) -> None:
            await ensure_snapshot(database, [BITCOIN])
            raise InternalError("is locked by another process")

    assert await ensure_snapshot(Impatient(), [BITCOIN]) is False  # type: ignore[arg-type]
    with pytest.raises(InternalError, match="is locked"):
        await ensure_snapshot(Impatient(), ASSETS)  # type: ignore[arg-type]
