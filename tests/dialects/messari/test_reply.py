"""One request's way out."""

from __future__ import annotations

import asyncio
from typing import Any

from cryptodesk.dialects.messari.reply import Fillers, Reply, as_uuid
from tests.dialects.support import Client


def make(send: Any) -> Reply:
    return Reply(send, Client.scope("POST", "/"))


def test_a_hex_id_is_shown_as_a_uuid_and_any_other_as_it_is() -> None:
    assert as_uuid("0123456789abcdef0123456789abcdef") == "01234567-89ab-cdef-0123-456789abcdef"
    assert as_uuid("C1") == "C1"


async def test_writes_go_out_one_at_a_time_and_a_filler_never_waits_for_one() -> None:
    going, go_on = asyncio.Event(), asyncio.Event()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        if message.get("body") == b"slow":
            going.set()
            await go_on.wait()
        sent.append(message.get("body"))

    reply = make(send)
    writing = asyncio.create_task(reply.send_frames(b"slow", (), is_last=False))
    await going.wait()
    await reply.send_filler(b" ")
    after = asyncio.create_task(reply.send_frames(b"next", (), is_last=False))
    await asyncio.sleep(0)
    assert sent == [None]
    go_on.set()
    await writing
    await after
    assert sent == [None, b"slow", b"next"]


async def test_a_filler_is_written_only_into_an_answer_that_has_begun_and_not_ended() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body"))

    reply = make(send)
    await reply.send_filler(b" ")
    await reply.send_frames(b"a", (), is_last=False)
    await reply.send_filler(b" ")
    await reply.send_frames(b"b", (), is_last=True)
    await reply.send_filler(b" ")
    assert sent == [None, b"a", b" ", b"b"]


async def test_a_filler_under_way_is_written_whole_before_the_answer_goes_on() -> None:
    filling, go_on = asyncio.Event(), asyncio.Event()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        if message.get("body") == b" ":
            filling.set()
            await go_on.wait()
        sent.append(message.get("body"))

    reply = make(send)
    await reply.send_frames(b"a", (), is_last=False)

    async def fill() -> None:
        async with Fillers(reply, b" ", 0.0):
            await filling.wait()
        await reply.send_frames(b"b", (), is_last=True)

    task = asyncio.create_task(fill())
    await filling.wait()
    go_on.set()
    await task
    assert sent == [None, b"a", b" ", b"b"]


async def test_a_broken_connection_does_not_surface_through_a_filler() -> None:
    tried = asyncio.Event()

    async def send(message: Any) -> None:
        if message.get("body") == b" ":
            tried.set()
            raise OSError("gone")

    reply = make(send)
    await reply.send_frames(b"a", (), is_last=False)
    async with Fillers(reply, b" ", 0.0):
        await tried.wait()
