from __future__ import annotations

import asyncio
import sys

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


async def test_each_of_several_deadlines_passes_at_its_own_moment() -> None:
    late, early, closed = Deadline(0.05), Deadline(0.01), Deadline(0.02)
    closed.close()
    await asyncio.sleep(0.03)
    assert (early.is_over, closed.is_over, late.is_over) == (True, False, False)
    await asyncio.sleep(0.04)
    assert (closed.is_over, late.is_over) == (False, True)


async def test_a_deadline_made_after_the_last_one_passed_passes_too() -> None:
    first = Deadline(0.01)
    await asyncio.sleep(0.02)
    second = Deadline(0.01)
    await asyncio.sleep(0.02)
    assert (first.is_over, second.is_over) == (True, True)


def test_each_loop_has_deadlines_of_its_own() -> None:
    async def passes() -> bool:
        deadline = Deadline(0.01)
        await asyncio.sleep(0.02)
        return deadline.is_over

    assert [asyncio.run(passes()) for _ in range(2)] == [True, True]


async def test_what_was_closed_is_not_kept() -> None:
    deadline = Deadline(30)
    deadline.close()
    before = sys.getrefcount(deadline)
    another = Deadline(30)
    assert sys.getrefcount(another) == before + 1  # that of the open ones
    another.close()
    assert sys.getrefcount(another) == before
