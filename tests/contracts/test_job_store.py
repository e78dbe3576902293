"""What every `JobStore` keeps to, whatever it is built on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from cryptodesk.core.errors import JobEnded, JobNotFound, RateLimited
from cryptodesk.core.jobs import JobReport, JobStatus, ResearchJob
from cryptodesk.core.research import Chart, ChartColumn, ChartEntity, ChartSeries, CitedSource, ResearchStep
from cryptodesk.state.job_store import INTERRUPTED_TWICE, ClaimedJob, JobEnd, JobStore
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

NOW = 1_790_000_000.0
LAPSES_AT = NOW + 30
RETENTION_SECONDS = 3600.0
STEPS = (ResearchStep("plan", "rules", "completed", "two questions", 1.5), ResearchStep("write", "model", "started"))


@pytest.fixture
def store(database: Database) -> JobStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return DatabaseJobStore(database, retention_seconds=RETENTION_SECONDS)


def a_job(job_id: str = "j1", **changes: object) -> ResearchJob:
    facts: dict[str, object] = {
        "job_id": job_id,
        "account_id": "acme",
        "key_id": "key1",
        "query": "Is Bitcoin money? \U0001f600 \u2028 \x00 <end>",
        "model_id": "analyst",
        "created_at": NOW,
        "instructions": "Briefly.",
    }
    return ResearchJob(**{**facts, **changes})  # type: ignore[arg-type]


def a_report() -> JobReport:
    start, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC)
    columns = (
        ChartColumn(slug="time", name="Time", description="", format="number", is_timestamp=True),
        ChartColumn(slug="close", name="Close", description="", format="currency"),
    )
    series = ChartSeries("bitcoin", ChartEntity("asset", "1", "Bitcoin"), ((1_788_220_800, 1.5), (1_788_307_200, None)))
    chart = Chart(
        chart_id=1,
        kind="line",
        title="Bitcoin",
        dataset="price",
        metric="price",
        granularity="1d",
        start=start,
        end=end,
        columns=columns,
        series=(series,),
    )
    source = CitedSource(1, "document:d1", "document", "example.com", "Title", "https://example.com/a")
    return JobReport("# Report\n\nYes [1].", (source,), (chart,), ("And Ether?",))


async def add(store: JobStore, *jobs: ResearchJob) -> None:
    for job in jobs:
        await store.add(job, most_open=100)


async def claim(
    store: JobStore, claim_id: str = "c1", *, now: float = NOW, most_attempts: int = 2
) -> ClaimedJob | None:
    return await store.claim_next(claim_id, now=now, lapses_at=now + 30, most_attempts=most_attempts)


async def claimed(store: JobStore, claim_id: str = "c1", *, now: float = NOW) -> ClaimedJob:
    held = await claim(store, claim_id, now=now)
    assert held is not None
    return held


async def status(store: JobStore, job_id: str = "j1") -> JobStatus:
    return (await store.get("acme", job_id)).status


def completed(at: float = NOW + 5) -> JobEnd:
    return JobEnd("completed", at, "run1", a_report(), steps=STEPS)


# -- kept and found ----------------------------------------------------------------------------------------------------


async def test_a_job_comes_back_exactly_as_it_was_added(store: JobStore) -> None:
    job = a_job(follow_up_of="j0")
    await add(store, job)
    assert await store.get("acme", "j1") == job


async def test_an_unknown_job_and_another_accounts_are_not_found(store: JobStore) -> None:
    await add(store, a_job())
    for account_id, job_id in (("acme", "nobody"), ("other", "j1")):
        with pytest.raises(JobNotFound):
            await store.get(account_id, job_id)
        with pytest.raises(JobNotFound):
            await store.cancel(account_id, job_id, NOW)
    assert await status(store) == "queued"


async def test_an_account_may_have_only_so_many_jobs_that_are_not_over(store: JobStore) -> None:
    for job_id in ("j1", "j2"):
        await store.add(a_job(job_id), most_open=2)
    with pytest.raises(RateLimited, match="has 2 research jobs that are not over"):
        await store.add(a_job("j3"), most_open=2)
    await store.add(a_job("k1", account_id="other"), most_open=2)
    await store.cancel("acme", "j1", NOW)
    await store.add(a_job("j3"), most_open=2)


async def test_of_many_jobs_at_once_no_more_than_the_bound_are_taken(store: JobStore) -> None:
    outcomes = await asyncio.gather(
        *(store.add(a_job(f"j{number}"), most_open=5) for number in range(20)), return_exceptions=True
    )
    assert sum(outcome is None for outcome in outcomes) == 5
    assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 15


async def test_the_list_is_the_accounts_own_newest_first_with_the_total(store: JobStore) -> None:
    await add(store, *(a_job(f"j{number}") for number in range(5)), a_job("k1", account_id="other"))
    jobs, total = await store.list("acme", status=None, limit=2, offset=1)
    assert ([job.job_id for job in jobs], total) == (["j3", "j2"], 5)
    assert await store.list("acme", status=None, limit=2, offset=5) == ((), 5)
    assert await store.list("nobody", status=None, limit=2, offset=0) == ((), 0)


async def test_the_list_can_be_narrowed_to_a_status(store: JobStore) -> None:
    await add(store, a_job("j1"), a_job("j2"), a_job("j3"))
    await store.cancel("acme", "j2", NOW)
    jobs, total = await store.list("acme", status="queued", limit=20, offset=0)
    assert ([job.job_id for job in jobs], total) == (["j3", "j1"], 2)
    jobs, total = await store.list("acme", status="cancelled", limit=20, offset=0)
    assert ([job.job_id for job in jobs], total) == (["j2"], 1)


async def test_the_list_leaves_reports_out(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    await store.finish("c1", completed())
    ((job,), _) = await store.list("acme", status=None, limit=20, offset=0)
    assert (job.status, job.report, job.steps, job.run_id) == ("completed", None, (), "run1")


# -- claims ------------------------------------------------------------------------------------------------------------


async def test_the_oldest_job_is_claimed_first_and_is_then_in_progress(store: JobStore) -> None:
    await add(store, a_job("j1"), a_job("j2", created_at=NOW - 5))
    held = await claimed(store)
    assert held == ClaimedJob("c1", a_job("j1", status="in_progress", started_at=NOW), 1)
    assert [await status(store, job_id) for job_id in ("j1", "j2")] == ["in_progress", "queued"]


async def test_there_is_nothing_to_claim_where_nothing_waits(store: JobStore) -> None:
    assert (await store.has_work(NOW), await claim(store)) == (False, None)
    await add(store, a_job())
    assert await store.has_work(NOW)
    await claimed(store)
    assert (await store.has_work(NOW), await claim(store, "c2")) == (False, None)


async def test_of_many_claims_at_once_each_job_goes_to_one(store: JobStore) -> None:
    await add(store, *(a_job(f"j{number}") for number in range(10)))
    outcomes = await asyncio.gather(*(claim(store, f"c{number}") for number in range(40)))
    assert sorted(held.job.job_id for held in outcomes if held is not None) == sorted(f"j{n}" for n in range(10))


async def test_a_lapsed_claim_is_taken_over_with_the_run_of_the_earlier_attempt(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    await store.keep("c1", lapses_at=LAPSES_AT, run_id="run1", steps=STEPS)
    assert (await store.has_work(LAPSES_AT - 0.001), await claim(store, "c2", now=LAPSES_AT - 0.001)) == (False, None)
    taken = await claimed(store, "c2", now=LAPSES_AT)
    assert (taken.attempts, taken.job.run_id, taken.job.steps) == (2, "run1", ())
    assert await store.held(["c1", "c2", "c3"]) == {"c2"}
    assert not await store.finish("c1", completed())
    assert not await store.keep("c1", lapses_at=NOW + 99, run_id="x", steps=())
    assert not await store.give_back("c1", None)
    assert await store.finish("c2", completed())


async def test_a_renewed_claim_holds_on_and_shows_the_steps(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    assert await store.keep("c1", lapses_at=NOW + 60, run_id=None, steps=STEPS)
    assert await claim(store, "c2", now=LAPSES_AT + 1) is None
    assert (await store.get("acme", "j1")).steps == STEPS


async def test_a_run_that_was_named_once_stays_named(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    await store.keep("c1", lapses_at=NOW + 60, run_id="run1", steps=())
    await store.keep("c1", lapses_at=NOW + 60, run_id=None, steps=())
    assert (await store.get("acme", "j1")).run_id == "run1"


async def test_a_job_that_was_abandoned_too_often_fails_and_is_not_begun_again(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    await claimed(store, "c2", now=LAPSES_AT)
    later = LAPSES_AT + 30
    assert await store.fail_interrupted(later - 0.001, most_attempts=2) == ()
    assert await claim(store, "c3", now=later) is None
    (failed,) = await store.fail_interrupted(later, most_attempts=2)
    assert (failed.job_id, failed.status, failed.ended_at) == ("j1", "failed", later)
    assert (failed.error_code, failed.error_message) == INTERRUPTED_TWICE
    assert not await store.has_work(later)
    assert await store.fail_interrupted(later, most_attempts=2) == ()


async def test_what_is_given_back_waits_again_and_the_attempt_does_not_count(store: JobStore) -> None:
    await add(store, a_job("j1"), a_job("j2"))
    await claimed(store)
    assert await store.give_back("c1", "run1")
    held = await claimed(store, "c2")
    assert (held.job.job_id, held.attempts, held.job.run_id) == ("j1", 1, "run1")


async def test_abandoned_claims_can_be_released_at_once(store: JobStore) -> None:
    await add(store, a_job("j1"), a_job("j2"), a_job("j3"))
    await claimed(store, "c1")
    await claimed(store, "c2")
    assert await store.release_abandoned() == 2
    assert [(await claimed(store, f"n{number}")).job.job_id for number in range(3)] == ["j1", "j2", "j3"]


# -- ends --------------------------------------------------------------------------------------------------------------


async def test_a_completed_job_has_its_report_sources_and_charts(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    assert await store.finish("c1", completed())
    job = await store.get("acme", "j1")
    assert job == a_job(
        status="completed", started_at=NOW, ended_at=NOW + 5, run_id="run1", report=a_report(), steps=STEPS
    )
    assert await store.held(["c1"]) == frozenset()


async def test_a_failed_job_says_why(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    assert await store.finish("c1", JobEnd("failed", NOW + 5, "run1", error_code="run_timeout", error_message="Late."))
    job = await store.get("acme", "j1")
    assert (job.status, job.error_code, job.error_message, job.report) == ("failed", "run_timeout", "Late.", None)


@pytest.mark.parametrize("is_running", [False, True])
async def test_a_job_that_is_not_over_can_be_cancelled_once(store: JobStore, is_running: bool) -> None:
    await add(store, a_job())
    if is_running:
        await claimed(store)
    job = await store.cancel("acme", "j1", NOW + 1)
    assert (job.status, job.ended_at) == ("cancelled", NOW + 1)
    assert await store.held(["c1"]) == frozenset()
    with pytest.raises(JobEnded, match="its status is 'cancelled'"):
        await store.cancel("acme", "j1", NOW + 2)
    assert not await store.finish("c1", completed())
    assert await status(store) == "cancelled"
    assert not await store.has_work(NOW + 9999)


async def test_what_has_ended_cannot_be_cancelled_or_ended_again(store: JobStore) -> None:
    await add(store, a_job())
    await claimed(store)
    await store.finish("c1", completed())
    with pytest.raises(JobEnded, match="its status is 'completed'"):
        await store.cancel("acme", "j1", NOW + 9)
    assert not await store.finish("c1", JobEnd("failed", NOW + 9, error_code="x", error_message="y"))
    assert await status(store) == "completed"


@pytest.mark.parametrize("attempt", range(5))
async def test_of_a_cancellation_and_a_completion_at_once_exactly_one_wins(store: JobStore, attempt: int) -> None:
    await add(store, a_job())
    await claimed(store)
    work = [store.cancel("acme", "j1", NOW), store.finish("c1", completed()), store.cancel("acme", "j1", NOW)]
    outcomes = await asyncio.gather(*(work if attempt % 2 else work[::-1]), return_exceptions=True)
    wins = [outcome for outcome in outcomes if outcome is True or isinstance(outcome, ResearchJob)]
    assert len(wins) == 1
    assert await status(store) == ("completed" if wins == [True] else "cancelled")


# -- retention ---------------------------------------------------------------------------------------------------------


async def test_jobs_are_purged_when_their_retention_ends_counted_from_their_end(store: JobStore) -> None:
    await add(store, *(a_job(f"j{number}") for number in range(4)))
    for number in range(3):
        await claimed(store, f"c{number}")
        await store.finish(f"c{number}", completed(at=NOW + number))
    assert await store.purge_expired(NOW + RETENTION_SECONDS - 0.001) == 0
    assert await store.purge_expired(NOW + RETENTION_SECONDS + 1) == 2
    jobs, total = await store.list("acme", status=None, limit=20, offset=0)
    assert ([job.job_id for job in jobs], total) == (["j3", "j2"], 2)


async def test_open_jobs_and_what_they_go_on_from_are_kept(store: JobStore) -> None:
    await add(store, a_job("j1"))
    await claimed(store)
    await store.finish("c1", completed())
    await add(store, a_job("j2", follow_up_of="j1"))
    later = NOW + 10 * RETENTION_SECONDS
    assert await store.purge_expired(later) == 0
    await store.cancel("acme", "j2", NOW + 6)
    assert await store.purge_expired(later) == 2


async def test_a_purged_job_is_not_found(store: JobStore) -> None:
    await add(store, a_job())
    job = await store.cancel("acme", "j1", NOW)
    assert job == replace(a_job(), status="cancelled", ended_at=NOW)
    await store.purge_expired(NOW + RETENTION_SECONDS)
    with pytest.raises(JobNotFound):
        await store.get("acme", "j1")
