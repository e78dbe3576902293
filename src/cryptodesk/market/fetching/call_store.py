"""The day's calls in the database: counts are added to, so that several processes share one budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from cryptodesk.storage.database import Connection, Database

__all__ = ["DatabaseCallStore"]

_KEPT_DAYS = 90
# Beside everything else, so that counting waits for no file that is being taken in.
_PART = "market_sources"

_ADD = """
INSERT INTO source_calls (day, source, units) VALUES (?, ?, ?)
ON CONFLICT (day, source) DO UPDATE SET units = source_calls.units + excluded.units
RETURNING units
"""


class DatabaseCallStore:
    """`budget.CallStore` over the table of `migrations`. Days older than three months are dropped."""

    def __init__(self, database: Database) -> None:
        self._database = database.apart(_PART)

    async def load(self, day: str) -> Mapping[str, int]:
        return dict(await self._database.fetch("SELECT source, units FROM source_calls WHERE day = ?", (day,)))

    async def add(self, day: str, units: Mapping[str, int]) -> Mapping[str, int]:
        oldest = (date.fromisoformat(day) - timedelta(days=_KEPT_DAYS)).isoformat()

        def write(connection: Connection) -> dict[str, int]:
            connection.execute("DELETE FROM source_calls WHERE day < ?", (oldest,))
            return {
                source: int(connection.execute(_ADD, (day, source, count)).fetchone()[0])
                for source, count in units.items()
            }

        return await self._database.write(write)
