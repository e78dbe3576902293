"""Puts the shipped price record into the database, once for each version of it."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from importlib.resources.abc import Traversable

from cryptodesk.market.directory import load_directory_assets
from cryptodesk.market.records import Asset
from cryptodesk.market.shipped import PROVENANCE_NOTE, ShippedCandle, ShippedRecord, load_metadata, load_shipped
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["ensure_snapshot"]

_INSERT_SERIES = """
INSERT INTO candle_series (asset_id, interval, source, instrument, quote_currency, mode, note)
VALUES (?, ?, ?, ?, ?, 'snapshot', ?)
"""
_INSERT_CANDLE = "INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


async def ensure_snapshot(
    database: SqliteDatabase, assets: Iterable[Asset] | None = None, *, folder: Traversable | None = None
) -> bool:
    """Whether the shipped record was unpacked now; False when the database holds it, or a newer one, already.

    All of it becomes visible at once, or none. `assets` say which asset an instrument is (the shipped catalogue by
    default); an instrument that none of them names is left out. Needs the tables of `market.migrations`.
    Raises: InternalError if the shipped file is damaged or the database fails."""
    metadata = load_metadata(folder)
    owners = _owners(load_directory_assets() if assets is None else assets, metadata.source)
    fingerprint = _fingerprint(metadata.content_sha256, owners)
    if _is_current(database.read(_SELECT_UNPACKED, (metadata.source,)), metadata.version, fingerprint):
        return False
    record = await asyncio.to_thread(load_shipped, folder)

    def replace(connection: sqlite3.Connection) -> bool:
        # Another process may have been first.
        held = connection.execute(_SELECT_UNPACKED, (metadata.source,)).fetchall()
        if _is_current(held, metadata.version, fingerprint):
            return False
        _replace(connection, record, owners, fingerprint)
        return True

    return await database.write(replace)


_SELECT_UNPACKED = "SELECT version, fingerprint FROM unpacked_snapshots WHERE source = ?"


def _is_current(held: Sequence[tuple[str, str]], version: str, fingerprint: str) -> bool:
    return any(held_version > version or held_fingerprint == fingerprint for held_version, held_fingerprint in held)


def _owners(assets: Iterable[Asset], source: str) -> dict[str, int]:
    return {asset.exchange_symbols[source]: asset.asset_id for asset in assets if source in asset.exchange_symbols}


def _fingerprint(content_sha256: str, owners: dict[str, int]) -> str:
    # A catalogue that names an instrument anew must move its candles, though the file stayed the same.
    return hashlib.sha256(repr((content_sha256, PROVENANCE_NOTE, sorted(owners.items()))).encode()).hexdigest()


def _replace(connection: sqlite3.Connection, record: ShippedRecord, owners: dict[str, int], fingerprint: str) -> None:
    metadata = record.metadata
    connection.execute("DELETE FROM candle_series WHERE source = ? AND mode = 'snapshot'", (metadata.source,))
    series: dict[str, int] = {}
    for instrument in sorted(metadata.instruments.keys() & owners.keys()):
        values = (
            owners[instrument],
            metadata.interval,
            metadata.source,
            instrument,
            metadata.quote_currency,
            PROVENANCE_NOTE,
        )
        series[instrument] = int(connection.execute(_INSERT_SERIES, values).lastrowid or 0)
    rows = (_row(series[shipped.instrument], shipped) for shipped in record.candles if shipped.instrument in series)
    connection.executemany(_INSERT_CANDLE, rows)
    connection.execute(
        "INSERT OR REPLACE INTO unpacked_snapshots VALUES (?, ?, ?)", (metadata.source, metadata.version, fingerprint)
    )


def _row(series_id: int, shipped: ShippedCandle) -> tuple[int | float | None, ...]:
    bar = shipped.candle
    opened_at = int(bar.opened_at.timestamp())
    return (series_id, opened_at, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.quote_volume)
