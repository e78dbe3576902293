"""Writing candles: what is new is added, what is the same is left, what differs is a correction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import Mode

__all__ = ["CandleRow", "SeriesName", "merge_candles", "series_id_of"]

# opened_at, known_at (0 is its close), open, high, low, close, volume, quote_volume; times in unix seconds.
CandleRow = tuple[int, int, float, float, float, float, float, float | None]

_INSERT = "INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class SeriesName(Struct, frozen=True):
    """What tells one series of candles from another."""

    asset_id: AssetId
    interval: str
    source: str
    instrument: str
    quote_currency: str


def series_id_of(connection: sqlite3.Connection, name: SeriesName, mode: Mode, note: str | None) -> int:
    """The id of the series, made if there is none. Its mode and note become those given."""
    asset_id = name.asset_id
    if isinstance(asset_id, str) and asset_id.isdecimal():
        asset_id = int(asset_id)
    key = (asset_id, name.interval, name.source, name.instrument, name.quote_currency)
    connection.execute(
        "INSERT INTO candle_series (asset_id, interval, source, instrument, quote_currency, mode, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET mode = excluded.mode",
        (*key, mode, note),
    )
    (series_id,) = connection.execute(
        "SELECT series_id FROM candle_series"
        " WHERE asset_id = ? AND interval = ? AND source = ? AND instrument = ? AND quote_currency = ?",
        key,
    ).fetchone()
    return int(series_id)


def merge_candles(connection: sqlite3.Connection, series_id: int, rows: Sequence[CandleRow], corrected_at: int) -> int:
    """How many rows were written, within the transaction of the caller. `rows` are ordered by their opening.

    A row that differs from the held candle is known from its own `known_at` on, or where it has none from
    `corrected_at`; never earlier than what it corrects."""
    if not rows:
        return 0
    held = _held(connection, series_id, rows[0][0], max(row[0] for row in rows))
    written = list(_changes(held, rows, corrected_at))
    connection.executemany(_INSERT, ((series_id, *row) for row in written))
    if written:
        connection.execute("UPDATE candle_series SET revision = revision + 1 WHERE series_id = ?", (series_id,))
    return len(written)


def _held(connection: sqlite3.Connection, series_id: int, first: int, last: int) -> dict[int, CandleRow]:
    found = connection.execute(
        "SELECT opened_at, known_at, open, high, low, close, volume, quote_volume FROM candles"
        " WHERE series_id = ? AND opened_at BETWEEN ? AND ? ORDER BY opened_at, known_at",
        (series_id, first, last),
    )
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
