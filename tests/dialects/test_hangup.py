"""Watching for a client's hang-up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.dialects._hangup import HangUpWatch
from cryptodesk.dialects._ports import DialectSettings

AT_ONCE = DialectSettings(watch_after_seconds=0.0)


async def hang_up() -> Any:
    return {"type": "http.disconnect"}


async def stay() -> Any:
    await asyncio.Event().wait()


async def drop(message: Any) -> None:
    pass


async def test_a_hang_up_ends_what_is_inside_and_nothing_after_it() -> None:
    cleaned = False
    async with HangUpWatch(hang_up, drop, AT_ONCE) as watch:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned = True
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert (watch.hung_up, cleaned, task and task.cancelling()) == (True, True, 0)


async def test_a_hang_up_noticed_at_the_very_end_does_not_reach_the_code_after_it() -> None:
    async with HangUpWatch(hang_up, drop, AT_ONCE) as watch:
        watch._end()
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert (watch.hung_up, task and task.cancelling()) == (True, 0)


async def test_a_quick_run_never_asks_for_the_hang_up() -> None:
    asked = False

    async def receive() -> Any:
        nonlocal asked
        asked = True

    async with HangUpWatch(receive, drop, DialectSettings(watch_after_seconds=60.0)):
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asked


async def test_an_error_inside_goes_on_as_it_is() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with HangUpWatch(stay, drop, AT_ONCE):
            raise ValueError("mine")


async def test_somebody_elses_cancellation_goes_on() -> None:
    entered = asyncio.Event()

    async def run() -> None:
        async with HangUpWatch(stay, drop, AT_ONCE):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_only_a_write_that_goes_on_since_the_last_look_is_a_stall() -> None:
    seen: list[bool] = []

    async def send(message: Any) -> None:
        watch._look(watch._write - 2)  # the write of the last look ended, this one goes on
        seen.append(watch.hung_up)

    async with HangUpWatch(stay, send, DialectSettings(watch_after_seconds=60.0)) as watch:
        for _ in range(3):
            await watch.send({})
            watch._look(watch._write)  # between two writes
            seen.append(watch.hung_up)
    assert seen == [False] * 6
