"""What the SQLite job store keeps to beside the contract of every job store (tests/contracts/test_job_store.py)."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.core.errors import JobEnded, JobNotFound
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = 1_790_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(tmp_path / "desk.db") as opened:
        apply_migrations(opened.path, COMPONENT, MIGRATIONS)
        yield opened


@pytest.fixture
def store(database: SqliteDatabase) -> DatabaseJobStore:
    return DatabaseJobStore(database, retention_seconds=3600.0)


async def add(store: DatabaseJobStore, count: int, account_id: str = "acme") -> None:
    for number in range(count):
        job = ResearchJob(
            job_id=f"j{number}", account_id=account_id, key_id="key1", query="?", model_id="m", created_at=NOW
        )
        await store.add(job, most_open=1000)


CLAIMER = """
import asyncio, sys
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.storage.sqlite import SqliteDatabase

async def main(path, name, jobs):
    with SqliteDatabase(path) as database:
        store = DatabaseJobStore(database)
        print("ready", flush=True)
        sys.stdin.readline()
        async def attempt(number):
            claim_id = f"{name}-{number}"
            return await store.claim_next(claim_id, now=1_790_000_000.0, lapses_at=1_790_000_030.0, most_attempts=2)
        held = await asyncio.gather(*(attempt(number) for number in range(jobs)))
        print(" ".join(each.job.job_id for each in held if each), flush=True)
        if sys.argv[4] == "hold":
            sys.stdin.readline()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def start_claimer(database: SqliteDatabase, name: str, jobs: int, after: str = "leave") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLAIMER, str(database.path), name, str(jobs), after]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_among_processes_too_each_job_is_claimed_once(database: SqliteDatabase, store: DatabaseJobStore) -> None:
    await add(store, 40)
    processes = [start_claimer(database, name, 40) for name in ("a", "b")]
    assert [read_line(process) for process in processes] == ["ready"] * 2
    for process in processes:
        go_on(process)
    claimed = [job for process in processes for job in process.communicate()[0].split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(claimed) == sorted(f"j{number}" for number in range(40))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_jobs_of_a_killed_process_are_taken_up_when_their_claims_lapse(
    database: SqliteDatabase, store: DatabaseJobStore
) -> None:
    await add(store, 2)
    process = start_claimer(database, "killed", 2, "hold")
    read_line(process)
    go_on(process)
    assert sorted(read_line(process).split()) == ["j0", "j1"]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not await store.has_work(NOW + 29)
    assert await store.has_work(NOW + 30)
    taken = [
        await store.claim_next(f"n{number}", now=NOW + 30, lapses_at=NOW + 60, most_attempts=2) for number in range(3)
    ]
    assert [(held.job.job_id, held.attempts) for held in taken if held is not None] == [("j0", 2), ("j1", 2)]


async def test_threads_with_loops_of_their_own_cancel_a_job_once(store: DatabaseJobStore) -> None:
    await add(store, 1)

    async def attempt() -> bool:
        try:
            await store.cancel("acme", "j0", NOW)
        except JobEnded:
            return False
        return True

    outcomes = await asyncio.gather(*(asyncio.to_thread(lambda: asyncio.run(attempt())) for _ in range(6)))
    assert sum(outcomes) == 1


async def test_refusals_and_looking_for_work_do_not_write(database: SqliteDatabase, store: DatabaseJobStore) -> None:
    await add(store, 1)
    await store.cancel("acme", "j0", NOW)
    before = database.transactions
    with pytest.raises(JobNotFound):
        await store.cancel("acme", "nobody", NOW)
    with pytest.raises(JobEnded):
        await store.cancel("acme", "j0", NOW)
    assert not await store.has_work(NOW)
    assert await store.held(["c1"]) == frozenset()
    assert database.transactions == before


async def test_many_expired_jobs_are_purged_in_small_steps(database: SqliteDatabase, store: DatabaseJobStore) -> None:
    await add(store, 250)
    await database.write(lambda connection: connection.execute("UPDATE research_jobs SET status='failed', ended_at=1"))
    before = database.transactions
    assert await store.purge_expired(NOW) == 250
    # 100 + 100 + 50, and one look that finds none.
    assert database.transactions - before == 4


async def test_the_place_of_a_purged_job_is_not_given_to_a_newer_one(
    database: SqliteDatabase, store: DatabaseJobStore
) -> None:
    await add(store, 2)
    for number in range(2):
        await store.cancel("acme", f"j{number}", NOW - 9999)
    await store.purge_expired(NOW)
    await add(store, 1)
    assert database.read("SELECT position FROM research_jobs") == [(3,)]


@pytest.mark.parametrize(
    "change", ["status = 'done'", "status = 'in_progress'", "claim_id = 'c1'"], ids=["unknown", "unclaimed", "waiting"]
)
async def test_a_row_that_no_job_can_have_is_refused(
    database: SqliteDatabase, store: DatabaseJobStore, change: str
) -> None:
    await add(store, 1)
    with (
        closing(sqlite3.connect(database.path, isolation_level=None)) as outsider,
        pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"),
    ):
        outsider.execute(f"UPDATE research_jobs SET {change}")


def test_each_lookup_uses_an_index(database: SqliteDatabase) -> None:
    is_open = "status IN ('queued', 'in_progress')"
    for where, index in (
        ("job_id = 'x' AND account_id = 'y'", "sqlite_autoindex_research_jobs_1"),
        ("account_id = 'y' AND (NULL IS NULL OR status = NULL)", "research_jobs_by_account"),
        (f"{is_open} AND (status = 'queued' OR claim_lapses_at <= 5)", "research_jobs_open"),
        ("claim_id IN ('a', 'b')", "research_jobs_claimed"),
        ("claim_id IS NOT NULL", "research_jobs_claimed"),
        ("ended_at <= 5", "research_jobs_ended"),
    ):
        plan = database.read(f"EXPLAIN QUERY PLAN SELECT job_id FROM research_jobs WHERE {where}")
        assert any(f"INDEX {index}" in row[3] for row in plan), (where, plan)
