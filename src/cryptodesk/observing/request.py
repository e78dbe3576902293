"""An endpoint, observed: how many requests are open, how each was answered and when its body began.

Who sends the header `Cryptodesk-Overhead: 1` is told how long the desk itself took until the answer's head was sent,
and how long it waited for upstreams in that time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from time import monotonic
from typing import Any, Final

from msgspec import Struct

from cryptodesk.core.waiting import WAITING, Waiting
from cryptodesk.observing.tally import Tally

__all__ = ["OVERHEAD_ASKED", "REQUEST", "ObservedRequest", "RequestCounter", "Texts"]

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


# Compared whole: a request that does not ask pays for one look through its headers.
OVERHEAD_ASKED: Final = (b"cryptodesk-overhead", b"1")


class Texts(Struct):
    question: str
    answer: str = ""


class ObservedRequest:
    """`first_byte_at` is that of a streamed body, on the clock that `begun_at` is on; None before it. `tools` are the
    built-in ones that were called, `texts` what was asked and answered, where the operator wants it logged.
    `waiting` is there where the caller asks how long the desk took itself."""

    __slots__ = ("_counter", "_send", "begun_at", "first_byte_at", "texts", "tools", "waiting")

    def __init__(self, counter: RequestCounter, send: _Send) -> None:
        self._counter = counter
        self._send = send
        self.begun_at = counter.monotonic()
        self.first_byte_at: float | None = None
        self.tools: list[str] = []
        self.texts: Texts | None = None
        self.waiting: Waiting | None = None

    @property
    def first_byte_seconds(self) -> float | None:
        return None if self.first_byte_at is None else self.first_byte_at - self.begun_at

    def send(self, message: _Message) -> Awaitable[None]:
        if self.first_byte_at is None:
            if message["type"] == "http.response.start":
                self._counter.responses.add((str(message["status"]),))
                if self.waiting is not None:
                    message = self._with_overhead(message, self.waiting)
            elif message.get("more_body") and message.get("body"):
                self.first_byte_at = self._counter.monotonic()
                self._counter.streams += 1
        return self._send(message)

    def _with_overhead(self, message: _Message, waiting: Waiting) -> _Message:
        """A message of its own: whoever is inside may keep the other."""
        waited = waiting.seconds
        own = max(0.0, self._counter.monotonic() - self.begun_at - waited)
        told = (
            (b"cryptodesk-overhead-ms", b"%.3f" % (own * 1e3)),
            (b"cryptodesk-upstream-ms", b"%.3f" % (waited * 1e3)),
        )
        return {**message, "headers": [*message.get("headers", ()), *told]}


# Which request a run belongs to: tasks inherit it.
REQUEST: Final[ContextVar[ObservedRequest | None]] = ContextVar("REQUEST", default=None)


class RequestCounter:
    """`requests` are being answered now, `streams` of them have begun a streamed body."""

    def __init__(self, tally: Tally, monotonic: Callable[[], float] = monotonic) -> None:
        self.monotonic = monotonic
        self.requests = 0
        self.streams = 0
        self.responses = tally.meter("http_responses_total")

    def watch(self, endpoint: _App) -> _App:
        async def watched(scope: _Scope, receive: _Receive, send: _Send) -> None:
            request = ObservedRequest(self, send)
            token, asked = REQUEST.set(request), None
            if OVERHEAD_ASKED in scope["headers"]:
                request.waiting = Waiting(self.monotonic)
                asked = WAITING.set(request.waiting)
            self.requests += 1
            try:
                await endpoint(scope, receive, request.send)
            finally:
                self.requests -= 1
                if request.first_byte_at is not None:
                    self.streams -= 1
                REQUEST.reset(token)
                if asked is not None:
                    WAITING.reset(asked)

        return watched
