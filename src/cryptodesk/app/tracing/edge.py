"""The span of a request, and how a request's trace is named to whoever asked.

A caller may send the same `traceparent` with any number of requests, so what the desk keeps under a request's id
(limits, credits) never goes by a trace that came from outside.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import ContextVar
from typing import Final

from msgspec import structs

from cryptodesk.app.tracing.spans import Attribute, Span, Spans, active, parent_of
from cryptodesk.core.events import RunEvent
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.traces import TRACE_ID
from cryptodesk.dialects._http import ROUTE
from cryptodesk.dialects._ports import ASGIApp, Message, Receive, RunEngine, Scope, Send

__all__ = ["OwnIds", "traced_endpoint"]

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})

# Whether the trace of the request that this task serves was begun by its caller.
_IS_FOREIGN: Final[ContextVar[bool]] = ContextVar("is_foreign_trace", default=False)


def traced_endpoint(endpoint: ASGIApp, spans: Spans) -> ASGIApp:
    """The endpoint of a path, or of all paths with one beginning."""

    async def traced(scope: Scope, receive: Receive, send: Send) -> None:
        parent = parent_of(scope["headers"])
        name, attributes = _told(scope)
        span = spans.start(name, "server", attributes, within=parent)
        trace, foreign = TRACE_ID.set(span.trace_id), _IS_FOREIGN.set(parent is not None)
        try:
            with active(span):
                await endpoint(scope, receive, _noting(send, span))
        except Exception:
            span.fail("internal_error")
            raise
        finally:
            span.end()
            TRACE_ID.reset(trace)
            _IS_FOREIGN.reset(foreign)

    return traced


class OwnIds:
    """An engine whose runs have an id of the desk's own where their trace is the caller's."""

    def __init__(self, engine: RunEngine, clock_unix: Callable[[], float]) -> None:
        self._engine = engine
        self._clock_unix = clock_unix

    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        if _IS_FOREIGN.get():
            # Not one of those that a recording counts: a replay has no caller's trace.
            request = structs.replace(request, trace_id=new_time_ordered_id(self._clock_unix()))
        return self._engine.run(request)


def _told(scope: Scope) -> tuple[str, dict[str, Attribute]]:
    """The span's name and attributes. Neither the query, which may hold a key, nor any header is among them."""
    route = scope.get(ROUTE) or scope["path"]
    method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
    attributes: dict[str, Attribute] = {
        "http.request.method": method,
        "http.route": route,
        "url.path": scope["path"],
        "url.scheme": scope.get("scheme", "http"),
    }
    return f"{'HTTP' if method == '_OTHER' else method} {route}", attributes


def _noting(send: Send, span: Span) -> Send:
    def noting(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            status = message["status"]
            span.note({"http.response.status_code": status})
            if status >= 500:
                span.fail(str(status))
        return send(message)

    return noting
