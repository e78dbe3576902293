"""What every `storage.database.Database` keeps to, whatever it is built on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.errors import InternalError, InvalidRequest
from cryptodesk.storage.database import Connection, Database, StatementBatch
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

INSERT = "INSERT INTO coins (name) VALUES (?)"
INSERT_PRICE = "INSERT INTO prices (coin, usd) VALUES (?, ?)"
STEPS = (
    Migration(
        1,
        "coins",
        (
            "CREATE TABLE coins (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body BLOB, rank INTEGER)",
            "CREATE TABLE prices (coin TEXT NOT NULL REFERENCES coins (name), usd REAL)",
            "CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID",
            "CREATE INDEX coins_by_rank ON coins (rank) WHERE rank IS NOT NULL",
        ),
    ),
)


@pytest.fixture
def coins(database: Database) -> Database:
    assert database.migrate("market", STEPS) == (1,)
    return database


def another(database: Database) -> Database:
    """The same database, as another process has it."""
    if isinstance(database, SqliteDatabase):
        return SqliteDatabase(database.path)
    from cryptodesk.storage.postgres.database import PostgresDatabase

    assert isinstance(database, PostgresDatabase)
    return PostgresDatabase(database._connector._address.dsn)


@contextmanager
def blockade(database: Database) -> Any:
    """Another process that writes and does not come to an end, so that work piles up behind it."""
    other, has_begun, may_end = another(database), threading.Event(), threading.Event()
    other.open()

    def wait(connection: Connection) -> None:
        connection.execute("DELETE FROM counters WHERE name = 'nobody'")
        has_begun.set()
        assert may_end.wait(10)

    thread = threading.Thread(target=other.write_blocking, args=(wait,))
    thread.start()
    assert has_begun.wait(10)

    def lift() -> None:
        may_end.set()
        thread.join()

    try:
        yield lift
    finally:
        lift()
        other.close()


async def start_all(*commits: Coroutine[Any, Any, Any]) -> list[asyncio.Task[Any]]:
    """All are submitted when this returns."""
    tasks = [asyncio.ensure_future(commit) for commit in commits]
    await asyncio.sleep(0)
    return tasks


def insert(database: Database, *names: str) -> StatementBatch:
    batch = database.batch()
    for name in names:
        batch.add(INSERT, (name,))
    return batch


async def names(database: Database) -> list[str]:
    return [name for (name,) in await database.fetch("SELECT name FROM coins ORDER BY name")]


# -- batches -----------------------------------------------------------------------------------------------------------


async def test_a_committed_batch_is_seen_by_every_reader_at_once(coins: Database) -> None:
    await insert(coins, "bitcoin", "ethereum").commit()
    assert await names(coins) == ["bitcoin", "ethereum"]
    assert coins.read("SELECT count(*) FROM coins") == [(2,)]


async def test_nothing_is_seen_before_the_commit(coins: Database) -> None:
    insert(coins, "bitcoin")
    assert await names(coins) == []


async def test_an_empty_batch_commits_without_a_transaction(coins: Database) -> None:
    before = coins.transactions
    await coins.batch().commit()
    assert coins.transactions == before


async def test_a_batch_is_committed_only_once(coins: Database) -> None:
    batch = insert(coins, "bitcoin")
    await batch.commit()
    with pytest.raises(InternalError, match="only once"):
        await batch.commit()


async def test_a_batch_is_written_whole_or_not_at_all(coins: Database) -> None:
    await insert(coins, "bitcoin").commit()
    with pytest.raises(InternalError, match="breaks a rule of its table"):
        await insert(coins, "ethereum", "bitcoin").commit()
    assert await names(coins) == ["bitcoin"]


async def test_statements_of_a_batch_keep_their_order(coins: Database) -> None:
    batch = insert(coins, "bitcoin")
    batch.add("UPDATE coins SET name = name || '-cash' WHERE name = 'bitcoin'")
    batch.add(INSERT, ("bitcoin",))
    await batch.commit()
    assert await names(coins) == ["bitcoin", "bitcoin-cash"]


async def test_batches_that_wait_together_share_one_transaction(coins: Database) -> None:
    await insert(coins, "zero").commit()
    before = coins.transactions
    with blockade(coins) as lift:
        first = await start_all(insert(coins, "first").commit())
        await asyncio.sleep(0)
        others = await start_all(*(insert(coins, f"coin {n}").commit() for n in range(100)))
        lift()
        await asyncio.gather(*first, *others)
    assert len(await names(coins)) == 102
    assert coins.transactions - before <= 2


async def test_only_the_guilty_batch_of_a_group_fails(coins: Database) -> None:
    await insert(coins, "taken").commit()
    with blockade(coins) as lift:
        tasks = await start_all(
            insert(coins, "a").commit(),
            insert(coins, "b", "taken").commit(),
            insert(coins, "c").commit(),
            coins.write(lambda connection: connection.execute(INSERT, ("d",)).rowcount),
        )
        lift()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), InternalError, type(None), int]
    assert await names(coins) == ["a", "c", "d", "taken"]


async def test_a_child_and_its_parent_may_wait_together_in_any_order_of_tables(coins: Database) -> None:
    with blockade(coins) as lift:
        batches = []
        for name in ("a", "b", "c"):
            batch = insert(coins, name)
            batch.add(INSERT_PRICE, (name, 1.0))
            batch.add(INSERT, (f"{name}-child",))
            batches.append(batch)
        odd = coins.batch()  # begins with the table that the others end with
        odd.add(INSERT_PRICE, ("a", 2.0))
        tasks = await start_all(*(batch.commit() for batch in (*batches, odd)))
        lift()
        await asyncio.gather(*tasks)
    assert len(await names(coins)) == 6
    assert await coins.fetch("SELECT count(*), sum(usd) FROM prices") == [(4, 5.0)]


async def test_rows_are_numbered_in_the_order_of_their_commits_without_a_gap(coins: Database) -> None:
    other = another(coins)
    other.open()
    try:
        for n in range(10):
            await insert((coins, other)[n % 2], f"coin {n}").commit()
    finally:
        await other.aclose()
    found = await coins.fetch("SELECT position, name FROM coins ORDER BY position")
    assert found == [(n + 1, f"coin {n}") for n in range(10)]


async def test_a_foreign_key_is_enforced(coins: Database) -> None:
    batch = coins.batch()
    batch.add(INSERT_PRICE, ("nobody", 1.0))
    with pytest.raises(InternalError, match=r"(?i)foreign key"):
        await batch.commit()


async def test_a_cancelled_caller_harms_nobody_else(coins: Database) -> None:
    with blockade(coins) as lift:
        cancelled, patient = await start_all(insert(coins, "a").commit(), insert(coins, "b").commit())
        cancelled.cancel()
        lift()
        await patient
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert "b" in await names(coins)


# -- actions -----------------------------------------------------------------------------------------------------------


def count_up(connection: Connection) -> int:
    connection.execute("INSERT INTO counters (name, count) VALUES (?, ?) ON CONFLICT DO NOTHING", ("n", 0))
    (count,) = connection.execute("SELECT count FROM counters WHERE name = ?", ("n",)).fetchone()
    assert connection.execute("UPDATE counters SET count = ?", (count + 1,)).rowcount == 1
    return int(count)


async def test_an_action_returns_what_it_found_and_loses_no_update(coins: Database) -> None:
    found = await asyncio.gather(*(coins.write(count_up) for _ in range(50)))
    assert sorted(found) == list(range(50))
    assert await coins.fetch("SELECT count FROM counters") == [(50,)]


async def test_no_other_process_comes_between_the_statements_of_an_action(coins: Database) -> None:
    other = another(coins)
    other.open()
    try:
        found = await asyncio.gather(*(each.write(count_up) for _ in range(30) for each in (coins, other)))
    finally:
        await other.aclose()
    assert sorted(found) == list(range(60))


async def test_an_action_that_raises_undoes_its_writes_and_passes_its_error_on(coins: Database) -> None:
    def write_then_refuse(connection: Connection) -> None:
        connection.execute(INSERT, ("half",))
        raise InvalidRequest("no")

    with blockade(coins) as lift:
        tasks = await start_all(insert(coins, "a").commit(), coins.write(write_then_refuse))
        lift()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], InvalidRequest)
    assert await names(coins) == ["a"]


async def test_an_actions_cursor_is_read_row_by_row_or_as_a_whole(coins: Database) -> None:
    await insert(coins, "a", "b", "c").commit()

    def look(connection: Connection) -> tuple[Any, ...]:
        cursor = connection.execute("SELECT name FROM coins ORDER BY name")
        found = (cursor.fetchone(), cursor.fetchall(), cursor.fetchone(), cursor.fetchall())
        changed = connection.execute("UPDATE coins SET rank = ? WHERE name > ?", (1, "a")).rowcount
        returned = connection.execute("DELETE FROM coins WHERE name = ? RETURNING rank, name", ("b",)).fetchall()
        return (*found, changed, returned)

    assert await coins.write(look) == (("a",), [("b",), ("c",)], None, [], 2, [(1, "b")])


async def test_an_action_runs_one_statement_for_many_rows(coins: Database) -> None:
    def fill(connection: Connection) -> int:
        connection.executemany("INSERT INTO coins (name, rank) VALUES (?, ?)", ((f"c{n}", n) for n in range(50)))
        connection.executemany("DELETE FROM coins WHERE rank = ?", [(n,) for n in range(0, 50, 2)])
        return len(connection.execute("SELECT 1 FROM coins").fetchall())

    assert await coins.write(fill) == 25
    with pytest.raises(InternalError):
        await coins.write(lambda c: c.executemany(INSERT, [("new",), ("c1",)]))
    assert len(await names(coins)) == 25


async def test_one_statement_checks_and_writes_in_one_step(coins: Database) -> None:
    await insert(coins, "a", "b").commit()
    take = "UPDATE coins SET rank = ? WHERE name = ? AND rank IS NULL RETURNING name, rank"
    outcomes = await asyncio.gather(*(coins.execute(take, (n, "a")) for n in range(30)))
    won = [outcome.fetchall() for outcome in outcomes]
    assert len([rows for rows in won if rows]) == 1
    assert [outcome.rowcount for outcome in outcomes].count(1) == 1
    assert (await coins.execute("DELETE FROM coins WHERE name > ?", ("",))).rowcount == 2
    with pytest.raises(InternalError, match="nowhere"):
        await coins.execute("DELETE FROM nowhere")


async def test_actions_of_many_callers_and_batches_are_all_written(coins: Database) -> None:
    await asyncio.gather(
        *(coins.write(lambda c, n=n: c.execute(INSERT, (f"a{n}",)).rowcount) for n in range(40)),  # type: ignore[misc]
        *(insert(coins, f"b{n}").commit() for n in range(40)),
    )
    assert len(await names(coins)) == 80


async def test_a_thread_writes_without_a_loop(coins: Database) -> None:
    found = await asyncio.gather(*(asyncio.to_thread(coins.write_blocking, count_up) for _ in range(8)))
    assert sorted(found) == list(range(8))


async def test_loops_of_other_threads_share_the_database(coins: Database) -> None:
    def other() -> list[str]:
        async def commit_some() -> list[str]:
            await asyncio.gather(*(insert(coins, f"other {n}").commit() for n in range(20)))
            return await names(coins)

        return asyncio.run(commit_some())

    theirs, *_ = await asyncio.gather(
        asyncio.to_thread(other), *(insert(coins, f"mine {n}").commit() for n in range(20))
    )
    assert sum(name.startswith("other") for name in theirs) == 20
    assert len(await names(coins)) == 40


# -- what is wrong -----------------------------------------------------------------------------------------------------


async def test_wrong_sql_is_an_internal_error_and_the_writer_goes_on(coins: Database) -> None:
    batch = coins.batch()
    batch.add("INSERT INTO nowhere (x) VALUES (?)", (1,))
    with pytest.raises(InternalError, match="nowhere"):
        await batch.commit()
    await insert(coins, "bitcoin").commit()
    assert await names(coins) == ["bitcoin"]


async def test_a_value_that_no_column_can_hold_fails_its_batch_alone(coins: Database) -> None:
    with blockade(coins) as lift:
        tasks = await start_all(insert(coins, object()).commit(), insert(coins, "a").commit())  # type: ignore[arg-type]
        lift()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [InternalError, type(None)]
    assert await names(coins) == ["a"]


async def test_a_read_of_wrong_sql_is_an_internal_error(coins: Database) -> None:
    for _ in range(2):
        with pytest.raises(InternalError, match="price"):
            await coins.fetch("SELECT price FROM coins")
        with pytest.raises(InternalError, match="price"):
            coins.read("SELECT price FROM coins")


async def test_a_read_does_not_wait_for_a_writer(coins: Database) -> None:
    await insert(coins, "bitcoin").commit()
    with blockade(coins) as lift:
        (task,) = await start_all(insert(coins, "ethereum").commit())
        assert await names(coins) == ["bitcoin"]
        lift()
        await task


async def test_a_closed_database_says_so_and_can_be_opened_again(coins: Database) -> None:
    await insert(coins, "bitcoin").commit()
    await coins.aclose()
    await coins.aclose()
    with pytest.raises(InternalError, match="is not open"):
        await coins.fetch("SELECT 1")
    with pytest.raises(InternalError, match="is not open"):
        coins.read("SELECT 1")
    with pytest.raises(InternalError, match="is not open"):
        await coins.write(count_up)
    with pytest.raises(InternalError, match="is not open"):
        await insert(coins, "ethereum").commit()
    coins.open()
    coins.open()
    assert await names(coins) == ["bitcoin"]


async def test_closing_writes_what_was_submitted(coins: Database) -> None:
    tasks = await start_all(*(insert(coins, f"coin {n}").commit() for n in range(300)))
    await coins.aclose()
    await asyncio.gather(*tasks)
    coins.open()
    assert len(await names(coins)) == 300


# -- values ------------------------------------------------------------------------------------------------------------


async def test_every_kind_of_value_comes_back_as_it_was_written(coins: Database) -> None:
    batch = coins.batch()
    batch.add("INSERT INTO coins (name, body, rank) VALUES (?, ?, ?)", ("ünï\U0001f600'?", b"\x00\xff", 2**62))
    batch.add("INSERT INTO coins (name, body, rank) VALUES (?, ?, ?)", ("", None, True))
    batch.add(INSERT_PRICE, ("", 0.1))
    batch.add(INSERT_PRICE, ("", 3))
    batch.add(INSERT_PRICE, ("", 1e-308))
    await batch.commit()
    found = await coins.fetch("SELECT name, body, rank FROM coins ORDER BY position")
    assert found == [("ünï\U0001f600'?", b"\x00\xff", 2**62), ("", None, 1)]
    assert await coins.fetch("SELECT usd FROM prices ORDER BY usd") == [(1e-308,), (0.1,), (3.0,)]


async def test_a_question_mark_in_a_text_constant_is_no_parameter(coins: Database) -> None:
    assert await coins.fetch("SELECT '?' || CAST(? AS TEXT) -- what?", ("!",)) == [("?!",)]


async def test_texts_are_sorted_by_their_bytes(coins: Database) -> None:
    await insert(coins, "b", "B", "a", "ä", "_", "10", "9", "a:", "a;").commit()
    assert await names(coins) == ["10", "9", "B", "_", "a", "a:", "a;", "b", "ä"]
    assert await coins.fetch("SELECT name FROM coins WHERE name > ? AND name < ?", ("a:", "b")) == [("a;",)]


@pytest.mark.parametrize("odd", ["a\x00b", "\x00"])
async def test_a_text_with_a_nul_finds_nothing_and_breaks_nothing(coins: Database, odd: str) -> None:
    await insert(coins, "ab", "a").commit()
    assert await coins.fetch("SELECT rank FROM coins WHERE name = ?", (odd,)) == []


# -- the schema --------------------------------------------------------------------------------------------------------


EXTEND = Migration(2, "extend", ("ALTER TABLE coins ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",))


async def test_steps_are_applied_in_order_and_only_once(coins: Database) -> None:
    await insert(coins, "bitcoin").commit()
    assert coins.migrate("market", STEPS) == ()
    assert coins.migrate("market", (*STEPS, EXTEND)) == (2,)
    assert coins.migrate("market", (*STEPS, EXTEND)) == ()
    assert await coins.fetch("SELECT name, note FROM coins") == [("bitcoin", "none")]
    assert await coins.fetch("SELECT version, name FROM schema_migrations WHERE component = 'market'") == [
        (1, "coins"),
        (2, "extend"),
    ]


async def test_a_failing_step_leaves_nothing_behind_and_keeps_the_steps_before_it(coins: Database) -> None:
    broken = Migration(3, "broken", ("CREATE TABLE half (name TEXT)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(InternalError, match="nowhere"):
        coins.migrate("market", (*STEPS, EXTEND, broken))
    with pytest.raises(InternalError, match="half"):
        await coins.fetch("SELECT * FROM half")
    assert coins.migrate("market", (*STEPS, EXTEND)) == ()


async def test_a_database_of_a_newer_program_is_refused_untouched(coins: Database) -> None:
    coins.migrate("market", (*STEPS, EXTEND))
    with pytest.raises(InternalError, match=r"newer cryptodesk: its 'market' schema has version 2, .* knows 1;"):
        coins.migrate("market", STEPS)


async def test_a_database_with_another_history_is_refused(coins: Database) -> None:
    with pytest.raises(InternalError, match="as 'coins', this program has it as 'begin'"):
        coins.migrate("market", (Migration(1, "begin", ()),))


async def test_versions_must_count_up_from_one(database: Database) -> None:
    with pytest.raises(ValueError, match="without gaps"):
        database.migrate("market", (Migration(2, "second", ()),))


async def test_of_many_that_migrate_at_once_each_step_is_applied_by_one(database: Database) -> None:
    steps = [Migration(1, "create", ("CREATE TABLE steps (number INTEGER)",))]
    steps += [Migration(n, f"add {n}", (f"INSERT INTO steps VALUES ({n})",)) for n in range(2, 12)]
    others = [another(database) for _ in range(3)]
    for other in others:
        other.open()
    applied = await asyncio.gather(*(asyncio.to_thread(other.migrate, "market", steps) for other in others))
    for other in others:
        await other.aclose()
    assert sorted(version for each in applied for version in each) == list(range(1, 12))
    assert await database.fetch("SELECT number FROM steps ORDER BY number") == [(n,) for n in range(2, 12)]


async def test_parts_of_a_database_are_the_same_database(coins: Database) -> None:
    apart = coins.apart("market")
    await insert(apart, "bitcoin").commit()
    assert await names(coins) == await names(apart) == ["bitcoin"]
    assert apart.write_blocking(count_up) == 0


def test_a_batch_of_something_else_is_refused() -> None:
    class Foreign:
        async def commit(self) -> None: ...

    with pytest.raises(TypeError, match="got Foreign"):
        StatementBatch.of(Foreign())


def test_the_whole_contract_is_kept_without_an_event_loop(tmp_path: Path) -> None:
    with SqliteDatabase(tmp_path / "desk.db") as database:
        database.migrate("market", STEPS)
        assert database.write_blocking(count_up) == 0
        assert database.read("SELECT count FROM counters") == [(1,)]


async def test_every_piece_of_work_that_is_committed_is_in_a_group(database: Database) -> None:
    *_, before = database.groups.numbers()
    await database.write(lambda connection: connection.execute("CREATE TABLE grouped (n INTEGER PRIMARY KEY)"))
    works = [database.write_statements([("INSERT INTO grouped (n) VALUES (?)", (n,))]) for n in (*range(20), 3)]
    results = await asyncio.gather(*works, return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    assert len(failed) == 1
    assert database.groups.numbers()[-1] - before == 1 + 21 - len(failed)
