"""A server process is killed, or a connection cut, in the middle of a transaction that many runs share: what was told
is there, once, and the books are whole."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.money import Budget
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.seals import BOOKS, Sealer, verify
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Connection, Database
from tests.clients.postgres import Server, start_server
from tests.ledger.support import NOW, MovableClock, a_charge, most_at_once, settle, wants
from tests.storage.postgres.proxy import Proxy, proxied

pytest.importorskip("asyncpg")

from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

OPTIONS = PostgresOptions(pool=2, connect_seconds=20.0)
RUNS = 40


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One of its own, because all of its sessions end with the one that is killed. What it says is committed has left
    its process."""
    try:
        started = start_server(("fsync = off",))
    except ImportError as error:
        pytest.skip(f"there is no PostgreSQL to test with: {error}")
    yield started
    started.stop()


@pytest.fixture
async def dsn(server: Server) -> str:
    return await server.new_schema()


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    with PostgresDatabase(dsn) as migrating:
        migrating.migrate(COMPONENT, MIGRATIONS)
    opened = PostgresDatabase(dsn, OPTIONS)
    opened.open()
    yield opened
    await opened.aclose()


@pytest.fixture
async def proxy(dsn: str) -> AsyncIterator[Proxy]:
    with tempfile.TemporaryDirectory(prefix="cd-") as folder:  # a socket's path must be short
        async with proxied(dsn, Path(folder)) as way:
            yield way


@pytest.fixture
async def far(database: Database, proxy: Proxy) -> AsyncIterator[Database]:
    """The same database, by way of the proxy."""
    away = PostgresDatabase(proxy.dsn, OPTIONS)
    await asyncio.to_thread(away.open)
    yield away
    await away.aclose()


async def run(database: Database, desk: HoldDesk, number: int) -> str:
    wanted = wants(f"r{number}", "0.02")
    hold = await desk.reserve(wanted)
    await settle(database, desk, wanted, hold, a_charge(wanted.run_id, "0.01"))
    return wanted.run_id


async def assert_whole(database: Database, told: list[str]) -> None:
    """Every run that was told of is held, charged and released once, and nothing else is there."""
    ledger = DatabaseLedger(database)
    assert sorted(entry.run_id for entry in ledger.entries()) == sorted(told)
    assert ledger.balance_usd("acme") == Decimal("0.01") * len(told)
    assert sum(entry.amount_usd for entry in ledger.holds()) == 0
    for book, rows in zip(BOOKS, (len(told), 2 * len(told)), strict=True):
        await Sealer(database, NOW.timestamp).seal()
        found = verify(database, book)
        assert (found.sealed, found.unsealed, found.fault) == (rows, 0, None)
        assert database.read(f"SELECT max(position) FROM ledger_{book}") == [(rows,)]


def limit(database: Database) -> None:
    BudgetBook(database).set(Budget("account", "acme", "total", Decimal(1)), NOW.timestamp())


class KillsItsServer:
    """An action that, the first time, kills the server process that runs it, half-way."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, connection: Connection) -> None:
        self.runs += 1
        connection.execute("UPDATE ledger_tally SET entries_to = entries_to")
        if self.runs == 1:
            ((pid,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
            os.kill(pid, signal.SIGKILL)
            connection.execute("SELECT 1")


@pytest.mark.parametrize("has_budget", [False, True])
async def test_a_server_process_killed_in_the_middle_of_a_group_loses_and_repeats_nothing(
    database: Database, has_budget: bool
) -> None:
    if has_budget:
        limit(database)
    desk, killing = HoldDesk(database, MovableClock()), KillsItsServer()
    runs = [run(database, desk, number) for number in range(RUNS)]
    told, _ = await asyncio.gather(asyncio.gather(*runs), database.write(killing))
    assert killing.runs == 2
    await assert_whole(database, told)
    assert most_at_once(DatabaseLedger(database)) <= 1


async def test_what_was_told_before_the_kill_is_there_after_it(database: Database) -> None:
    desk = HoldDesk(database, MovableClock())
    told = [await run(database, desk, number) for number in range(5)]
    await database.write(KillsItsServer())
    await assert_whole(database, told)
    assert await run(database, desk, 5) == "r5"


@pytest.mark.parametrize("has_budget", [False, True])
@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("word", [b"COMMIT\x00", b"r7:hold", b"r7:release"])
async def test_a_connection_cut_in_the_middle_of_a_group_loses_and_repeats_nothing(
    database: Database, far: Database, proxy: Proxy, word: bytes, cut: str, has_budget: bool
) -> None:
    if has_budget:
        limit(database)
    desk = HoldDesk(far, MovableClock())
    await run(far, desk, RUNS)
    proxy.word, proxy.cut = word, cut  # type: ignore[assignment]
    told = await asyncio.gather(*(run(far, desk, number) for number in range(RUNS)))
    assert proxy.was_cut.is_set()
    await assert_whole(database, [f"r{RUNS}", *told])
    assert most_at_once(DatabaseLedger(database)) <= 1
