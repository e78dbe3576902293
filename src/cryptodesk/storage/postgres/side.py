"""What belongs to one event loop: its writers, one a part of the database, and its readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.storage.postgres.connecting import Connector
from cryptodesk.storage.postgres.readers import Readers
from cryptodesk.storage.postgres.writer import PostgresWriter, Wanted

__all__ = ["Side"]


class Side:
    """Used on its loop alone; connections are opened when they are first needed."""

    def __init__(self, connector: Connector, readers: int) -> None:
        self._connector = connector
        self._readers = Readers(connector, readers)
        self._writers: dict[str, PostgresWriter] = {}

    @property
    def transactions(self) -> int:
        return sum(writer.transactions for writer in self._writers.values())

    async def write(self, part: str, wanted: Wanted) -> Any:
        writer = self._writers.get(part)
        if writer is None:
            writer = self._writers[part] = PostgresWriter(self._connector, part)
        return await writer.write(wanted)

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        return await self._readers.fetch(sql, parameters)

    async def close(self) -> None:
        """Commits what waits, then ends all connections."""
        for writer in self._writers.values():
            await writer.close()
        await self._readers.close()

    def break_off(self) -> None:
        """Ends all connections at once. What waits is not written."""
        for writer in self._writers.values():
            writer.break_off()
        self._readers.break_off()
