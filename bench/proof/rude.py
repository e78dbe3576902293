"""Clients that do not behave: they drip, fall silent, never read, leave without a word. Each tells how it was ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench.survival.drive import KEY

__all__ = ["RUDE", "Told", "can_vanish", "open_sockets"]

Rude = Callable[[int], Awaitable[str]]
Told = Mapping[str, Rude]

_PATH = "/v1/chat/completions"
_DRIP_SECONDS = 0.02
_LONG_TEXT = "word " * 600_000
_TCP_REPAIR = 19
_ESTABLISHED = "01"


async def _open(port: int, receive_bytes: int = 0) -> socket.socket:
    client = socket.socket()
    client.setblocking(False)
    if receive_bytes:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return client


def _head(length: int) -> bytes:
    lines = (
        f"POST {_PATH} HTTP/1.1",
        "Host: desk",
        f"X-CMC_PRO_API_KEY: {KEY}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _request(model: str, text: str = "hi", *, stream: bool = True) -> bytes:
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}
    data = json.dumps(body).encode()
    return _head(len(data)) + data


async def _drip(client: socket.socket, data: bytes) -> None:
    """Byte by byte, for as long as it is let."""
    loop = asyncio.get_running_loop()
    for at in range(len(data)):
        await loop.sock_sendall(client, data[at : at + 1])
        await asyncio.sleep(_DRIP_SECONDS)


async def _read_end(client: socket.socket) -> str:
    """The status that came, or that nothing did, once the server has closed."""
    loop, received = asyncio.get_running_loop(), b""
    with contextlib.suppress(ConnectionError):
        while piece := await loop.sock_recv(client, 65_536):
            received = (received + piece)[:64]
    return received[9:12].decode() if received.startswith(b"HTTP/1.1 ") else "closed"


async def _dripped(client: socket.socket, data: bytes) -> str:
    dripping = asyncio.ensure_future(_drip(client, data))
    try:
        return await _read_end(client)
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        client.close()


async def drips_its_head(port: int) -> str:
    return await _dripped(await _open(port), b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 60_000)


async def drips_its_body(port: int) -> str:
    client = await _open(port)
    await asyncio.get_running_loop().sock_sendall(client, _head(100_000))
    return await _dripped(client, b" " * 100_000)


async def says_nothing(port: int) -> str:
    client = await _open(port)
    try:
        return await _read_end(client)
    finally:
        client.close()


async def stops_in_its_body(port: int) -> str:
    client = await _open(port)
    await asyncio.get_running_loop().sock_sendall(client, _head(1_000) + b'{"model"')
    try:
        return await _read_end(client)
    finally:
        client.close()


async def never_reads(port: int) -> str:
    """Returns when the server has given the connection up."""
    client = await _open(port, receive_bytes=4_096)
    await asyncio.get_running_loop().sock_sendall(client, _request("scripted-echo", _LONG_TEXT))
    own = client.getsockname()[1]
    try:
        while own in open_sockets(port):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.1)
        return "closed"
    finally:
        client.close()


async def resets_in_mid_stream(port: int) -> str:
    client = await _stream(port)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    return "left"


async def closes_its_half(port: int) -> str:
    """As some clients do once they have sent all they will."""
    client = await _open(port)
    await asyncio.get_running_loop().sock_sendall(client, _request("scripted-plain", stream=False))
    client.shutdown(socket.SHUT_WR)
    try:
        return await _read_end(client)
    finally:
        client.close()


async def vanishes_in_its_head(port: int) -> str:
    client = await _open(port)
    await asyncio.get_running_loop().sock_sendall(client, b"POST /v1/chat/completions HTTP/1.1\r\nHost:")
    _vanish(client)
    return "left"


async def vanishes_in_mid_stream(port: int) -> str:
    _vanish(await _stream(port))
    return "left"


async def _stream(port: int) -> socket.socket:
    """One whose first words have come."""
    client, received = await _open(port), b""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, _request("scripted-never_ends"))
    while b'"content":"more' not in received:
        piece = await loop.sock_recv(client, 65_536)
        if not piece:
            raise ConnectionError("the stream ended by itself")
        received += piece
    return client


def _vanish(client: socket.socket) -> None:
    """As if the machine had lost its power: the other side is told nothing. Without the right to do so, a reset."""
    try:
        client.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
    except OSError:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def can_vanish() -> bool:
    with socket.socket() as client:
        try:
            client.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
        except OSError:
            return False
        client.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 0)
    return True


def open_sockets(port: int) -> set[int]:
    """Ports of clients whose connections to this port of a server are open on the server's side."""
    found = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            own, other, state = line.split()[1:4]
            if state == _ESTABLISHED and int(own.rpartition(":")[2], 16) == port:
                found.add(int(other.rpartition(":")[2], 16))
    return found


# With what may be told to them: a status, "closed" without a word, or "left" for those that do not wait to be told.
RUDE: Final[dict[str, tuple[Rude, frozenset[str]]]] = {
    "drip their head": (drips_its_head, frozenset({"408", "closed"})),
    "drip their body": (drips_its_body, frozenset({"408"})),
    "say nothing": (says_nothing, frozenset({"closed"})),
    "stop in their body": (stops_in_its_body, frozenset({"408"})),
    "never read": (never_reads, frozenset({"closed"})),
    "reset in mid-stream": (resets_in_mid_stream, frozenset({"left"})),
    "close their half": (closes_its_half, frozenset({"200", "closed"})),
    "vanish in their head": (vanishes_in_its_head, frozenset({"left"})),
    "vanish in mid-stream": (vanishes_in_mid_stream, frozenset({"left"})),
}
