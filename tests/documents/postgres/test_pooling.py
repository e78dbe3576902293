"""Behind a pooler: nothing is left in a session, and nothing asked outside of a transaction."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.documents.postgres.connecting import alone, connected
from cryptodesk.documents.postgres.pooling import SharedSessions, open_pool
from cryptodesk.documents.query import DocumentQuery
from tests.documents.index.fixtures import document
from tests.documents.postgres.fixtures import found, open_index

asyncpg = pytest.importorskip("asyncpg")

SESSION_LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
DOCUMENTS = [document(0, "A validator that signs two blocks at one height is slashed.")]


class Watched:
    """A pool whose connections tell what was asked of them outside of a transaction."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.outside: list[str] = []

    async def acquire(self, **given: Any) -> Any:
        return Noting(await self._pool.acquire(**given), self.outside)

    async def release(self, connection: Noting) -> None:
        await self._pool.release(connection.raw)


class Noting:
    def __init__(self, raw: Any, outside: list[str]) -> None:
        self.raw = raw
        self._outside = outside

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("fetch", "execute", "copy")) and not self.raw.is_in_transaction():
            self._outside.append(name)
        return getattr(self.raw, name)


async def test_an_index_asks_nothing_outside_of_a_transaction(postgres_pool: Any) -> None:
    watched = Watched(postgres_pool)
    async with open_index(SharedSessions(watched), DOCUMENTS) as index:
        await index.apply([document(90, "The zebracoin halves on Sundays.")])
        assert found(await index.search(DocumentQuery(text="zebracoin")))[0] == "d90"
        await index.rebuild()
        assert (set(await index.contents()), await index.count()) == ({"d0"}, 1)
    assert watched.outside == []


async def test_one_builds_at_a_time_and_leaves_no_lock_in_the_session(postgres_pool: Any) -> None:
    shared, order = SharedSessions(postgres_pool), []

    async def build(name: str) -> None:
        async with connected(shared) as connection, alone(shared, connection, "test"):
            order.append(name)
            await asyncio.sleep(0)
            assert await connection.fetchval(SESSION_LOCKS) == 0
            order.append(name)

    await asyncio.gather(build("a"), build("b"))
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


async def test_a_pool_is_never_too_small_for_a_lock_beside_the_work(postgres_pool: Any) -> None:
    class Makes:
        async def create_pool(self, most: int) -> int:
            return most

    assert await open_pool(Makes(), 1, are_sessions_shared=False) == 3
    assert isinstance(await open_pool(Makes(), 8, are_sessions_shared=True), SharedSessions)
