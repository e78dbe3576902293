"""Work beside the SDK's cancelling: cancelled once, waited for, and never hurried while it settles."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import RunEvent, TextDelta
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import RunRequest
from cryptodesk.mcp.running import fold_run, run_apart
from tests.dialects.openai.support import TOOL_RUN
from tests.dialects.support import CALLER, MODEL, FakeEngine

RUN = RunRequest(CALLER, "mcp", "trace", MODEL, (text_message("user", "Bitcoin?"),))


class Settling:
    """Work that takes several steps to end once it is cancelled, as a ledger does."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.settled = 0

    async def run(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
                self.settled += 1


async def test_work_that_is_cancelled_by_the_sdk_settles_in_peace() -> None:
    work = Settling()
    async with anyio.create_task_group() as group:
        group.start_soon(run_apart, work.run())
        await work.begun.wait()
        group.cancel_scope.cancel()
    assert work.settled == 5


async def test_the_result_and_the_fault_of_the_work_come_back() -> None:
    async def give() -> int:
        return 3

    async def fail() -> int:
        raise InternalError("no")

    assert await run_apart(give()) == 3
    with pytest.raises(InternalError, match="no"):
        await run_apart(fail())


async def test_a_run_is_folded_and_each_event_told_in_order() -> None:
    told: list[RunEvent] = []

    async def tell(event: RunEvent) -> None:
        told.append(event)

    fold = await fold_run(FakeEngine(TOOL_RUN), RUN, tell)
    assert told == [event for batch in TOOL_RUN for event in batch]
    assert fold.text == "".join(event.text for event in told if isinstance(event, TextDelta))
    assert fold.finished is not None


async def test_a_listener_that_fails_ends_the_run() -> None:
    engine = FakeEngine(TOOL_RUN[:1], hangs=True)

    async def tell(event: RunEvent) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await fold_run(engine, RUN, tell)
    assert engine.stopped.is_set()


async def test_a_defect_of_the_engine_is_raised() -> None:
    engine = FakeEngine(TOOL_RUN[:1])
    engine.defect = RuntimeError("broken")

    async def tell(event: RunEvent) -> None:
        pass

    with pytest.raises(RuntimeError, match="broken"):
        await fold_run(engine, RUN, tell)
