"""What a status means wherever a vendor does not say otherwise, and what can be kept of an answer that is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import msgspec

from cryptodesk.core.errors import (
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http.scrubbing import Secret, scrubbed

__all__ = [
    "FORBIDDEN",
    "KEY",
    "LIMITED",
    "MAX_ERROR_BODY_BYTES",
    "OUTPUT_LIMIT_MESSAGE",
    "OVERLOADED",
    "REJECTED",
    "TIMED_OUT",
    "TOO_LONG_MESSAGE",
    "TROUBLE",
    "UNKNOWN_MODEL",
    "UNPAID",
    "ErrorOfStatus",
    "Meaning",
    "bad_answer",
    "bounded_body",
    "error_object",
    "meaning_of_status",
    "parsed_json",
    "unreadable",
]

MAX_ERROR_BODY_BYTES = 16_384
_MAX_TEXT = 2000

OUTPUT_LIMIT_MESSAGE = (
    "Could not finish the message because max_tokens or model output limit was reached. "
    "Please try again with higher max_tokens."
)
TOO_LONG_MESSAGE = "The conversation is longer than the model can read."

Meaning: TypeAlias = tuple[type[UpstreamError], str]

KEY: Meaning = (UpstreamUnavailable, "does not accept our API key; check the configured key")
FORBIDDEN: Meaning = (UpstreamUnavailable, "does not allow our API key this model; check the configured key")
UNPAID: Meaning = (UpstreamUnavailable, "wants its account paid")
UNKNOWN_MODEL: Meaning = (UpstreamUnavailable, "does not know this model or address")
TROUBLE: Meaning = (UpstreamUnavailable, "is in trouble")
OVERLOADED: Meaning = (UpstreamUnavailable, "is overloaded")
TIMED_OUT: Meaning = (UpstreamTimeout, "timed out")
LIMITED: Meaning = (UpstreamRateLimited, "limits our requests")
REJECTED: Meaning = (UpstreamRejected, "refused our request as wrong")

_ELSEWHERE: Meaning = (UpstreamUnavailable, "sends us elsewhere; set the base URL to where it really is")
_UNEXPECTED: Meaning = (UpstreamBadAnswer, "answered with an unexpected status")
_BY_STATUS: dict[int, Meaning] = {
    401: KEY,
    402: UNPAID,
    403: FORBIDDEN,
    404: UNKNOWN_MODEL,
    408: TIMED_OUT,
    429: LIMITED,
}


class ErrorOfStatus(Protocol):
    """A vendor's table: the error an answer with a status other than 200 means. `secret` never shows up in it."""

    def __call__(
        self, upstream: str, status: int, raw_body: bytes, *, secret: Secret, retry_after_seconds: float | None
    ) -> CryptodeskError: ...


def meaning_of_status(status: int, own: Mapping[int, Meaning]) -> Meaning:
    """`own` are the vendor's rows, which go before the common ones."""
    known = own.get(status) or _BY_STATUS.get(status)
    if known is not None:
        return known
    if 400 <= status < 500:
        return REJECTED
    if status >= 500:
        return TROUBLE
    return _ELSEWHERE if 300 <= status < 400 else _UNEXPECTED


def bounded_body(raw: bytes, secret: Secret) -> dict[str, Any] | None:
    """The body of an error without `secret`: its object, else the beginning of its text; None for none."""
    raw = scrubbed(raw, secret)
    if not raw.strip():
        return None
    body = parsed_json(raw) if len(raw) <= MAX_ERROR_BODY_BYTES else None
    if isinstance(body, list):  # there are vendors that wrap an error in a list, some after what came before it
        body = next((part for part in body if isinstance(part, dict) and "error" in part), body[0] if body else None)
    return body if isinstance(body, dict) else {"text": raw[:_MAX_TEXT].decode(errors="replace")}


def error_object(body: dict[str, Any] | None) -> dict[str, Any]:
    """What a body says of the error, wherever it says so."""
    error = (body or {}).get("error", body or {})
    return error if isinstance(error, dict) else {"message": str(error)}


def unreadable(upstream: str, payload: bytes, secret: Secret) -> UpstreamBadAnswer:
    """The error for an answer that is not the vendor's format."""
    if not payload.strip():
        return bad_answer(upstream, "answered with nothing")
    is_json = parsed_json(payload) is not None or payload.strip() == b"null"
    words = "answered in another format" if is_json else "did not answer in JSON"
    return bad_answer(upstream, words, payload, secret=secret)


def bad_answer(upstream: str, words: str, payload: bytes = b"", *, secret: Secret = None) -> UpstreamBadAnswer:
    """The error for an answer that cannot be used, with the beginning of what was said."""
    # Scrubbed before it is cut: half a key is still a secret.
    text = scrubbed(payload[:MAX_ERROR_BODY_BYTES], secret)[:_MAX_TEXT].decode(errors="replace")
    body = {"text": text[:_MAX_TEXT]} if text else None
    return UpstreamBadAnswer(f"{upstream} {words}", upstream=upstream, upstream_status=200, body=body)


def parsed_json(raw: bytes) -> Any:
    """None for what is no JSON, as for a null."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
