"""Feeds are kept fresh: when they are due, one at a time from a host, until told to stop."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.intake import FeedScheduler, Synced
from cryptodesk.documents.store import Subscription
from tests.documents.support import NOW, subscription


def held(number: int, address: str, due_in_seconds: float = 0, **changes: object) -> Subscription:
    made = subscription("rss", address, **changes)
    return structs.replace(made, subscription_id=number, due_at=NOW + timedelta(seconds=due_in_seconds))


class Fake:
    """Both ports at once: it lists, and notes what was synced and what ran at the same time."""

    def __init__(self, *subscriptions: Subscription) -> None:
        self.listed = list(subscriptions)
        self.synced: list[int] = []
        self.at_once: list[set[str]] = []
        self.running: set[str] = set()
        self.error: Exception | None = None
        self.told = 0
        self.unreadable: list[Exception] = []
        self.claims: list[tuple[int, datetime]] = []
        self.claimed_elsewhere: set[int] = set()

    async def fetch_all(self) -> list[Subscription]:
        if self.unreadable:
            raise self.unreadable.pop()
        return self.listed

    async def claim(self, found: Subscription, until: datetime) -> bool:
        self.claims.append((found.subscription_id, until))
        return found.subscription_id not in self.claimed_elsewhere

    async def sync(self, subscription: Subscription) -> Synced:
        self.running.add(subscription.address)
        self.at_once.append(set(self.running))
        await asyncio.sleep(0)
        self.running.discard(subscription.address)
        if self.error is not None:
            raise self.error
        self.synced.append(subscription.subscription_id)
        self.listed = [
            structs.replace(found, due_at=NOW + timedelta(hours=1))
            if found.subscription_id == subscription.subscription_id
            else found
            for found in self.listed
        ]
        return Synced(subscription_id=subscription.subscription_id, title="", added=1)

    async def on_change(self) -> None:
        self.told += 1


def scheduler(fake: Fake, clock: FixedClock | None = None, **changes: object) -> FeedScheduler:
    return FeedScheduler(
        fake, fake, clock or FixedClock(NOW), on_change=fake.on_change, random=Random(1), **changes  # type: ignore[arg-type]
    )  # fmt: skip


async def test_what_is_due_is_synced_and_the_rest_waits() -> None:
    fake = Fake(
        held(1, "https://a.example/1", -5), held(2, "https://b.example/1", 60),
        held(3, "https://c.example/1", -9, is_enabled=False),
    )  # fmt: skip
    done = await scheduler(fake).run_once()
    assert ([found.subscription_id for found in done], fake.synced, fake.told) == ([1], [1], 1)


async def test_a_host_is_asked_one_at_a_time_and_hosts_side_by_side() -> None:
    fake = Fake(*(held(number, f"https://{'ab'[number % 2]}.example/{number}", -number) for number in range(8)))
    await scheduler(fake).run_once()
    assert sorted(fake.synced) == list(range(8))
    for running in fake.at_once:
        hosts = [address.split("/")[2] for address in running]
        assert len(hosts) == len(set(hosts))
    assert any(len(running) == 2 for running in fake.at_once)
    assert [number for number in fake.synced if number % 2] == [7, 5, 3, 1]


async def test_a_later_round_waits_a_little_longer_than_the_interval() -> None:
    fake, clock = Fake(held(1, "https://a.example/1")), FixedClock(NOW)
    kept = scheduler(fake, clock)
    await kept.run_once()
    clock.moment = NOW + timedelta(hours=1)
    assert await kept.due() == []
    clock.moment += timedelta(seconds=180)
    assert [found.subscription_id for found in await kept.due()] == [1]


async def test_a_failing_database_stops_nothing_and_tells_nobody() -> None:
    fake = Fake(held(1, "https://a.example/1"), held(2, "https://b.example/1"))
    fake.error = InternalError("the disk is full")
    assert await scheduler(fake).run_once() == []
    assert fake.told == 0


@pytest.mark.parametrize("failure", [InternalError("damaged"), OSError("disk full"), RuntimeError("busy")])
async def test_an_index_that_could_not_follow_is_told_again(failure: Exception) -> None:
    fake = Fake(held(1, "https://a.example/1"))
    failures = [failure]

    async def on_change() -> None:
        if failures:
            raise failures.pop()
        fake.told += 1

    kept = FeedScheduler(fake, fake, FixedClock(NOW), on_change=on_change)
    await kept.run_once()
    assert fake.told == 0
    await kept.run_once()
    assert fake.told == 1


@pytest.mark.parametrize(("due", "seconds"), [((30.0, 90.0), 30.0), ((-5.0,), 1.0), ((900.0,), 60.0), ((), 60.0)])
async def test_it_sleeps_until_the_next_is_due_and_looks_up_now_and_then(
    due: tuple[float, ...], seconds: float
) -> None:
    fake = Fake(*(held(number, f"https://a.example/{number}", wait) for number, wait in enumerate(due)))
    assert await scheduler(fake).seconds_to_next() == seconds


async def test_it_runs_until_it_is_cancelled() -> None:
    fake, clock = Fake(held(1, "https://a.example/1")), FixedClock(NOW)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.moment += timedelta(seconds=seconds)
        if len(slept) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await scheduler(fake, clock, sleep=sleep).run()
    assert (fake.synced, slept) == ([1], [60.0, 60.0, 60.0])


async def test_what_another_server_syncs_is_left_to_it() -> None:
    fake = Fake(held(1, "https://a.example/1"), held(2, "https://b.example/1"))
    fake.claimed_elsewhere = {1}
    done = await scheduler(fake).run_once()
    assert ([found.subscription_id for found in done], fake.synced) == ([2], [2])
    assert sorted(fake.claims) == [(1, NOW + timedelta(minutes=15)), (2, NOW + timedelta(minutes=15))]


async def test_a_database_that_is_away_for_a_while_does_not_end_it() -> None:
    fake = Fake(held(1, "https://a.example/1"))
    fake.unreadable = [InternalError("the database is away"), InternalError("the database is away")]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await scheduler(fake, sleep=sleep).run()
    assert (fake.synced, slept[:2]) == ([1], [60.0, 60.0])
