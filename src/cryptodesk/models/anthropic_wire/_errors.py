"""The error table: every way the Messages endpoint or the way to it fails, and what that means here.

| what happened | becomes |
|---|---|
| 400 because the prompt, or the prompt and the output limit, exceed the context window; 413 | ContextTooLong |
| 400 because no answer fits into the output limit | OutputLimitTooLow |
| 400 from the content filter | ContentFiltered |
| 400 because of our credit or spend limit, 401, 402, 403, 404, 3xx, 5xx, 529 | UpstreamUnavailable: our key, our \
account, our address, their trouble |
| 408, 504 | UpstreamTimeout |
| 429 | UpstreamRateLimited |
| other 4xx | UpstreamRejected |
| an error event in a stream, or an error object inside a 200 | by its type as above, else UpstreamBadAnswer |
| a connection that fails | as `_http.failures` has it |
| not the format, too long, cut before its end | UpstreamBadAnswer |

The vendor's own words go into `body`, not into the message: they may name our organisation, never our caller's.
Source: Claude API documentation, errors.
"""

from __future__ import annotations

from typing import Any

from cryptodesk.core.errors import (
    ContentFiltered,
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

__all__ = ["error_in_answer", "error_of_status"]


# One type covers all wrong requests, and few have a code; so the words are looked at where they make a difference.
_CONTEXT_WORDS = ("prompt is too long", "exceed context limit", "exceeds the context window", "context window exceeded")
_FILTER_WORDS = ("content filtering policy", "content filter")
_ACCOUNT_WORDS = ("credit balance", "spend limit", "usage limits")
_LIMIT_WORDS = ("greater than", "at least", "minimum")

_ACCOUNT: Meaning = (UpstreamUnavailable, "wants its account paid, or its spend limit raised")
_BY_STATUS: dict[int, Meaning] = {402: _ACCOUNT, 504: TIMED_OUT, 529: OVERLOADED}
_BY_TYPE: dict[str, Meaning] = {
    "authentication_error": KEY,
    "billing_error": _ACCOUNT,
    "permission_error": FORBIDDEN,
    "not_found_error": UNKNOWN_MODEL,
    "rate_limit_error": LIMITED,
    "timeout_error": TIMED_OUT,
    "overloaded_error": OVERLOADED,
    "api_error": TROUBLE,
    "conflict_error": TROUBLE,
    "invalid_request_error": REJECTED,
}


def error_of_status(
    upstream: str, status: int, raw_body: bytes, *, secret: Secret, retry_after_seconds: float | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it."""
    # An answer to a refused key may repeat parts of it, so that answer is not kept.
    body = None if status in (401, 403) else bounded_body(raw_body, secret)
    error = error_object(body)
    if status in (400, 413):
        meant = _request_error(error, is_too_large=status == 413)
        if meant is not None:
            return meant
    kind, words = _meaning_of_status(status, error)
    return kind(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=body,
        retry_after_seconds=retry_after_seconds,
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: Secret) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = bounded_body(payload, secret)
    error = error_object(body)
    meant = _request_error(error, is_too_large=False)
    if meant is not None:
        return meant
    kind, words = _BY_TYPE.get(str(error.get("type")), (UpstreamBadAnswer, "answered with an error"))
    return kind(f"{upstream} {words} (error in the answer)", upstream=upstream, upstream_status=200, body=body)


def _meaning_of_status(status: int, error: dict[str, Any]) -> Meaning:
    if status != 400:
        return meaning_of_status(status, _BY_STATUS)
    if any(phrase in _words(error) for phrase in _ACCOUNT_WORDS):
        return _ACCOUNT
    return _BY_TYPE.get(str(error.get("type")), REJECTED)


def _request_error(error: dict[str, Any], *, is_too_large: bool) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    words = _words(error)
    if is_too_large or error.get("type") == "request_too_large" or any(phrase in words for phrase in _CONTEXT_WORDS):
        return ContextTooLong(str(error.get("message") or "")[:500] or TOO_LONG_MESSAGE)
    if words.startswith("max_tokens") and any(phrase in words for phrase in _LIMIT_WORDS):
        return OutputLimitTooLow(OUTPUT_LIMIT_MESSAGE)
    if any(phrase in words for phrase in _FILTER_WORDS):
        return ContentFiltered("The provider's content filter refused the conversation.")
    return None


def _words(error: dict[str, Any]) -> str:
    return str(error.get("message") or "").lower()
