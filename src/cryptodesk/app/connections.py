"""What one connection may do before a request reaches the desk and once it is answered: how long and how large the head
of a request is, how many connections there are, and how long an answer waits for a reader. The rest of a request is
bounded by the dialects."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any, Final

from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cryptodesk.app.headers import STANDARD_HEADERS
from cryptodesk.dialects._http import encode_problem
from cryptodesk.dialects._ports import Receive, Scope, Send

if sys.platform != "win32":
    import resource

__all__ = ["BoundedProtocol", "ConnectionLimits", "allow_descriptors", "bounded_protocol"]

HEALTH_PATH: Final = b"/healthz"
# Files, databases and upstream connections beside those of clients: as many again, and some.
_DESCRIPTORS_BESIDE: Final = 512


def _closing_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    """Of an answer behind which the connection is closed."""
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        *STANDARD_HEADERS,
    ]


def _last_answer(status: bytes, body: bytes) -> bytes:
    """Whole: no application is asked."""
    headers = b"".join(b"%b: %b\r\n" % header for header in _closing_headers(body))
    return b"HTTP/1.1 %b\r\n%b\r\n%b" % (status, headers, body)


_BAD: Final = _last_answer(b"400 Bad Request", encode_problem("bad_http", "This is no HTTP/1.1 request."))
_TOO_LATE: Final = _last_answer(
    b"408 Request Timeout",
    encode_problem("request_timeout", "The head of the request did not come to its end in time."),
)
_TOO_LARGE: Final = _last_answer(
    b"431 Request Header Fields Too Large", encode_problem("head_too_large", "The head of the request is too large.")
)
_REFUSAL: Final = encode_problem(
    "overloaded", "This server has as many connections open as it takes; try again in a moment.", "server_error"
)


class ConnectionLimits(Struct, frozen=True):
    most: int = 4096
    header_seconds: float = 15.0
    max_header_bytes: int = 64 * 2**10
    write_seconds: float = 60.0


class _Joining:
    """A transport by which the head of an answer leaves with what is written right after it. uvicorn writes each by
    itself, which is a call of the system and a packet more for every answer, and a reader that wakes twice."""

    __slots__ = ("_close", "_head", "_loop", "_write", "abort", "get_extra_info", "get_write_buffer_size", "is_closing",
                 "pause_reading", "resume_reading", "set_protocol")  # fmt: skip

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._head: bytes | None = None
        self._loop = loop
        self._write = transport.write
        self._close = transport.close
        self.abort = transport.abort
        self.get_extra_info = transport.get_extra_info
        self.get_write_buffer_size = transport.get_write_buffer_size
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.set_protocol = transport.set_protocol

    def write(self, data: bytes) -> None:
        head = self._head
        if head is not None:
            self._head = None
            self._write(head + data)
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._write(data)

    def close(self) -> None:
        self._flush()
        self._close()

    def _flush(self) -> None:
        """A head that nothing followed at once."""
        if self._head is not None:
            self._write(self._head)
            self._head = None


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's connection with bounds. A request whose head arrives at once costs it a few comparisons."""

    def __init__(self, *args: Any, limits: ConnectionLimits, **more: Any) -> None:
        super().__init__(*args, **more)
        self._limits = limits
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0  # received since the last whole head
        self._is_in_head = False
        self._is_too_large = False
        self._write_timer: asyncio.TimerHandle | None = None
        self._unsent_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Joining(transport, self.loop))  # type: ignore[arg-type]
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_watching()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # A connection that is closed is still held for as long as its last bytes are not taken.
        if self._write_timer is None and self.transport.get_write_buffer_size():
            self._watch_writing()

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_head:
            self._head_bytes = 0
        elif self._head_bytes > self._limits.max_header_bytes:
            self._refuse(_TOO_LARGE)
        elif self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        if self._head_bytes > self._limits.max_header_bytes and self._is_head_too_large():
            self._is_too_large = True
            raise ValueError("the head of the request is too large")
        if len(self.connections) > self._limits.most and self.url != HEALTH_PATH:
            own, self.app = self.app, _refuse_request
            super().on_headers_complete()
            self.app = own
        else:
            super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(_TOO_LARGE if self._is_too_large else _BAD)

    def _watch_writing(self) -> None:
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(self._limits.write_seconds, self._look_at_writing)

    def _look_at_writing(self) -> None:
        """Whoever reads, however slowly, leaves less to be sent; who does not is hung up on."""
        self._write_timer = None
        if self.transport.get_write_buffer_size() < self._unsent_bytes:
            self._watch_writing()
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _is_head_too_large(self) -> bool:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return size > self._limits.max_header_bytes

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self._limits.header_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_for_head()  # the one before it is still being answered
        else:
            self._refuse(_TOO_LATE if self._is_in_head else b"")

    def _refuse(self, answer: bytes) -> None:
        """Closes the connection behind an answer."""
        self._is_in_head = False
        self._stop_waiting()
        if not self.transport.is_closing():
            if answer and self._is_answer_due():
                self.transport.write(answer)
            self.transport.close()

    def _is_answer_due(self) -> bool:
        """Whether the client would take an answer that is sent now for that to what it sends now, and not to the
        request before: that one is answered, or its body is what is being read."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return cycle.more_body and not cycle.response_started and not self.pipeline


def bounded_protocol(limits: ConnectionLimits) -> Any:
    """What uvicorn takes for its setting `http`."""
    return partial(BoundedProtocol, limits=limits)


async def _refuse_request(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [*_closing_headers(_REFUSAL), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})


if sys.platform == "win32":

    def allow_descriptors(connections: int) -> int:
        return connections

else:

    def allow_descriptors(connections: int) -> int:
        """How many connections there can be: for more, the system's limit of open files is raised as far as it goes."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = connections + _DESCRIPTORS_BESIDE
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            return connections
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if allowed > soft:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        return min(connections, max(1, max(soft, allowed) - _DESCRIPTORS_BESIDE))
