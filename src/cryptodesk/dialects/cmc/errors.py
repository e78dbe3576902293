"""The error envelopes: OpenAI's, the status envelope at HTTP 200, the gateway's, and the stream's error frame."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import (
    CryptodeskError,
    InvalidRequest,
    ModelNotFound,
    OutputLimitTooLow,
    Overloaded,
    PendingToolCall,
    RateLimited,
    RequestError,
    TurnCompleted,
    TurnNotFound,
    Unauthenticated,
    UpstreamError,
)
from cryptodesk.dialects._retry import retry_headers
from cryptodesk.dialects.cmc import choices

__all__ = [
    "BUSY",
    "KEY_INVALID",
    "KEY_MISSING",
    "Answer",
    "ServerBusy",
    "clipped",
    "encode_error",
    "encode_gateway_error",
    "encode_stream_error",
    "missing",
]

Headers = tuple[tuple[bytes, bytes], ...]

# Error code and message of the status envelope. The recorded message of 1001 ends in a space.
KEY_INVALID: Final = ("1001", "This API Key is invalid. ")
KEY_MISSING: Final = ("1002", "API key missing.")
BUSY: Final = ("500", "The system is busy, please try again later!")

_COMPLETED: Final = "conversation is already completed"
_OUTPUT_TOO_LOW: Final = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)
_CLOSE: Final = ((b"connection", b"close"),)


class ServerBusy(RequestError):
    """A request shape that the endpoint answers with HTTP 200 and the busy envelope."""

    code = "server_busy"
    status = 200

    def __init__(self) -> None:
        super().__init__(BUSY[1])


class Answer(Struct, frozen=True):
    """A whole JSON answer."""

    status: int
    body: bytes
    headers: Headers = ()


class _WireError(Struct):
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None


class _WireStatus(Struct):
    timestamp: str
    error_code: str
    error_message: str
    elapsed: int = 0
    credit_count: int = 0


def clipped(text: str) -> str:
    """A client's own text, short enough to be quoted back."""
    limit = choices.MAX_QUOTED_CHARACTERS
    return text if len(text) <= limit else text[:limit] + "…"


def missing(param: str) -> InvalidRequest:
    return InvalidRequest(f"Missing required parameter: '{param}'.", param=param, reason="missing_required_parameter")


def encode_error(error: CryptodeskError, now: datetime) -> Answer:
    """The answer to a request that failed before its first byte was sent."""
    if isinstance(error, ServerBusy):
        return _status_answer(200, *BUSY, now)
    if isinstance(error, Unauthenticated):
        return _status_answer(200, *(KEY_MISSING if error.reason == "missing" else KEY_INVALID), now)
    if isinstance(error, RateLimited):
        period = (error.measure or "minute").rpartition("_")[2]
        code = choices.RATE_LIMIT_CODES.get(period, "1008")
        return _status_answer(429, choices.ADDRESS_LIMIT_CODE if error.scope == "address" else code, error.message, now)
    if error.code in choices.OUR_LIMIT_CODES:
        status, code = choices.OUR_LIMIT_CODES[error.code]
        return _status_answer(status, code, error.message, now)
    status, members = _openai_error(error)
    # A body that did not arrive in time never will: the connection is of no more use.
    headers = retry_headers(error, now) if isinstance(error, Overloaded) else ()
    return Answer(status, msgspec.json.encode({"error": members}), _CLOSE if status == 408 else headers)


def encode_stream_error(error: CryptodeskError) -> bytes:
    """The payload of the frame that tells of a failure after the first byte."""
    return msgspec.json.encode({"error": _openai_error(error)[1]})


def encode_gateway_error(path: str, trace_id: str, now: datetime) -> Answer:
    """405, for every method but POST. Source: section 6.3."""
    body = {
        "timestamp": _milliseconds(now) + choices.GATEWAY_OFFSET,
        "path": path,
        "status": 405,
        "error": "Method Not Allowed",
        "requestId": f"{trace_id[:8]}-1",
    }
    return Answer(405, msgspec.json.encode(body), choices.ALLOWED_METHODS[:1])


def _status_answer(http_status: int, code: str, message: str, now: datetime) -> Answer:
    return Answer(http_status, msgspec.json.encode({"status": _WireStatus(_milliseconds(now) + "Z", code, message)}))


def _milliseconds(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}"


def _openai_error(error: CryptodeskError) -> tuple[int, _WireError | dict[str, Any]]:
    if isinstance(error, UpstreamError):
        return _upstream_error(error)
    if isinstance(error, RequestError):
        return error.status, _request_error(error)
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return error.status, _WireError(error.public_message, kind, code=error.code)


def _request_error(error: RequestError) -> _WireError:
    match error:
        case InvalidRequest():
            return _WireError(error.message, param=error.param, code=error.reason)
        case TurnCompleted():
            return _WireError(_COMPLETED)
        case TurnNotFound():
            name = clipped(choices.COMPLETION_ID_PREFIX + error.turn_id)
            text = f"Previous response with id '{name}' not found."
            return _WireError(text, param="previous_response_id", code="previous_response_not_found")
        case PendingToolCall():
            return _WireError(f"No tool output found for function call {clipped(error.call_id)}.", param="messages")
        case OutputLimitTooLow():
            return _WireError(_OUTPUT_TOO_LOW)
        case ModelNotFound():
            text = f"The model `{clipped(error.model_id)}` does not exist or you do not have access to it."
            return _WireError(f"{text} {error.hint}" if error.hint else text, code="model_not_found")
        case _:
            return _WireError(error.message, code=error.code)


def _upstream_error(error: UpstreamError) -> tuple[int, _WireError | dict[str, Any]]:
    if error.upstream_status in choices.NATIVE_UPSTREAM_STATUSES and error.body is not None:
        native = error.body.get("error", error.body)
        if isinstance(native, dict) and isinstance(native.get("message"), str):
            return error.upstream_status or 500, native
    status = choices.UPSTREAM_STATUSES.get(error.code, error.status)
    kind = "rate_limit_error" if status == 429 else "server_error"
    return status, _WireError(error.message, kind, code=error.code)
