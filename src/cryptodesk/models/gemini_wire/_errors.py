"""The error table: every way generateContent or the way to it fails, and what that means here.

| what happened | becomes |
|---|---|
| INVALID_ARGUMENT because the prompt exceeds the context window or the request its size; 413 | ContextTooLong |
| INVALID_ARGUMENT because the output limit is no limit | OutputLimitTooLow |
| INVALID_ARGUMENT because of our key; FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND, 402, 3xx | \
UpstreamUnavailable: our key, our account, our place or address |
| UNAVAILABLE, INTERNAL, UNKNOWN, ABORTED, CANCELLED, DATA_LOSS, other 5xx | UpstreamUnavailable: their trouble |
| DEADLINE_EXCEEDED, 408 | UpstreamTimeout |
| RESOURCE_EXHAUSTED | UpstreamRateLimited, with the pause that RetryInfo or Retry-After asks for |
| other INVALID_ARGUMENT, OUT_OF_RANGE, ALREADY_EXISTS, UNIMPLEMENTED, other 4xx | UpstreamRejected |
| an error object inside a 200 or a stream | by its status or code as above, else UpstreamBadAnswer |
| connection refused, reset or closed, TLS, name resolution, unusable address | UpstreamUnavailable |
| no connection in time | UpstreamConnectTimeout |
| no first byte or next read in time | UpstreamTimeout |
| not the format, too long, cut before its end | UpstreamBadAnswer |

The vendor's own words go into `body`, not into the message: they may name our project, never our caller's.
Source: google.rpc.Code, google.rpc.RetryInfo; Gemini API documentation, error codes.
"""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import msgspec

from cryptodesk.core.errors import (
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)

__all__ = [
    "MAX_ERROR_BODY_BYTES",
    "TRANSPORT_FAILURES",
    "error_in_answer",
    "error_of_status",
    "retry_delay_seconds",
    "transport_error",
]

MAX_ERROR_BODY_BYTES = 16_384
_LONGEST_SECONDS = 86_400.0

TRANSPORT_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)

_OUTPUT_LIMIT_MESSAGE = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)
_TOO_LONG_MESSAGE = "The conversation is longer than the model can read."

# One status covers all wrong requests; so the words are looked at where they make a difference.
_CONTEXT_WORDS = (
    "exceeds the maximum number of tokens",
    "input token count",
    "exceeds the context window",
    "request payload size exceeds",
)
_KEY_WORDS = ("api key not valid", "api key expired", "api key not found", "api_key_invalid")
_LIMIT_FIELDS = ("max_output_tokens", "maxoutputtokens")
_LIMIT_WORDS = ("must be positive", "greater than", "at least")

_Meaning = tuple[type[UpstreamError], str]

_KEY: _Meaning = (UpstreamUnavailable, "does not accept our API key; check the configured key")
_TROUBLE: _Meaning = (UpstreamUnavailable, "is in trouble")
_REJECTED: _Meaning = (UpstreamRejected, "refused our request as wrong")
_TIMED_OUT: _Meaning = (UpstreamTimeout, "timed out")
_LIMITED: _Meaning = (UpstreamRateLimited, "limits our requests")
_UNKNOWN_MODEL: _Meaning = (UpstreamUnavailable, "does not know this model or address")
_FORBIDDEN: _Meaning = (UpstreamUnavailable, "does not allow our API key this model; check the configured key")
_BY_RPC_STATUS: dict[str, _Meaning] = {
    "CANCELLED": _TROUBLE,
    "UNKNOWN": _TROUBLE,
    "INVALID_ARGUMENT": _REJECTED,
    "DEADLINE_EXCEEDED": _TIMED_OUT,
    "NOT_FOUND": _UNKNOWN_MODEL,
    "ALREADY_EXISTS": _REJECTED,
    "PERMISSION_DENIED": _FORBIDDEN,
    "RESOURCE_EXHAUSTED": _LIMITED,
    "FAILED_PRECONDITION": (UpstreamUnavailable, "does not serve our account or place; check its billing"),
    "ABORTED": _TROUBLE,
    "OUT_OF_RANGE": _REJECTED,
    "UNIMPLEMENTED": _REJECTED,
    "INTERNAL": _TROUBLE,
    "UNAVAILABLE": (UpstreamUnavailable, "is overloaded"),
    "DATA_LOSS": _TROUBLE,
    "UNAUTHENTICATED": _KEY,
}
_BY_STATUS: dict[int, _Meaning] = {
    401: _KEY,
    402: (UpstreamUnavailable, "wants its account paid"),
    403: _FORBIDDEN,
    404: _UNKNOWN_MODEL,
    408: _TIMED_OUT,
    429: _LIMITED,
    499: _TROUBLE,
    504: _TIMED_OUT,
}
_TRANSPORT: tuple[tuple[type[BaseException], type[UpstreamError], str], ...] = (
    # Some failures are timeouts and connection errors at once: the first row that fits counts.
    (aiohttp.ConnectionTimeoutError, UpstreamConnectTimeout, "cannot be reached: no connection in time"),
    (TimeoutError, UpstreamTimeout, "did not answer in time"),
    (aiohttp.ClientSSLError, UpstreamUnavailable, "cannot be reached: TLS failed"),
    (aiohttp.ClientConnectorDNSError, UpstreamUnavailable, "cannot be reached: its name does not resolve"),
    (aiohttp.ClientConnectorError, UpstreamUnavailable, "cannot be reached: no connection"),
    (aiohttp.ClientConnectionError, UpstreamUnavailable, "closed the connection without an answer"),
    (aiohttp.InvalidURL, UpstreamUnavailable, "has an unusable base URL"),
    (aiohttp.ClientPayloadError, UpstreamBadAnswer, "cut its answer short"),
    (aiohttp.ClientResponseError, UpstreamBadAnswer, "did not answer in HTTP"),
    (aiohttp.ClientError, UpstreamUnavailable, "cannot be reached"),
    (OSError, UpstreamUnavailable, "cannot be reached"),
)


def error_of_status(
    upstream: str, status: int, raw_body: bytes, *, secret: str | None, retry_after_seconds: float | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it. `retry_after_seconds` is
    the header's; what the body asks for goes before it."""
    body = _bounded_body(raw_body, secret)
    error = _error_object(body or {})
    if status in (400, 413):
        meant = _request_error(error, is_too_large=status == 413)
        if meant is not None:
            return meant
    meaning = _BY_RPC_STATUS.get(str(error.get("status"))) if status >= 400 else None
    if status == 400 and _is_about_key(error):
        meaning = _KEY
    kind, words = meaning or _meaning_of_status(status)
    # An answer to a refused key may repeat parts of it, so that answer is not kept.
    kept = None if status in (401, 403) or meaning is _KEY else body
    asked = retry_delay_seconds(error)
    return kind(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=kept,
        retry_after_seconds=retry_after_seconds if asked is None else asked,
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: str | None) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = _bounded_body(payload, secret)
    error = _error_object(body or {})
    code = error.get("code")
    meaning = _BY_RPC_STATUS.get(str(error.get("status")))
    if meaning is None and isinstance(code, int) and 400 <= code < 600:
        meaning = _meaning_of_status(code)
    if meaning is None or meaning is _REJECTED:
        meant = _request_error(error, is_too_large=False)
        if meant is not None:
            return meant
        meaning = _KEY if _is_about_key(error) else meaning
    kind, words = meaning or (UpstreamBadAnswer, "answered with an error")
    return kind(
        f"{upstream} {words} (error in the answer)",
        upstream=upstream,
        upstream_status=200,
        body=None if meaning in (_KEY, _FORBIDDEN) else body,
        retry_after_seconds=retry_delay_seconds(error),
    )


def retry_delay_seconds(error: dict[str, Any]) -> float | None:
    """How long an error object asks to wait, at most a day; None where it does not say."""
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?s", delay):
            return min(float(delay[:-1]), _LONGEST_SECONDS)
    return None


def transport_error(upstream: str, error: BaseException, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = next((kind, words) for failure, kind, words in _TRANSPORT if isinstance(error, failure))
    if is_answering and not issubclass(kind, UpstreamTimeout):
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{upstream} {words} ({type(error).__name__})", upstream=upstream)


def _meaning_of_status(status: int) -> _Meaning:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return _REJECTED
    if status >= 500:
        return _TROUBLE
    if 300 <= status < 400:
        return UpstreamUnavailable, "sends us elsewhere; set the base URL to where it really is"
    return UpstreamBadAnswer, "answered with an unexpected status"


def _request_error(error: dict[str, Any], *, is_too_large: bool) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    message = str(error.get("message") or "")
    words = message.lower()
    if is_too_large or any(phrase in words for phrase in _CONTEXT_WORDS):
        return ContextTooLong(message[:500] or _TOO_LONG_MESSAGE)
    is_limit = any(field in words for field in _LIMIT_FIELDS) and any(phrase in words for phrase in _LIMIT_WORDS)
    return OutputLimitTooLow(_OUTPUT_LIMIT_MESSAGE) if is_limit else None


def _is_about_key(error: dict[str, Any]) -> bool:
    """The vendor answers a wrong key with the status of a wrong request."""
    details = error.get("details")
    reasons = (
        [detail.get("reason") for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    )
    words = str(error.get("message") or "").lower()
    return "API_KEY_INVALID" in reasons or any(phrase in words for phrase in _KEY_WORDS)


def _error_object(body: dict[str, Any]) -> dict[str, Any]:
    error = body.get("error", body)
    return error if isinstance(error, dict) else {"message": str(error)}


def _bounded_body(raw: bytes, secret: str | None) -> dict[str, Any] | None:
    if secret:
        raw = raw.replace(secret.encode(), b"***")
    if not raw.strip():
        return None
    if len(raw) <= MAX_ERROR_BODY_BYTES:
        try:
            body = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            body = None
        if isinstance(body, list):  # errors of a stream stand in a list, after what came before them
            body = next(
                (part for part in body if isinstance(part, dict) and "error" in part), body[0] if body else None
            )
        if isinstance(body, dict):
            return body
    return {"text": raw[:2000].decode(errors="replace")}
