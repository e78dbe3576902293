"""Bodies of servers that pack their answers though they were asked not to."""

from __future__ import annotations

import zlib
from typing import Any

from cryptodesk.models._http.client.errors import CutShort, NotHttp
from cryptodesk.models._http.client.response import Body

__all__ = ["unpacked"]

_PIECE_BYTES = 1 << 20  # a small packed piece may become a huge one: whoever reads counts as it grows
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_DEFLATE_ALONE = -zlib.MAX_WBITS


def unpacked(body: Body, content_encoding: str) -> Body:
    """Raises: NotHttp for a packing that nobody asked for and this does not know."""
    encoding = content_encoding.strip().lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Unpacked(body)
    if encoding in ("br", "compress", "x-compress", "zstd"):
        raise NotHttp
    return body  # some servers take a character set for one


class _Unpacked:
    """gzip, zlib, or deflate without either's head, as some servers write it; at most a megabyte a read."""

    def __init__(self, packed: Body) -> None:
        self._packed = packed
        self._stream: Any = None
        self._rest = b""
        self.limit_silence = packed.limit_silence
        self.end = packed.end

    @property
    def is_read(self) -> bool:
        return self._packed.is_read and not self._rest

    async def read_any(self) -> bytes:
        while True:
            packed = self._rest or await self._packed.read_any()
            if packed and (self._stream is None or self._stream.eof):  # gzip may come as several, one after another
                is_alone = self._stream is None and packed[0] != 0x1F and packed[0] & 0x0F != 8
                self._stream = zlib.decompressobj(_DEFLATE_ALONE if is_alone else _ZLIB_OR_GZIP)
            if self._stream is None:
                return b""
            try:
                piece: bytes = self._stream.decompress(packed, _PIECE_BYTES)
            except zlib.error:
                raise NotHttp from None
            self._rest = self._stream.unconsumed_tail or self._stream.unused_data
            if piece:
                return piece
            if not packed:
                if self._stream.eof:
                    return b""
                raise CutShort
