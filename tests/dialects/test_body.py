"""Bodies within their bounds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.core.errors import RequestTimeout, TooLarge
from cryptodesk.dialects._body import ClientGone, read_body
from cryptodesk.dialects._ports import DialectSettings

SMALL = DialectSettings(max_body_bytes=10, body_seconds=0.01)


def receiving(*pieces: bytes | None, ends: bool = True) -> Any:
    """`receive` of these pieces; None is a hang-up. Without `ends` it waits for ever after them."""
    left = list(pieces)

    async def receive() -> Any:
        if not left:
            await asyncio.Event().wait()
        piece = left.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(left) or not ends}

    return receive


async def test_pieces_are_joined_in_order() -> None:
    assert await read_body(receiving(b"ab", b"", b"cd"), None, SMALL) == b"abcd"


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    assert await read_body(receiving(b"0123456789"), b"10", SMALL) == b"0123456789"


@pytest.mark.parametrize("declared", [None, b"1"])
async def test_one_byte_more_is_refused_whatever_was_declared(declared: bytes | None) -> None:
    with pytest.raises(TooLarge):
        await read_body(receiving(b"01234", b"567890"), declared, SMALL)


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        await read_body(receiving(ends=False), b"11", SMALL)


async def test_a_body_that_stops_arriving_times_out() -> None:
    with pytest.raises(RequestTimeout):
        await read_body(receiving(b"ab", ends=False), None, SMALL)


async def test_a_hang_up_before_the_end_is_told() -> None:
    with pytest.raises(ClientGone):
        await read_body(receiving(b"ab", None), None, SMALL)
