"""One answer being read from its response, whole or as a stream, in batches of events."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar

from cryptodesk.core.errors import CryptodeskError, UpstreamBadAnswer, UpstreamError
from cryptodesk.core.events import ModelEvent, ModelFinished
from cryptodesk.models._http.client.errors import TransportFailure
from cryptodesk.models._http.client.response import Response
from cryptodesk.models._http.failures import transport_error
from cryptodesk.models._http.sse import FrameTooLong, SseReader

__all__ = ["MAX_BODY_BYTES", "Answer", "Reader", "read_body"]

MAX_BODY_BYTES = 32_000_000


class Reader(Protocol):
    """A vendor's reader of payloads."""

    @property
    def is_finished(self) -> bool:
        """The server has said why it stopped; what a broken connection takes then is no part of the answer."""

    def known_end(self) -> ModelFinished | None:
        """The last event, once the server has said why it stopped and what was used, whatever may still follow."""

    def read(self, payload: bytes, events: list[ModelEvent]) -> None:
        """Appends what `payload`, a whole body or one event, says."""


_Reader = TypeVar("_Reader", bound=Reader)


class Answer(ABC, Generic[_Reader]):
    """One request's answer, in batches: what one read of the network brought. What was read before a failure is handed
    out before it is raised. Without `sse` the whole body is one payload."""

    def __init__(self, upstream: str, response: Response, reader: _Reader, sse: SseReader | None) -> None:
        self._upstream = upstream
        self._response = response
        self._read_any = response.read_any  # once an answer, not once a read
        self._reader = reader
        self._sse = sse
        self._received = 0
        self._is_over = False
        self._failure: CryptodeskError | None = None
        self._told_end: ModelFinished | None = None

    @property
    def is_over(self) -> bool:
        """The answer was read to its end, well or badly."""
        return self._is_over

    @property
    def has_told_end(self) -> bool:
        """The last event was handed out, though the answer may not be read to its end."""
        return self._told_end is not None

    async def next_batch(self) -> list[ModelEvent] | None:
        """None after the last. Raises: UpstreamError, RunError, OutputLimitTooLow."""
        while not self._is_over:
            received = await self._read()
            events: list[ModelEvent] = []
            try:
                self._take(received, events)
            except CryptodeskError as failure:
                if not events:
                    raise
                self._failure = failure.with_traceback(None)
                self._is_over = True
            if events:
                return events
        kept, self._failure = self._failure, None
        try:
            if kept is not None:
                raise kept
        finally:
            del kept  # as in `_read`
        return None

    @abstractmethod
    def _take_payloads(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """Reads what a stream brought. True when the server has declared its end."""

    @abstractmethod
    def _finish(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        """Appends the closing events. `is_whole` says that the server declared its end."""

    def _take(self, received: bytes, events: list[ModelEvent]) -> None:
        sse = self._sse
        if sse is None:
            self._is_over = is_whole = True
            self._reader.read(received, events)
        else:
            self._is_over = not received
            try:
                payloads = sse.feed(received) if received else sse.finish()
            except FrameTooLong as error:
                raise self._bad_answer(str(error)) from None
            is_whole = self._take_stream(payloads, events)
            self._is_over |= is_whole
        if self._is_over:
            self._end(events, is_whole=is_whole)
        elif self._reader.is_finished:
            self._tell_end(events)

    def _end(self, events: list[ModelEvent], *, is_whole: bool) -> None:
        before = len(events)
        try:
            self._finish(events, is_whole=is_whole)
        finally:
            if events[before:] == [self._told_end]:
                del events[before]  # said already, and nothing was added to it

    def _tell_end(self, events: list[ModelEvent]) -> None:
        """A caller who hangs up between the last figures and the terminator pays what the server counted."""
        end = self._reader.known_end()
        if end is not None and end != self._told_end:
            self._told_end = end
            events.append(end)

    def _take_stream(self, payloads: list[bytes], events: list[ModelEvent]) -> bool:
        """As `_take_payloads`. Of a stream that has said why it stopped, half a last event is no fault."""
        try:
            return self._take_payloads(payloads, events)
        except UpstreamBadAnswer:
            if self._is_over and self._reader.is_finished:
                return False
            raise

    async def _read(self) -> bytes:
        """The next bytes of a stream (none at its end), or the whole body."""
        try:
            if self._sse is None:
                return await read_body(self._response, MAX_BODY_BYTES, upstream=self._upstream)
            received = await self._read_any()
        except TransportFailure as error:
            if self._reader.is_finished:
                return b""
            failure = transport_error(self._upstream, error, is_answering=True)
        else:
            self._received += len(received)
            if self._received <= MAX_BODY_BYTES:
                return received
            failure = self._bad_answer(f"the answer is longer than {MAX_BODY_BYTES} bytes")
        try:
            raise failure
        finally:
            del failure  # its frames would keep it, and it them

    def _bad_answer(self, words: str) -> UpstreamError:
        return UpstreamBadAnswer(f"{self._upstream}: {words}", upstream=self._upstream, upstream_status=200)


async def read_body(response: Response, limit: int, *, upstream: str | None = None) -> bytes:
    """The body; beyond `limit` it is cut, or with `upstream` given refused. Raises: UpstreamBadAnswer."""
    pieces: list[bytes] = []
    size = 0
    while piece := await response.read_any():
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            if upstream is None:
                break
            raise UpstreamBadAnswer(f"{upstream}: the answer is longer than {limit} bytes", upstream=upstream)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
