"""A dialect's endpoint, observed: how many requests are open, how each was answered and when its body began."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from time import monotonic
from typing import Any, Final

from msgspec import Struct

from cryptodesk.observing.tally import Tally

__all__ = ["REQUEST", "ObservedRequest", "RequestCounter", "Texts"]

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


class Texts(Struct):
    question: str
    answer: str = ""


class ObservedRequest:
    """`first_byte_at` is that of a streamed body, on the clock that `begun_at` is on; None before it. `tools` are the
    built-in ones that were called, `texts` what was asked and answered, where the operator wants it logged."""

    __slots__ = ("_counter", "_send", "begun_at", "first_byte_at", "texts", "tools")

    def __init__(self, counter: RequestCounter, send: _Send) -> None:
        self._counter = counter
        self._send = send
        self.begun_at = monotonic()
        self.first_byte_at: float | None = None
        self.tools: list[str] = []
        self.texts: Texts | None = None

    @property
    def first_byte_seconds(self) -> float | None:
        return None if self.first_byte_at is None else self.first_byte_at - self.begun_at

    def send(self, message: _Message) -> Awaitable[None]:
        if self.first_byte_at is None:
            if message["type"] == "http.response.start":
                self._counter.responses.add((str(message["status"]),))
            elif message.get("more_body") and message.get("body"):
                self.first_byte_at = monotonic()
                self._counter.streams += 1
        return self._send(message)


# Which request a run belongs to: tasks inherit it.
REQUEST: Final[ContextVar[ObservedRequest | None]] = ContextVar("REQUEST", default=None)


class RequestCounter:
    """`requests` are being answered now, `streams` of them have begun a streamed body."""

    def __init__(self, tally: Tally) -> None:
        self.requests = 0
        self.streams = 0
        self.responses = tally.meter("http_responses_total")

    def watch(self, endpoint: _App) -> _App:
        async def watched(scope: _Scope, receive: _Receive, send: _Send) -> None:
            request = ObservedRequest(self, send)
            token = REQUEST.set(request)
            self.requests += 1
            try:
                await endpoint(scope, receive, request.send)
            finally:
                self.requests -= 1
                if request.first_byte_at is not None:
                    self.streams -= 1
                REQUEST.reset(token)

        return watched
