"""What the SQLite turn store keeps to beside the contract of every turn store (tests/contracts/test_turn_store.py)."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cryptodesk.core.errors import TurnCompleted, TurnNotFound
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import StoredTurn
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = 1_790_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(tmp_path / "desk.db") as opened:
        apply_migrations(opened.path, COMPONENT, MIGRATIONS)
        yield opened


@pytest.fixture
def store(database: SqliteDatabase) -> DatabaseTurnStore:
    return DatabaseTurnStore(database, retention_seconds=3600.0)


async def save(database: SqliteDatabase, store: DatabaseTurnStore, *turn_ids: str, created_at: float = NOW) -> None:
    batch = database.batch()
    for turn_id in turn_ids:
        message = text_message("user", f"question of {turn_id}")
        store.save(batch, StoredTurn(turn_id, "key1", "built_in_open", created_at, (message,)))
    await batch.commit()


CLAIMER = """
import asyncio, sys
from cryptodesk.core.errors import TurnCompleted
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.sqlite import SqliteDatabase

async def main(path, name, turns):
    won = []
    with SqliteDatabase(path) as database:
        store = DatabaseTurnStore(database)
        print("ready", flush=True)
        sys.stdin.readline()
        async def attempt(number):
            try:
                claim = await store.claim(
                    f"t{number}", "key1", claim_id=f"{name}-{number}", now=1_790_000_000.0, lapses_at=1_790_000_100.0
                )
                won.append(claim.turn.turn_id)
            except TurnCompleted:
                pass
        await asyncio.gather(*(attempt(number) for number in range(turns)))
        print(" ".join(won), flush=True)
        if sys.argv[4] == "hold":
            sys.stdin.readline()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def start_claimer(database: SqliteDatabase, name: str, turns: int, after: str = "leave") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLAIMER, str(database.path), name, str(turns), after]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_among_processes_too_each_turn_has_one_winner(database: SqliteDatabase, store: DatabaseTurnStore) -> None:
    turns = 60
    await save(database, store, *(f"t{number}" for number in range(turns)))
    processes = [start_claimer(database, name, turns) for name in ("a", "b", "c")]
    assert [read_line(process) for process in processes] == ["ready"] * 3
    for process in processes:
        go_on(process)
    won = [turn for process in processes for turn in process.communicate()[0].split()]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(won) == sorted(f"t{number}" for number in range(turns))


async def test_threads_with_loops_of_their_own_compete_fairly(
    database: SqliteDatabase, store: DatabaseTurnStore
) -> None:
    await save(database, store, "t1")

    async def attempt(name: str) -> bool:
        try:
            await store.claim("t1", "key1", claim_id=name, now=NOW, lapses_at=NOW + 100)
        except TurnCompleted:
            return False
        return True

    outcomes = await asyncio.gather(
        *(asyncio.to_thread(lambda name=name: asyncio.run(attempt(name))) for name in "abcdefgh")  # type: ignore[misc]
    )
    assert sum(outcomes) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_claims_of_a_killed_process_are_given_back_at_the_next_start(
    database: SqliteDatabase, store: DatabaseTurnStore
) -> None:
    await save(database, store, "t0", "t1", "t2")
    process = start_claimer(database, "killed", 2, "hold")
    read_line(process)
    go_on(process)
    assert sorted(read_line(process).split()) == ["t0", "t1"]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with pytest.raises(TurnCompleted):
        await store.claim("t0", "key1", claim_id="next", now=NOW, lapses_at=NOW + 100)
    assert await store.release_abandoned() == 2
    for turn_id in ("t0", "t1", "t2"):
        claim = await store.claim(turn_id, "key1", claim_id="next", now=NOW, lapses_at=NOW + 100)
        assert claim.turn.messages == (text_message("user", f"question of {turn_id}"),)


async def test_releasing_what_was_abandoned_opens_no_completed_turn(
    database: SqliteDatabase, store: DatabaseTurnStore
) -> None:
    await save(database, store, "t1")
    claim = await store.claim("t1", "key1", claim_id="c", now=NOW, lapses_at=NOW + 100)
    batch = database.batch()
    store.consume(batch, claim, completes=True)
    await batch.commit()
    assert await store.release_abandoned() == 0
    with pytest.raises(TurnCompleted):
        await store.claim("t1", "key1", claim_id="c2", now=NOW, lapses_at=NOW + 100)


async def test_a_turn_that_was_followed_up_keeps_no_text(database: SqliteDatabase, store: DatabaseTurnStore) -> None:
    await save(database, store, "t1")
    claim = await store.claim("t1", "key1", claim_id="c", now=NOW, lapses_at=NOW + 100)
    assert claim.turn.messages[0].parts
    batch = database.batch()
    store.consume(batch, claim, completes=True)
    await batch.commit()
    ((state, body),) = database.read("SELECT state, body FROM turns")
    assert state == "completed"
    assert b"question" not in body


async def test_expired_turns_are_purged_and_the_others_stay(database: SqliteDatabase, store: DatabaseTurnStore) -> None:
    await save(database, store, *(f"old{number}" for number in range(1200)), created_at=NOW)
    await save(database, store, "young", created_at=NOW + 1)
    assert await store.purge_expired(NOW + 3600) == 1200
    assert await store.purge_expired(NOW + 3600) == 0
    assert database.read("SELECT turn_id FROM turns") == [("young",)]


async def test_a_turn_under_a_live_claim_is_not_purged_until_the_claim_lapses(
    database: SqliteDatabase, store: DatabaseTurnStore
) -> None:
    await save(database, store, "t1")
    await store.claim("t1", "key1", claim_id="c", now=NOW + 3599, lapses_at=NOW + 3700)
    assert await store.purge_expired(NOW + 3601) == 0
    assert await store.purge_expired(NOW + 3700) == 1


async def test_a_turn_that_is_purged_while_it_is_followed_up_does_not_come_back(
    database: SqliteDatabase, store: DatabaseTurnStore
) -> None:
    await save(database, store, "t1")
    claim = await store.claim("t1", "key1", claim_id="c", now=NOW, lapses_at=NOW + 10)
    assert await store.purge_expired(NOW + 3600) == 1
    batch = database.batch()
    store.consume(batch, claim, completes=True)
    await batch.commit()
    await store.release(claim)
    with pytest.raises(TurnNotFound):
        await store.claim("t1", "key1", claim_id="c2", now=NOW, lapses_at=NOW + 100)


async def test_refusals_do_not_write(database: SqliteDatabase, store: DatabaseTurnStore) -> None:
    before = database.transactions
    with pytest.raises(TurnNotFound):
        await store.claim("nobody", "key1", claim_id="c", now=NOW, lapses_at=NOW + 100)
    assert database.transactions == before


def test_looking_up_uses_an_index(database: SqliteDatabase) -> None:
    for query, index in (
        ("SELECT state FROM turns WHERE turn_id = 'x' AND key_id = 'y'", "sqlite_autoindex_turns_1"),
        ("SELECT rowid FROM turns WHERE claim_id IS NOT NULL", "turns_claimed"),
    ):
        (plan,) = database.read(f"EXPLAIN QUERY PLAN {query}")
        assert f"INDEX {index}" in plan[3]
