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
| a connection that fails | as `_http.failures` has it |
| not the format, too long, cut before its end | UpstreamBadAnswer |

The vendor's own words go into `body`, not into the message: they may name our project, never our caller's.
Source: google.rpc.Code, google.rpc.RetryInfo; Gemini API documentation, error codes.
"""

from __future__ import annotations

import re
from typing import Any

from cryptodesk.core.errors import (
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamUnavailable,
)
from cryptodesk.models._http.meanings import (
    FORBIDDEN,
    KEY,
    LIMITED,
    OUTPUT_LIMIT_MESSAGE,
    OVERLOADED,
    REJECTED,
    TIMED_OUT,
    TOO_LONG_MESSAGE,
    TROUBLE,
    UNKNOWN_MODEL,
    Meaning,
    bounded_body,
    error_object,
    meaning_of_status,
)
from cryptodesk.models._http.scrubbing import Secret

__all__ = ["error_in_answer", "error_of_status", "retry_delay_seconds"]

_LONGEST_SECONDS = 86_400.0

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

_BY_RPC_STATUS: dict[str, Meaning] = {
    "CANCELLED": TROUBLE,
    "UNKNOWN": TROUBLE,
    "INVALID_ARGUMENT": REJECTED,
    "DEADLINE_EXCEEDED": TIMED_OUT,
    "NOT_FOUND": UNKNOWN_MODEL,
    "ALREADY_EXISTS": REJECTED,
    "PERMISSION_DENIED": FORBIDDEN,
    "RESOURCE_EXHAUSTED": LIMITED,
    "FAILED_PRECONDITION": (UpstreamUnavailable, "does not serve our account or place; check its billing"),
    "ABORTED": TROUBLE,
    "OUT_OF_RANGE": REJECTED,
    "UNIMPLEMENTED": REJECTED,
    "INTERNAL": TROUBLE,
    "UNAVAILABLE": OVERLOADED,
    "DATA_LOSS": TROUBLE,
    "UNAUTHENTICATED": KEY,
}
_BY_STATUS: dict[int, Meaning] = {499: TROUBLE, 504: TIMED_OUT}


def error_of_status(
    upstream: str, status: int, raw_body: bytes, *, secret: Secret, retry_after_seconds: float | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it. `retry_after_seconds` is
    the header's; what the body asks for goes before it."""
    body = bounded_body(raw_body, secret)
    error = error_object(body)
    if status in (400, 413):
        meant = _request_error(error, is_too_large=status == 413)
        if meant is not None:
            return meant
    meaning = _BY_RPC_STATUS.get(str(error.get("status"))) if status >= 400 else None
    if status == 400 and _is_about_key(error):
        meaning = KEY
    kind, words = meaning or meaning_of_status(status, _BY_STATUS)
    # An answer to a refused key may repeat parts of it, so that answer is not kept.
    kept = None if status in (401, 403) or meaning is KEY else body
    asked = retry_delay_seconds(error)
    return kind(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=kept,
        retry_after_seconds=retry_after_seconds if asked is None else asked,
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: Secret) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = bounded_body(payload, secret)
    error = error_object(body)
    code = error.get("code")
    meaning = _BY_RPC_STATUS.get(str(error.get("status")))
    if meaning is None and isinstance(code, int) and 400 <= code < 600:
        meaning = meaning_of_status(code, _BY_STATUS)
    if meaning is None or meaning is REJECTED:
        meant = _request_error(error, is_too_large=False)
        if meant is not None:
            return meant
        meaning = KEY if _is_about_key(error) else meaning
    kind, words = meaning or (UpstreamBadAnswer, "answered with an error")
    return kind(
        f"{upstream} {words} (error in the answer)",
        upstream=upstream,
        upstream_status=200,
        body=None if meaning in (KEY, FORBIDDEN) else body,
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


def _request_error(error: dict[str, Any], *, is_too_large: bool) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    message = str(error.get("message") or "")
    words = message.lower()
    if is_too_large or any(phrase in words for phrase in _CONTEXT_WORDS):
        return ContextTooLong(message[:500] or TOO_LONG_MESSAGE)
    is_limit = any(field in words for field in _LIMIT_FIELDS) and any(phrase in words for phrase in _LIMIT_WORDS)
    return OutputLimitTooLow(OUTPUT_LIMIT_MESSAGE) if is_limit else None


def _is_about_key(error: dict[str, Any]) -> bool:
    """The vendor answers a wrong key with the status of a wrong request."""
    details = error.get("details")
    reasons = (
        [detail.get("reason") for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    )
    words = str(error.get("message") or "").lower()
    return "API_KEY_INVALID" in reasons or any(phrase in words for phrase in _KEY_WORDS)
