"""A client that asks a server on loopback, and what such a server says, to the byte."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from yarl import URL

from cryptodesk.models._http.client.connection import Connection
from cryptodesk.models._http.client.pool import Client
from cryptodesk.models._http.client.response import Response
from tests.models._http.upstream import Exchange, Reply, Upstream

__all__ = [
    "GUARD",
    "LIMIT",
    "OK",
    "SHORT",
    "Heard",
    "Names",
    "Server",
    "answered",
    "asking",
    "body_of",
    "bytewise",
    "closes",
    "head",
    "in_turn",
    "keeps",
    "open_files",
    "pieces_of",
    "resets",
    "says",
    "shut",
    "sock_of",
    "stopped_leaves_no_socket",
    "until",
    "waits",
    "without_collector",
]

GUARD = 20.0
LIMIT = 10.0  # a limit that does not run out
SHORT = 0.05  # one that does

_SPINS = 1_000_000

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server(Upstream):
    """At any address of this machine, over TLS where it has a context."""

    def __init__(self, reply: Reply, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        super().__init__(reply)
        self.host = host
        self.context = context

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.context is None else 'https'}://{host}:{self._port}"

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self.context)
        self._port = self._server.sockets[0].getsockname()[1]
        self._tasks = set()
        return self

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self._port


@asynccontextmanager
async def asking(
    reply: Reply,
    *,
    host: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    connect_seconds: float = LIMIT,
) -> AsyncIterator[tuple[Client, Server]]:
    async with asyncio.timeout(GUARD), Server(reply, host, context) as server:
        client = Client(URL(server.origin), headers or {}, connect_seconds)
        try:
            yield client, server
        finally:
            client.close()


async def answered(client: Client, seconds: float = LIMIT) -> bytes:
    """The body of one answer, whose connection is given back."""
    response = await client.post("/", b"{}", seconds)
    return await body_of(response)


async def body_of(response: Response) -> bytes:
    try:
        return b"".join([piece async for piece in pieces_of(response)])
    finally:
        response.close()


async def pieces_of(response: Response) -> AsyncIterator[bytes]:
    while piece := await response.read_any():
        yield piece


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


async def stopped_leaves_no_socket(client: Client, server: Server, turns: int) -> None:
    """Stops a request after some turns of the loop; the server answers all that it gets."""
    before = open_files()
    # Known already: threads that look up names would make the turns different ones each time.
    client._addresses = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", server.address)]
    client._addresses_until = math.inf
    asked = asyncio.create_task(client.post("/", b"{}", LIMIT))
    for _ in range(turns):
        await asyncio.sleep(0)
    asked.cancel()
    with suppress(asyncio.CancelledError):  # unless it was answered
        (await asked).close()
    assert await answered(client) == b"ok"  # the server has seen the one before
    client.close()
    await until(lambda: open_files() == before and not server.open_connections)
    assert not client._open
    gc.collect()  # where a socket that nobody closed would say so


async def until(holds: Callable[[], bool]) -> None:
    """Turns of the loop until it does."""
    for _ in range(_SPINS):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never did")


@asynccontextmanager
async def without_collector() -> AsyncIterator[list[str]]:
    """Our own types that only the collector could free, of what was made within."""
    left: list[str] = []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield left
        gc.collect()
        names = (f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.garbage)
        left += [name for name in names if name.startswith("cryptodesk.")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


class Names:
    """In place of the system's: what every name resolves to, and how often that was asked."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int], error: OSError | None = None
    ) -> None:
        self.addresses = addresses
        self.error = error
        self.asked: list[tuple[str, int]] = []
        self.system = asyncio.get_running_loop().getaddrinfo
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.resolve)

    async def resolve(self, host: str, port: int, **more: Any) -> list[Any]:
        if (host, port) in self.addresses:  # uvloop asks for these, too
            return await self.system(host, port, **more)
        self.asked.append((host, port))
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in self.addresses]


# What a server says, and what it does then.

Deed = Callable[[Exchange], None]


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def keeps(_: Exchange) -> None:
    """Waits for the next request."""


def closes(exchange: Exchange) -> None:
    exchange.writer.close()


def resets(exchange: Exchange) -> None:
    sock_of(exchange).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.writer.transport.abort()


def sock_of(exchange: Exchange) -> socket.socket:
    return exchange.writer.get_extra_info("socket")


def says(data: bytes, then: Deed = keeps) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(data)
        then(exchange)

    return reply


def waits(data: bytes = b"") -> Reply:
    """Says no more until the client has gone."""

    async def reply(exchange: Exchange) -> None:
        await exchange.write(data)
        await exchange.hung_up()

    return reply


def in_turn(*replies: Reply) -> Reply:
    """One for each request, whatever connection it comes over."""
    left = iter(replies)

    async def reply(exchange: Exchange) -> None:
        await next(left)(exchange)

    return reply


class Heard:
    """Tells what the client was given by its loop, so that a server can write so that no two writes come as one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.event = asyncio.Event()
        self.reads: list[int] = []
        self.connections: list[Connection] = []
        received, heard = Connection.data_received, self

        def data_received(connection: Connection, data: bytes) -> None:
            received(connection, data)
            heard.reads.append(len(data))
            heard.connections.append(connection)
            heard.event.set()

        monkeypatch.setattr(Connection, "data_received", data_received)

    async def write(self, exchange: Exchange, part: bytes) -> None:
        self.event.clear()
        await exchange.write(part)
        await self.event.wait()

    def says(self, *parts: bytes, then: Deed = keeps) -> Reply:
        async def reply(exchange: Exchange) -> None:
            for part in parts:
                await self.write(exchange, part)
            then(exchange)

        return reply


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def shut(sock: socket.socket) -> None:
    """Closes the server's side at once, without a turn of the loop."""
    with socket.socket(fileno=os.dup(sock.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)
