"""The bytes of an answer, never more than asked for, packed or unpacked."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

from cryptodesk.documents.fetching._errors import FetchRefused

if TYPE_CHECKING:
    import aiohttp

__all__ = ["ACCEPTED_ENCODING", "read_body"]

ACCEPTED_ENCODING = "gzip, deflate"

_PLAIN = frozenset({"", "identity"})
_UNPACKED_AT_ONCE = 1 << 18  # about a millisecond of work, then others may run


class _Unpacker:
    """Takes gzip or deflate piece by piece; what unpacks to more than `limit` bytes is refused on the way."""

    def __init__(self, encoding: str, limit: int, host: str) -> None:
        self._is_gzip = encoding in ("gzip", "x-gzip")
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS if self._is_gzip else zlib.MAX_WBITS)
        self._limit = limit
        self._host = host
        self._is_first = True

    @property
    def is_whole(self) -> bool:
        return self._zlib.eof

    async def feed(self, piece: bytes, out: bytearray) -> None:
        while piece and not self._zlib.eof:
            out += self._unpack(piece, min(self._limit - len(out) + 1, _UNPACKED_AT_ONCE))
            if len(out) > self._limit:
                raise _too_long(self._host, self._limit)
            piece = self._zlib.unconsumed_tail
            if piece:
                await asyncio.sleep(0)

    def _unpack(self, piece: bytes, at_most: int) -> bytes:
        is_first, self._is_first = self._is_first, False
        try:
            return self._zlib.decompress(piece, at_most)
        except zlib.error:
            if is_first and not self._is_gzip:  # half of the servers send deflate without its header
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
                return self._unpack(piece, at_most)
            raise FetchRefused(f"{self._host} packed its answer wrongly", upstream=self._host) from None


async def read_body(response: aiohttp.ClientResponse, limit: int, host: str) -> bytes:
    """The whole body, unpacked. Needs a response that was not unpacked already (`auto_decompress=False`).

    Raises: FetchRefused if it is longer than `limit` or packed otherwise than asked; what aiohttp raises."""
    if (response.content_length or 0) > limit:
        raise _too_long(host, limit)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _PLAIN | {"gzip", "x-gzip", "deflate"}:
        raise FetchRefused(f"{host} packed its answer in a way we did not ask for", upstream=host)
    unpacker = None if encoding in _PLAIN else _Unpacker(encoding, limit, host)
    out = bytearray()
    received = 0
    while piece := await response.content.readany():
        received += len(piece)
        if received > limit:
            raise _too_long(host, limit)
        if unpacker is None:
            out += piece
        else:
            await unpacker.feed(piece, out)
    if unpacker is not None and received and not unpacker.is_whole:
        raise FetchRefused(f"{host} cut its answer short", upstream=host)
    return bytes(out)


def _too_long(host: str, limit: int) -> FetchRefused:
    return FetchRefused(f"{host} sent more than the {limit / 1e6:.0f} MB that are taken", upstream=host)
