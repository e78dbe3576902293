"""A job is charged once, whatever becomes of the processes that run it: the real engine, ledger and files."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import ModelEvent, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.core.ports import Entry
from cryptodesk.engine import Engine, Settlement
from cryptodesk.ledger.credits import CreditBook, MeteredEngine
from cryptodesk.ledger.migrations import COMPONENT as LEDGER
from cryptodesk.ledger.migrations import MIGRATIONS as LEDGER_MIGRATIONS
from cryptodesk.ledger.refunds import Refunds
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.state.job_store import JobEnd
from cryptodesk.state.migrations import COMPONENT as STATE
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.state.research_jobs import DatabaseJobStore
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.engine.fakes import FakeCatalog, FakePricing, FakeProvider, FakeTools, says
from tests.research.job_fakes import CALLER, NOW, SETTINGS, Bench

ROOT = Path(__file__).parents[2]
PLAIN = replace(SETTINGS, built_in_tools=())
# 100 tokens in and 10 out, at a dollar each.
ONE_RUN = Decimal(110)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(tmp_path / "desk.db") as opened:
        apply_migrations(opened.path, STATE, STATE_MIGRATIONS)
        apply_migrations(opened.path, LEDGER, LEDGER_MIGRATIONS)
        yield opened


class Hanging:
    """A provider's answer that stops half-way until it is stopped."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def __call__(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("upstream-1"), TextDelta("Half a report")]
        self.reached.set()
        await asyncio.Event().wait()


def a_bench(database: SqliteDatabase, *answers: Any, clock: FixedClock | None = None) -> Bench:
    """A desk of jobs over the engine, as the server joins them."""
    clock = clock or FixedClock(NOW)
    turns, ledger = DatabaseTurnStore(database), DatabaseLedger(database)
    engine = Engine(
        catalog=FakeCatalog(fake=FakeProvider(*answers)),
        tools=FakeTools(),
        turns=turns,
        settlement=Settlement(database, turns, ledger, FakePricing()),
        clock=clock,
    )
    metered = MeteredEngine(engine, CreditBook(database, clock))
    refund = Refunds(database, ledger, clock).refund_run
    return Bench(DatabaseJobStore(database), metered, clock, PLAIN, refund)


def entries(database: SqliteDatabase) -> tuple[Entry, ...]:
    return DatabaseLedger(database).entries(account_id=CALLER.account_id)


def owed(database: SqliteDatabase) -> Decimal:
    return DatabaseLedger(database).balance_usd(CALLER.account_id)


async def credits_used(database: SqliteDatabase) -> int:
    allowance = await CreditBook(database, FixedClock(NOW)).allowance(CALLER)
    return allowance.allocated - allowance.remaining


async def completed(bench: Bench, job: ResearchJob) -> ResearchJob:
    done = await bench.ended(job)
    assert done.status == "completed"
    return done


async def test_a_job_is_charged_what_its_run_cost(database: SqliteDatabase) -> None:
    bench = a_bench(database, says("# Report"))
    async with bench.serving():
        done = await completed(bench, await bench.create())
    (entry,) = entries(database)
    assert (entry.run_id, entry.kind, entry.amount_usd, entry.outcome) == (done.run_id, "charge", ONE_RUN, "finished")
    assert await credits_used(database) == 500


KILLED = """
import asyncio, sys
from pathlib import Path
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.research.test_job_charges import Hanging, a_bench

async def main(path):
    with SqliteDatabase(Path(path)) as database:
        hanging = Hanging()
        bench = a_bench(database, hanging)
        async with bench.serving():
            job = await bench.create()
            await hanging.reached.wait()
            print(job.job_id, flush=True)
            await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""


def run_and_kill(path: Path) -> str:
    """The id of a job whose process is killed once its run has written something."""
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    job_id = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return job_id


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
async def test_a_job_whose_process_was_killed_half_way_is_resumed_and_charged_once(database: SqliteDatabase) -> None:
    job_id = await asyncio.to_thread(run_and_kill, database.path)
    assert entries(database) == ()

    bench = a_bench(database, says("# Report"))
    async with bench.serving():
        job = await bench.desk.get(CALLER, job_id)
        await bench.beats.beat()
        # Its process may still be alive: the claim decides.
        assert (await bench.look(job)).status == "in_progress"
        bench.pass_time(30.0)
        done = await completed(bench, job)
    (entry,) = entries(database)
    assert (done.report and done.report.text, entry.run_id, owed(database)) == ("# Report", done.run_id, ONE_RUN)
    assert await credits_used(database) == 500


async def test_a_job_that_a_stopping_process_gave_back_is_charged_once(database: SqliteDatabase) -> None:
    hanging = Hanging()
    stopping = a_bench(database, hanging)
    async with stopping.serving():
        job = await stopping.create()
        await hanging.reached.wait()
    assert [entry.kind for entry in entries(database)] == ["charge", "refund"]
    assert owed(database) == 0

    bench = a_bench(database, says("# Report"), clock=FixedClock(NOW + timedelta(seconds=1)))
    async with bench.serving():
        await completed(bench, job)
    assert owed(database) == ONE_RUN
    assert await credits_used(database) == 500


async def test_a_job_whose_process_died_between_the_charge_and_the_report_is_charged_once(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = a_bench(database, says("# Lost"))

    died = asyncio.Event()

    async def die(claim_id: str, end: JobEnd) -> bool:
        died.set()
        raise InternalError("killed here")

    monkeypatch.setattr(dying.store, "finish", die)
    async with dying.serving():
        job = await dying.create()
        await died.wait()
    assert owed(database) == ONE_RUN

    bench = a_bench(database, says("# Report"), clock=FixedClock(NOW + timedelta(seconds=31)))
    async with bench.serving():
        done = await completed(bench, job)
    assert done.report is not None
    assert done.report.text == "# Report"
    assert [entry.kind for entry in entries(database)] == ["charge", "refund", "charge"]
    assert owed(database) == ONE_RUN
    assert await credits_used(database) == 500


async def test_what_a_cancelled_job_used_is_charged_and_takes_no_credits(database: SqliteDatabase) -> None:
    hanging = Hanging()
    bench = a_bench(database, hanging)
    async with bench.serving():
        job = await bench.create()
        await hanging.reached.wait()
        await bench.desk.cancel(CALLER, job.job_id)
        while not entries(database):
            await bench.beats.beat()
    (entry,) = entries(database)
    assert (entry.kind, entry.outcome, entry.usage_is_estimated) == ("charge", "cancelled", True)
    assert (await bench.look(job)).status == "cancelled"
    assert await credits_used(database) == 0


async def test_a_failed_job_costs_nothing(database: SqliteDatabase) -> None:
    bench = a_bench(database, InternalError("broken"))
    async with bench.serving():
        done = await bench.ended(await bench.create())
    assert (done.status, owed(database), await credits_used(database)) == ("failed", Decimal(0), 0)
