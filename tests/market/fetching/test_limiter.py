"""The rate: a bucket that fills evenly, turns in order, silence when told so."""

from __future__ import annotations

import asyncio

import pytest

from cryptodesk.core.errors import UpstreamRateLimited
from cryptodesk.market.fetching.limiter import RateLimiter
from tests.market.sources.bad_days import FakeTicks, settle


def limiter(ticks: FakeTicks, *, per_minute: float = 60, burst: int = 2, limited_seconds: float = 60) -> RateLimiter:
    return RateLimiter("acme", per_minute=per_minute, burst=burst, limited_seconds=limited_seconds, ticks=ticks)


async def test_a_burst_goes_at_once_and_the_rest_evenly() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=3)
    sent = []
    for _ in range(6):
        await limit.acquire(1, 10)
        sent.append(ticks.now - 1000)
    assert sent == [0, 0, 0, 1, 2, 3]


async def test_a_bucket_is_never_fuller_than_a_burst() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=2)
    ticks.now += 86_400
    for _ in range(3):
        await limit.acquire(1, 10)
    assert ticks.slept == [1.0]


async def test_weight_counts_and_may_exceed_a_burst() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=2)
    await limit.acquire(5, 10)
    await limit.acquire(1, 10)
    assert ticks.slept == [3.0, 1.0]


async def test_a_wait_beyond_the_time_is_refused_at_once_and_costs_nothing() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=1)
    await limit.acquire(1, 0)
    for _ in range(5):
        with pytest.raises(UpstreamRateLimited, match=r"acme .* retry in 1 s"):
            await limit.acquire(1, 0.5)
    assert ticks.slept == []
    await limit.acquire(1, 1.0)
    assert ticks.slept == [1.0]


async def test_turns_come_in_the_order_of_asking() -> None:
    ticks = FakeTicks(hold=True)
    limit = limiter(ticks, burst=1)
    order: list[int] = []

    async def ask(number: int) -> None:
        await limit.acquire(1, 100)
        order.append(number)

    tasks = [asyncio.create_task(ask(number)) for number in range(4)]
    await settle()
    for expected in ([0], [0, 1], [0, 1, 2], [0, 1, 2, 3]):
        assert order == expected
        await ticks.move(1.0)
    await asyncio.gather(*tasks)


async def test_who_leaves_gives_the_turn_back() -> None:
    ticks = FakeTicks(hold=True)
    limit = limiter(ticks, burst=1)
    await limit.acquire(1, 0)
    leaver = asyncio.create_task(limit.acquire(1, 100))
    await settle()
    assert limit.wait_seconds() == 2.0
    leaver.cancel()
    await settle()
    assert limit.wait_seconds() == 1.0


async def test_a_pause_holds_everybody_and_lets_one_go_first() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=5)
    assert limit.pause(30) == 30
    assert limit.paused_seconds == 30
    with pytest.raises(UpstreamRateLimited, match="retry in 30 s"):
        await limit.acquire(1, 29)
    sent = []
    for _ in range(3):
        await limit.acquire(1, 60)
        sent.append(ticks.now - 1000)
    assert sent == [30, 31, 32], "not a burst of five"


async def test_who_waits_when_a_pause_begins_queues_anew() -> None:
    ticks = FakeTicks(hold=True)
    limit = limiter(ticks, burst=1)
    done: list[tuple[int, float]] = []

    async def ask(number: int, at_most: float) -> None:
        await limit.acquire(1, at_most)
        done.append((number, ticks.now - 1000))

    await limit.acquire(1, 0)
    patient = [asyncio.create_task(ask(number, 100)) for number in range(2)]
    hasty = asyncio.create_task(ask(9, 5))
    await settle()
    limit.pause(10)
    for _ in range(15):
        await ticks.move(1.0)
    with pytest.raises(UpstreamRateLimited):
        await hasty
    await asyncio.gather(*patient)
    assert done == [(0, 10.0), (1, 11.0)]


async def test_a_waiter_from_before_a_pause_that_leaves_gives_nothing_back() -> None:
    ticks = FakeTicks(hold=True)
    limit = limiter(ticks, burst=9)
    await limit.acquire(9, 0)
    leaver = asyncio.create_task(limit.acquire(5, 100))
    await settle()
    limit.pause(10)
    before = limit.wait_seconds(2)
    leaver.cancel()
    await settle()
    assert limit.wait_seconds(2) == before == 11.0


def test_unexplained_refusals_double_the_silence_until_one_succeeds() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, limited_seconds=60)
    lengths = []
    for _ in range(7):
        lengths.append(limit.pause(None))
        ticks.now += lengths[-1]
    assert lengths == [60, 120, 240, 480, 960, 960, 960]
    limit.succeed()
    assert limit.pause(None) == 60


def test_refusals_of_what_was_under_way_count_once() -> None:
    limit = limiter(FakeTicks())
    assert [limit.pause(None) for _ in range(5)] == [60] * 5
    assert limit.paused_seconds == 60


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    limit = limiter(FakeTicks())
    limit.pause(300)
    limit.pause(5)
    assert limit.paused_seconds == 300


async def test_ten_thousand_turns_keep_the_rate_exactly() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, per_minute=7 * 60, burst=3)
    for _ in range(10_003):
        await limit.acquire(1, 10)
    assert ticks.now - 1000 == pytest.approx(10_000 / 7, rel=1e-9)


async def test_a_request_that_is_late_already_is_not_told_that_it_was_limited() -> None:
    ticks = FakeTicks()
    limit = limiter(ticks, burst=1)
    await limit.acquire(1, -5.0)
    with pytest.raises(UpstreamRateLimited):
        await limit.acquire(1, -5.0)
