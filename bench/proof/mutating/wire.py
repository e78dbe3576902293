"""HTTP/1.1 by hand: bytes out, one answer back, however odd the request was."""

from __future__ import annotations

import asyncio
import contextlib

from msgspec import Struct

__all__ = ["Answer", "Line", "Unanswered"]

_MOST_BYTES = 8 * 2**20


class Unanswered(Exception):
    """The connection was closed without an answer, or in the middle of one."""


class Answer(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip()


class Line:
    """A connection to a server on loopback, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, data: bytes, limit_seconds: float, *, anew: bool) -> Answer:
        """With `anew`, on a connection of its own, which is closed behind it.

        Raises: TimeoutError; Unanswered; ValueError for an answer that is no HTTP."""
        if anew:
            await self.close()
        try:
            async with asyncio.timeout(limit_seconds):
                return await self._ask(data, is_again=self._writer is not None)
        except BaseException:
            await self.close()
            raise
        finally:
            if anew:
                await self.close()

    async def _ask(self, data: bytes, *, is_again: bool) -> Answer:
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=_MOST_BYTES)
            assert self._reader is not None
            with contextlib.suppress(ConnectionError):  # it may answer before it has read all
                self._writer.write(data)
                await self._writer.drain()
            return await self._read(self._reader, has_body=not data.startswith(b"HEAD "))
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            await self.close()
            if is_again:  # a kept connection may have been closed before the request came
                return await self._ask(data, is_again=False)
            raise Unanswered(f"{type(error).__name__}: {error}") from None

    async def _read(self, reader: asyncio.StreamReader, *, has_body: bool) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        version, _, rest = first.partition(" ")
        if version != "HTTP/1.1":
            raise ValueError(f"no HTTP: {first[:100]!r}")
        status = int(rest[:3])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if status == 100:
            return await self._read(reader, has_body=has_body)
        body = b"" if not has_body or status in (204, 304) else await self._body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Answer(status, headers, body)

    async def _body(self, reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            return await reader.read()
        pieces = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(pieces)

    async def close(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
