"""Single flight: who shares, who leaves, who is told what."""

from __future__ import annotations

import asyncio
import traceback

import pytest

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.market.fetching.errors import LimitedBySource
from cryptodesk.market.fetching.flights import Flights
from tests.market.sources.bad_days import settle


class Work:
    """Counts how often it began and how it ended; ends when `go` is set."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.begun = self.done = self.cancelled = 0
        self.go = asyncio.Event()
        self.error = error

    async def __call__(self) -> str:
        self.begun += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.done += 1
        if self.error is not None:
            raise self.error
        return "landed"


async def test_the_same_key_flies_once_and_another_by_itself() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work()
    waiters = [asyncio.create_task(flights.join(key, work)) for key in ("a", "a", "a", "b")]
    await settle()
    assert (work.begun, len(flights), flights.shared) == (2, 2, 2)
    work.go.set()
    assert await asyncio.gather(*waiters) == ["landed"] * 4
    await flights.join("a", work)
    assert (work.begun, len(flights)) == (3, 0)


async def test_an_upstream_error_is_everybodys_own_and_complete() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work(
        LimitedBySource("slow down", upstream="acme", upstream_status=429, body={"a": 1}, retry_after_seconds=7)
    )
    work.go.set()
    errors = await asyncio.gather(*(flights.join("a", work) for _ in range(50)), return_exceptions=True)
    assert len({id(error) for error in errors}) == 50
    for error in errors:
        assert isinstance(error, LimitedBySource)
        assert error.args == ("slow down",)
        assert vars(error) == {
            "message": "slow down", "upstream": "acme", "upstream_status": 429, "body": {"a": 1},
            "retry_after_seconds": 7,
        }  # fmt: skip
        assert len(traceback.extract_tb(error.__traceback__)) < 6, "frames of the others pile up"


async def test_a_defect_is_passed_on_as_it_is() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work(ZeroDivisionError("ours"))
    work.go.set()
    with pytest.raises(ZeroDivisionError, match="ours"):
        await flights.join("a", work)


async def test_an_error_that_nobody_waits_for_any_more_is_silent() -> None:
    flights: Flights[str] = Flights("acme")
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    work = Work(UpstreamUnavailable("down", upstream="acme"))
    flights.launch("a", work)
    await settle()
    work.go.set()
    await settle()
    assert (work.done, complaints) == (1, [])


async def test_only_the_last_who_leaves_ends_the_flight() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work()
    waiters = [asyncio.create_task(flights.join("a", work)) for _ in range(3)]
    await settle()
    for waiter in waiters[:2]:
        waiter.cancel()
    await settle()
    assert work.cancelled == 0
    waiters[2].cancel()
    await settle()
    assert (work.cancelled, len(flights)) == (1, 0)


async def test_who_comes_after_the_last_left_gets_a_flight_of_their_own() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work()
    waiter = asyncio.create_task(flights.join("a", work))
    await settle()
    waiter.cancel()
    late = asyncio.create_task(flights.join("a", work))  # before the cancelled flight has ended
    await settle()
    work.go.set()
    assert await late == "landed"
    assert (work.begun, work.cancelled) == (2, 1)


async def test_a_launched_flight_outlives_its_waiters() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work()
    flights.launch("a", work)
    flights.launch("a", work)
    waiter = asyncio.create_task(flights.join("a", work))
    await settle()
    waiter.cancel()
    await settle()
    assert (work.begun, work.cancelled) == (1, 0)
    work.go.set()
    await settle()
    assert work.done == 1


async def test_closing_cancels_all_waits_for_it_and_tells_the_waiters() -> None:
    flights: Flights[str] = Flights("acme")
    work = Work()
    flights.launch("a", work)
    waiter = asyncio.create_task(flights.join("b", work))
    await settle()
    await flights.close()
    assert work.cancelled == 2
    with pytest.raises(UpstreamUnavailable, match="acme is closed"):
        await waiter
    with pytest.raises(UpstreamUnavailable, match="acme is closed"):
        await flights.join("a", work)
    flights.launch("a", work)
    await flights.close()
    assert work.begun == 2
