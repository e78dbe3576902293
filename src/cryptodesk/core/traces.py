"""What a request that is traced lends to whoever makes ids or asks an upstream in its course.

Both are None where nobody traces, which is all that this costs then."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

__all__ = ["TRACEPARENT", "TRACE_ID"]

# Of the request that this task serves: 32 lower-case hex characters.
TRACE_ID: Final[ContextVar[str | None]] = ContextVar("trace_id", default=None)

# What is sent along with a request to an upstream. Source: W3C, "Trace Context", section 3.2.
TRACEPARENT: Final[ContextVar[str | None]] = ContextVar("traceparent", default=None)
