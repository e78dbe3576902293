"""The tables of the source client. An applied step is history and never edited."""

from __future__ import annotations

from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS"]

COMPONENT = "market_sources"

MIGRATIONS = (
    Migration(
        1,
        "calls a day",
        (
            """
            CREATE TABLE source_calls (
                day TEXT NOT NULL,
                source TEXT NOT NULL,
                units INTEGER NOT NULL,
                PRIMARY KEY (day, source)
            ) WITHOUT ROWID
            """,
        ),
    ),
)
