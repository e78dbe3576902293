"""Schema changes are made once, by one process, or refused in words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.postgres.connecting import connected
from cryptodesk.documents.postgres.migrations import apply_migrations
from cryptodesk.storage.migrations import Migration

pytest.importorskip("asyncpg")

FIRST = Migration(1, "notes", ("CREATE TABLE notes (text text)",))
SECOND = Migration(2, "dates", ("ALTER TABLE notes ADD COLUMN day date", "INSERT INTO notes VALUES ('kept', NULL)"))


async def migrate(pool: Any, *steps: Migration) -> tuple[int, ...]:
    async with connected(pool) as connection:
        return await apply_migrations(connection, "notes", steps)


async def test_each_step_is_applied_once(postgres_pool: Any) -> None:
    assert await migrate(postgres_pool, FIRST) == (1,)
    assert await migrate(postgres_pool, FIRST, SECOND) == (2,)
    assert await migrate(postgres_pool, FIRST, SECOND) == ()
    assert await postgres_pool.fetchval("SELECT text FROM notes") == "kept"


async def test_of_many_that_start_at_once_one_applies_them(postgres_pool: Any) -> None:
    applied = await asyncio.gather(*(migrate(postgres_pool, FIRST, SECOND) for _ in range(8)))

    assert sorted(applied) == [()] * 7 + [(1, 2)]


async def test_a_step_that_fails_leaves_nothing_behind(postgres_pool: Any) -> None:
    broken = Migration(2, "broken", ("CREATE TABLE half (x integer)", "SELECT 1 / 0"))
    with pytest.raises(InternalError):
        await migrate(postgres_pool, FIRST, broken)

    assert await postgres_pool.fetchval("SELECT to_regclass('half') IS NULL AND to_regclass('notes') IS NULL")
    assert await migrate(postgres_pool, FIRST, SECOND) == (1, 2)


async def test_a_newer_schema_is_refused(postgres_pool: Any) -> None:
    await migrate(postgres_pool, FIRST, SECOND)

    with pytest.raises(InternalError, match=r"newer cryptodesk.*version 2, this program knows 1"):
        await migrate(postgres_pool, FIRST)


async def test_another_builds_schema_is_refused(postgres_pool: Any) -> None:
    await migrate(postgres_pool, FIRST)

    with pytest.raises(InternalError, match="as 'notes', this program has it as 'memos'"):
        await migrate(postgres_pool, Migration(1, "memos", ()))


async def test_versions_without_a_gap_are_asked_for(postgres_pool: Any) -> None:
    with pytest.raises(ValueError, match="without gaps"):
        await migrate(postgres_pool, SECOND)
