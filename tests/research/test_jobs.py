"""The desk of research jobs: taken in, run once, looked at, cancelled, followed up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import (
    InternalError,
    JobEnded,
    JobNotFound,
    JobNotReady,
    RateLimited,
    UpstreamUnavailable,
)
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.core.research import ResearchOptions, ResearchStep
from cryptodesk.research.job_run import EMPTY_REPORT
from cryptodesk.research.jobs import JobDesk
from cryptodesk.state.job_store import JobEnd
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.research.job_fakes import (
    CALLER,
    NOW,
    OTHER,
    OUTCOME,
    PLANNED,
    SETTINGS,
    SOURCE,
    Bench,
    FakeEngine,
    a_run,
    finished,
    progress,
    started,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DatabaseJobStore]:
    with SqliteDatabase(tmp_path / "desk.db") as database:
        apply_migrations(database.path, COMPONENT, MIGRATIONS)
        yield DatabaseJobStore(database)


# -- taken in and run --------------------------------------------------------------------------------------------------


async def test_a_created_job_waits_on_disk_under_a_uuid(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create(instructions="Briefly.")
    assert str(UUID(job.job_id)) == job.job_id
    assert UUID(job.job_id).version == 4
    assert (job.status, job.query, job.instructions, job.model_id) == (
        "queued",
        "Is Bitcoin money?",
        "Briefly.",
        "model",
    )
    assert job.created_at == NOW.timestamp()
    assert await bench.look(job) == job


async def test_a_job_is_run_as_a_report_with_the_callers_wishes(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    async with bench.serving():
        job = await bench.create(instructions="Briefly.")
        await bench.ended(job)
    (request,) = bench.engine.requests
    assert request.research == ResearchOptions(
        verbosity="verbose",
        cites_inline=True,
        related_questions=3,
        may_clarify=False,
        instructions="Briefly.",
        depth="report",
    )
    assert (request.caller, request.dialect, request.model_id) == (CALLER, "messari_deep_research", "model")
    assert (request.trace_id, request.stream) == (UUID(job.job_id).hex, False)
    assert (request.built_in_tools, request.limits) == (("lookup",), SETTINGS.limits)
    assert [(message.role, message.text) for message in request.messages] == [("user", "Is Bitcoin money?")]


async def test_a_finished_run_is_the_report_with_its_sources_questions_and_steps(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    async with bench.serving():
        job = await bench.ended(await bench.create())
    assert job.report is not None
    assert (job.status, job.report.text, job.report.sources) == ("completed", "# Report\n\nYes [1].", (SOURCE,))
    assert (job.report.related_questions, job.steps) == (OUTCOME.related_questions, (PLANNED,))
    assert (job.started_at, job.ended_at, job.run_id) == (NOW.timestamp(), NOW.timestamp(), "run1")


async def test_progress_is_saved_at_a_beat_and_an_ended_step_takes_its_own_place(store: DatabaseJobStore) -> None:
    run = a_run(progress("plan"), progress("gather"), progress("plan", "completed"))
    bench = Bench(store, FakeEngine(run, holds_at=4))
    async with bench.serving():
        job = await bench.create()
        await bench.engine.holding.wait()
        await bench.beats.beat()
        seen = await bench.look(job)
        assert (seen.status, seen.report) == ("in_progress", None)
        assert [(step.node, step.status) for step in seen.steps] == [("plan", "completed"), ("gather", "started")]
        bench.engine.gate.set()
        assert (await bench.ended(job)).steps == (PLANNED,)


async def test_steps_are_kept_where_the_run_names_none_at_its_end(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine([[started(), progress("plan")], [TextDelta("Yes.")], [finished(None)]]))
    async with bench.serving():
        job = await bench.ended(await bench.create())
    assert job.steps == (ResearchStep("plan", "rules", "started"),)


async def test_nothing_is_written_while_a_run_has_no_news(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1))
    async with bench.serving():
        await bench.create()
        await bench.engine.holding.wait()
        await bench.beats.beat()
        before = store._database.transactions
        for _ in range(5):
            await bench.beats.beat()
        assert store._database.transactions == before


async def test_the_oldest_job_goes_first_and_no_more_run_than_may(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1), settings=replace(SETTINGS, concurrency=2))
    jobs = [await bench.create(f"Question {number}?") for number in range(7)]
    async with bench.serving():
        await bench.engine.holding.wait()
        for _ in range(3):
            await bench.beats.beat()
        assert bench.engine.questions == ["Question 0?", "Question 1?"]
        bench.engine.gate.set()
        for job in jobs:
            assert (await bench.ended(job)).status == "completed"
    assert bench.engine.questions == [f"Question {number}?" for number in range(7)]
    assert bench.engine.side_by_side == 2


async def test_of_two_desks_on_one_store_one_runs_a_job(store: DatabaseJobStore) -> None:
    first, second = Bench(store), Bench(store)
    async with first.serving(), second.serving():
        jobs = [await (first, second)[number % 2].create(f"Question {number}?") for number in range(20)]
        for job in jobs:
            assert (await first.ended(job)).status == "completed"
    asked = [*first.engine.questions, *second.engine.questions]
    assert sorted(asked) == sorted(f"Question {number}?" for number in range(20))


async def test_an_account_cannot_fill_the_desk(store: DatabaseJobStore) -> None:
    bench = Bench(store, settings=replace(SETTINGS, most_open=2))
    await bench.create()
    await bench.create()
    with pytest.raises(RateLimited):
        await bench.create()


# -- failures ----------------------------------------------------------------------------------------------------------


async def test_a_failed_run_fails_the_job_with_its_code_and_message(store: DatabaseJobStore) -> None:
    error = UpstreamUnavailable("No provider answered.", upstream="x")
    bench = Bench(store, FakeEngine([[started(), progress("plan")], [RunFailed(error)]]))
    async with bench.serving():
        job = await bench.ended(await bench.create())
    assert (job.status, job.error_code, job.error_message) == ("failed", error.code, "No provider answered.")
    assert ([step.node for step in job.steps], job.report) == (["plan"], None)


@pytest.mark.parametrize("text", ["", " \n\t"])
async def test_a_run_without_words_is_no_report(store: DatabaseJobStore, text: str) -> None:
    bench = Bench(store, FakeEngine(a_run(text=text)))
    async with bench.serving():
        job = await bench.ended(await bench.create())
    assert (job.status, job.error_code, job.error_message) == ("failed", *EMPTY_REPORT)


class BrokenEngine(FakeEngine):
    def run(self, request: Any) -> Any:
        raise ZeroDivisionError("a secret of the house")


@pytest.mark.parametrize("engine", [FakeEngine([[started()]]), BrokenEngine()], ids=["no end", "defect"])
async def test_a_defect_fails_the_job_and_tells_nothing_of_itself(store: DatabaseJobStore, engine: FakeEngine) -> None:
    bench = Bench(store, engine)
    async with bench.serving():
        job = await bench.ended(await bench.create())
    assert (job.status, job.error_code) == ("failed", "internal_error")
    assert "secret" not in str(job.error_message)


async def test_the_desk_goes_on_after_its_store_failed(
    store: DatabaseJobStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(store)
    has_work, failures = store.has_work, [InternalError("the disk is full")]

    async def fail_once(now: float) -> bool:
        if failures:
            raise failures.pop()
        return await has_work(now)

    monkeypatch.setattr(store, "has_work", fail_once)
    async with bench.serving():
        job = await bench.create()
        assert (await bench.ended(job)).status == "completed"
    assert bench.beats.seconds[:2] == [10.0, 0.5]
    assert "the disk is full" in caplog.text


# -- cancelled ---------------------------------------------------------------------------------------------------------


async def test_a_job_cancelled_while_it_waits_is_never_run(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create()
    assert (await bench.desk.cancel(CALLER, job.job_id)).status == "cancelled"
    async with bench.serving():
        await bench.beats.beat()
    assert bench.engine.requests == []


async def test_cancelling_closes_the_run_at_once_and_frees_its_place(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1), settings=replace(SETTINGS, concurrency=1))
    async with bench.serving():
        job, waiting = await bench.create(), await bench.create("Next?")
        await bench.engine.holding.wait()
        bench.engine.holding.clear()
        assert (await bench.desk.cancel(CALLER, job.job_id)).status == "cancelled"
        await bench.engine.holding.wait()
        assert (bench.engine.closed, bench.engine.questions[-1]) == (1, "Next?")
        bench.engine.gate.set()
        assert (await bench.ended(waiting)).status == "completed"
    assert (await bench.look(job)).status == "cancelled"
    # What a cancelled job used is owed.
    assert bench.refunds.run_ids == []


async def test_a_job_is_cancelled_wherever_it_runs(store: DatabaseJobStore) -> None:
    running, asked = Bench(store, FakeEngine(holds_at=1)), Bench(store)
    async with running.serving():
        job = await running.create()
        await running.engine.holding.wait()
        await asked.desk.cancel(CALLER, job.job_id)
        await running.beats.beat()
        await running.beats.beat()
        assert (running.engine.closed, running.refunds.run_ids) == (1, [])
    assert (await running.look(job)).status == "cancelled"
    # Twice a second it is looked for.
    assert set(running.beats.seconds) == {0.5}


async def test_a_job_cancelled_before_its_run_began_costs_nothing(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=0))
    async with bench.serving():
        job = await bench.create()
        await bench.engine.holding.wait()
        await store.cancel(CALLER.account_id, job.job_id, NOW.timestamp())
        bench.engine.gate.set()
        await bench.beats.beat()
        await bench.beats.beat()
    assert bench.engine.closed == 1
    assert (await bench.look(job)).status == "cancelled"


async def test_a_job_cannot_be_cancelled_twice_or_once_it_is_over(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    async with bench.serving():
        done = await bench.ended(await bench.create())
    job = await bench.create()
    await bench.desk.cancel(CALLER, job.job_id)
    for over in (done, job):
        with pytest.raises(JobEnded):
            await bench.desk.cancel(CALLER, over.job_id)


@pytest.mark.parametrize(
    "job_id", ["", "nobody", "../x", "0" * 32, "00000000-0000-4000-8000-000000000000", "\x00" * 36]
)
async def test_what_is_no_id_of_a_job_is_not_found(store: DatabaseJobStore, job_id: str) -> None:
    bench = Bench(store)
    for ask in (bench.desk.get, bench.desk.cancel):
        with pytest.raises(JobNotFound):
            await ask(CALLER, job_id)
    with pytest.raises(JobNotFound):
        await bench.create(follow_up_of=job_id)


async def test_an_account_sees_its_own_jobs_alone(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create()
    for ask in (bench.desk.get, bench.desk.cancel):
        with pytest.raises(JobNotFound):
            await ask(OTHER, job.job_id)
    with pytest.raises(JobNotFound):
        await bench.desk.create(OTHER, "And?", follow_up_of=job.job_id)
    assert await bench.desk.list(OTHER, status=None, limit=20, offset=0) == ((), 0)
    assert await bench.desk.list(CALLER, status=None, limit=20, offset=0) == ((job,), 1)
    assert await bench.desk.get(CALLER, job.job_id.upper()) == job


# -- followed up -------------------------------------------------------------------------------------------------------


async def follow_up(store: DatabaseJobStore, report: str) -> list[tuple[str, str]]:
    bench = Bench(store, FakeEngine(a_run(text=report)))
    async with bench.serving():
        first = await bench.ended(await bench.create())
        assert (await bench.ended(await bench.create("And Ether?", follow_up_of=first.job_id))).status == "completed"
    return [(message.role, message.text) for message in bench.engine.requests[-1].messages]


async def test_a_follow_up_is_asked_with_the_earlier_question_and_report(store: DatabaseJobStore) -> None:
    messages = await follow_up(store, "Yes [1], it is [2][^3]; see [4](https://example.com).")
    assert messages == [
        ("user", "Is Bitcoin money?"),
        # Markers name sources that the new report does not have.
        ("assistant", "Yes, it is; see [4](https://example.com)."),
        ("user", "And Ether?"),
    ]


async def test_of_a_long_report_a_bounded_part_is_handed_on(store: DatabaseJobStore) -> None:
    _, (_, handed), _ = await follow_up(store, "\n\n".join(f"Paragraph {number}." for number in range(3000)))
    assert len(handed) < 12_100
    assert handed.startswith("Paragraph 0.\n\nParagraph 1.")
    assert handed.endswith(".\n\n[The rest of that report is left out.]")


async def test_only_a_report_can_be_followed_up(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    job = await bench.create()
    with pytest.raises(JobNotReady, match="its status is 'queued'"):
        await bench.create(follow_up_of=job.job_id)


async def test_the_desk_can_be_used_without_being_served(store: DatabaseJobStore) -> None:
    bench = Bench(store)
    jobs = await asyncio.gather(*(bench.create(f"Question {number}?") for number in range(5)))
    listed, total = await bench.desk.list(CALLER, status="queued", limit=2, offset=0)
    assert total == 5
    assert {job.job_id for job in listed} <= {job.job_id for job in jobs}


async def test_left_to_itself_the_desk_is_woken_by_a_job_and_by_time(
    store: DatabaseJobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, ends, finish = FakeEngine(), asyncio.Queue[bool](), store.finish

    async def tell(claim_id: str, end: JobEnd) -> bool:
        ends.put_nowait(await finish(claim_id, end))
        return True

    monkeypatch.setattr(store, "finish", tell)
    desk = JobDesk(store, engine, FixedClock(NOW), replace(SETTINGS, tick_seconds=0.001))
    serving = asyncio.create_task(desk.serve())
    # One that it is asked for itself, and one that it can only find by looking.
    for create in (desk.create, Bench(store).desk.create):
        await create(CALLER, "Is Bitcoin money?")
        assert await ends.get()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert len(engine.requests) == 2


async def test_how_many_run_is_told(store: DatabaseJobStore) -> None:
    bench = Bench(store, FakeEngine(holds_at=1))
    async with bench.serving():
        assert bench.desk.running == 0
        await bench.create()
        await bench.engine.holding.wait()
        assert bench.desk.running == 1
    assert bench.desk.running == 0
