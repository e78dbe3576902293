"""What becomes of a research job whose process stops, is killed, sleeps too long or cannot write."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.state.job_store import INTERRUPTED_TWICE, JobEnd
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.research.job_fakes import CALLER, NOW, Bench, FakeEngine, a_run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DatabaseJobStore]:
    with SqliteDatabase(tmp_path / "desk.db") as database:
        apply_migrations(database.path, COMPONENT, MIGRATIONS)
        yield DatabaseJobStore(database)


async def test_a_stopping_desk_gives_its_jobs_back_and_pays_for_what_it_used(store: DatabaseJobStore) -> None:
    stopping = Bench(store, FakeEngine(holds_at=1))
    async with stopping.serving():
        job = await stopping.create()
        await stopping.engine.holding.wait()
    assert (stopping.engine.closed, stopping.refunds.run_ids) == (1, ["run1"])
    assert (await stopping.look(job)).status == "queued"
    nexts = Bench(store)
    async with nexts.serving():
        assert (await nexts.ended(job)).status == "completed"
    assert nexts.engine.requests[0].trace_id == stopping.engine.requests[0].trace_id


async def test_the_claim_of_a_running_job_is_renewed(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1))
    async with bench.serving():
        job = await bench.create()
        await bench.engine.holding.wait()
        for _ in range(20):
            bench.pass_time(9.0)
            await bench.beats.beat()
            assert not await store.has_work(bench.clock.unix())
        bench.engine.gate.set()
        assert (await bench.ended(job)).status == "completed"


async def test_a_run_is_named_on_disk_before_it_goes_on(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1))
    async with bench.serving():
        job = await bench.create()
        await bench.engine.holding.wait()
        assert (await bench.look(job)).run_id == "run1"


async def abandon(store: DatabaseJobStore, job_id: str, claim_id: str, now: float, run_id: str) -> None:
    """What a killed process leaves behind."""
    held = await store.claim_next(claim_id, now=now, lapses_at=now + 30, most_attempts=2)
    assert held is not None
    assert held.job.job_id == job_id
    await store.keep(claim_id, lapses_at=now + 30, run_id=run_id, steps=())


async def test_a_killed_processes_job_is_taken_up_once_its_claim_lapsed(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create()
    await abandon(store, job.job_id, "killed", NOW.timestamp(), "run0")
    async with bench.serving():
        await bench.beats.beat()
        assert bench.engine.requests == []
        bench.pass_time(30.0)
        done = await bench.ended(job)
    assert (done.status, done.run_id, bench.refunds.run_ids) == ("completed", "run1", ["run0"])


async def test_a_job_that_was_killed_twice_fails_clearly_and_costs_nothing(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create()
    await abandon(store, job.job_id, "killed", NOW.timestamp(), "run0")
    await abandon(store, job.job_id, "killed2", NOW.timestamp() + 30, "run00")
    bench.pass_time(60.0)
    async with bench.serving():
        done = await bench.ended(job)
    assert (done.status, done.error_code, done.error_message) == ("failed", *INTERRUPTED_TWICE)
    assert (bench.engine.requests, bench.refunds.run_ids) == ([], ["run00"])


async def test_a_desk_that_slept_past_its_claim_leaves_the_job_to_who_took_it(store: DatabaseJobStore) -> None:
    sleeper, taker = Bench(store, FakeEngine(holds_at=1)), Bench(store, FakeEngine(a_run(text="The taker's.")))
    async with sleeper.serving():
        job = await sleeper.create()
        await sleeper.engine.holding.wait()
        taker.pass_time(31.0)
        async with taker.serving():
            done = await taker.ended(job)
        sleeper.engine.gate.set()
        await sleeper.beats.beat()
        await sleeper.beats.beat()
    assert done.report is not None
    assert done.report.text == "The taker's."
    assert (await sleeper.look(job)) == done
    assert sleeper.refunds.run_ids == ["run1"]


async def test_a_result_that_comes_after_the_cancellation_is_not_kept(
    store: DatabaseJobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(store)
    finish = store.finish

    async def cancel_first(claim_id: str, end: JobEnd) -> bool:
        await bench.desk.cancel(CALLER, job.job_id)
        return await finish(claim_id, end)

    monkeypatch.setattr(store, "finish", cancel_first)
    async with bench.serving():
        job = await bench.create()
        done = await bench.ended(job)
        await bench.beats.beat()
    assert (done.status, done.report, bench.refunds.run_ids) == ("cancelled", None, [])


async def test_a_job_whose_end_cannot_be_written_is_begun_again(
    store: DatabaseJobStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(store)
    finish, failures = store.finish, [InternalError("the disk is full")]

    async def fail_once(claim_id: str, end: JobEnd) -> bool:
        if failures:
            raise failures.pop()
        return await finish(claim_id, end)

    monkeypatch.setattr(store, "finish", fail_once)
    caplog.set_level(logging.CRITICAL, "cryptodesk.research.jobs")
    async with bench.serving():
        job = await bench.create()
        while len(bench.engine.requests) < 1 or failures:
            await bench.beats.beat()
        bench.pass_time(31.0)
        assert (await bench.ended(job)).status == "completed"
    assert (len(bench.engine.requests), bench.refunds.run_ids) == (2, ["run1"])


async def test_a_desk_that_looks_after_a_job_at_the_moment_of_its_end_does_not_stop_it(
    store: DatabaseJobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(store)
    finish, has_ended, may_return = store.finish, asyncio.Event(), asyncio.Event()

    async def finish_and_pause(claim_id: str, end: JobEnd) -> bool:
        is_finished = await finish(claim_id, end)
        has_ended.set()
        await may_return.wait()
        return is_finished

    monkeypatch.setattr(store, "finish", finish_and_pause)
    async with bench.serving():
        job = await bench.create()
        await has_ended.wait()
        await bench.beats.beat()
        may_return.set()
        assert (await bench.ended(job)).status == "completed"
        await bench.beats.beat()
    assert bench.refunds.run_ids == []
