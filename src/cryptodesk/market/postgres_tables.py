"""The market tables as a PostgreSQL begins with them. History like the steps of `migrations`, and never edited.

Column by column the tables of the file, which became what they are in two steps; what the columns mean stands there.
Ids of assets, which are numbers and texts in a file, are texts."""

from __future__ import annotations

from cryptodesk.storage.dialect import to_postgres_schema

__all__ = ["TABLES_OF_STEP_2"]

TABLES_OF_STEP_2 = tuple(
    map(
        to_postgres_schema,
        (
            """
            CREATE TABLE unpacked_snapshots (
                source TEXT PRIMARY KEY,
                version TEXT NOT NULL,
                fingerprint TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE candle_series (
                series_id INTEGER PRIMARY KEY AUTOINCREMENT,
                asset_id TEXT NOT NULL,
                interval TEXT NOT NULL,
                source TEXT NOT NULL,
                instrument TEXT NOT NULL,
                quote_currency TEXT NOT NULL,
                mode TEXT NOT NULL,
                note TEXT,
                revision INTEGER NOT NULL DEFAULT 0,
                UNIQUE (asset_id, interval, source, instrument, quote_currency)
            )
            """,
            """
            CREATE TABLE candles (
                series_id INTEGER NOT NULL REFERENCES candle_series ON DELETE CASCADE,
                opened_at INTEGER NOT NULL,
                known_at INTEGER NOT NULL DEFAULT 0,
                open REAL NOT NULL,
                high REAL NOT NULL,
                low REAL NOT NULL,
                close REAL NOT NULL,
                volume REAL NOT NULL,
                quote_volume REAL,
                PRIMARY KEY (series_id, opened_at, known_at)
            )
            """,
            """
            CREATE TABLE metric_series (
                series_id INTEGER PRIMARY KEY AUTOINCREMENT,
                metric TEXT NOT NULL,
                entity TEXT NOT NULL,
                granularity TEXT NOT NULL,
                unit TEXT NOT NULL,
                source TEXT NOT NULL,
                mode TEXT NOT NULL,
                note TEXT,
                UNIQUE (entity, metric, granularity, unit, source)
            )
            """,
            """
            CREATE TABLE metric_points (
                series_id INTEGER NOT NULL REFERENCES metric_series ON DELETE CASCADE,
                at INTEGER NOT NULL,
                known_at INTEGER NOT NULL DEFAULT 0,
                value REAL NOT NULL,
                PRIMARY KEY (series_id, at, known_at)
            )
            """,
            """
            CREATE TABLE record_sets (
                set_id INTEGER PRIMARY KEY,
                kind TEXT NOT NULL,
                source TEXT NOT NULL,
                quote_currency TEXT NOT NULL,
                UNIQUE (kind, source, quote_currency)
            )
            """,
            """
            CREATE TABLE record_batches (
                batch_id INTEGER PRIMARY KEY AUTOINCREMENT,
                set_id INTEGER NOT NULL REFERENCES record_sets,
                is_list INTEGER NOT NULL,
                mode TEXT NOT NULL,
                first_as_of INTEGER NOT NULL,
                last_as_of INTEGER NOT NULL,
                visible_at INTEGER NOT NULL,
                records INTEGER NOT NULL
            )
            """,
            "CREATE INDEX record_batches_by_time ON record_batches (set_id, is_list, visible_at)",
            """
            CREATE TABLE record_pages (
                page_id INTEGER PRIMARY KEY,
                batch_id INTEGER NOT NULL REFERENCES record_batches ON DELETE CASCADE,
                body BLOB NOT NULL
            )
            """,
            "CREATE INDEX record_pages_by_batch ON record_pages (batch_id)",
            """
            CREATE TABLE record_keys (
                set_id INTEGER NOT NULL,
                entity TEXT NOT NULL,
                key TEXT NOT NULL,
                visible_at INTEGER NOT NULL,
                page_id INTEGER NOT NULL,
                position INTEGER NOT NULL,
                asset_id TEXT,
                PRIMARY KEY (set_id, entity, key, visible_at)
            )
            """,
            "CREATE INDEX record_keys_by_asset ON record_keys (set_id, asset_id) WHERE asset_id IS NOT NULL",
            """
            CREATE TABLE ingested_files (
                fingerprint TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                rows INTEGER NOT NULL,
                ingested_at INTEGER NOT NULL
            )
            """,
        ),
    )
)
