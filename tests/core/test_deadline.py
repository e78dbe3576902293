from __future__ import annotations

import asyncio

import pytest

from cryptodesk.core.deadline import Deadline


async def test_a_wait_within_the_deadline_gives_its_result() -> None:
    deadline = Deadline(30)
    assert await deadline.wait(asyncio.sleep(0, "done")) == "done"
    deadline.close()


async def test_a_wait_past_the_deadline_is_cancelled_and_told_as_a_timeout() -> None:
    deadline = Deadline(0.01)
    cancelled = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(TimeoutError):
        await deadline.wait(hang())
    assert cancelled == [True]
    # The task itself is left as if nothing had happened.
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_a_wait_that_begins_after_the_deadline_does_not_start() -> None:
    deadline = Deadline(0)
    await asyncio.sleep(0.01)
    started = []

    async def note() -> None:
        started.append(True)

    with pytest.raises(TimeoutError):
        await deadline.wait(note())
    assert (started, deadline.is_over) == ([], True)


async def test_a_deadline_that_passes_between_waits_cancels_nothing_else() -> None:
    deadline = Deadline(0.01)
    await asyncio.sleep(0.03)
    assert deadline.is_over
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_somebody_elses_cancellation_passes_through() -> None:
    entered = asyncio.Event()

    async def run() -> None:
        deadline = Deadline(30)

        async def hang() -> None:
            entered.set()
            await asyncio.Event().wait()

        try:
            await deadline.wait(hang())
        finally:
            deadline.close()

    task = asyncio.create_task(run())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_both_cancellations_at_once_leave_the_other_one_standing() -> None:
    async def run() -> None:
        deadline = Deadline(0.01)

        async def hang() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asyncio.current_task().cancel()  # type: ignore[union-attr]
                raise

        await deadline.wait(hang())

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(run())
