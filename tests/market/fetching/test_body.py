"""Unpacking: never more than the limit, never long without letting others run."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from cryptodesk.market.fetching.body import BodyRefused, _Unpacker


async def unpack(packed: bytes, limit: int, *, piece_bytes: int = 1 << 16) -> tuple[bytes, bool]:
    unpacker, out = _Unpacker(limit), bytearray()
    for begin in range(0, len(packed), piece_bytes):
        await unpacker.feed(packed[begin : begin + piece_bytes], out)
    return bytes(out), unpacker.is_whole


@pytest.mark.parametrize("piece_bytes", [1, 7, 1 << 16])
async def test_pieces_of_any_size_give_the_same(piece_bytes: int) -> None:
    plain = bytes(range(256)) * 40
    assert await unpack(gzip.compress(plain, mtime=0), len(plain), piece_bytes=piece_bytes) == (plain, True)
    members = gzip.compress(plain[:100], mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(plain[100:], mtime=0)
    assert await unpack(members, len(plain), piece_bytes=piece_bytes) == (plain, True)


async def test_one_byte_past_the_limit_is_too_much() -> None:
    with pytest.raises(BodyRefused, match="sent more than we take"):
        await unpack(gzip.compress(b"x" * 1001, mtime=0), 1000)


async def test_what_was_unpacked_before_a_refusal_stays_within_the_limit() -> None:
    unpacker, out = _Unpacker(300_000), bytearray()
    with pytest.raises(BodyRefused):
        await unpacker.feed(gzip.compress(b"x" * 10_000_000, mtime=0), out)
    assert len(out) == 300_000


async def test_others_run_while_a_long_answer_is_unpacked() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    plain, is_whole = await unpack(gzip.compress(b"x" * 10_000_000, mtime=0), 10_000_000)
    task.cancel()
    assert (len(plain), is_whole) == (10_000_000, True)
    assert turns >= 10_000_000 // (1 << 18)


@pytest.mark.parametrize("cut", [1, 8, 9, 30])
async def test_a_cut_stream_is_not_whole(cut: int) -> None:
    packed = gzip.compress(b"x" * 5000, mtime=0)
    assert not (await unpack(packed[:-cut], 5000))[1]


@pytest.mark.parametrize(
    "packed",
    [b"plain text", gzip.compress(b"x" * 99, mtime=0)[:-8] + b"\0" * 8, gzip.compress(b"x", mtime=0) + b"trailing",
     zlib.compress(b"x"), gzip.compress(b"", mtime=0) * 17],
)  # fmt: skip
async def test_what_is_packed_wrongly_is_refused(packed: bytes) -> None:
    with pytest.raises(BodyRefused, match="packed its answer wrongly"):
        await unpack(packed, 1000)
