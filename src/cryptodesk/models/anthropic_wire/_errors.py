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
| connection refused, reset or closed, TLS, name resolution, unusable address | UpstreamUnavailable |
| no connection, first byte or next read in time | UpstreamTimeout |
| not the format, too long, cut before its end | UpstreamBadAnswer |

The vendor's own words go into `body`, not into the message: they may name our organisation, never our caller's.
Source: Claude API documentation, errors.
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
_TOO_LONG_MESSAGE = "The conversation is longer than the model can read."

# One type covers all wrong requests, and few have a code; so the words are looked at where they make a difference.
_CONTEXT_WORDS = ("prompt is too long", "exceed context limit", "exceeds the context window", "context window exceeded")
_FILTER_WORDS = ("content filtering policy", "content filter")
_ACCOUNT_WORDS = ("credit balance", "spend limit", "usage limits")
_LIMIT_WORDS = ("greater than", "at least", "minimum")

_ACCOUNT: tuple[type[UpstreamError], str] = (UpstreamUnavailable, "wants its account paid, or its spend limit raised")
_BY_STATUS: dict[int, tuple[type[UpstreamError], str]] = {
    401: (UpstreamUnavailable, "does not accept our API key; check the configured key"),
    402: _ACCOUNT,
    403: (UpstreamUnavailable, "does not allow our API key this model; check the configured key"),
    404: (UpstreamUnavailable, "does not know this model or address"),
    408: (UpstreamTimeout, "timed out"),
    429: (UpstreamRateLimited, "limits our requests"),
    504: (UpstreamTimeout, "timed out"),
    529: (UpstreamUnavailable, "is overloaded"),
}
_BY_TYPE: dict[str, tuple[type[UpstreamError], str]] = {
    "authentication_error": _BY_STATUS[401],
    "billing_error": _ACCOUNT,
    "permission_error": _BY_STATUS[403],
    "not_found_error": _BY_STATUS[404],
    "rate_limit_error": _BY_STATUS[429],
    "timeout_error": _BY_STATUS[504],
    "overloaded_error": _BY_STATUS[529],
    "api_error": (UpstreamUnavailable, "is in trouble"),
    "conflict_error": (UpstreamUnavailable, "is in trouble"),
    "invalid_request_error": (UpstreamRejected, "refused our request as wrong"),
}
_TRANSPORT: tuple[tuple[type[BaseException], type[UpstreamError], str], ...] = (
    # Some failures are timeouts and connection errors at once: the first row that fits counts.
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
    upstream: str, status: int, raw_body: bytes, *, secret: str | None, retry_after: str | None = None
) -> CryptodeskError:
    """The error an answer with a status other than 200 means. `secret` never shows up in it. `retry_after` is the
    header of that name."""
    # An answer to a refused key may repeat parts of it, so that answer is not kept.
    body = None if status in (401, 403) else _bounded_body(raw_body, secret)
    error = _error_object(body or {})
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
        retry_after_seconds=_seconds(retry_after),
    )


def error_in_answer(upstream: str, payload: bytes, *, secret: str | None) -> CryptodeskError:
    """The error that stands where an answer should, inside a 200 or a stream."""
    body = _bounded_body(payload, secret)
    error = _error_object(body or {})
    meant = _request_error(error, is_too_large=False)
    if meant is not None:
        return meant
    kind, words = _BY_TYPE.get(str(error.get("type")), (UpstreamBadAnswer, "answered with an error"))
    return kind(f"{upstream} {words} (error in the answer)", upstream=upstream, upstream_status=200, body=body)


def transport_error(upstream: str, error: BaseException, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = next((kind, words) for failure, kind, words in _TRANSPORT if isinstance(error, failure))
    if is_answering and kind is not UpstreamTimeout:
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{upstream} {words} ({type(error).__name__})", upstream=upstream)


def _meaning_of_status(status: int, error: dict[str, Any]) -> tuple[type[UpstreamError], str]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 400:
        if any(phrase in _words(error) for phrase in _ACCOUNT_WORDS):
            return _ACCOUNT
        return _BY_TYPE.get(str(error.get("type")), _BY_TYPE["invalid_request_error"])
    if 400 < status < 500:
        return UpstreamRejected, "refused our request as wrong"
    if status >= 500:
        return UpstreamUnavailable, "is in trouble"
    if 300 <= status < 400:
        return UpstreamUnavailable, "sends us elsewhere; set the base URL to where it really is"
    return UpstreamBadAnswer, "answered with an unexpected status"


def _request_error(error: dict[str, Any], *, is_too_large: bool) -> CryptodeskError | None:
    """The caller's or the conversation's fault, if that is what the error says."""
    words = _words(error)
    if is_too_large or error.get("type") == "request_too_large" or any(phrase in words for phrase in _CONTEXT_WORDS):
        return ContextTooLong(str(error.get("message") or "")[:500] or _TOO_LONG_MESSAGE)
    if words.startswith("max_tokens") and any(phrase in words for phrase in _LIMIT_WORDS):
        return OutputLimitTooLow(_OUTPUT_LIMIT_MESSAGE)
    if any(phrase in words for phrase in _FILTER_WORDS):
        return ContentFiltered("The provider's content filter refused the conversation.")
    return None


def _seconds(retry_after: str | None) -> float | None:
    """The vendor says whole seconds; a date, which gateways may send instead, is not worth a clock."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _words(error: dict[str, Any]) -> str:
    return str(error.get("message") or "").lower()


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
        if isinstance(body, dict):
            return body
    return {"text": raw[:2000].decode(errors="replace")}
