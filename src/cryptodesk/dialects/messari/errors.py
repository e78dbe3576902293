"""The error envelope of every Messari route: JSON with a string `error`, and the statuses that the dialect knows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import (
    CryptodeskError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    Unauthenticated,
)
from cryptodesk.core.limits import duration_text
from cryptodesk.dialects._retry import seconds_to_wait
from cryptodesk.dialects.messari import choices

__all__ = ["Answer", "Headers", "clipped", "encode_error", "error_text", "error_type", "invalid", "unknown_path"]

Headers = tuple[tuple[bytes, bytes], ...]

_NO_RETRY: Final = (b"x-should-retry", b"false")
_CLOSE: Final = (b"connection", b"close")


class Answer(Struct, frozen=True):
    """A whole JSON answer."""

    status: int
    body: bytes
    headers: Headers = ()


class _WireError(Struct):
    error: str
    data: None = None


def clipped(text: str) -> str:
    """A client's own text, short enough to be quoted back."""
    limit = choices.MAX_QUOTED_CHARACTERS
    return text if len(text) <= limit else text[:limit] + "…"


def invalid(param: str, fault: str) -> InvalidRequest:
    """A fault of one field, whose path begins the message."""
    return InvalidRequest(f"{param} {fault}", param=param)


def unknown_path(method: str, path: str) -> NotFound:
    # A server may hand on what is no text as half a surrogate pair, which no JSON can hold.
    shown = clipped(path).encode("utf-8", "replace").decode()
    return NotFound(f"{choices.NOT_FOUND}: {clipped(method)} {shown}")


def encode_error(error: CryptodeskError, now: datetime) -> Answer:
    """The answer to a request that failed before its first byte was sent."""
    status = choices.STATUSES.get(error.status, error.status)
    body = msgspec.json.encode(_WireError(error_text(error, now)))
    return Answer(status, body, _headers(error, status, now))


def error_text(error: CryptodeskError, now: datetime) -> str:
    """What a client shows to people; in a stream's error frame too."""
    match error:
        case Unauthenticated():
            return choices.INVALID_KEY
        case InternalError():
            return choices.INTERNAL_ERROR
        case RateLimited():
            seconds = seconds_to_wait(error, now)
            if seconds is None:
                return f"{choices.RATE_LIMITED}. {error.message}".removesuffix(" ")
            return f"{choices.RATE_LIMITED}. Resets in {duration_text(seconds)}"
        case _:
            return error.message or choices.INTERNAL_ERROR


def error_type(error: CryptodeskError) -> str:
    """The machine's word for it, where an error frame has room for one."""
    return error.code


def _headers(error: CryptodeskError, status: int, now: datetime) -> Headers:
    """What a well-behaved client needs to know before it tries again by itself."""
    headers: list[tuple[bytes, bytes]] = []
    seconds = seconds_to_wait(error, now)
    if seconds is not None:
        headers.append((b"retry-after", b"%d" % seconds))
    is_far = seconds is not None and seconds > choices.RETRY_WORTH_SECONDS
    would_retry = status in choices.RETRIED_BY_CLIENTS or status >= 500
    if would_retry and (is_far or not error.retryable):
        headers.append(_NO_RETRY)
    if status == 408:  # the rest of the body may still come: the connection is of no more use
        headers.append(_CLOSE)
    if isinstance(error, MethodNotAllowed):
        allowed: str = getattr(error, "allowed", "")
        if allowed:
            headers.append((b"allow", allowed.encode()))
    return tuple(headers)
