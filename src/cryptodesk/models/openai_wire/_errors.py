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
| connection refused, reset or closed, TLS, name resolution, unusable address | UpstreamUnavailable |
| no connection in time | UpstreamConnectTimeout |
| no first byte or next read in time | UpstreamTimeout |
| not the format, too long, cut before its end | UpstreamBadAnswer |

An upstream's own words go into `body`, not into the message: they may name its organisation, never our caller's.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec

from cryptodesk.core.errors import (
    ContentFiltered,
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

__all__ = ["MAX_ERROR_BODY_BYTES", "TRANSPORT_FAILURES", "error_in_answer", "error_of_status", "transport_error"]

MAX_ERROR_BODY_BYTES = 16_384

TRANSPORT_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)

_OUTPUT_LIMIT_MESSAGE = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)
_OUTPUT_LIMIT_FIELDS = frozenset({"max_completion_tokens", "max_tokens", "max_output_tokens"})

_CONTEXT_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_CONTEXT_WORDS = (
    "maximum context length",
    "context window",
    "exceeds the available context size",
    "prompt exceeds max length",
)
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})

_BY_STATUS: dict[int, tuple[type[UpstreamError], str]] = {
    401: (UpstreamUnavailable, "does not accept our API key; check the configured key"),
    402: (UpstreamUnavailable, "wants its account paid"),
    403: (UpstreamUnavailable, "does not allow our API key this model; check the configured key"),
    404: (UpstreamUnavailable, "does not know this model or address"),
    408: (UpstreamTimeout, "timed out"),
    429: (UpstreamRateLimited, "limits our requests"),
}
_BY_CODE: dict[str, tuple[type[UpstreamError], str]] = {
    "rate_limit_exceeded": _BY_STATUS[429],
    "rate_limit_error": _BY_STATUS[429],
    "insufficient_quota": _BY_STATUS[429],
    "invalid_api_key": _BY_STATUS[401],
    "authentication_error": _BY_STATUS[401],
    "model_not_found": _BY_STATUS[404],
    "timeout": _BY_STATUS[408],
    "server_error": (UpstreamUnavailable, "is in trouble"),
    "internal_server_error": (UpstreamUnavailable, "is in trouble"),
    "overloaded_error": (UpstreamUnavailable, "is overloaded"),
    "invalid_request_error": (UpstreamRejected, "refused our request as wrong"),
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
    """The error an answer with a status other than 200 means. `secret` never shows up in it."""
    # Vendors repeat parts of a refused key in their answer, so that answer is not kept.
    body = None if status in (401, 403) else _bounded_body(raw_body, secret)
    if status == 400 and body is not None:
        meant = _request_error(_error_object(body))
        if meant is not None:
            return meant
    kind, words = _meaning_of_status(status)
    return kind(
        f"{upstream} {words} (HTTP {status})",
        upstream=upstream,
        upstream_status=status,
        body=body,
        retry_after_seconds=retry_after_seconds,
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: str | None) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = _bounded_body(payload, secret)
    error = _error_object(body or {})
    meant = _request_error(error)
    if meant is not None:
        return meant
    kind, words = _meaning_of_codes(error)
    return kind(f"{upstream} {words} (error in the answer)", upstream=upstream, upstream_status=200, body=body)


def transport_error(upstream: str, error: BaseException, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = next((kind, words) for failure, kind, words in _TRANSPORT if isinstance(error, failure))
    if is_answering and not issubclass(kind, UpstreamTimeout):
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{upstream} {words} ({type(error).__name__})", upstream=upstream)


def _meaning_of_status(status: int) -> tuple[type[UpstreamError], str]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return UpstreamRejected, "refused our request as wrong"
    if status >= 500:
        return UpstreamUnavailable, "is in trouble"
    if 300 <= status < 400:
        return UpstreamUnavailable, "sends us elsewhere; set the base URL to where it really is"
    return UpstreamBadAnswer, "answered with an unexpected status"


def _meaning_of_codes(error: dict[str, Any]) -> tuple[type[UpstreamError], str]:
    for code in _codes(error):
        if code in _BY_CODE:
            return _BY_CODE[code]
        if code.isdigit() and 400 <= int(code) < 600:
            return _meaning_of_status(int(code))
    return UpstreamBadAnswer, "answered with an error"


def _request_error(error: dict[str, Any]) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    codes, words = _codes(error), str(error.get("message") or "")
    if _CONTEXT_CODES.intersection(codes) or any(phrase in words.lower() for phrase in _CONTEXT_WORDS):
        return ContextTooLong(words[:500] or "The conversation is longer than the model can read.")
    if "max_tokens or model output limit was reached" in words or _is_low_limit(error, codes):
        return OutputLimitTooLow(_OUTPUT_LIMIT_MESSAGE)
    if _FILTER_CODES.intersection(codes):
        return ContentFiltered("The provider's content filter refused the conversation.")
    return None


def _is_low_limit(error: dict[str, Any], codes: list[str]) -> bool:
    return "integer_below_min_value" in codes and error.get("param") in _OUTPUT_LIMIT_FIELDS


def _codes(error: dict[str, Any]) -> list[str]:
    return [str(error[name]) for name in ("code", "type", "status") if error.get(name) is not None]


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
        except (msgspec.DecodeError, UnicodeDecodeError):
            body = None
        if isinstance(body, list) and body:  # one vendor wraps its error object in a list
            body = body[0]
        if isinstance(body, dict):
            return body
    return {"text": raw[:2000].decode(errors="replace")}
