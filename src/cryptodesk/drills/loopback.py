"""An HTTP server on loopback whose every byte its owner decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["Exchange", "Reply", "Upstream", "sse_head"]

Reply = Callable[["Exchange"], Awaitable[None]]

_TLS_GREETING = b"\x16"


class Exchange:
    """One received request, and the pen to answer it with."""

    def __init__(self, head: str, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        self.method, self.path, _ = first.split(" ", 2)
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.body = body
        self.reader = reader
        self.writer = writer

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status: int, body: bytes, content_type: str = "application/json", extra: str = "") -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        await self.write(head.encode() + body)

    async def stream(self, *parts: bytes, end: bool = True) -> None:
        """An event stream in HTTP chunks; with `end`, ended as HTTP wants it."""
        await self.write(sse_head())
        for part in parts:
            await self.chunk(part)
        if end:
            await self.write(b"0\r\n\r\n")

    async def chunk(self, part: bytes) -> None:
        await self.write(b"%x\r\n%s\r\n" % (len(part), part))

    async def hung_up(self) -> None:
        """Returns when the client has closed the connection."""
        while await self.reader.read(65_536):
            pass

    def cut(self) -> None:
        """Drops the connection with a reset."""
        self.writer.transport.abort()


class Upstream:
    """Serves `reply` to every request; `requests` are those received, `hung_up` is set when a client leaves."""

    base_path = "/v1"

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.requests: list[Exchange] = []
        self.connections = 0
        self.hung_up = asyncio.Event()
        self.faults: list[BaseException] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        return self.origin + self.base_path

    @property
    def request(self) -> Exchange:
        return self.requests[-1]

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    async def __aenter__(self) -> Upstream:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port: int = self._server.sockets[0].getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Raises: AssertionError where a reply failed."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self.faults:
            raise AssertionError(self.faults)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        self.connections += 1
        try:
            while (exchange := await _read(reader, writer)) is not None:
                self.requests.append(exchange)
                await self.reply(exchange)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            self.hung_up.set()
        except BaseException as error:
            self.faults.append(error)
        finally:
            if task is not None:
                self._tasks.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
    """The next request; None for a TLS greeting, because this server speaks plain HTTP.

    Raises: IncompleteReadError when the client has left."""
    first = await reader.readexactly(1)
    if first == _TLS_GREETING:
        writer.transport.abort()
        return None
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode().strip()
    lengths = (line.partition(":")[2] for line in head.split("\r\n") if line.lower().startswith("content-length:"))
    return Exchange(head, await reader.readexactly(int(next(lengths, "0"))), reader, writer)


def sse_head() -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
