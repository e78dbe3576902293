"""Requests that are being answered, so that a client may take one back.

Newer clients, and many older ones, close the connection. Others send `notifications/cancelled` as a request of its own,
which names no more than a number that any client may use. So each handshake is given a session id: it opens nothing and
any process answers any session; it only tells whose number it was. A notice that reaches another process is lost, and
then the run goes on to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from msgspec import Struct

from cryptodesk.dialects._ports import Message, Receive

__all__ = ["Envelope", "Line", "Running", "read_envelope"]

_MOST_CHARACTERS = 128
_GONE: Final[Message] = {"type": "http.disconnect"}

RequestName = tuple[str, str, str | int]


class _Params(Struct):
    requestId: str | int | None = None


class Envelope(Struct):
    """What is looked at of a message before the SDK reads it."""

    method: str | None = None
    id: str | int | None = None
    params: _Params | None = None

    @property
    def cancels(self) -> str | int | None:
        """The request that this message takes back."""
        return self.params.requestId if self.method == "notifications/cancelled" and self.params is not None else None


_decode = msgspec.json.Decoder(Envelope).decode
_NOTHING = Envelope()


def read_envelope(body: bytes) -> Envelope:
    """Empty for what is no message; the SDK says what is wrong with it."""
    try:
        return _decode(body)
    except (ValueError, RecursionError):
        return _NOTHING


class Line:
    """The rest of a request's connection: its body, which was read already, then what the client does. A request that
    was taken back looks like one whose client has hung up."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive
        self._cancelled = asyncio.Event()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        return await self.rest()

    async def rest(self) -> Message:
        """What comes after the body."""
        receiving: asyncio.Future[Any] = asyncio.ensure_future(self._receive())
        cancelling: asyncio.Future[Any] = asyncio.ensure_future(self._cancelled.wait())
        try:
            await asyncio.wait({receiving, cancelling}, return_when=asyncio.FIRST_COMPLETED)
            message: Message = receiving.result() if receiving.done() else _GONE
            return message
        finally:
            receiving.cancel()
            cancelling.cancel()


class Running:
    """The requests of this process, by key, session and number."""

    def __init__(self) -> None:
        self._lines: dict[RequestName, Line] = {}

    @contextmanager
    def entry(self, key_id: str, session: str, number: str | int | None, line: Line) -> Iterator[None]:
        if number is None or not 0 < len(session) <= _MOST_CHARACTERS:
            yield
            return
        name = (key_id, session, number)
        self._lines[name] = line
        try:
            yield
        finally:
            if self._lines.get(name) is line:
                del self._lines[name]

    def cancel(self, key_id: str, session: str, number: str | int) -> None:
        line = self._lines.get((key_id, session, number))
        if line is not None:
            line.cancel()
