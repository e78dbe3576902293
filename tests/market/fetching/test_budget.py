"""The day's budget: exact within a process, kept over restarts, shared by processes, never lost to a failing disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError, UpstreamRateLimited
from cryptodesk.market.fetching.budget import CallBudget, CallStore
from cryptodesk.market.fetching.call_store import DatabaseCallStore
from cryptodesk.market.fetching.gate import Gate
from cryptodesk.market.fetching.http import SourcePolicy
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.sources.bad_days import FakeTicks, settle

__all__ = ["database", "postgres_server"]

NOON = datetime(2026, 9, 9, 12, tzinfo=UTC)
TODAY, TOMORROW = "2026-09-09", "2026-09-10"
POLICY = SourcePolicy(
    base_url="https://acme.example",
    per_minute=60,
    burst=1,
    per_day=3,
    timeout_seconds=1,
    connect_seconds=1,
    concurrency=1,
    max_body_bytes=1000,
    breaker_failures=1,
    breaker_open_seconds=1,
    retries=0,
)


class MemoryStore:
    """Counts writes; fails or waits when told to."""

    def __init__(self) -> None:
        self.units: dict[tuple[str, str], int] = {}
        self.writes = self.loads = 0
        self.is_broken = False
        self.go = asyncio.Event()
        self.go.set()

    async def load(self, day: str) -> Mapping[str, int]:
        self.loads += 1
        if self.is_broken:
            raise InternalError("the disk is full")
        return {source: units for (of_day, source), units in self.units.items() if of_day == day}

    async def add(self, day: str, units: Mapping[str, int]) -> Mapping[str, int]:
        self.writes += 1
        if self.is_broken:
            raise InternalError("the disk is full")
        for source, count in units.items():
            self.units[day, source] = self.units.get((day, source), 0) + count
        await self.go.wait()  # a caller that is cancelled here does not learn that it was written
        return {source: self.units[day, source] for source in units}


def spend(budget: CallBudget, times: int, source: str = "acme", per_day: int | None = None) -> None:
    for _ in range(times):
        budget.spend(source, 1, per_day)


async def test_the_budget_is_spent_to_the_last_unit_and_no_further() -> None:
    budget = CallBudget(FixedClock(NOON))
    spend(budget, 9, per_day=10)
    with pytest.raises(UpstreamRateLimited, match="acme: the daily budget of 10 requests is used up until 00:00 UTC"):
        budget.spend("acme", 2, 10)
    spend(budget, 1, per_day=10)
    with pytest.raises(UpstreamRateLimited) as caught:
        budget.check("acme", 1, 10)
    assert caught.value.upstream == "acme"
    assert vars(caught.value)["retry_after_seconds"] == 12 * 3600
    assert budget.used("acme") == 10


async def test_a_budget_of_none_refuses_nothing_and_of_zero_everything() -> None:
    budget = CallBudget(FixedClock(NOON))
    spend(budget, 1000)
    assert budget.used("acme") == 1000
    with pytest.raises(UpstreamRateLimited):
        budget.check("other", 1, 0)


async def test_midnight_in_utc_begins_a_new_day() -> None:
    clock = FixedClock(datetime(2026, 9, 9, 23, 59, 59, tzinfo=UTC))
    store = MemoryStore()
    async with CallBudget(clock, store, ticks=FakeTicks(hold=True)) as budget:
        spend(budget, 3, per_day=3)
        clock.moment += timedelta(seconds=1)
        assert budget.used("acme") == 0
        spend(budget, 2, per_day=3)
        await budget.save()
        assert store.units == {(TODAY, "acme"): 3, (TOMORROW, "acme"): 2}, "each call on its own day"
        assert budget.used("acme") == 2


async def test_many_calls_are_one_write() -> None:
    store, ticks = MemoryStore(), FakeTicks(hold=True)
    async with CallBudget(FixedClock(NOON), store, ticks=ticks, save_seconds=5) as budget:
        spend(budget, 200)
        await settle()
        assert store.writes == 0
        await ticks.move(5)
        assert (store.writes, store.units) == (1, {(TODAY, "acme"): 200})
        spend(budget, 1)
        await settle()
        await ticks.move(5)
        assert (store.writes, budget.used("acme")) == (2, 201)
    assert store.writes == 2, "nothing was left to write"


async def test_closing_writes_down_the_rest() -> None:
    store = MemoryStore()
    async with CallBudget(FixedClock(NOON), store, ticks=FakeTicks(hold=True)) as budget:
        spend(budget, 7)
    assert store.units == {(TODAY, "acme"): 7}
    await settle()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_spent_during_a_write_is_counted_once_and_written_next() -> None:
    store, ticks = MemoryStore(), FakeTicks(hold=True)
    budget = CallBudget(FixedClock(NOON), store, ticks=ticks, save_seconds=5)
    spend(budget, 4)
    await settle()
    store.go.clear()
    await ticks.move(5)
    spend(budget, 3)
    assert (store.writes, budget.used("acme")) == (1, 7)
    closing = asyncio.create_task(budget.close())
    await settle()
    store.go.set()
    await closing
    assert store.units == {(TODAY, "acme"): 7}, "the write that had begun was not cut off and done twice"


async def test_a_failing_store_loses_nothing_and_refuses_nobody(caplog: pytest.LogCaptureFixture) -> None:
    store, ticks = MemoryStore(), FakeTicks(hold=True)
    async with CallBudget(FixedClock(NOON), store, ticks=ticks, save_seconds=5) as budget:
        store.is_broken = True
        spend(budget, 4)
        await settle()
        await ticks.move(5)
        assert (store.units, budget.used("acme")) == ({}, 4)
        assert "the disk is full" in caplog.text
        store.is_broken = False
        await ticks.move(5)
        assert (store.units, budget.used("acme")) == ({(TODAY, "acme"): 4}, 4)


async def test_a_store_that_never_recovers_does_not_keep_the_desk_from_closing() -> None:
    store = MemoryStore()
    store.is_broken = True
    async with CallBudget(FixedClock(NOON), store, ticks=FakeTicks(hold=True)) as budget:
        spend(budget, 4)
    assert budget.used("acme") == 4


async def test_a_restart_goes_on_counting(database: Database) -> None:
    async with CallBudget(FixedClock(NOON), DatabaseCallStore(database)) as budget:
        spend(budget, 5)
        spend(budget, 2, "other")
    async with CallBudget(FixedClock(NOON), DatabaseCallStore(database)) as budget:
        await budget.learn()
        assert (budget.used("acme"), budget.used("other"), budget.used("new")) == (5, 2, 0)
        with pytest.raises(UpstreamRateLimited):
            budget.spend("acme", 1, 5)


async def test_two_processes_share_one_budget(database: Database) -> None:
    ticks = FakeTicks(hold=True)
    stores: list[CallStore] = [DatabaseCallStore(database), DatabaseCallStore(database)]
    async with (
        CallBudget(FixedClock(NOON), stores[0], ticks=ticks) as one,
        CallBudget(FixedClock(NOON), stores[1], ticks=ticks) as two,
    ):
        spend(one, 6)
        spend(two, 3)
        await one.save()
        await two.save()
        assert two.used("acme") == 9
        spend(one, 1)
        await one.save()
        assert one.used("acme") == 10


async def test_old_days_are_dropped(database: Database) -> None:
    store = DatabaseCallStore(database)
    for day in ("2026-01-01", "2026-06-10", "2026-06-11"):
        await store.add(day, {"acme": 1})
    await store.add(TODAY, {"acme": 1})
    rows = [day for (day,) in database.read("SELECT day FROM source_calls ORDER BY day")]
    assert rows == ["2026-06-11", TODAY]


async def test_what_others_spent_is_read_once_a_day() -> None:
    clock = FixedClock(NOON)
    store = MemoryStore()
    store.units = {(TODAY, "acme"): 4, (TOMORROW, "acme"): 1, (TODAY, "other"): 2}
    async with CallBudget(clock, store, ticks=FakeTicks(hold=True)) as budget:
        for _ in range(3):
            await budget.learn()
        assert (store.loads, budget.used("acme"), budget.used("other"), budget.used("new")) == (1, 4, 2, 0)
        clock.moment += timedelta(days=1)
        await budget.learn()
        assert (store.loads, budget.used("acme"), budget.used("other")) == (2, 1, 0)


async def test_a_store_that_cannot_be_read_refuses_nobody_and_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    store.units = {(TODAY, "acme"): 4}
    async with CallBudget(FixedClock(NOON), store, ticks=FakeTicks(hold=True)) as budget:
        store.is_broken = True
        await budget.learn()
        spend(budget, 2)
        assert budget.used("acme") == 2
        assert "the disk is full" in caplog.text
        store.is_broken = False
        await budget.learn()
        assert budget.used("acme") == 6


async def test_what_is_on_its_way_to_the_store_is_not_counted_twice_by_reading_it() -> None:
    store, ticks = MemoryStore(), FakeTicks(hold=True)
    store.units = {(TODAY, "acme"): 10}
    budget = CallBudget(FixedClock(NOON), store, ticks=ticks, save_seconds=5)
    spend(budget, 4)
    await settle()
    store.go.clear()
    await ticks.move(5)
    assert store.units == {(TODAY, "acme"): 14}, "written, and not answered yet"
    learning = asyncio.create_task(budget.learn())
    await settle()
    assert store.loads == 0
    store.go.set()
    await learning
    assert budget.used("acme") == 14
    await budget.close()
    assert store.units == {(TODAY, "acme"): 14}


async def test_a_gate_learns_before_it_lets_the_first_request_through() -> None:
    store = MemoryStore()
    store.units = {(TODAY, "acme"): 3}
    async with CallBudget(FixedClock(NOON), store, ticks=FakeTicks(hold=True)) as budget:
        gate = Gate("acme", POLICY, budget, FakeTicks())
        with pytest.raises(UpstreamRateLimited, match="used up"):
            async with gate.admit(1, lambda: 1.0):
                pytest.fail("let through")
        assert gate.requests == 0
