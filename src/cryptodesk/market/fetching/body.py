"""The bytes of an answer, never more than asked for, packed or unpacked."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

from cryptodesk.core.late import LateModule

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = LateModule("aiohttp")

__all__ = ["ACCEPTED_ENCODING", "BodyRefused", "read_beginning", "read_body"]

ACCEPTED_ENCODING = "gzip"

_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip"})
_UNPACKED_AT_ONCE = 1 << 18  # about a millisecond of work, then others may run
_MOST_MEMBERS = 16
_GZIP = 16 + zlib.MAX_WBITS


class BodyRefused(Exception):
    """The body is too long or not packed as it should be; the message completes "<source> …"."""


class _Unpacker:
    """Takes gzip piece by piece and gives at most `limit` bytes in all."""

    def __init__(self, limit: int) -> None:
        self.is_whole = False
        self._left = limit
        self._members = 1
        self._zlib = zlib.decompressobj(_GZIP)

    async def feed(self, piece: bytes, out: bytearray) -> None:
        """Raises: BodyRefused, after `out` was filled as far as the limit allows."""
        while piece:
            if self._zlib.eof:
                self._begin_member()
            try:
                plain = self._zlib.decompress(piece, min(self._left + 1, _UNPACKED_AT_ONCE))
            except zlib.error:
                raise BodyRefused("packed its answer wrongly") from None
            out += plain[: self._left]
            if len(plain) > self._left:
                raise BodyRefused("sent more than we take")
            self._left -= len(plain)
            piece = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
            if piece:
                await asyncio.sleep(0)
        self.is_whole = self._zlib.eof

    def _begin_member(self) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BodyRefused("packed its answer wrongly")
        self._zlib = zlib.decompressobj(_GZIP)


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body, unpacked. Needs a response that was not unpacked already (`auto_decompress=False`).

    Raises: BodyRefused if more than `limit` bytes come, packed or unpacked; what aiohttp raises."""
    if (response.content_length or 0) > limit:
        raise BodyRefused("sent more than we take")
    out = bytearray()
    await _read_into(out, response, limit)
    return bytes(out)


async def read_beginning(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """What can be had of the first `limit` bytes; for answers that explain a failure, so that none is raised for it.

    Raises: TimeoutError."""
    out = bytearray()
    try:
        await _read_into(out, response, limit)
    except (BodyRefused, aiohttp.ClientError, ConnectionError):
        response.close()  # the rest would be taken for the next answer
    return bytes(out)


async def _read_into(out: bytearray, response: aiohttp.ClientResponse, limit: int) -> None:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _PLAIN | _PACKED:
        raise BodyRefused("packed its answer in a way we did not ask for")
    unpacker = _Unpacker(limit) if encoding in _PACKED else None
    received = 0
    while piece := await response.content.readany():
        received += len(piece)
        if unpacker is not None:
            await unpacker.feed(piece, out)
        else:
            out += piece[: limit - len(out)]
        if received > limit:
            raise BodyRefused("sent more than we take")
    if unpacker is not None and received and not unpacker.is_whole:
        raise BodyRefused("cut its answer short")
