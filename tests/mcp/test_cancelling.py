"""Requests that are taken back by a notice: whose they are, and what their connection then looks like."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.mcp.cancelling import Line, Running, read_envelope


async def never() -> Any:
    await asyncio.Event().wait()


async def test_a_line_gives_its_body_once_and_then_what_the_client_does() -> None:
    async def leave() -> Any:
        return {"type": "http.disconnect"}

    line = Line(b"{}", leave)
    assert await line() == {"type": "http.request", "body": b"{}", "more_body": False}
    assert await line() == {"type": "http.disconnect"}


async def test_a_request_that_is_taken_back_looks_as_if_its_client_had_left() -> None:
    line = Line(b"{}", never)
    waiting = [asyncio.create_task(line.rest()) for _ in range(2)]
    line.cancel()
    assert await asyncio.gather(*waiting) == [{"type": "http.disconnect"}] * 2
    assert line.is_cancelled
    assert await line() == {"type": "http.request", "body": b"{}", "more_body": False}


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [
        (("key-1", "s1", 7), True),
        (("key-2", "s1", 7), False),
        (("key-1", "s2", 7), False),
        (("key-1", "s1", 8), False),
        (("key-1", "s1", "7"), False),
    ],
)
async def test_only_the_request_of_that_key_session_and_number_is_meant(name: Any, is_meant: bool) -> None:
    running, line = Running(), Line(b"{}", never)
    with running.entry("key-1", "s1", 7, line):
        running.cancel(*name)
    assert line.is_cancelled is is_meant


async def test_a_request_that_has_ended_cannot_be_taken_back() -> None:
    running, line = Running(), Line(b"{}", never)
    with running.entry("key-1", "s1", 7, line):
        pass
    running.cancel("key-1", "s1", 7)
    assert not line.is_cancelled


@pytest.mark.parametrize("session", ["", "x" * 129])
async def test_without_a_session_nobody_elses_number_is_taken_for_ours(session: str) -> None:
    running, line = Running(), Line(b"{}", never)
    with running.entry("key-1", session, 7, line):
        running.cancel("key-1", session, 7)
    assert not line.is_cancelled


@pytest.mark.parametrize(
    ("body", "cancels"),
    [
        (b'{"method":"notifications/cancelled","params":{"requestId":7,"reason":"x"}}', 7),
        (b'{"method":"notifications/cancelled","params":{"requestId":"a"}}', "a"),
        (b'{"method":"notifications/cancelled"}', None),
        (b'{"method":"tools/call","id":1,"params":{"requestId":7}}', None),
        (b'{"method":"notifications/cancelled","params":{"requestId":[7]}}', None),
        (b"[1]", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
    ],
)
def test_what_a_message_takes_back(body: bytes, cancels: Any) -> None:
    assert read_envelope(body).cancels == cancels
