"""The day's calls in SQLite: counts are added to, so that several processes share one budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["SqliteCallStore"]

_KEPT_DAYS = 90

_ADD = """
INSERT INTO source_calls (day, source, units) VALUES (?, ?, ?)
ON CONFLICT (day, source) DO UPDATE SET units = units + excluded.units
RETURNING units
"""


class SqliteCallStore:
    """`_budget.CallStore` over the table of `_migrations`. Days older than three months are dropped."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def load(self, day: str, source: str) -> int:
        rows = self._database.read("SELECT units FROM source_calls WHERE day = ? AND source = ?", (day, source))
        return int(rows[0][0]) if rows else 0

    async def add(self, day: str, units: Mapping[str, int]) -> Mapping[str, int]:
        oldest = (date.fromisoformat(day) - timedelta(days=_KEPT_DAYS)).isoformat()

        def write(connection: sqlite3.Connection) -> dict[str, int]:
            connection.execute("DELETE FROM source_calls WHERE day < ?", (oldest,))
            return {
                source: int(connection.execute(_ADD, (day, source, count)).fetchone()[0])
                for source, count in units.items()
            }

        return await self._database.write(write)
