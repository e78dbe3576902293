"""The gate: places, the line before it, and what becomes of who waits."""

from __future__ import annotations

import asyncio

import pytest

from cryptodesk.core.errors import Overloaded
from cryptodesk.dialects._gate import Gate

LONG = 1e6


async def waiting_at(gate: Gate, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(gate.enter()) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_places_are_taken_and_given_back() -> None:
    gate = Gate(2, 0, LONG)
    await gate.enter()
    assert (gate.try_enter(), gate.try_enter(), gate.running) == (True, False, 2)
    gate.leave()
    assert (gate.try_enter(), gate.running) == (True, 2)


async def test_who_finds_the_line_full_is_refused_at_once() -> None:
    gate = Gate(1, 2, LONG)
    gate.check()
    await gate.enter()
    tasks = await waiting_at(gate, 2)
    with pytest.raises(Overloaded) as refused:
        await gate.enter()
    with pytest.raises(Overloaded):
        gate.check()
    assert (refused.value.status, refused.value.retry_after_seconds) == (503, 1_000_000)
    assert (gate.running, gate.waiting) == (1, 2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (gate.running, gate.waiting) == (1, 0)


async def test_turns_come_in_the_order_of_arrival_and_nobody_passes_the_line() -> None:
    gate = Gate(1, 5, LONG)
    await gate.enter()
    first, second, third = await waiting_at(gate, 3)
    gate.leave()
    assert not gate.try_enter()
    await first
    assert [task.done() for task in (second, third)] == [False, False]
    gate.leave()
    await second
    gate.leave()
    await third
    gate.leave()
    assert (gate.running, gate.waiting) == (0, 0)


async def test_who_waits_too_long_is_refused_and_leaves_the_line() -> None:
    gate = Gate(1, 5, 0.001)
    await gate.enter()
    with pytest.raises(Overloaded):
        await gate.enter()
    assert (gate.running, gate.waiting) == (1, 0)
    gate.leave()
    assert gate.running == 0


async def test_a_turn_that_comes_to_who_was_cancelled_goes_to_the_next() -> None:
    gate = Gate(1, 5, LONG)
    await gate.enter()
    first, second = await waiting_at(gate, 2)
    gate.leave()  # it is the first one's turn now
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    gate.leave()
    assert (gate.running, gate.waiting) == (0, 0)
