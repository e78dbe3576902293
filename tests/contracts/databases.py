"""Every database that stores are built on, empty, for the suites of their contracts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import Server, postgres_server

__all__ = ["OtherProcess", "database", "open_postgres", "postgres_server"]

_OPENED = """
def opened(where):
    if where.startswith("postgresql:"):
        from cryptodesk.storage.postgres.database import PostgresDatabase as Database
    else:
        from cryptodesk.storage.sqlite import SqliteDatabase as Database
    database = Database(where)
    database.open()
    return database
"""


class OtherProcess:
    """Runs `program` on the same database. It has `opened(where)`, where stands in its first argument, and waits on
    its standard input for the word to go on."""

    def __init__(self, program: str, database: Database, *arguments: object) -> None:
        command = [sys.executable, "-c", _OPENED + program, _where(database), *map(str, arguments)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def _where(database: Database) -> str:
    if isinstance(database, SqliteDatabase):
        return str(database.path)
    dsn: str = database._connector._address.dsn  # type: ignore[attr-defined]
    return dsn


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
