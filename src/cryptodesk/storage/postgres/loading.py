"""Fills the empty tables of a PostgreSQL in one transaction, and reads back what it then has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, to_internal_error
from cryptodesk.storage.rowsum import RowSum
from cryptodesk.storage.shape import quoted

__all__ = ["Loading", "loading"]

_BEGIN = (
    "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)
# The key that all servers share while they are there (presence.py): having it alone means that there is none.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.cryptodesk.presence', 0))"
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), a.attidentity <> ''
FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_BATCH = 5_000


class Loading:
    """Within a transaction: nothing of it stays unless all does."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def is_served(self) -> bool:
        """Whether a server is at work on the database. Until the end, none can begin."""
        return not await self._connection.fetchval(_ALONE)

    async def lock(self, tables: Iterable[str]) -> None:
        """Whoever wants to write to them waits for the end."""
        names = ", ".join(map(quoted, tables))
        await self._connection.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")

    async def column_types(self, table: str) -> dict[str, str]:
        """By name; nothing where there is no such table."""
        return {row[0]: row[1] for row in await self._connection.fetch(_COLUMNS, quoted(table))}

    async def rows(self, table: str, columns: Sequence[str], most: int) -> list[tuple[Any, ...]]:
        """Some of its rows."""
        found = await self._connection.fetch(f"{_select(table, columns)} LIMIT {most:d}")
        return [tuple(row) for row in found]

    async def empty(self, table: str) -> None:
        await self._connection.execute(f"DELETE FROM {quoted(table)}")  # noqa: S608 - a quoted name

    async def add(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        await self._connection.copy_records_to_table(table, records=rows, columns=columns)

    async def sum_rows(self, table: str, columns: Sequence[str]) -> RowSum:
        """Of all that the table has."""
        total = RowSum()
        batch: list[Any] = []
        async for row in self._connection.cursor(_select(table, columns), prefetch=_BATCH):
            batch.append(row)
            if len(batch) == _BATCH:
                total.add(batch)
                batch.clear()
        total.add(batch)
        return total

    async def go_on_counting(self, table: str, highest: Mapping[str, int]) -> dict[str, int]:
        """The columns that number rows by themselves, each with the number that it gives next. It is behind all numbers
        of the table, and behind `highest`, where that says what was given away once."""
        nexts = {}
        for name, _, is_identity in await self._connection.fetch(_COLUMNS, quoted(table)):
            if not is_identity:
                continue
            held = await self._connection.fetchval(f"SELECT max({quoted(name)}) FROM {quoted(table)}")  # noqa: S608
            last = max(held or 0, highest.get(table, 0))
            nexts[name] = last + 1
            sequence = await self._connection.fetchval("SELECT pg_get_serial_sequence($1, $2)", quoted(table), name)
            await self._connection.fetchval("SELECT setval($1::text::regclass, $2, false)", sequence, last + 1)
        return nexts

    async def analyze(self, tables: Iterable[str]) -> None:
        for table in tables:
            await self._connection.execute(f"ANALYZE {quoted(table)}")


def _select(table: str, columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}"  # noqa: S608 - quoted names


@asynccontextmanager
async def loading(pool: Any, label: str) -> AsyncIterator[Loading]:
    """A transaction on a connection of the pool; committed at the end of the block. Raises: InternalError."""
    try:
        async with pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            await connection.execute(_BEGIN)
            yield Loading(connection)
    except InternalError:
        raise
    except DRIVER_ERRORS as error:
        raise to_internal_error(error, label) from error
