"""The cache: fresh, aging, expired, failing, crowded, abandoned."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import UpstreamError, UpstreamUnavailable
from cryptodesk.market.fetching.cache import Cached, CacheLimits, FreshCache
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from tests.market.sources.bad_days import FakeTicks, SourceServer, answering, client_of, settle

START = datetime(2026, 9, 9, 12, tzinfo=UTC)
TTL, STALE, ERROR_STALE, FAILURE = 60.0, 120.0, 3600.0, 10.0
LIMITS = CacheLimits(failure_seconds=FAILURE, error_stale_seconds=ERROR_STALE)


class Desk:
    """A cache, its two clocks, and a source that counts."""

    def __init__(self, limits: CacheLimits = LIMITS, size_of: Callable[[Any], int] | None = None) -> None:
        self.clock = FixedClock(START)
        self.ticks = FakeTicks()
        more = {"size_of": size_of} if size_of else {}
        self.cache = FreshCache("quotes", clock=self.clock, ticks=self.ticks, limits=limits, **more)
        self.asked = 0
        self.error: BaseException | None = None
        self.go = asyncio.Event()
        self.go.set()

    def pass_seconds(self, seconds: float) -> None:
        self.ticks.now += seconds
        self.clock.moment += timedelta(seconds=seconds)

    async def fetch(self) -> str:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return f"value {number}"

    def get(self, key: str = "btc", fetch: Callable[[], Awaitable[str]] | None = None) -> Awaitable[Cached[str]]:
        return self.cache.get(key, ttl_seconds=TTL, stale_seconds=STALE, fetch=fetch or self.fetch)

    def fail(self, error: BaseException | None = None) -> None:
        self.error = error or UpstreamUnavailable("acme is in trouble", upstream="acme")


async def test_a_fresh_value_comes_from_memory_with_the_moment_it_was_fetched() -> None:
    desk = Desk()
    first = await desk.get()
    desk.pass_seconds(59.9)
    assert await desk.get() == first == Cached("value 1", START)
    assert desk.asked == 1


async def test_an_aging_value_comes_at_once_and_is_renewed_aside_once() -> None:
    desk = Desk()
    await desk.get()
    desk.pass_seconds(60)
    desk.go.clear()
    for _ in range(5):
        assert await desk.get() == Cached("value 1", START, is_stale=True)
        await settle()
    assert desk.asked == 2
    desk.go.set()
    await settle()
    assert await desk.get() == Cached("value 2", START + timedelta(seconds=60))
    assert desk.asked == 2


async def test_an_expired_value_is_waited_for() -> None:
    desk = Desk()
    await desk.get()
    desk.pass_seconds(180)
    assert (await desk.get()).value == "value 2"


async def test_two_hundred_who_ask_the_same_are_one_request_to_the_server() -> None:
    desk = Desk()
    async with SourceServer(answering(b'{"data": 1}')) as server, client_of(server) as client, desk.cache as cache:

        async def ask(number: int) -> Cached[HttpAnswer]:
            async def fetch() -> HttpAnswer:
                return await client.fetch(HttpRequest(f"/v1/{number}"))  # would differ, had each been sent

            return await cache.get("map", ttl_seconds=60, stale_seconds=0, fetch=fetch)

        answers = await asyncio.gather(*(ask(number) for number in range(200)))
    assert len(server.requests) == 1
    assert {answer.value.body for answer in answers} == {b'{"data": 1}'}
    assert desk.cache.status().shared == 199


async def test_a_failing_fetch_brings_the_old_value_marked_and_says_why() -> None:
    desk = Desk()
    await desk.get()
    desk.fail()
    desk.pass_seconds(TTL + ERROR_STALE - 1)
    assert await desk.get() == Cached("value 1", START, True, "acme is in trouble")
    desk.pass_seconds(FAILURE)
    with pytest.raises(UpstreamUnavailable, match="acme is in trouble"):
        await desk.get()


async def test_how_old_a_substitute_may_be_is_the_callers_choice() -> None:
    desk = Desk()
    await desk.get()
    desk.fail()
    desk.pass_seconds(TTL + 10)
    with pytest.raises(UpstreamUnavailable):
        await desk.cache.get("btc", ttl_seconds=TTL, stale_seconds=0, fetch=desk.fetch, error_stale_seconds=5)
    substitute = await desk.cache.get("btc", ttl_seconds=TTL, stale_seconds=0, fetch=desk.fetch, error_stale_seconds=11)
    assert substitute.is_stale


async def test_a_failure_speaks_for_the_source_for_a_while() -> None:
    desk = Desk()
    desk.fail()
    errors = []
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable) as caught:
            await desk.get()
        errors.append(caught.value)
    assert desk.asked == 1
    assert len({id(error) for error in errors}) == 5, "one object raised often piles up frames"
    desk.error = None
    desk.pass_seconds(FAILURE)
    assert (await desk.get()).value == "value 2"
    desk.pass_seconds(1)
    assert (await desk.get()).error is None


async def test_a_failed_renewal_is_not_repeated_by_every_request_either() -> None:
    desk = Desk()
    await desk.get()
    desk.fail()
    desk.pass_seconds(TTL)
    for expected in (None, "acme is in trouble", "acme is in trouble"):
        assert await desk.get() == Cached("value 1", START, True, expected)
        await settle()
    assert desk.asked == 2
    desk.error = None
    desk.pass_seconds(FAILURE)
    await desk.get()
    await settle()
    assert (await desk.get()).value == "value 3"


async def test_a_failure_of_one_key_says_nothing_about_another() -> None:
    desk = Desk()
    desk.fail()
    with pytest.raises(UpstreamError):
        await desk.get("btc")
    desk.error = None
    assert (await desk.get("eth")).value == "value 2"


async def test_a_defect_is_neither_remembered_nor_covered_up() -> None:
    desk = Desk()
    await desk.get()
    desk.fail(ZeroDivisionError("ours"))
    desk.pass_seconds(TTL + STALE)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await desk.get()
    assert desk.asked == 3


async def test_a_defect_in_a_renewal_is_logged_and_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    await desk.get()
    desk.fail(ZeroDivisionError("ours"))
    desk.pass_seconds(TTL)
    assert (await desk.get()).is_stale
    await settle()
    assert "quotes: fetching failed: ZeroDivisionError" in caplog.text


async def test_a_machine_that_slept_does_not_take_old_values_for_fresh() -> None:
    desk = Desk()
    await desk.get()
    desk.clock.moment += timedelta(hours=8)  # while the running clock stood still
    assert (await desk.get()).value == "value 2"


async def test_a_wall_clock_set_back_does_not_keep_values_fresh_for_ever() -> None:
    desk = Desk()
    await desk.get()
    desk.clock.moment -= timedelta(days=1)
    desk.ticks.now += TTL + STALE
    assert (await desk.get()).value == "value 2"


async def test_who_leaves_does_not_take_the_value_from_the_others_but_the_last_does() -> None:
    desk = Desk()
    desk.go.clear()
    waiters = [asyncio.ensure_future(desk.get()) for _ in range(3)]
    await settle()
    waiters[0].cancel()
    await settle()
    desk.go.set()
    assert (await waiters[1]).value == (await waiters[2]).value == "value 1"
    desk.go.clear()
    lonely = asyncio.ensure_future(desk.get("eth"))
    await settle()
    lonely.cancel()
    await settle()
    assert desk.cache.status().refreshing == 0
    assert desk.cache.status().failures == 0


async def test_a_renewal_goes_on_when_who_caused_it_has_left() -> None:
    desk = Desk()
    await desk.get()
    desk.pass_seconds(TTL)
    desk.go.clear()
    await desk.get()
    await settle()
    desk.pass_seconds(STALE)
    waiter = asyncio.ensure_future(desk.get())
    await settle()
    waiter.cancel()
    await settle()
    desk.go.set()
    await settle()
    assert (await desk.get()).value == "value 2"


async def test_closing_ends_renewals_and_leaves_no_task() -> None:
    desk = Desk()
    async with desk.cache:
        await desk.get()
        desk.pass_seconds(TTL)
        desk.go.clear()
        await desk.get()
        await settle()
        assert desk.cache.status().refreshing == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert (await desk.get()).is_stale, "what is in memory can still be had"
    with pytest.raises(UpstreamUnavailable, match="quotes is closed"):
        await desk.get("eth")


async def test_the_least_used_leave_when_there_are_too_many() -> None:
    desk = Desk(CacheLimits(max_entries=3))
    for key in ("a", "b", "c", "a", "d"):
        await desk.get(key)
    desk.asked = 0
    for key in ("a", "c", "d"):
        await desk.get(key)
    assert desk.asked == 0
    await desk.get("b")
    assert desk.asked == 1
    assert (desk.cache.status().entries, desk.cache.status().evictions) == (3, 2)


async def test_the_least_used_leave_when_they_weigh_too_much() -> None:
    desk = Desk(CacheLimits(max_bytes=10), size_of=lambda value: 4)
    for key in ("a", "b", "c"):
        await desk.get(key)
    status = desk.cache.status()
    assert (status.entries, status.bytes, status.evictions) == (2, 8, 1)


async def test_what_is_too_heavy_is_passed_on_and_not_kept() -> None:
    sizes = iter([4, 11])
    desk = Desk(CacheLimits(max_bytes=10), size_of=lambda value: next(sizes))
    await desk.get("a")
    assert (await desk.get("b")).value == "value 2"
    assert (desk.cache.status().entries, desk.cache.status().bytes) == (1, 4)


async def test_replacing_a_value_replaces_its_weight() -> None:
    sizes = iter([4, 7])
    desk = Desk(CacheLimits(max_bytes=10), size_of=lambda value: next(sizes))
    await desk.get()
    desk.pass_seconds(TTL + STALE)
    await desk.get()
    assert (desk.cache.status().entries, desk.cache.status().bytes) == (1, 7)


async def test_failures_are_bounded_as_well() -> None:
    desk = Desk(CacheLimits(max_entries=3))
    desk.fail()
    for number in range(10):
        with pytest.raises(UpstreamError):
            await desk.get(f"asset {number}")
    with pytest.raises(UpstreamError):
        await desk.get("asset 9")
    assert desk.asked == 10
    with pytest.raises(UpstreamError):
        await desk.get("asset 0")
    assert desk.asked == 11


async def test_the_status_counts_what_happened() -> None:
    desk = Desk()
    await desk.get()
    await desk.get()
    desk.pass_seconds(TTL)
    desk.fail()
    await desk.get()
    await settle()
    status = desk.cache.status()
    assert (status.name, status.hits, status.stale_hits, status.misses, status.failures) == ("quotes", 1, 1, 1, 1)
    assert (status.last_error, status.last_error_at) == ("acme is in trouble", desk.clock.moment)
