"""Writing candles: what is new is added, what is the same is left, what differs is a correction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import Mode
from cryptodesk.market.store.reading import CANDLES, count_change
from cryptodesk.storage.database import Connection

__all__ = ["CandleRow", "SeriesName", "merge_candles", "series_id_of", "stored_id"]

# opened_at, known_at (0 is its close), open, high, low, close, volume, quote_volume; times in unix seconds.
CandleRow = tuple[int, int, float, float, float, float, float, float | None]

_FIND = """
SELECT series_id, mode FROM candle_series
WHERE asset_id = ? AND interval = ? AND source = ? AND instrument = ? AND quote_currency = ?
"""
_MAKE = """
INSERT INTO candle_series (asset_id, interval, source, instrument, quote_currency, mode, note)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING series_id
"""
_INSERT = "INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class SeriesName(Struct, frozen=True):
    """What tells one series of candles from another."""

    asset_id: AssetId
    interval: str
    source: str
    instrument: str
    quote_currency: str


def stored_id(asset_id: AssetId, *, in_file: bool) -> AssetId:
    """The id as it is stored: a number and its text are the same asset. In a file numbers stand beside texts; a column
    of a server is of one type."""
    if isinstance(asset_id, str) and not asset_id.isdecimal():
        return asset_id
    return int(asset_id) if in_file else str(int(asset_id))


def series_id_of(connection: Connection, name: SeriesName, mode: Mode, note: str | None) -> int:
    """The id of the series, made if there is none, with this note. Its mode becomes the one given."""
    asset_id = stored_id(name.asset_id, in_file=isinstance(connection, sqlite3.Connection))
    key = (asset_id, name.interval, name.source, name.instrument, name.quote_currency)
    held = connection.execute(_FIND, key).fetchone()
    if held is None:
        (series_id,) = connection.execute(_MAKE, (*key, mode, note)).fetchone()
        count_change(connection, CANDLES)
        return int(series_id)
    if held[1] != mode:
        connection.execute("UPDATE candle_series SET mode = ? WHERE series_id = ?", (mode, held[0]))
        count_change(connection, CANDLES)
    return int(held[0])


def merge_candles(connection: Connection, series_id: int, rows: Sequence[CandleRow], corrected_at: int) -> int:
    """How many rows were written, within the transaction of the caller. `rows` are ordered by their opening.

    A row that differs from the held candle is known from its own `known_at` on, or where it has none from
    `corrected_at`; never earlier than what it corrects."""
    if not rows:
        return 0
    held = _held(connection, series_id, rows[0][0], max(row[0] for row in rows))
    written = list(_changes(held, rows, corrected_at))
    if written:
        connection.executemany(_INSERT, [(series_id, *row) for row in written])
        connection.execute("UPDATE candle_series SET revision = revision + 1 WHERE series_id = ?", (series_id,))
        count_change(connection, CANDLES)
    return len(written)


def _held(connection: Connection, series_id: int, first: int, last: int) -> dict[int, CandleRow]:
    found = connection.execute(
        "SELECT opened_at, known_at, open, high, low, close, volume, quote_volume FROM candles"
        " WHERE series_id = ? AND opened_at BETWEEN ? AND ? ORDER BY opened_at, known_at",
        (series_id, first, last),
    ).fetchall()
    return {row[0]: row for row in found}


def _changes(held: dict[int, CandleRow], rows: Sequence[CandleRow], corrected_at: int) -> Iterable[CandleRow]:
    for row in rows:
        before = held.get(row[0])
        if before is not None:
            if before[2:] == row[2:]:
                continue
            known_at = max(row[1] or corrected_at, before[1] + 1)
            row = (row[0], known_at, *row[2:])  # noqa: PLW2901  the same candle, known later
        held[row[0]] = row
        yield row
