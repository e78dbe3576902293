"""Both databases with the tables of the market, for the suites of its stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cryptodesk.market.fetching.migrations import COMPONENT as SOURCES
from cryptodesk.market.fetching.migrations import MIGRATIONS as SOURCE_MIGRATIONS
from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import postgres_server
from tests.contracts.databases import open_postgres

__all__ = ["database", "postgres_server"]


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        opened: Database = SqliteDatabase(tmp_path / "desk.db")
        opened.open()
    else:
        opened = await open_postgres(request.getfixturevalue("postgres_server"))
    opened.migrate(COMPONENT, MIGRATIONS)
    opened.migrate(SOURCES, SOURCE_MIGRATIONS)
    yield opened
    await opened.aclose()
