"""One connection: one request at a time, its answer parsed as it comes, its silence limited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

import httptools

from cryptodesk.models._http.client.errors import ConnectionLost, CutShort, NotHttp, Silence, TransportFailure
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.client.unpacking import unpacked

__all__ = ["KEPT_SECONDS", "Connection"]

KEPT_SECONDS = 15.0  # many servers close theirs after 20 to 60; what is closed while it is used is asked twice
_MAX_HEAD_BYTES = 65_536
_MAX_UNREAD_BYTES = 262_144


class Connection(asyncio.Protocol):
    """`on_free` is called whenever an answer was read and the next may be asked for, `on_lost` once, at the end."""

    def __init__(self, on_free: Callable[[Connection], None], on_lost: Callable[[Connection], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_free = on_free
        self._on_lost = on_lost
        self._transport: Any = None
        self._fields: dict[bytes, bytes] = {}
        self._pieces: list[bytes] = []
        # Called by the parser for each header and each piece of a body, without a frame of ours.
        self.on_header = self._fields.__setitem__
        self.on_body = self._pieces.append
        self._parser: Any = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_asked = False
        self._status = 0
        self._headers: dict[str, str] = {}
        self._is_complete = False
        self._can_be_kept = False
        self._failure: type[TransportFailure] | None = None
        self._unread_bytes = 0
        self._is_paused = False
        self._silence_seconds = KEPT_SECONDS
        self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._checked_at = inf

    async def ask(self, request: bytes, first_byte_seconds: float) -> Response:
        """The answer, as soon as its head is there. Raises: TransportFailure."""
        self._is_asked = True
        self._is_complete = False
        self._status = 0
        self._unread_bytes = 0
        self._fields.clear()
        self._transport.write(request)
        self.limit_silence(first_byte_seconds)
        try:
            while not self._status:
                await self._news()
            headers = self._headers
            return Response(self._status, headers, unpacked(self, headers.get("content-encoding", "")))
        except BaseException:
            self.abort()
            raise

    # What a response asks of its connection.

    @property
    def is_read(self) -> bool:
        """The body is over, and all of it handed out."""
        return self._is_complete and not self._pieces

    async def read_any(self) -> bytes:
        """What has come since the last read, or what comes next; nothing at the end. Raises: TransportFailure."""
        pieces = self._pieces
        while not pieces:
            if self._is_complete:
                return b""
            await self._news()
        received = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._unread_bytes = 0
        if self._is_paused:
            self._is_paused = False
            self._heard_at = self._loop.time()
            self._transport.resume_reading()
        return received

    def limit_silence(self, seconds: float) -> None:
        """How long nothing may come, from now on."""
        self._silence_seconds = seconds
        self._heard_at = self._loop.time()
        # One timer goes on from answer to answer and looks what is due when it rings: making one costs more than that.
        if self._heard_at + seconds < self._checked_at:
            self._check_in(seconds)

    def end(self) -> None:
        """The answer's last word: the connection is used again if the body was read, else cut."""
        self._is_asked = False
        if self._can_be_kept and self.is_read and not self._transport.is_closing():
            self.limit_silence(KEPT_SECONDS)
            self._on_free(self)
        else:
            self.abort()

    # What the pool asks.

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def abort(self) -> None:
        """Closes it now, whatever was still to be sent or read."""
        self._is_asked = False
        self._transport.abort()

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # Not before: it knows this, and a connection that is never made is never lost.
        self._parser = httptools.HttpResponseParser(self)
        # As other clients read what sloppy servers write.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def data_received(self, data: bytes) -> None:
        if not self._is_asked:
            self._transport.abort()  # nobody asked: whatever this is, the next answer is not
            return
        self._heard_at = self._loop.time()
        self._unread_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._can_be_kept = False
            if not self._is_complete:
                self._fail(NotHttp)
        if self._unread_bytes > _MAX_HEAD_BYTES and not self._status:
            self._fail(NotHttp)
        elif self._unread_bytes > _MAX_UNREAD_BYTES and not (self._is_paused or self._is_complete):
            if self._pieces:
                self._is_paused = True
                self._transport.pause_reading()
            else:
                self._fail(NotHttp)  # all of it between the pieces of a body, which no reader would ever see
        if self._status:
            self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._checked_at = -inf  # no timer any more
        self._parser = None  # which knows this, too
        if not self._is_complete:
            # Of a body whose only end is the connection's, if it was not we who ended it.
            if self._status and self._is_asked and error is None and _ends_with_connection(self._headers):
                self._is_complete = True
            else:
                self._fail(CutShort if self._status or self._unread_bytes else ConnectionLost)
        self._can_be_kept = False
        self._wake()
        self._on_lost(self)

    # What the parser says, beside headers and pieces of the body.

    def on_message_begin(self) -> None:
        if self._is_complete:
            raise ValueError("a second answer to one request")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self._status = status
            # Now: what a body's trailers say is no header.
            self._headers = {
                name.lower().decode("latin-1"): value.rstrip().decode("latin-1") for name, value in self._fields.items()
            }
            self._can_be_kept = self._parser.should_keep_alive()
        else:
            self._fields.clear()  # an interim answer: the real one follows

    def on_message_complete(self) -> None:
        self._is_complete = self._status != 0

    def _news(self) -> asyncio.Future[None]:
        """Waits for the next bytes, or the end. Raises: TransportFailure if there will be none."""
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        return self._waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, failure: type[TransportFailure]) -> None:
        """The first failure is the one that is told."""
        if self._failure is None:
            self._failure = failure
        self.abort()
        self._wake()

    def _check_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # Never later than a kept connection is due, so that giving one back needs no new timer.
        seconds = min(seconds, KEPT_SECONDS)
        self._checked_at = self._loop.time() + seconds
        self._timer = self._loop.call_later(seconds, self._check_silence)

    def _check_silence(self) -> None:
        self._timer, self._checked_at = None, inf
        # Who does not read cannot hear.
        left = self._silence_seconds if self._is_paused else self._heard_at + self._silence_seconds - self._loop.time()
        if left > 0:
            self._check_in(left)
        elif self._is_asked and not self._is_complete:
            self._fail(Silence)
        else:
            self._transport.abort()


def _ends_with_connection(headers: dict[str, str]) -> bool:
    return "content-length" not in headers and "chunked" not in headers.get("transfer-encoding", "").lower()
