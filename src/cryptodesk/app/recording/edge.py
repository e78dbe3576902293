"""A dialect's endpoint, watched: the request as it came, without any key, and the answer as it went."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from cryptodesk.app.recording.tape import RunTape
from cryptodesk.core.tapes import TAPE
from cryptodesk.dialects._idempotent import IDEMPOTENCY_HEADER
from cryptodesk.dialects._ports import ASGIApp, Message, Receive, Scope, Send

__all__ = ["KEPT_HEADERS", "WatchedEndpoint", "is_filler", "is_whole"]

# What can change an answer; all others, those that carry keys above all, are never looked at.
KEPT_HEADERS: Final = frozenset({b"content-type", b"accept"})
_OWN_HEADERS = b"cryptodesk-"
_MOST_HEADER_BYTES = 1_000

# Comments of an event stream, empty items of Vercel's, white space before a JSON body: none of it depends on the run.
_LONGEST_FILLER = 64
_FILLER = re.compile(rb"(:[^\n]*\n\n|2:\[\]\n| )+")


def is_filler(piece: bytes) -> bool:
    """Whether the piece was only sent to keep the connection open."""
    return len(piece) <= _LONGEST_FILLER and _FILLER.fullmatch(piece) is not None


class WatchedEndpoint:
    """Asks of it in which no run began leave nothing behind."""

    def __init__(self, endpoint: ASGIApp, begin: Callable[[], RunTape], keep: Callable[[RunTape], None]) -> None:
        self._endpoint = endpoint
        self._begin = begin
        self._keep = keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await self._endpoint(scope, receive, send)
            return
        tape = self._begin()
        token = TAPE.set(tape)
        edge = _Edge(tape, receive, send)
        try:
            await self._endpoint(scope, edge.receive, edge.send)
        finally:
            TAPE.reset(token)
            if tape.recording.run_id:
                _note_request(tape, scope)
                self._keep(tape)


class _Edge:
    __slots__ = ("_note", "_receive", "_send", "_tape")

    def __init__(self, tape: RunTape, receive: Receive, send: Send) -> None:
        self._tape = tape
        self._note = tape.sent.append
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        message = await self._receive()
        asked = self._tape.recording.asked
        if message["type"] == "http.disconnect":
            if asked.left_at is None:
                asked.left_at = self._tape.offset
        elif message.get("body"):
            asked.body = asked.body + message["body"] if asked.body else message["body"]
        return message

    def send(self, message: Message) -> Awaitable[None]:
        self._note(message)
        return self._send(message)


def _note_request(tape: RunTape, scope: Scope) -> None:
    asked = tape.recording.asked
    asked.path = scope["path"]
    for header in scope["headers"]:
        name, value = header
        if (name in KEPT_HEADERS or name.startswith(_OWN_HEADERS)) and len(value) <= _MOST_HEADER_BYTES:
            asked.headers.append(header)
        elif name == IDEMPOTENCY_HEADER:
            asked.is_keyed = True
    if asked.left_at is None and not is_whole(tape.sent):
        asked.left_at = tape.offset


def is_whole(sent: Sequence[Message]) -> bool:
    """Whether the last piece of the answer was sent."""
    return len(sent) > 1 and not sent[-1].get("more_body", False)
