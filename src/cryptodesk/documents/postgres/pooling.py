"""The pool of the index: its own connections, and what they need where a pooler lets sessions be shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

__all__ = ["MakesPools", "SharedSessions", "open_pool"]

# One writes, one holds a lock behind a pooler, the others search.
_LEAST = 3


class MakesPools(Protocol):
    async def create_pool(self, most: int) -> Any:
        """A pool of asyncpg for the running loop, closed by its owner."""
        ...


async def open_pool(database: MakesPools, most: int, *, are_sessions_shared: bool) -> Any:
    """A pool of up to `most` connections, opened when they are needed; closed by the caller."""
    pool = await database.create_pool(max(most, _LEAST))
    return SharedSessions(pool) if are_sessions_shared else pool


class SharedSessions:
    """A pool behind a pooler that gives a session to whoever has a transaction. Nothing is asked outside of one: a
    statement takes two messages, and the second might reach another session."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def acquire(self, *, timeout: float) -> _Within:  # noqa: ASYNC109 - the driver's own word
        return _Within(await self._pool.acquire(timeout=timeout))

    async def release(self, connection: _Within) -> None:
        await self._pool.release(connection.raw)

    async def close(self) -> None:
        await self._pool.close()

    def terminate(self) -> None:
        self._pool.terminate()


class _Within:
    """A connection whose statements are always within a transaction."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def transaction(self, **given: Any) -> Any:
        return self.raw.transaction(**given)

    def is_closed(self) -> bool:
        closed: bool = self.raw.is_closed()
        return closed

    async def execute(self, sql: str, *given: Any) -> Any:
        return await self._run("execute", sql, *given)

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Any:
        return await self._run("executemany", sql, rows)

    async def fetch(self, sql: str, *given: Any) -> Any:
        return await self._run("fetch", sql, *given)

    async def fetchrow(self, sql: str, *given: Any) -> Any:
        return await self._run("fetchrow", sql, *given)

    async def fetchval(self, sql: str, *given: Any) -> Any:
        return await self._run("fetchval", sql, *given)

    async def copy_records_to_table(self, table: str, *, records: Iterable[Sequence[Any]]) -> Any:
        return await self.raw.copy_records_to_table(table, records=records)

    async def _run(self, name: str, sql: str, *given: Any) -> Any:
        if self.raw.is_in_transaction():
            return await getattr(self.raw, name)(sql, *given)
        async with self.raw.transaction(isolation="read_committed"):
            return await getattr(self.raw, name)(sql, *given)
