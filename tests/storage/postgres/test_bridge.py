"""A synchronous action on an asynchronous connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cryptodesk.storage.database import Connection, Outcome
from cryptodesk.storage.postgres.bridge import Asked, Bridge


@pytest.fixture
async def bridge() -> AsyncIterator[Bridge]:
    opened = Bridge()
    yield opened
    opened.close()


async def echo(asked: Asked) -> Outcome:
    await asyncio.sleep(0)
    if asked.sql == "fail":
        raise ValueError("no such thing")
    return Outcome([(asked.sql, *asked.parameters)], 1)


async def test_an_action_gets_what_its_statements_bring_and_returns_what_it_likes(bridge: Bridge) -> None:
    def action(connection: Connection) -> list[Any]:
        return [connection.execute(f"s{n}", (n,)).fetchone() for n in range(3)]

    assert await bridge.run(action, echo) == [("s0", 0), ("s1", 1), ("s2", 2)]


async def test_a_statement_that_fails_raises_in_the_action_which_may_go_on(bridge: Bridge) -> None:
    def action(connection: Connection) -> Any:
        try:
            connection.execute("fail")
        except ValueError:
            return connection.execute("after").fetchone()

    assert await bridge.run(action, echo) == ("after",)


async def test_what_an_action_raises_is_raised(bridge: Bridge) -> None:
    def action(connection: Connection) -> None:
        connection.execute("fail")

    with pytest.raises(ValueError, match="no such thing"):
        await bridge.run(action, echo)
    assert await bridge.run(lambda connection: 5, echo) == 5


async def test_actions_never_run_on_the_thread_of_the_loop_nor_beside_it(bridge: Bridge) -> None:
    seen: list[str] = []
    loop_thread = threading.get_ident()

    async def other() -> None:
        while "end" not in seen:
            seen.append("loop")
            await asyncio.sleep(0)

    def action(connection: Connection) -> bool:
        connection.execute("a")
        seen.append("begin")
        between = len(seen)
        for _ in range(1000):
            assert len(seen) == between
        seen.append("end")
        return threading.get_ident() != loop_thread

    task = asyncio.ensure_future(other())
    assert await bridge.run(action, echo)
    await task


async def test_the_loop_goes_on_beside_an_action_that_computes_for_long(bridge: Bridge) -> None:
    may_end = threading.Event()

    def action(connection: Connection) -> bool:
        return may_end.wait(10)

    running = asyncio.ensure_future(bridge.run(action, echo))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(may_end.set)
    assert await running


async def test_a_cancelled_action_ends_before_the_next_begins(bridge: Bridge) -> None:
    is_asking = asyncio.Event()
    seen: list[str] = []

    async def hang(asked: Asked) -> Outcome:
        is_asking.set()
        await asyncio.Event().wait()
        raise AssertionError

    def action(connection: Connection) -> None:
        try:
            connection.execute("slow")
        finally:
            seen.append("ended")

    running = asyncio.ensure_future(bridge.run(action, hang))
    await is_asking.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["ended"]
    assert await bridge.run(lambda connection: 5, echo) == 5


async def test_a_bridge_that_was_never_used_has_no_thread_and_closes() -> None:
    before = threading.active_count()
    bridge = Bridge()
    assert threading.active_count() == before
    bridge.close()
