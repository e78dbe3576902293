"""The market tables of the SQLite file. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "market"

MIGRATIONS = (
    Migration(
        1,
        "candles",
        (
            # Ids are never used twice, so what was read of a replaced series cannot be taken for its successor.
            """
            CREATE TABLE candle_series (
                series_id INTEGER PRIMARY KEY AUTOINCREMENT,
                asset_id INTEGER NOT NULL,
                interval TEXT NOT NULL,
                source TEXT NOT NULL,
                instrument TEXT NOT NULL,
                quote_currency TEXT NOT NULL,
                mode TEXT NOT NULL,
                note TEXT,
                UNIQUE (asset_id, interval, source)
            )
            """,
            """
            CREATE TABLE candles (
                series_id INTEGER NOT NULL REFERENCES candle_series ON DELETE CASCADE,
                opened_at INTEGER NOT NULL,
                open REAL NOT NULL,
                high REAL NOT NULL,
                low REAL NOT NULL,
                close REAL NOT NULL,
                volume REAL NOT NULL,
                quote_volume REAL,
                PRIMARY KEY (series_id, opened_at)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE unpacked_snapshots (
                source TEXT PRIMARY KEY,
                version TEXT NOT NULL,
                fingerprint TEXT NOT NULL
            ) WITHOUT ROWID
            """,
        ),
    ),
)
