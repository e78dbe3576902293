"""The error table: every way an OpenAI-compatible server or the way to it fails, and what that means here.

| what happened | becomes |
|---|---|
| 400 with a context-length code or wording | ContextTooLong |
| 400 that no answer fits into the output limit | OutputLimitTooLow |
| 400 from a content filter | ContentFiltered |
| 401, 402, 403, 404, 3xx, 5xx | UpstreamUnavailable: our key, our account, our address, their trouble |
| 408 | UpstreamTimeout |
| 429 | UpstreamRateLimited |
| 400, 404 because of kept reasoning, or of a summary that is not shown to us | ExtraRefused: asked again without |
| 404, 405, 501 of the Responses endpoint that is not about the model | as above; asked over Chat Completions first |
| other 4xx | UpstreamRejected |
| an error object inside a 200 or a stream | by its code as above, else UpstreamBadAnswer |
| a connection that fails | as `_http.failures` has it |
| not the format, too long, cut before its end | UpstreamBadAnswer |

An upstream's own words go into `body`, not into the message: they may name its organisation, never our caller's.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRejected,
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

__all__ = ["Extra", "ExtraRefused", "error_in_answer", "error_of_status", "is_unknown_endpoint"]

# What a request can do without: reasoning of earlier rounds, a summary of the reasoning.
Extra: TypeAlias = Literal["reasoning", "summary"]

_OUTPUT_LIMIT_FIELDS = frozenset({"max_completion_tokens", "max_tokens", "max_output_tokens"})

_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_CONTEXT_WORDS = (
    "maximum context length",
    "context window",
    "exceeds the available context size",
    "prompt exceeds max length",
)
_FILTER_CODES = frozenset(
    {"content_filter", "content_policy_violation", "invalid_prompt", "bio_policy", "cyber_policy"}
    | {"misalignment_policy_violation", "image_content_policy_violation"}
)
_NO_SUCH_ENDPOINT = frozenset({404, 405, 501})
_LOST_REASONING_CODES = frozenset({"invalid_encrypted_content"})
_LOST_REASONING_WORDS = ("are not persisted when", "encrypted content")

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
    "data_residency_mismatch": FORBIDDEN,
    "vector_store_timeout": TIMED_OUT,
    "invalid_request_error": REJECTED,
}


class ExtraRefused(UpstreamRejected):
    """The request is good but for `extra`."""

    extra: Extra = "reasoning"


def error_of_status(
    upstream: str, status: int, raw_body: bytes, *, secret: Secret, retry_after_seconds: float | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it."""
    # Vendors repeat parts of a refused key in their answer, so that answer is not kept.
    body = None if status in (401, 403) else bounded_body(raw_body, secret)
    if status == 400 and body is not None:
        meant = _request_error(error_object(body))
        if meant is not None:
            return meant
    kind, words = meaning_of_status(status, {})
    extra = _refused_extra(error_object(body)) if status in (400, 404) else None
    failure = (kind if extra is None else ExtraRefused)(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=body,
        retry_after_seconds=retry_after_seconds,
    )
    if extra is not None and isinstance(failure, ExtraRefused):
        failure.extra = extra
    return failure


def error_in_answer(upstream: str, payload: bytes, *, secret: Secret) -> CryptodeskError:
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


def is_unknown_endpoint(error: UpstreamError) -> bool:
    """Whether it is the address that the server does not know, not the model."""
    codes = _codes(error_object(error.body))
    return error.upstream_status in _NO_SUCH_ENDPOINT and "model_not_found" not in codes


def _refused_extra(error: dict[str, Any]) -> Extra | None:
    words = str(error.get("message") or "").lower()
    if error.get("param") == "reasoning.summary" or "reasoning summar" in words:
        return "summary"
    is_lost = _LOST_REASONING_CODES.intersection(_codes(error)) or any(each in words for each in _LOST_REASONING_WORDS)
    return "reasoning" if is_lost else None


def _is_low_limit(error: dict[str, Any], codes: list[str]) -> bool:
    return "integer_below_min_value" in codes and error.get("param") in _OUTPUT_LIMIT_FIELDS


def _codes(error: dict[str, Any]) -> list[str]:
    return [str(error[name]) for name in ("code", "type", "status") if error.get(name) is not None]
