"""The ledger's tables, empty, in every database: each test that asks for `database` runs over all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.contracts.databases import open_postgres, postgres_server

__all__ = ["database", "postgres_server"]


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        opened: Database = SqliteDatabase(tmp_path / "desk.db")
        opened.open()
    else:
        opened = await open_postgres(request.getfixturevalue("postgres_server"))
    opened.migrate(COMPONENT, MIGRATIONS)
    yield opened
    await opened.aclose()
