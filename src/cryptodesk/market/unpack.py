"""Puts the shipped record of prices and funding into the database, once for each version of it."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.resources.abc import Traversable

from cryptodesk.core.errors import InternalError
from cryptodesk.market.identity.directory import load_directory_assets
from cryptodesk.market.records import Asset
from cryptodesk.market.shipped import (
    PROVENANCE_NOTE,
    ShippedCandle,
    ShippedRecord,
    SnapshotMetadata,
    load_metadata,
    load_shipped,
)
from cryptodesk.market.store.candle_rows import stored_id
from cryptodesk.market.store.reading import CANDLES, PART, SERIES, count_change
from cryptodesk.storage.database import Connection, Database

__all__ = ["FUNDING_METRIC", "FUNDING_UNIT", "ensure_snapshot", "mark_unpacked"]

FUNDING_METRIC = "funding_rate"
FUNDING_UNIT = "percent_per_day"
FUNDING_NOTE = (
    "percent of a position's worth that longs paid shorts over the UTC day on the Binance USDT perpetual contract:"
    " the day's settlements (rate times mark price) added up and set against the day's close;"
    " negative where longs were paid"
)

_DELETE_CANDLES = "DELETE FROM candle_series WHERE source = ? AND mode = 'snapshot' AND interval = ?"
_DELETE_FUNDING = "DELETE FROM metric_series WHERE source = ? AND mode = 'snapshot' AND metric = ? AND granularity = ?"

_INSERT_SERIES = """
INSERT INTO candle_series (asset_id, interval, source, instrument, quote_currency, mode, note)
VALUES (?, ?, ?, ?, ?, 'snapshot', ?) RETURNING series_id
"""
_SELECT_SERIES = """
SELECT series_id FROM candle_series
WHERE asset_id = ? AND interval = ? AND source = ? AND instrument = ? AND quote_currency = ?
"""
_INSERT_CANDLE = "INSERT INTO candles VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)"
# Where a live source went on with the series, what it wrote stays.
_ADD_CANDLE = f"{_INSERT_CANDLE} ON CONFLICT DO NOTHING"
_INSERT_FUNDING = """
INSERT INTO metric_series (metric, entity, granularity, unit, source, mode, note)
VALUES (?, ?, ?, ?, ?, 'snapshot', ?) ON CONFLICT DO NOTHING
"""
_SELECT_FUNDING = """
SELECT series_id FROM metric_series WHERE metric = ? AND entity = ? AND granularity = ? AND unit = ? AND source = ?
"""


async def ensure_snapshot(
    database: Database, assets: Iterable[Asset] | None = None, *, folder: Traversable | None = None
) -> bool:
    """Whether the shipped record was unpacked now; False when the database holds it, or a newer one, already.

    All of it becomes visible at once, or none. `assets` say which asset an instrument is (the shipped catalogue by
    default); an instrument that none of them names is left out. Needs the tables of `market.migrations`.
    Raises: InternalError if the shipped file is damaged or the database fails."""
    metadata = load_metadata(folder)
    owners = _owners(load_directory_assets() if assets is None else assets, metadata.source)
    fingerprint = _fingerprint(metadata.content_sha256, owners)
    database = database.apart(PART)
    if _is_current(await database.fetch(_SELECT_UNPACKED, (metadata.source,)), metadata.version, fingerprint):
        return False
    record = await asyncio.to_thread(load_shipped, folder)

    def replace(connection: Connection) -> bool:
        # Another process may have been first.
        held = connection.execute(_SELECT_UNPACKED, (metadata.source,)).fetchall()
        if _is_current(held, metadata.version, fingerprint):
            return False
        _replace(connection, record, owners, fingerprint)
        return True

    try:
        return await database.write(replace)
    except InternalError:
        # Whoever was first may have taken longer than one waits for a writer.
        if _is_current(await database.fetch(_SELECT_UNPACKED, (metadata.source,)), metadata.version, fingerprint):
            return False
        raise


_SELECT_UNPACKED = "SELECT version, fingerprint FROM unpacked_snapshots WHERE source = ?"
_MARK_UNPACKED = """
INSERT INTO unpacked_snapshots (source, version, fingerprint) VALUES (?, ?, ?)
ON CONFLICT (source) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint
"""


def mark_unpacked(connection: Connection, mark: tuple[str, str, str]) -> None:
    """Says that all there is of a source is in the store: its name, its version, and what its content rests on."""
    connection.execute(_MARK_UNPACKED, mark)


def _is_current(held: Sequence[tuple[str, str]], version: str, fingerprint: str) -> bool:
    return any(held_version > version or held_fingerprint == fingerprint for held_version, held_fingerprint in held)


def _owners(assets: Iterable[Asset], source: str) -> dict[str, int]:
    return {asset.exchange_symbols[source]: asset.asset_id for asset in assets if source in asset.exchange_symbols}


def _fingerprint(content_sha256: str, owners: dict[str, int]) -> str:
    # A catalogue that names an instrument anew must move its candles, though the file stayed the same.
    rests_on = (content_sha256, PROVENANCE_NOTE, FUNDING_NOTE, sorted(owners.items()))
    return hashlib.sha256(repr(rests_on).encode()).hexdigest()


def _replace(connection: Connection, record: ShippedRecord, owners: dict[str, int], fingerprint: str) -> None:
    metadata = record.metadata
    connection.execute(_DELETE_CANDLES, (metadata.source, metadata.interval))
    connection.execute(_DELETE_FUNDING, (metadata.source, FUNDING_METRIC, metadata.interval))
    by_instrument: dict[str, list[ShippedCandle]] = defaultdict(list)
    for shipped in record.candles:
        if shipped.instrument in owners:
            by_instrument[shipped.instrument].append(shipped)
    for instrument, candles in by_instrument.items():
        _put_candles(connection, metadata, (instrument, owners[instrument]), candles)
        _put_funding(connection, metadata, owners[instrument], candles)
    for area in (CANDLES, SERIES):
        count_change(connection, area)
    mark_unpacked(connection, (metadata.source, metadata.version, fingerprint))


def _put_candles(
    connection: Connection,
    metadata: SnapshotMetadata,
    named: tuple[str, int],
    candles: Sequence[ShippedCandle],
) -> None:
    instrument, asset_id = named
    stored = stored_id(asset_id, in_file=isinstance(connection, sqlite3.Connection))
    key = (stored, metadata.interval, metadata.source, instrument, metadata.quote_currency)
    held = connection.execute(_SELECT_SERIES, key).fetchone()
    if held is None:
        (series_id,) = connection.execute(_INSERT_SERIES, (*key, PROVENANCE_NOTE)).fetchone()
        connection.executemany(_INSERT_CANDLE, [_row(series_id, shipped) for shipped in candles])
    else:
        connection.executemany(_ADD_CANDLE, [_row(held[0], shipped) for shipped in candles])
        connection.execute("UPDATE candle_series SET revision = revision + 1 WHERE series_id = ?", held)


def _put_funding(
    connection: Connection, metadata: SnapshotMetadata, asset_id: int, candles: Sequence[ShippedCandle]
) -> None:
    key = (FUNDING_METRIC, str(asset_id), metadata.interval, FUNDING_UNIT, metadata.source)
    connection.execute(_INSERT_FUNDING, (*key, FUNDING_NOTE))
    (series_id,) = connection.execute(_SELECT_FUNDING, key).fetchone()
    points = [
        (series_id, int(shipped.candle.opened_at.timestamp()), shipped.funding / shipped.candle.close * 100)
        for shipped in candles
        if shipped.funding is not None
    ]
    connection.executemany("INSERT INTO metric_points VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING", points)


def _row(series_id: int, shipped: ShippedCandle) -> tuple[int | float | None, ...]:
    bar = shipped.candle
    opened_at = int(bar.opened_at.timestamp())
    return (series_id, opened_at, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume)
