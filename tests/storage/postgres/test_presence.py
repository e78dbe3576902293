"""Whether a server is alone on its database, on whatever machine the others are."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from cryptodesk.storage.postgres import presence
from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests runs for longer than it takes to know."""
    monkeypatch.setattr(presence, "_SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(presence, "_LOOK_SECONDS", 0.01)


@pytest.fixture
def second(postgres_dsn: str, database: PostgresDatabase) -> PostgresDatabase:
    return PostgresDatabase(postgres_dsn)


def test_the_first_server_is_alone_and_the_second_is_not(database: PostgresDatabase, second: PostgresDatabase) -> None:
    with second, database.presence() as first:
        assert first.is_sole
        with second.presence() as other:
            assert not other.is_sole
        assert first.is_sole
    assert not first.is_sole


def test_after_leaving_the_next_is_alone(database: PostgresDatabase, second: PostgresDatabase) -> None:
    with database.presence():
        pass
    with second, second.presence() as other:
        assert other.is_sole


async def test_a_lock_that_is_lost_with_its_connection_is_taken_again(
    database: PostgresDatabase, second: PostgresDatabase, postgres_dsn: str
) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
    try:
        with database.presence():
            before = await connection.fetchval(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
            )
            assert await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", before)
            async with asyncio.timeout(10):
                while await connection.fetchval(held) == 0:
                    pass
            with second, second.presence() as other:
                assert not other.is_sole
    finally:
        await connection.close()


def test_soon_after_the_database_started_nobody_is_known_to_be_alone(
    database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "_SETTLED_SECONDS", 1e9)
    with database.presence() as first:
        assert not first.is_sole


def test_behind_a_pooler_nobody_is_known_to_be_alone(postgres_dsn: str, database: PostgresDatabase) -> None:
    with PostgresDatabase(postgres_dsn, PostgresOptions(through_pooler=True)) as pooled, pooled.presence() as first:
        assert not first.is_sole
