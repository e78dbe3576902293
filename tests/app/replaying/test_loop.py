"""The loop whose clock jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from cryptodesk.app.replaying.loop import JumpingLoop, Stalled, catch_up


def run(work: Coroutine[Any, Any, Any]) -> Any:
    loop = JumpingLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def test_an_hour_goes_by_at_once_and_in_order() -> None:
    order: list[tuple[str, float]] = []

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append((name, asyncio.get_running_loop().time()))

    async def both() -> None:
        await asyncio.gather(wait("late", 3600.0), wait("early", 0.25))

    run(both())
    assert [name for name, _ in order] == ["early", "late"]
    assert [round(at, 6) for _, at in order] == [0.25, 3600.0]


def test_a_time_limit_comes_about_without_waiting_for_it() -> None:
    async def limited() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(120):
                await asyncio.get_running_loop().create_future()
        return asyncio.get_running_loop().time()

    assert run(limited()) == pytest.approx(120.0)


def test_work_for_threads_is_done_in_the_loop_and_its_errors_are_its_callers() -> None:
    async def work() -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(lambda: 6 * 7)

    assert run(work()) == 42


def test_waiting_for_what_will_not_happen_is_noticed() -> None:
    loop = JumpingLoop()
    future = loop.create_future()
    with pytest.raises(Stalled):
        loop.run_until_complete(future)
    loop.close()


def test_catching_up_moves_the_clock_forward_and_never_back() -> None:
    async def work() -> list[float]:
        loop = asyncio.get_running_loop()
        catch_up(5.0)
        first = loop.time()
        catch_up(1.0)
        return [first, loop.time()]

    assert run(work()) == [5.0, 5.0]
