"""The error table: every way an OpenAI-compatible server or the way to it fails, and what that means here.

| what happened | becomes |
|---|---|
| 400 with a context-length code or wording | ContextTooLong |
| 400 that no answer fits into the output limit | OutputLimitTooLow |
| 400 from a content filter | ContentFiltered |
| 401, 402, 403, 404, 3xx, 5xx | UpstreamUnavailable: our key, our account, our address, their trouble |
| 408 | UpstreamTimeout |
| 429 | UpstreamRateLimited |
| other 4xx | UpstreamRejected |
| an error object inside a 200 or a stream | by its code as above, else UpstreamBadAnswer |
| a connection that fails | as `_http.failures` has it |
| not the format, too long, cut before its end | UpstreamBadAnswer |

An upstream's own words go into `body`, not into the message: they may name its organisation, never our caller's.
"""

from __future__ import annotations

from typing import Any

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
)
from cryptodesk.models._http.meanings import (
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

__all__ = ["error_in_answer", "error_of_status"]


_OUTPUT_LIMIT_FIELDS = frozenset({"max_completion_tokens", "max_tokens", "max_output_tokens"})

_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_CONTEXT_WORDS = (
    "maximum context length",
    "context window",
    "exceeds the available context size",
    "prompt exceeds max length",
)
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})

_BY_CODE: dict[str, Meaning] = {
    "rate_limit_exceeded": LIMITED,
    "rate_limit_error": LIMITED,
    "insufficient_quota": LIMITED,
    "invalid_api_key": KEY,
    "authentication_error": KEY,
    "model_not_found": UNKNOWN_MODEL,
    "timeout": TIMED_OUT,
    "server_error": TROUBLE,
    "internal_server_error": TROUBLE,
    "overloaded_error": OVERLOADED,
    "invalid_request_error": REJECTED,
}


def error_of_status(
    upstream: str, status: int, raw_body: bytes, *, secret: str | None, retry_after_seconds: float | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it."""
    # Vendors repeat parts of a refused key in their answer, so that answer is not kept.
    body = None if status in (401, 403) else bounded_body(raw_body, secret)
    if status == 400 and body is not None:
        meant = _request_error(error_object(body))
        if meant is not None:
            return meant
    kind, words = meaning_of_status(status, {})
    return kind(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=body,
        retry_after_seconds=retry_after_seconds,
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: str | None) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = bounded_body(payload, secret)
    error = error_object(body)
    meant = _request_error(error)
    if meant is not None:
        return meant
    kind, words = _meaning_of_codes(error)
    return kind(f"{upstream} {words} (error in the answer)", upstream=upstream, upstream_status=200, body=body)


def _meaning_of_codes(error: dict[str, Any]) -> Meaning:
    for code in _codes(error):
        if code in _BY_CODE:
            return _BY_CODE[code]
        if code.isdigit() and 400 <= int(code) < 600:
            return meaning_of_status(int(code), {})
    return UpstreamBadAnswer, "answered with an error"


def _request_error(error: dict[str, Any]) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    codes, words = _codes(error), str(error.get("message") or "")
    if _CONTEXT_CODES.intersection(codes) or any(phrase in words.lower() for phrase in _CONTEXT_WORDS):
        return ContextTooLong(words[:500] or TOO_LONG_MESSAGE)
    if "max_tokens or model output limit was reached" in words or _is_low_limit(error, codes):
        return OutputLimitTooLow(OUTPUT_LIMIT_MESSAGE)
    if _FILTER_CODES.intersection(codes):
        return ContentFiltered("The provider's content filter refused the conversation.")
    return None


def _is_low_limit(error: dict[str, Any], codes: list[str]) -> bool:
    return "integer_below_min_value" in codes and error.get("param") in _OUTPUT_LIMIT_FIELDS


def _codes(error: dict[str, Any]) -> list[str]:
    return [str(error[name]) for name in ("code", "type", "status") if error.get(name) is not None]
