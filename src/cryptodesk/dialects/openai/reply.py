"""One request's way out: JSON and frames, each under the request's id."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from cryptodesk.core.errors import MethodNotAllowed
from cryptodesk.core.ids import new_trace_id
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._failing import log_failure
from cryptodesk.dialects._ports import DialectPorts, Scope, Send
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.errors import Answer, Headers, encode_error

__all__ = ["Reply"]

log = logging.getLogger("cryptodesk.dialects.openai")

_JSON = (b"content-type", b"application/json")


class Reply:
    """Knows how far the answer has come. Writes come one at a time, a filler's among them: whoever watches for a client
    that stopped reading counts them."""

    __slots__ = (
        "_filled",
        "_headers",
        "_is_writing",
        "_limits",
        "has_begun",
        "has_ended",
        "is_whole",
        "send",
        "trace_id",
    )

    def __init__(self, send: Send) -> None:
        self.send = send
        self.trace_id = new_trace_id()
        self._headers: Headers = ((b"x-request-id", (choices.REQUEST_ID_PREFIX + self.trace_id).encode()),)
        self._limits: Callable[[], Sequence[tuple[bytes, bytes]]] | None = None
        self._is_writing = False
        self._filled: asyncio.Event | None = None  # while a filler is being written
        self.has_begun = self.has_ended = self.is_whole = False

    def belongs_to(self, caller: Caller, ports: DialectPorts) -> None:
        """The caller's limits go with every answer to it, as they are when it begins."""
        if ports.limit_headers is not None:
            self._limits = partial(ports.limit_headers, caller)

    async def send_json(self, status: int, body: bytes, headers: Headers = ()) -> None:
        await self._start(status, (_JSON, (b"content-length", b"%d" % len(body)), *headers))
        await self.send_frames(body, is_last=True)

    async def send_answer(self, answer: Answer) -> None:
        await self.send_json(answer.status, answer.body, answer.headers)

    async def send_frames(self, frames: bytes, *, is_last: bool) -> None:
        if not self.has_begun:
            await self._start(200, choices.STREAM_HEADERS)
        if self._filled is not None:
            await self._filled.wait()
        self.has_ended = is_last
        self._is_writing = True
        await self.send({"type": "http.response.body", "body": frames, "more_body": not is_last})
        self._is_writing = False

    async def send_filler(self, filler: bytes) -> None:
        if not self.has_begun or self.has_ended or self._is_writing or self._filled is not None:
            return
        self._filled = asyncio.Event()
        try:
            await self.send({"type": "http.response.body", "body": filler, "more_body": True})
        finally:
            self._filled.set()
            self._filled = None

    async def refuse_method(self, scope: Scope, ports: DialectPorts, allowed: str) -> None:
        """The answer to any method but those in `allowed` ("POST", "GET, HEAD"). No foreign origin is allowed: pages
        of other sites must not spend the key of a desk on the same machine."""
        allow = (b"allow", allowed.encode())
        if scope["method"] == "OPTIONS":
            await self._start(204, (allow,))
            await self.send_frames(b"", is_last=True)
            return
        error = MethodNotAllowed(f"Method {clipped(scope['method'])} is not allowed here; use {allowed}.")
        answer = encode_error(error, ports.clock.now())
        await self.send_json(answer.status, answer.body, (allow, *answer.headers))

    async def fail(self, error: Exception, ports: DialectPorts) -> None:
        """The answer to a request that failed, if none has begun yet."""
        known = log_failure(error, self.trace_id, log)
        if not self.has_begun:
            await self.send_answer(encode_error(known, ports.clock.now()))

    async def _start(self, status: int, headers: Headers) -> None:
        self.has_begun = self._is_writing = True
        limits = () if self._limits is None else self._limits()
        told = [*headers, *self._headers, *limits]
        await self.send({"type": "http.response.start", "status": status, "headers": told})
        self._is_writing = False
