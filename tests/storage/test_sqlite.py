from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError, InvalidRequest
from cryptodesk.storage.sqlite import SqliteBatch, SqliteDatabase

INSERT = "INSERT INTO coins (name) VALUES (?)"


def create_tables(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE coins (name TEXT PRIMARY KEY)")
    connection.execute("CREATE TABLE prices (coin TEXT NOT NULL REFERENCES coins (name), usd REAL)")
    connection.execute("CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER)")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(tmp_path / "desk.db") as opened:
        opened.write_blocking(create_tables)
        yield opened


class Blockade:
    """Another program that holds the file's write lock, so that work piles up behind it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def lift(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


async def start_all(*commits: object) -> list[asyncio.Task[object]]:
    """All are submitted when this returns."""
    tasks = [asyncio.ensure_future(commit) for commit in commits]  # type: ignore[call-overload]
    await asyncio.sleep(0)
    return tasks


def insert(database: SqliteDatabase, *names: str) -> SqliteBatch:
    batch = database.batch()
    for name in names:
        batch.add(INSERT, (name,))
    return batch


def names(database: SqliteDatabase) -> list[str]:
    return [name for (name,) in database.read("SELECT name FROM coins ORDER BY name")]


async def test_a_committed_batch_is_seen_by_readers_at_once(database: SqliteDatabase) -> None:
    await insert(database, "bitcoin", "ethereum").commit()
    assert names(database) == ["bitcoin", "ethereum"]


async def test_nothing_is_seen_before_the_commit(database: SqliteDatabase) -> None:
    insert(database, "bitcoin")
    assert names(database) == []


async def test_an_empty_batch_commits_without_touching_the_disk(database: SqliteDatabase) -> None:
    before = database.transactions
    await database.batch().commit()
    assert database.transactions == before


async def test_a_batch_is_committed_only_once(database: SqliteDatabase) -> None:
    batch = insert(database, "bitcoin")
    await batch.commit()
    with pytest.raises(InternalError, match="only once"):
        await batch.commit()


async def test_a_batch_is_written_whole_or_not_at_all(database: SqliteDatabase) -> None:
    await insert(database, "bitcoin").commit()
    with pytest.raises(InternalError, match="breaks a rule of its table"):
        await insert(database, "ethereum", "bitcoin").commit()
    assert names(database) == ["bitcoin"]


async def test_statements_of_a_batch_keep_their_order(database: SqliteDatabase) -> None:
    batch = insert(database, "bitcoin")
    batch.add("UPDATE coins SET name = name || '-cash' WHERE name = 'bitcoin'")
    batch.add(INSERT, ("bitcoin",))
    await batch.commit()
    assert names(database) == ["bitcoin", "bitcoin-cash"]


async def test_batches_that_wait_together_share_one_transaction(database: SqliteDatabase) -> None:
    blockade = Blockade(database.path)
    before = database.transactions
    first = await start_all(insert(database, "first").commit())
    others = await start_all(*(insert(database, f"coin {n}").commit() for n in range(100)))
    blockade.lift()
    await asyncio.gather(*first, *others)
    assert len(names(database)) == 101
    # The first was alone when the writer took it, the others were all there when it came back.
    assert database.transactions - before <= 2


async def test_only_the_guilty_batch_of_a_group_fails(database: SqliteDatabase) -> None:
    await insert(database, "taken").commit()
    blockade = Blockade(database.path)
    tasks = await start_all(
        insert(database, "a").commit(),
        insert(database, "b", "taken").commit(),
        insert(database, "c").commit(),
        database.write(lambda connection: connection.execute(INSERT, ("d",)).rowcount),
    )
    blockade.lift()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), InternalError, type(None), int]
    assert names(database) == ["a", "c", "d", "taken"]


async def test_a_child_and_its_parent_may_wait_together_in_any_order_of_tables(database: SqliteDatabase) -> None:
    blockade = Blockade(database.path)
    batches = []
    for name in ("a", "b", "c"):
        batch = insert(database, name)
        batch.add("INSERT INTO prices (coin, usd) VALUES (?, ?)", (name, 1.0))
        batch.add(INSERT, (f"{name}-child",))
        batches.append(batch)
    odd = database.batch()  # begins with the table that the others end with
    odd.add("INSERT INTO prices (coin, usd) VALUES (?, ?)", ("a", 2.0))
    tasks = await start_all(*(batch.commit() for batch in (*batches, odd)))
    blockade.lift()
    await asyncio.gather(*tasks)
    assert len(names(database)) == 6
    assert len(database.read("SELECT * FROM prices")) == 4


async def test_a_foreign_key_is_enforced(database: SqliteDatabase) -> None:
    batch = database.batch()
    batch.add("INSERT INTO prices (coin, usd) VALUES (?, ?)", ("nobody", 1.0))
    with pytest.raises(InternalError, match="FOREIGN KEY"):
        await batch.commit()


async def test_an_action_returns_what_it_found_and_loses_no_update(database: SqliteDatabase) -> None:
    def count_up(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO counters VALUES ('n', 0) ON CONFLICT DO NOTHING")
        (count,) = connection.execute("SELECT count FROM counters").fetchone()
        connection.execute("UPDATE counters SET count = ?", (count + 1,))
        return int(count)

    found = await asyncio.gather(*(database.write(count_up) for _ in range(50)))
    assert sorted(found) == list(range(50))
    assert database.read("SELECT count FROM counters") == [(50,)]


async def test_an_action_that_raises_undoes_its_writes_and_passes_its_error_on(database: SqliteDatabase) -> None:
    def write_then_refuse(connection: sqlite3.Connection) -> None:
        connection.execute(INSERT, ("half",))
        raise InvalidRequest("no")

    blockade = Blockade(database.path)
    tasks = await start_all(insert(database, "a").commit(), database.write(write_then_refuse))
    blockade.lift()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], InvalidRequest)
    assert names(database) == ["a"]


async def test_wrong_sql_is_an_internal_error_and_the_writer_goes_on(database: SqliteDatabase) -> None:
    batch = database.batch()
    batch.add("INSERT INTO nowhere (x) VALUES (?)", (1,))
    with pytest.raises(InternalError, match="no such table: nowhere") as caught:
        await batch.commit()
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    await insert(database, "bitcoin").commit()
    assert names(database) == ["bitcoin"]


async def test_a_value_that_sqlite_cannot_hold_fails_its_batch_alone(database: SqliteDatabase) -> None:
    with pytest.raises(InternalError):
        await insert(database, object()).commit()  # type: ignore[arg-type]
    await insert(database, "bitcoin").commit()
    assert names(database) == ["bitcoin"]


async def test_a_full_disk_is_said_and_leaves_the_database_usable(database: SqliteDatabase) -> None:
    def limit(connection: sqlite3.Connection) -> int:
        return int(connection.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone()[0])

    ((pages,),) = database.read("PRAGMA page_count")
    # Outside a transaction of its own the limit holds for the connection, which is what the writer keeps.
    await database.write(limit)
    with pytest.raises(InternalError, match="the disk is full: free some space"):
        await insert(database, "x" * 100_000).commit()
    await database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    await insert(database, "bitcoin").commit()
    assert names(database) == ["bitcoin"]


async def test_a_read_does_not_wait_for_a_writer(database: SqliteDatabase) -> None:
    await insert(database, "bitcoin").commit()
    blockade = Blockade(database.path)
    (task,) = await start_all(insert(database, "ethereum").commit())
    assert names(database) == ["bitcoin"]
    blockade.lift()
    await task


async def test_a_read_of_wrong_sql_is_an_internal_error(database: SqliteDatabase) -> None:
    with pytest.raises(InternalError, match="no such column: price"):
        database.read("SELECT price FROM coins")


async def test_threads_read_at_the_same_time_each_on_its_own_connection(database: SqliteDatabase) -> None:
    await insert(database, *(f"coin {n}" for n in range(50))).commit()
    results = await asyncio.gather(*(asyncio.to_thread(names, database) for _ in range(16)))
    assert {len(result) for result in results} == {50}


async def test_a_cancelled_caller_harms_nobody_else(database: SqliteDatabase) -> None:
    blockade = Blockade(database.path)
    cancelled, patient = await start_all(insert(database, "a").commit(), insert(database, "b").commit())
    cancelled.cancel()
    blockade.lift()
    await patient
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert "b" in names(database)


def test_closing_writes_what_was_submitted(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"

    async def submit_and_close() -> None:
        database = SqliteDatabase(path)
        database.open()
        await database.write(create_tables)
        tasks = await start_all(*(insert(database, f"coin {n}").commit() for n in range(500)))
        database.close()
        await asyncio.gather(*tasks)

    asyncio.run(submit_and_close())
    with SqliteDatabase(path) as database:
        assert len(names(database)) == 500


def test_what_is_submitted_survives_a_loop_that_ends_before_the_commit(tmp_path: Path) -> None:
    with SqliteDatabase(tmp_path / "desk.db") as database:
        database.write_blocking(create_tables)
        blockade = Blockade(database.path)

        async def submit_only() -> None:
            await start_all(insert(database, "bitcoin").commit())

        asyncio.run(submit_only())
        blockade.lift()
        # The queue is first in, first out, so the earlier batch is on disk when a later piece of work is.
        database.write_blocking(lambda connection: None)
        assert names(database) == ["bitcoin"]


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "desk.db")
    with pytest.raises(InternalError, match="is not open"):
        database.read("SELECT 1")
    database.open()
    database.open()
    database.close()
    database.close()
    with pytest.raises(InternalError, match="is not open"):
        await database.write(create_tables)
    with pytest.raises(InternalError, match="is not open"):
        await insert(database, "bitcoin").commit()


async def test_a_closed_database_can_be_opened_again(database: SqliteDatabase) -> None:
    await insert(database, "bitcoin").commit()
    assert names(database) == ["bitcoin"]
    database.close()
    database.open()
    assert names(database) == ["bitcoin"]


def test_closing_leaves_no_log_file_behind(tmp_path: Path) -> None:
    with SqliteDatabase(tmp_path / "desk.db") as database:
        database.write_blocking(create_tables)
        assert names(database) == []
    assert [file.name for file in tmp_path.iterdir()] == ["desk.db"]


async def test_two_loops_in_two_threads_share_the_writer(database: SqliteDatabase) -> None:
    def other() -> None:
        async def commit_some() -> None:
            await asyncio.gather(*(insert(database, f"other {n}").commit() for n in range(20)))

        asyncio.run(commit_some())

    thread = threading.Thread(target=other)
    thread.start()
    await asyncio.gather(*(insert(database, f"mine {n}").commit() for n in range(20)))
    await asyncio.to_thread(thread.join)
    assert len(names(database)) == 40


def test_a_batch_of_another_database_is_refused() -> None:
    class Foreign:
        async def commit(self) -> None: ...

    with pytest.raises(TypeError, match="got Foreign"):
        SqliteBatch.of(Foreign())


def test_the_file_is_whole_after_much_use(database: SqliteDatabase) -> None:
    async def use() -> None:
        await asyncio.gather(*(insert(database, f"coin {n}").commit() for n in range(2000)))

    asyncio.run(use())
    with closing(sqlite3.connect(database.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM coins").fetchone() == (2000,)


class _BusyConnection:
    """Reads until it is let go, and knows whether it was closed meanwhile."""

    def __init__(self) -> None:
        self.is_reading, self.may_end = threading.Event(), threading.Event()
        self.is_closed = False
        self.was_closed_while_reading = False

    def execute(self, sql: str, parameters: object) -> _BusyConnection:
        self.is_reading.set()
        assert self.may_end.wait(10)
        self.was_closed_while_reading = self.is_closed
        return self

    def fetchall(self) -> list[object]:
        return [(1,)]

    def close(self) -> None:
        self.is_closed = True


def test_closing_waits_for_the_read_of_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite crashes the process where a connection is closed beneath a running statement."""
    connection = _BusyConnection()
    monkeypatch.setattr("cryptodesk.storage.sqlite.connect_reader", lambda path: connection)
    database = SqliteDatabase(tmp_path / "desk.db")
    database.open()
    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(database.read, "SELECT 1")
        assert connection.is_reading.wait(10)
        closing = threads.submit(database.close)
        # Nothing tells that a closing thread has begun to wait: one that does not wait has closed by now.
        wait([closing], timeout=0.2)
        connection.may_end.set()
        assert reading.result(10) == [(1,)]
        closing.result(10)
    assert connection.is_closed
    assert not connection.was_closed_while_reading
