"""The server ends connections, restarts, or answers a commit with silence: the next request works, and nothing that was
acknowledged is lost or written twice."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.database import Connection, StatementBatch
from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase
from tests.clients.postgres import Server
from tests.storage.postgres.proxy import Proxy, proxied

INSERT = "INSERT INTO coins (name) VALUES (?)"
KILL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name = 'cryptodesk' AND pid <> pg_backend_pid()
"""


def insert(database: PostgresDatabase, *names: str) -> StatementBatch:
    batch = database.batch()
    for name in names:
        batch.add(INSERT, (name,))
    return batch


async def names(database: PostgresDatabase) -> list[str]:
    return [name for (name,) in await database.fetch("SELECT name FROM coins ORDER BY name")]


async def kill_all(dsn: str) -> int:
    """How many connections of the program were ended."""
    connection = await asyncpg.connect(dsn)
    try:
        count: int = await connection.fetchval(KILL)
        return count
    finally:
        await connection.close()


async def test_after_all_connections_were_killed_the_next_request_works(
    database: PostgresDatabase, postgres_dsn: str
) -> None:
    await insert(database, "a").commit()
    database.read("SELECT 1")
    await asyncio.gather(*(names(database) for _ in range(4)))
    for n in range(3):
        assert await kill_all(postgres_dsn) >= 3
        await insert(database, f"b{n}").commit()
        assert f"b{n}" in await names(database)
        assert database.read("SELECT count(*) FROM coins") == [(n + 2,)]
        assert database.write_blocking(lambda connection: connection.execute(INSERT, ("c",)).rowcount) == 1
        await database.write(lambda connection: connection.execute("DELETE FROM coins WHERE name = 'c'"))


async def test_a_read_gets_through_however_many_dead_connections_lie_ready(database: PostgresDatabase) -> None:
    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.01)") for _ in range(4)))
    # Read without the loop, which has heard nothing of their end when it reads next.
    assert database.read(KILL)[0][0] >= 4
    assert await names(database) == []


async def test_a_transaction_whose_connection_is_killed_half_way_is_run_again(
    database: PostgresDatabase, postgres_dsn: str
) -> None:
    runs = []

    def write_half_and_die(connection: Connection) -> int:
        runs.append(1)
        connection.execute(INSERT, ("half",))
        if len(runs) == 1:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return len(runs)

    assert await database.write(write_half_and_die) == 2
    assert await names(database) == ["half"]


async def test_a_transaction_that_cannot_serialise_or_locks_crosswise_is_run_again(database: PostgresDatabase) -> None:
    runs = []

    def fail_once(connection: Connection) -> None:
        runs.append(1)
        connection.execute(INSERT, ("a",))
        if len(runs) == 1:
            connection.execute("DO $$ BEGIN RAISE EXCEPTION 'crosswise' USING ERRCODE = '40P01'; END $$")

    await database.write(fail_once)
    assert (len(runs), await names(database)) == (2, ["a"])


async def test_what_always_fails_so_is_given_up_and_said(database: PostgresDatabase) -> None:
    runs = []

    def fail(connection: Connection) -> None:
        runs.append(1)
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'never' USING ERRCODE = '40001'; END $$")

    with pytest.raises(InternalError, match="never"):
        await database.write(fail)
    assert len(runs) == 4
    await insert(database, "a").commit()


# -- a commit that is not answered -------------------------------------------------------------------------------------


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cd-") as folder:  # a socket's path must be short
        yield Path(folder)


@pytest.fixture
async def proxy(postgres_dsn: str, socket_folder: Path) -> AsyncIterator[Proxy]:
    async with proxied(postgres_dsn, socket_folder) as way:
        yield way


@pytest.fixture
async def far(database: PostgresDatabase, proxy: Proxy) -> AsyncIterator[PostgresDatabase]:
    """The same database, by way of the proxy."""
    away = PostgresDatabase(proxy.dsn, PostgresOptions(pool=2, connect_seconds=1.0, statement_seconds=5.0))
    await asyncio.to_thread(away.open)
    yield away
    await away.aclose()


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_commit_without_an_answer_is_looked_up_and_written_exactly_once(
    database: PostgresDatabase, far: PostgresDatabase, proxy: Proxy, cut: str
) -> None:
    await insert(far, "warm").commit()
    proxy.cut = cut  # type: ignore[assignment]
    await asyncio.gather(*(insert(far, f"coin {n}").commit() for n in range(20)))
    assert proxy.cut is None
    assert await names(database) == sorted(["warm", *(f"coin {n}" for n in range(20))])


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_the_first_commit_of_a_process_is_looked_up_too(
    database: PostgresDatabase, far: PostgresDatabase, proxy: Proxy, cut: str
) -> None:
    proxy.cut = cut  # type: ignore[assignment]
    await insert(far, "bitcoin").commit()
    assert (proxy.cut, await names(database)) == (None, ["bitcoin"])


async def test_where_it_cannot_be_looked_up_the_caller_is_told_so(
    database: PostgresDatabase, far: PostgresDatabase, proxy: Proxy
) -> None:
    await insert(far, "warm").commit()
    proxy.cut = "after"
    writing = asyncio.ensure_future(insert(far, "bitcoin").commit())
    await proxy.was_cut.wait()
    proxy.refuses = True
    with pytest.raises(InternalError, match="whether it took place could not be found out"):
        await writing
    proxy.refuses = False
    await insert(far, "ethereum").commit()
    assert await names(database) == ["bitcoin", "ethereum", "warm"]


async def test_an_unreachable_server_is_said_without_a_long_wait_once_it_is_known(
    far: PostgresDatabase, proxy: Proxy, postgres_dsn: str
) -> None:
    await insert(far, "warm").commit()
    proxy.refuses = True
    await kill_all(postgres_dsn)
    loop = asyncio.get_running_loop()
    with pytest.raises(InternalError, match="ended the connection"):
        await names(far)
    begun = loop.time()
    for _ in range(50):
        with pytest.raises(InternalError, match="ended the connection"):
            await insert(far, "lost").commit()
    assert loop.time() - begun < 50, "each of them waited for the whole second"
    proxy.refuses = False
    assert await names(far) == ["warm"]


# -- a server that restarts --------------------------------------------------------------------------------------------


async def test_requests_go_on_over_a_restart_of_the_server_and_none_is_lost(
    database: PostgresDatabase, postgres_server: Server
) -> None:
    acknowledged: list[str] = []
    refused: list[str] = []
    is_over, has_come = asyncio.Event(), asyncio.Condition()

    async def come(count: int) -> None:
        async with has_come:
            await has_come.wait_for(lambda: len(acknowledged) >= count)

    async def write_on(writer: int) -> None:
        number = 0
        while not is_over.is_set():
            name = f"{writer}-{number:06d}"
            number += 1
            try:
                await insert(database, name).commit()
            except InternalError:
                refused.append(name)
            else:
                async with has_come:
                    acknowledged.append(name)
                    has_come.notify_all()
            await names(database)

    async def restart() -> None:
        await come(20)
        await asyncio.to_thread(postgres_server.halt)
        await asyncio.to_thread(postgres_server.start_again)
        await come(len(acknowledged) + 20)
        is_over.set()

    await asyncio.gather(restart(), *(write_on(writer) for writer in range(4)))
    found = await names(database)
    assert sorted(acknowledged) == found
    assert len(set(found)) == len(found)
    assert not refused, "the server was away for less than the patience of ten seconds"
