"""Work of the desk beside the SDK's own cancelling.

The SDK cancels a handler at each of its waits until it is gone; the desk is cancelled once and then settles what was
used. So the work runs in a task of its own, and is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import anyio

from cryptodesk.core.events import RunEvent, RunFold
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects._ports import RunEngine

__all__ = ["fold_run", "run_apart"]

T = TypeVar("T")


async def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """The work's result. Cancelled once if the caller is, and over when this returns or raises."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    finally:
        await _end(task)


async def fold_run(engine: RunEngine, run: RunRequest, tell: Callable[[RunEvent], Awaitable[None]]) -> RunFold:
    """The whole run; `tell` hears each event, and slows nobody down but itself."""
    batches: asyncio.Queue[list[RunEvent] | None] = asyncio.Queue()
    task = asyncio.create_task(_pump(engine, run, batches))
    fold = RunFold()
    try:
        while (batch := await batches.get()) is not None:
            for event in batch:
                fold.add(event)
                await tell(event)
        await task
    finally:
        await _end(task)
    return fold


async def _pump(engine: RunEngine, run: RunRequest, batches: asyncio.Queue[list[RunEvent] | None]) -> None:
    events = engine.run(run)
    try:
        async for batch in events:
            batches.put_nowait(batch)
    finally:
        await events.aclose()
        batches.put_nowait(None)


async def _end(task: asyncio.Task[Any]) -> None:
    if not task.done():
        task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([task])
