"""The outbox: what was put since the last look comes as one batch, and nothing is lost at the end."""

from __future__ import annotations

import asyncio

from cryptodesk.research.outbox import Outbox


async def read(outbox: Outbox[int]) -> list[list[int]]:
    return [batch async for batch in outbox.batches()]


async def test_a_burst_is_one_batch() -> None:
    outbox: Outbox[int] = Outbox()
    outbox.put(1, 2)
    outbox.put(3)
    outbox.close()
    assert await read(outbox) == [[1, 2, 3]]


async def test_what_is_put_while_the_reader_is_busy_follows_in_order() -> None:
    outbox: Outbox[int] = Outbox()
    reading = outbox.batches()
    outbox.put(1)
    assert await anext(reading) == [1]
    outbox.put(2)
    outbox.put(3)
    outbox.close()
    assert [batch async for batch in reading] == [[2, 3]]


async def test_a_waiting_reader_is_woken() -> None:
    outbox: Outbox[int] = Outbox()
    reading = asyncio.create_task(read(outbox))
    await asyncio.sleep(0)
    outbox.put(7)
    await asyncio.sleep(0)
    outbox.close()
    assert await reading == [[7]]


async def test_an_outbox_that_closes_empty_gives_nothing() -> None:
    outbox: Outbox[int] = Outbox()
    outbox.close()
    assert await read(outbox) == []
