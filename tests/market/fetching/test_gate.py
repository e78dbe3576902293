"""The gate: what is refused before it is sent leaves no trace, and what was sent teaches the right lesson."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.market.fetching.budget import CallBudget
from cryptodesk.market.fetching.errors import LimitedBySource
from cryptodesk.market.fetching.gate import Gate
from tests.market.sources.bad_days import NOW, POLICY, FakeTicks, settle


def gate(ticks: FakeTicks | None = None, **changes: object) -> Gate:
    policy = structs.replace(POLICY, **{"per_minute": 60, "burst": 10, **changes})
    return Gate("acme", policy, CallBudget(FixedClock(NOW)), ticks or FakeTicks())


def seconds(count: float) -> Callable[[], float]:
    return lambda: count


async def send(through: Gate, error: BaseException | None = None, weight: int = 1) -> None:
    async with through.admit(weight, seconds(5)):
        if error is not None:
            raise error


async def test_who_finds_no_slot_in_time_is_told_so_and_spends_nothing() -> None:
    it = gate(concurrency=1)
    async with it.admit(1, seconds(5)):
        with pytest.raises(UpstreamTimeout, match="acme is busy with 1 earlier requests"):
            async with it.admit(3, seconds(0)):
                pass
        assert (it.in_flight, it.requests, it.limiter.wait_seconds(9)) == (1, 1, 0)
        assert it.breaker.state == "closed"
    await send(it)
    assert it.in_flight == 0


async def test_who_leaves_while_waiting_for_a_slot_gives_the_turn_back() -> None:
    it = gate(concurrency=1)
    async with it.admit(1, seconds(5)):
        waiting = asyncio.create_task(send(it, weight=9))
        await settle()
        assert it.limiter.wait_seconds(9) == 9
        waiting.cancel()
        await settle()
        assert it.limiter.wait_seconds(9) == 0
    await send(it)


async def test_what_a_spent_budget_refuses_costs_no_turn() -> None:
    it = gate(per_day=2)
    await send(it, weight=2)
    for _ in range(5):
        with pytest.raises(UpstreamRateLimited, match="daily budget"):
            await send(it)
    assert it.limiter.wait_seconds(8) == 0
    assert it.limiter.paused_seconds == 0, "our own budget is not the source's complaint"


async def test_budget_and_breaker_are_asked_again_after_the_wait() -> None:
    it = gate(concurrency=1, per_day=2)
    async with it.admit(1, seconds(5)):
        waiting = [asyncio.create_task(send(it)) for _ in range(3)]
        await settle()
    errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in errors] == [type(None), LimitedBySource, LimitedBySource]
    assert it.requests == 2
    it = gate(concurrency=1, breaker_failures=1)
    late: list[asyncio.Task[None]] = []

    async def fail() -> None:
        async with it.admit(1, seconds(5)):
            late.append(asyncio.create_task(send(it)))
            await settle()
            raise UpstreamUnavailable("down", upstream="acme")

    with pytest.raises(UpstreamUnavailable, match="down"):
        await fail()
    with pytest.raises(UpstreamUnavailable, match="left alone"):
        await late[0]
    assert it.requests == 1


@pytest.mark.parametrize("kind", [UpstreamUnavailable, UpstreamTimeout, UpstreamBadAnswer])
async def test_faults_open_the_breaker(kind: type[UpstreamError]) -> None:
    it = gate(breaker_failures=2)
    for _ in range(2):
        with pytest.raises(kind):
            await send(it, kind("x", upstream="acme"))
    assert it.breaker.state == "open"


async def test_a_refusal_of_one_request_is_a_sign_of_life() -> None:
    it = gate(breaker_failures=2)
    for _ in range(4):
        for error in (UpstreamUnavailable("x", upstream="acme"), UpstreamRejected("x", upstream="acme")):
            with pytest.raises(type(error)):
                await send(it, error)
    assert it.breaker.state == "closed"


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ZeroDivisionError()])
async def test_a_probe_that_ends_without_a_verdict_frees_its_place(error: BaseException) -> None:
    ticks = FakeTicks()
    it = gate(ticks, breaker_failures=1)
    with pytest.raises(UpstreamUnavailable):
        await send(it, UpstreamUnavailable("x", upstream="acme"))
    ticks.now += 30
    with pytest.raises(type(error)):
        await send(it, error)
    assert it.breaker.state == "half_open"
    await send(it)
    assert it.breaker.state == "closed"


async def test_being_limited_pauses_as_long_as_asked_or_as_the_policy_says() -> None:
    for error, expected in (
        (LimitedBySource("x", upstream="acme", retry_after_seconds=7), 7),
        (LimitedBySource("x", upstream="acme"), 90),
        (UpstreamRateLimited("x", upstream="acme"), 90),
    ):
        it = gate(limited_seconds=90, breaker_failures=1)
        with pytest.raises(UpstreamRateLimited):
            await send(it, error)
        assert it.limiter.paused_seconds == expected
        assert it.breaker.state == "closed"
        with pytest.raises(UpstreamRateLimited, match=f"retry in {expected} s"):
            await send(it)


async def test_what_waited_for_a_slot_is_not_sent_into_a_pause() -> None:
    it = gate(concurrency=1)
    late: list[asyncio.Task[None]] = []

    async def be_limited() -> None:
        async with it.admit(1, seconds(5)):
            late.append(asyncio.create_task(send(it)))
            await settle()
            raise LimitedBySource("x", upstream="acme", retry_after_seconds=3)

    with pytest.raises(UpstreamRateLimited):
        await be_limited()
    with pytest.raises(UpstreamRateLimited, match="told us to slow down, retry in 3 s"):
        await late[0]
    assert it.requests == 1


async def test_a_success_ends_the_doubling_of_pauses() -> None:
    ticks = FakeTicks()
    it = gate(ticks, limited_seconds=60)
    for expected in (60, 120):
        with pytest.raises(UpstreamRateLimited):
            await send(it, UpstreamRateLimited("x", upstream="acme"))
        assert it.limiter.paused_seconds == expected
        ticks.now += expected
    await send(it)
    with pytest.raises(UpstreamRateLimited):
        await send(it, UpstreamRateLimited("x", upstream="acme"))
    assert it.limiter.paused_seconds == 60
