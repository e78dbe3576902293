"""The real clock behind limits and caches."""

from __future__ import annotations

import asyncio

from cryptodesk.core.ticks import SystemTicks


async def test_time_runs_forward_while_asleep_and_chance_stays_in_its_range() -> None:
    ticks = SystemTicks()
    before = ticks.monotonic()
    await ticks.sleep(0.001)
    assert ticks.monotonic() - before >= 0.0005
    chances = [ticks.chance() for _ in range(100)]
    assert all(0 <= chance < 1 for chance in chances)
    assert len(set(chances)) > 50


async def test_a_sleeper_can_be_woken_by_cancelling() -> None:
    sleeper = asyncio.create_task(SystemTicks().sleep(3600))
    await asyncio.sleep(0)
    sleeper.cancel()
    await asyncio.wait((sleeper,))
    assert sleeper.cancelled()
