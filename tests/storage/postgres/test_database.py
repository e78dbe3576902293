"""What the PostgreSQL driver keeps to beside the contract of every database (tests/contracts/test_database.py)."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.database import Connection
from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase
from tests.clients.postgres import Server

INSERT = "INSERT INTO coins (name) VALUES (?)"
COUNT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cryptodesk' AND datname = current_database()"


@pytest.fixture
async def outsider(postgres_dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(postgres_dsn)
    yield connection
    await connection.close()


async def test_no_more_connections_read_than_may(postgres_dsn: str, outsider: Any) -> None:
    before = await outsider.fetchval(COUNT)
    opened = PostgresDatabase(postgres_dsn, PostgresOptions(pool=3))
    opened.open()
    await asyncio.gather(*(opened.fetch("SELECT pg_sleep(0.001)") for _ in range(40)))
    assert await outsider.fetchval(COUNT) - before == 3
    await opened.write(lambda connection: None)
    opened.read("SELECT 1")
    opened.write_blocking(lambda connection: None)
    assert await outsider.fetchval(COUNT) - before == 6
    await opened.aclose()
    assert await outsider.fetchval(COUNT) == before


async def test_parts_write_side_by_side_and_each_in_turn(database: PostgresDatabase) -> None:
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(connection: Connection) -> None:
        connection.execute(INSERT, ("held",))
        loop.call_soon_threadsafe(has_begun.set)
        asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(10)

    holding = asyncio.ensure_future(database.apart("documents").write(hold))
    await has_begun.wait()
    await database.write(lambda connection: connection.execute(INSERT, ("free",)))
    same = asyncio.ensure_future(database.apart("documents").execute(INSERT, ("after",)))
    assert await database.fetch("SELECT name FROM coins") == [("free",)]
    may_end.set()
    await asyncio.gather(holding, same)
    assert len(await database.fetch("SELECT name FROM coins")) == 3


async def test_a_writer_that_stopped_in_its_transaction_is_said_to_hold_the_others_up(
    postgres_dsn: str, database: PostgresDatabase, outsider: Any
) -> None:
    hasty = PostgresDatabase(postgres_dsn, PostgresOptions(lock_seconds=0.05))
    hasty.open()
    key = "hashtextextended(current_schema() || '.cryptodesk.desk', 0)"
    await outsider.execute(f"SELECT pg_advisory_lock({key})")
    with pytest.raises(InternalError, match="locked by another process that does not finish"):
        await hasty.execute(INSERT, ("late",))
    await outsider.execute(f"SELECT pg_advisory_unlock({key})")
    await hasty.execute(INSERT, ("then",))
    assert await database.fetch("SELECT name FROM coins") == [("then",)]
    await hasty.aclose()


async def test_a_transaction_that_was_left_open_is_ended_by_the_server(database: PostgresDatabase) -> None:
    found = await database.write(
        lambda connection: connection.execute(
            "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout'), "
            "current_setting('statement_timeout'), current_setting('transaction_isolation')"
        ).fetchall()
    )
    assert found == [("5s", "10s", "30s", "read committed")]


async def test_a_statement_that_takes_too_long_is_said_so_and_the_next_works(postgres_dsn: str) -> None:
    hasty = PostgresDatabase(postgres_dsn, PostgresOptions(statement_seconds=0.05))
    hasty.open()
    with pytest.raises(InternalError, match="did not answer in time"):
        await hasty.fetch("SELECT pg_sleep(30)")
    with pytest.raises(InternalError, match="did not answer in time"):
        await hasty.execute("SELECT pg_sleep(30)")
    assert await hasty.fetch("SELECT 1") == [(1,)]
    await hasty.aclose()


async def test_an_action_that_hides_a_failure_writes_nothing_and_is_told_so(database: PostgresDatabase) -> None:
    def hide(connection: Connection) -> None:
        connection.execute(INSERT, ("half",))
        with contextlib.suppress(asyncpg.PostgresError):
            connection.execute("SELECT nothing FROM nowhere")

    with pytest.raises(InternalError, match="undid a transaction in which something failed"):
        await database.write(hide)
    assert await database.fetch("SELECT * FROM coins") == []


async def test_behind_a_pooler_nothing_is_left_in_a_session(postgres_dsn: str, database: PostgresDatabase) -> None:
    async with asyncio.timeout(20):
        pooled = PostgresDatabase(postgres_dsn, PostgresOptions(pool=1, through_pooler=True))
        pooled.open()
        for n in range(3):
            await pooled.execute(INSERT, (f"coin {n}",))
            batch = pooled.batch()
            batch.add(INSERT, (f"batch {n}",))
            await batch.commit()
        assert len(await pooled.fetch("SELECT name FROM coins")) == 6
        left = "SELECT count(*) FROM pg_prepared_statements"
        assert await pooled.fetch(left) == [(0,)]
        assert (await pooled.execute(left)).fetchall() == [(0,)]
        assert await pooled.fetch("SELECT pg_current_xact_id_if_assigned()::text, now() = statement_timestamp()") == [
            (None, False)
        ]
        await pooled.aclose()


async def test_a_change_of_a_table_by_another_version_is_lived_through(
    database: PostgresDatabase, outsider: Any
) -> None:
    await database.execute(INSERT, ("a",))
    assert await database.fetch("SELECT * FROM coins") == [("a",)]
    assert (await database.execute("SELECT * FROM coins")).fetchall() == [("a",)]
    await outsider.execute("ALTER TABLE coins ADD COLUMN rank bigint")
    assert await database.fetch("SELECT * FROM coins") == [("a", None)]
    assert (await database.execute("SELECT * FROM coins")).fetchall() == [("a", None)]
    await database.execute(INSERT, ("b",))


async def test_marks_of_writers_that_closed_are_gone(postgres_dsn: str, database: PostgresDatabase) -> None:
    await database.execute(INSERT, ("a",))
    before = await database.fetch("SELECT count(*) FROM write_marks")
    other = PostgresDatabase(postgres_dsn)
    other.open()
    await other.execute(INSERT, ("b",))
    assert await database.fetch("SELECT count(*) FROM write_marks") != before
    await other.aclose()
    assert await database.fetch("SELECT count(*) FROM write_marks") == before


# -- what an operator may have set wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "wrong", "words"),
    [
        ("/postgres[?]", "/nowhere?", "does not exist on its server: create it"),
        ("postgres:@", "nobody:pass-word@", "refused the user or its password: check DATABASE_URL"),
        ("host=", "host=/nowhere", "cannot be reached: check its address in DATABASE_URL"),
        ("search_path=.*", "search_path=nowhere", "no schema has been selected"),
        ("search_path=.*", "colour=blue", "unrecognized configuration parameter"),
    ],
)
def test_a_wrong_database_is_said_in_words_that_help(postgres_dsn: str, pattern: str, wrong: str, words: str) -> None:
    url, changes = re.subn(pattern, wrong, postgres_dsn)
    assert changes == 1
    database = PostgresDatabase(url, PostgresOptions(connect_seconds=0.2))
    with pytest.raises(InternalError, match=words) as caught:
        database.open()
    assert "pass-word" not in str(caught.value)
    with pytest.raises(InternalError, match="is not open"):
        database.read("SELECT 1")


async def test_a_server_without_room_says_what_to_raise(postgres_server: Server, postgres_dsn: str) -> None:
    outsider = await asyncpg.connect(postgres_dsn)
    try:
        await outsider.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        crowded = PostgresDatabase(
            postgres_dsn.replace("postgres:@", "crowded:@"), PostgresOptions(connect_seconds=0.2)
        )
        with pytest.raises(InternalError, match="has no connection left: raise max_connections"):
            crowded.open()
    finally:
        await outsider.execute("DROP ROLE IF EXISTS crowded")
        await outsider.close()


async def test_a_user_who_may_not_make_tables_is_told_so(postgres_dsn: str) -> None:
    outsider = await asyncpg.connect(postgres_dsn)
    try:
        await outsider.execute("CREATE ROLE guest LOGIN")
        guest = PostgresDatabase(postgres_dsn.replace("postgres:@", "guest:@"))
        with pytest.raises(InternalError, match="may not do: grant it"):
            guest.open()
    finally:
        await outsider.execute("DROP ROLE IF EXISTS guest")
        await outsider.close()


async def test_a_database_that_is_read_only_says_so(database: PostgresDatabase) -> None:
    await database.execute(INSERT, ("a",))
    with pytest.raises(InternalError, match="is read-only: a standby cannot be written"):
        await database.write(_write_as_a_standby)
    await database.execute(INSERT, ("b",))


def _write_as_a_standby(connection: Connection) -> None:
    connection.execute("SET TRANSACTION READ ONLY")
    connection.execute(INSERT, ("never",))
