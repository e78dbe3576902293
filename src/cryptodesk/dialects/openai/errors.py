"""OpenAI's error envelope, its codes, and the headers that tell a client whether to try again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import (
    BudgetSpent,
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    Forbidden,
    InvalidRequest,
    ModelNotFound,
    OutOfCredit,
    OutputLimitTooLow,
    RateLimited,
    RequestTimeout,
    Unauthenticated,
    UpstreamError,
)
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects._retry import seconds_to_wait

__all__ = ["Answer", "Headers", "WireError", "encode_error", "missing", "wire_error"]

Headers = tuple[tuple[bytes, bytes], ...]

_INVALID: Final = "invalid_request_error"
_SERVER: Final = "server_error"

# What OpenAI's libraries try again by themselves.
_RETRIED: Final = frozenset({408, 409, 429})
_NO_RETRY: Final = (b"x-should-retry", b"false")


class Answer(Struct, frozen=True):
    """A whole JSON answer."""

    status: int
    body: bytes
    headers: Headers = ()


class WireError(Struct):
    message: str
    type: str = _INVALID
    param: str | None = None
    code: str | None = None


def missing(param: str) -> InvalidRequest:
    return InvalidRequest(f"Missing required parameter: '{param}'.", param=param, reason="missing_required_parameter")


def encode_error(error: CryptodeskError, now: datetime) -> Answer:
    """The answer to a request that failed before its first byte was sent."""
    status = _status(error)
    return Answer(status, msgspec.json.encode({"error": wire_error(error)}), _headers(error, status, now))


def wire_error(error: CryptodeskError) -> WireError:
    """The member `error`, in a whole answer and in a stream's frame."""
    match error:
        case InvalidRequest():
            return WireError(error.message, param=error.param, code=error.reason)
        case Unauthenticated():
            return WireError(error.message, code=None if error.reason == "missing" else "invalid_api_key")
        case ModelNotFound():
            text = f"The model '{clipped(error.model_id)}' does not exist or is not available here."
            return WireError(f"{text} {error.hint}" if error.hint else text, param="model", code="model_not_found")
        case ContextTooLong():
            return WireError(error.message, param="messages", code="context_length_exceeded")
        case OutputLimitTooLow():
            return WireError(error.message, param="max_completion_tokens", code=error.code)
        case OutOfCredit():
            return WireError(error.message, "insufficient_quota", code="insufficient_quota")
        case RateLimited():
            return WireError(error.message, "rate_limit_error", code="rate_limit_exceeded")
        case Forbidden():
            return WireError(error.message, "permission_error", code=error.code)
        case _:
            return _by_status(error)


def _by_status(error: CryptodeskError) -> WireError:
    kind = _INVALID if isinstance(error, ContentFiltered | BudgetSpent) or error.status < 500 else _SERVER
    return WireError(error.public_message, kind, code=error.code)


def _status(error: CryptodeskError) -> int:
    # OpenAI tells of spent credit by this status and its own code, which its clients know to be final.
    return 429 if isinstance(error, OutOfCredit) else error.status


def _headers(error: CryptodeskError, status: int, now: datetime) -> Headers:
    """What a well-behaved client needs to know before it tries again by itself."""
    headers: list[tuple[bytes, bytes]] = []
    seconds = _seconds_to_wait(error, now)
    if seconds is not None:
        headers.append((b"retry-after", b"%d" % seconds))
    if not error.retryable and (status in _RETRIED or status >= 500):
        headers.append(_NO_RETRY)
    if isinstance(error, RequestTimeout):  # the rest of the body may still come: the connection is of no more use
        headers.append((b"connection", b"close"))
    return tuple(headers)


def _seconds_to_wait(error: CryptodeskError, now: datetime) -> int | None:
    """Whole seconds, at least 1; None where nobody knows."""
    if isinstance(error, UpstreamError):
        wait = error.retry_after_seconds
        return None if wait is None or not 0 <= wait < 1e9 else max(1, -int(-wait // 1))
    return seconds_to_wait(error, now)
