"""What stores keep to when several processes use one database at the same time, and when one of them is killed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cryptodesk.core.errors import RateLimited, TurnCompleted
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import StoredTurn
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import OtherProcess, database, postgres_server

__all__ = ["database", "postgres_server"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

NOW = 1_790_000_000.0
LAPSES_AT = NOW + 30

OTHER = """
import asyncio, sys
from cryptodesk.core.errors import RateLimited, TurnCompleted
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.state.turns import DatabaseTurnStore

async def turn(database, name, number):
    claim_id, store = f"{name}-{number}", DatabaseTurnStore(database)
    try:
        held = await store.claim(f"t{number}", "key1", claim_id=claim_id, now=1.79e9, lapses_at=1.79e9 + 30)
    except TurnCompleted:
        return None
    return held.turn.turn_id

async def job(database, name, number):
    claim_id, store = f"{name}-{number}", DatabaseJobStore(database)
    held = await store.claim_next(claim_id, now=1.79e9, lapses_at=1.79e9 + 30, most_attempts=2)
    return held and held.job.job_id

async def add(database, name, number):
    new = ResearchJob(
        job_id=f"{name}-{number}", account_id="acme", key_id="k", query="?", model_id="m", created_at=1.79e9
    )
    try:
        await DatabaseJobStore(database).add(new, most_open=25)
    except RateLimited:
        return None
    return new.job_id

async def main(where, name, task, count):
    database = opened(where)
    print("ready", flush=True)
    sys.stdin.readline()
    done = await asyncio.gather(*(globals()[task](database, name, number) for number in range(count)))
    print(" ".join(each for each in done if each), flush=True)
    sys.stdin.readline()
    await database.aclose()

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
"""


def race(database: Database, task: str, count: int) -> Iterator[list[str]]:
    """What each of three processes won, all of them beginning at once."""
    others = [OtherProcess(OTHER, database, name, task, count) for name in ("a", "b", "c")]
    assert [other.read() for other in others] == ["ready"] * 3
    for other in others:
        other.go_on()
    for other in others:
        yield other.read().split()
    for other in others:
        other.kill()


def won_by_all(database: Database, task: str, count: int) -> list[str]:
    return sorted(each for won in list(race(database, task, count)) for each in won)


async def save_turns(database: Database, count: int) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    batch, store = database.batch(), DatabaseTurnStore(database)
    for number in range(count):
        message = text_message("user", f"question {number}")
        store.save(batch, StoredTurn(f"t{number}", "key1", "built_in_open", NOW, (message,)))
    await batch.commit()


async def add_jobs(database: Database, count: int) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    store = DatabaseJobStore(database)
    for number in range(count):
        await store.add(_job(f"j{number:02d}"), most_open=1000)


def _job(job_id: str) -> ResearchJob:
    return ResearchJob(job_id=job_id, account_id="acme", key_id="k", query="?", model_id="m", created_at=NOW)


async def test_each_turn_has_one_winner(database: Database) -> None:
    await save_turns(database, 40)
    assert won_by_all(database, "turn", 40) == sorted(f"t{number}" for number in range(40))


async def test_each_job_is_claimed_once(database: Database) -> None:
    await add_jobs(database, 30)
    assert won_by_all(database, "job", 20) == [f"j{number:02d}" for number in range(30)]


async def test_an_account_has_never_more_open_jobs_than_it_may(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    won = won_by_all(database, "add", 20)
    assert len(won) == 25
    jobs, total = await DatabaseJobStore(database).list("acme", status="queued", limit=100, offset=0)
    assert (sorted(job.job_id for job in jobs), total) == (won, 25)
    with pytest.raises(RateLimited):
        await DatabaseJobStore(database).add(_job("late"), most_open=25)


async def killed_with_claims(database: Database, task: str, count: int) -> Any:
    other = OtherProcess(OTHER, database, "killed", task, count)
    assert other.read() == "ready"
    other.go_on()
    won = other.read().split()
    other.kill()
    return won


async def test_any_process_goes_on_with_the_turns_of_a_killed_one(database: Database) -> None:
    await save_turns(database, 3)
    assert sorted(await killed_with_claims(database, "turn", 2)) == ["t0", "t1"]
    store = DatabaseTurnStore(database)
    with pytest.raises(TurnCompleted):
        await store.claim("t0", "key1", claim_id="next", now=NOW, lapses_at=LAPSES_AT)
    assert (await store.claim("t1", "key1", claim_id="n1", now=LAPSES_AT, lapses_at=NOW + 60)).claim_id == "n1"
    assert await store.release_abandoned() == 2
    claim = await store.claim("t0", "key1", claim_id="n0", now=NOW, lapses_at=LAPSES_AT)
    assert claim.turn.messages == (text_message("user", "question 0"),)


async def test_jobs_of_a_killed_process_are_taken_up_when_their_claims_lapse(database: Database) -> None:
    await add_jobs(database, 2)
    assert sorted(await killed_with_claims(database, "job", 2)) == ["j00", "j01"]
    store = DatabaseJobStore(database)
    assert not await store.has_work(NOW + 29)
    assert await store.has_work(LAPSES_AT)
    taken = [
        await store.claim_next(f"n{number}", now=LAPSES_AT, lapses_at=NOW + 60, most_attempts=2) for number in range(3)
    ]
    assert [(held.job.job_id, held.attempts) for held in taken if held is not None] == [("j00", 2), ("j01", 2)]
