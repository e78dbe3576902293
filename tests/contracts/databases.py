"""Every database that stores are built on, empty, for the suites of their contracts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import Server, postgres_server

__all__ = ["database", "open_postgres", "postgres_server"]


async def open_postgres(server: Server) -> Database:
    """An empty schema of the server, open."""
    pytest.importorskip("asyncpg")
    from cryptodesk.storage.postgres.database import PostgresDatabase

    opened = PostgresDatabase(await server.new_schema())
    opened.open()
    return opened


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        opened: Database = SqliteDatabase(tmp_path / "desk.db")
        opened.open()
    else:
        opened = await open_postgres(request.getfixturevalue("postgres_server"))
    yield opened
    await opened.aclose()
