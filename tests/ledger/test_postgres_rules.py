"""What PostgreSQL is taught for the ledger: to write texts as SQLite does, and to keep its books from wherever it is
asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from tests.clients.postgres import Server
from tests.contracts.databases import open_postgres
from tests.ledger.support import a_charge, columns_of, record

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@pytest.mark.parametrize("text", ["", "plain", "ä ₿ 🪙", "back\\slash|bar'quote", "\x01\x7f", None])
async def test_a_text_is_written_as_sqlite_writes_it(database: Database, text: str | None) -> None:
    with closing(sqlite3.connect(":memory:")) as lite:
        expected = lite.execute("SELECT hex(?)", (text,)).fetchall()
    assert await database.fetch("SELECT hex(CAST(? AS TEXT))", (text,)) == expected


async def test_a_schema_that_has_such_a_function_is_refused_before_anything_depends_on_it(
    database: Database, postgres_server: Server
) -> None:
    other = await open_postgres(postgres_server)
    try:
        await other.execute("CREATE FUNCTION hex(text) RETURNS text LANGUAGE sql AS 'SELECT $1'")
        with pytest.raises(InternalError, match='function "hex" already exists'):
            other.migrate(COMPONENT, MIGRATIONS)
        assert await other.fetch("SELECT max(version) FROM schema_migrations WHERE component = ?", (COMPONENT,)) == [
            (5,)
        ]
        assert await other.fetch("SELECT hex('kept')") == [("kept",)]
    finally:
        await other.aclose()


async def test_a_position_is_that_of_the_books_own_schema_whoever_asks(
    database: Database, postgres_server: Server
) -> None:
    """As where a backup is restored, or an operator looks in from another schema."""
    await record(database, a_charge("r1", "1"), a_charge("r2", "1"))
    ((schema,),) = await database.fetch("SELECT current_schema()")
    names = ", ".join(columns_of(database, "ledger_entries")[2:])
    dsn = postgres_server.dsn()
    assert "search_path" not in parse_qs(urlsplit(dsn).query)
    asyncpg = pytest.importorskip("asyncpg")
    connection = await asyncpg.connect(dsn)
    try:
        table = f"{schema}.ledger_entries"
        insert = f"INSERT INTO {table} (entry_id, {names}) SELECT $1, {names} FROM {table} WHERE position = 1"
        await connection.execute(insert, "r3:0:charge")
        with pytest.raises(asyncpg.UniqueViolationError, match="an entry of this id is there already"):
            await connection.execute(insert, "r3:0:charge")
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="an entry is never deleted"):
            await connection.execute(f"DELETE FROM {table}")
    finally:
        await connection.close()
    assert await database.fetch("SELECT max(position), count(*) FROM ledger_entries") == [(3, 3)]
