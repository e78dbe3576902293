"""One request's way out: JSON, frames, padded bodies and fillers, each under the request's id."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from cryptodesk.core.errors import MethodNotAllowed
from cryptodesk.core.ids import new_trace_id
from cryptodesk.dialects._failing import log_failure
from cryptodesk.dialects._fillers import Fillers
from cryptodesk.dialects._ports import DialectPorts, Message, Scope, Send
from cryptodesk.dialects.messari.errors import Answer, Headers, clipped, encode_error

__all__ = ["Fillers", "Reply", "as_uuid", "refuse_method"]

log = logging.getLogger("cryptodesk.dialects.messari")

_JSON = (b"content-type", b"application/json")


def as_uuid(name: str) -> str:
    """The dashed form of 32 hex characters; any other id as it is."""
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}" if len(name) == 32 else name


class _NotHere(MethodNotAllowed):
    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"method {clipped(method)} is not allowed here; use {allowed}")
        self.allowed = allowed


class Reply:
    """Knows how far the answer has come. `trace_id` is 32 hex characters, `request_id` the same as a UUID.

    A status sent ahead of its body (`begin_early`) can no longer be changed: whatever follows is the body under it."""

    __slots__ = (
        "_id_header",
        "_is_early",
        "_lock",
        "has_begun",
        "has_ended",
        "is_whole",
        "more_headers",
        "request_id",
        "send",
        "trace_id",
    )

    def __init__(self, send: Send, scope: Scope) -> None:
        self.send = send
        self.trace_id = UUID(new_trace_id(), version=4).hex
        self.request_id = as_uuid(self.trace_id)
        self._id_header = (b"x-request-id", self.request_id.encode())
        self._lock = asyncio.Lock()
        self._is_early = False
        self.has_begun = self.has_ended = self.is_whole = False
        self.more_headers: Headers = ()
        if log.isEnabledFor(logging.INFO):
            self._log_client_id(scope)

    async def send_json(self, status: int, body: bytes, headers: Headers = ()) -> None:
        if self._is_early:
            await self._write_body(body, is_last=True)
            return
        length = (b"content-length", b"%d" % len(body))
        await self._start(status, (_JSON, length, *headers))
        await self._write_body(body, is_last=True)

    async def send_answer(self, answer: Answer) -> None:
        await self.send_json(answer.status, answer.body, answer.headers)

    async def send_frames(self, frames: bytes, headers: Headers, *, is_last: bool) -> None:
        """`headers` begin the answer with the first frames."""
        if not self.has_begun:
            await self._start(200, headers)
        await self._write_body(frames, is_last=is_last)

    async def begin_early(self) -> None:
        """The status and headers of a JSON body that is still being made."""
        self._is_early = True
        await self._start(200, (_JSON,))
        await self._write_body(b" ", is_last=False)

    async def send_filler(self, filler: bytes) -> None:
        if self.has_begun and not self.has_ended and not self._lock.locked():
            await self._write_body(filler, is_last=False)

    async def send_allowed_methods(self, allowed: str) -> None:
        """No foreign origin is allowed: pages of other sites must not spend the key of a desk on the same machine."""
        await self._start(204, ((b"allow", allowed.encode()),))
        await self._write_body(b"", is_last=True)

    async def fail(self, error: Exception, ports: DialectPorts) -> None:
        """The answer to a request that failed, if it can still be given."""
        known = log_failure(error, self.request_id, log)
        if not self.has_begun or (self._is_early and not self.has_ended):
            await self.send_answer(encode_error(known, ports.clock.now()))

    async def _start(self, status: int, headers: Headers) -> None:
        self.has_begun = True
        await self._write(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*headers, self._id_header, *self.more_headers],
            }
        )

    async def _write_body(self, body: bytes, *, is_last: bool) -> None:
        self.has_ended = is_last
        await self._write({"type": "http.response.body", "body": body, "more_body": not is_last})

    async def _write(self, message: Message) -> None:
        # One at a time: whoever watches for a client that stopped reading counts writes.
        async with self._lock:
            await self.send(message)

    def _log_client_id(self, scope: Scope) -> None:
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                log.info("client request %r has id %s", clipped(value.decode("latin-1")), self.request_id)


async def refuse_method(scope: Scope, reply: Reply, ports: DialectPorts, allowed: str) -> None:
    """The answer to any method but those in `allowed` ("POST", "GET, HEAD")."""
    if scope["method"] == "OPTIONS":
        await reply.send_allowed_methods(allowed)
    else:
        await reply.send_answer(encode_error(_NotHere(scope["method"], allowed), ports.clock.now()))
