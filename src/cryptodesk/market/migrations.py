"""The market tables. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.market.postgres_tables import TABLES_OF_STEP_2
from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "market"

# How often each area of the data was changed, so that processes know when what they remember is out of date.
_CHANGES = """
CREATE TABLE market_changes (
    area TEXT PRIMARY KEY,
    changes INTEGER NOT NULL
) WITHOUT ROWID
"""

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
        # No PostgreSQL ever held the tables of the first step: it begins with those of the second.
        postgres=(),
    ),
    Migration(
        2,
        "records, metric series and revised candles",
        (
            # One source may hold an asset in several currencies, and a candle may be corrected later. `revision` counts
            # the changes of a series, so that any process sees that what it holds in memory is out of date.
            """
            CREATE TABLE revised_series (
                series_id INTEGER PRIMARY KEY AUTOINCREMENT,
                asset_id NOT NULL,
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
            # `known_at` 0 is the candle's own close; a later row of the same candle is a correction.
            """
            CREATE TABLE revised_candles (
                series_id INTEGER NOT NULL REFERENCES revised_series ON DELETE CASCADE,
                opened_at INTEGER NOT NULL,
                known_at INTEGER NOT NULL DEFAULT 0,
                open REAL NOT NULL,
                high REAL NOT NULL,
                low REAL NOT NULL,
                close REAL NOT NULL,
                volume REAL NOT NULL,
                quote_volume REAL,
                PRIMARY KEY (series_id, opened_at, known_at)
            ) WITHOUT ROWID
            """,
            """
            INSERT INTO revised_series
            SELECT series_id, asset_id, interval, source, instrument, quote_currency, mode, note, 0 FROM candle_series
            """,
            """
            INSERT INTO revised_candles
            SELECT series_id, opened_at, 0, open, high, low, close, volume, quote_volume FROM candles
            """,
            # The candles go first: dropping their series would delete them one by one.
            "DROP TABLE candles",
            "DROP TABLE candle_series",
            "ALTER TABLE revised_series RENAME TO candle_series",
            "ALTER TABLE revised_candles RENAME TO candles",
            # An earlier unpacking left the shipped funding out.
            "DELETE FROM unpacked_snapshots",
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
            # `known_at` 0 is the end of the point's bucket.
            """
            CREATE TABLE metric_points (
                series_id INTEGER NOT NULL REFERENCES metric_series ON DELETE CASCADE,
                at INTEGER NOT NULL,
                known_at INTEGER NOT NULL DEFAULT 0,
                value REAL NOT NULL,
                PRIMARY KEY (series_id, at, known_at)
            ) WITHOUT ROWID
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
            # What was saved at once. Times are microseconds; a batch is visible once all its records are.
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
            # Records are packed some at a time: a list takes a fifth of the room, and is read in fewer steps.
            """
            CREATE TABLE record_pages (
                page_id INTEGER PRIMARY KEY,
                batch_id INTEGER NOT NULL REFERENCES record_batches ON DELETE CASCADE,
                body BLOB NOT NULL
            )
            """,
            "CREATE INDEX record_pages_by_batch ON record_pages (batch_id)",
            # `key` is empty where it is the entity, `asset_id` is null where it is. The primary key leads to the newest
            # visible record of each key without touching a page. A set's keys are only ever removed all together.
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
            ) WITHOUT ROWID
            """,
            # Which files were taken in already, by their content and how they were read.
            """
            CREATE TABLE ingested_files (
                fingerprint TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                rows INTEGER NOT NULL,
                ingested_at INTEGER NOT NULL
            ) WITHOUT ROWID
            """,
            "CREATE INDEX record_keys_by_asset ON record_keys (set_id, asset_id) WHERE asset_id IS NOT NULL",
        ),
        postgres=TABLES_OF_STEP_2,
    ),
    Migration(3, "counted changes", (_CHANGES,)),
)
