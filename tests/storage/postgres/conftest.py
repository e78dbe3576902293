"""The fixtures of a real server, for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clients.postgres import postgres_dsn, postgres_server

pytest.importorskip("asyncpg")

from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase

__all__ = ["database", "postgres_dsn", "postgres_server"]

OPTIONS = PostgresOptions(pool=4, connect_seconds=10.0)


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[PostgresDatabase]:
    """With an empty table `coins`."""
    opened = PostgresDatabase(postgres_dsn, OPTIONS)
    opened.open()
    opened.write_blocking(lambda connection: connection.execute("CREATE TABLE coins (name text UNIQUE)"))
    yield opened
    await opened.aclose()
