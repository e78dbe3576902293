"""The error table: every way a market source or the way to it fails, and what that means here.

| what happened | becomes | counts against the source |
|---|---|---|
| 400, 404, 403 in the source's own format, other 4xx | UpstreamRejected: this request, not the source | no |
| 401, 402, 451, 403 with a web page | UpstreamUnavailable: our key, our account, our place | yes |
| 3xx that leads away or in circles | UpstreamUnavailable: our address | yes |
| 408 | UpstreamTimeout | yes |
| 418, 429, 503 with Retry-After | UpstreamRateLimited | no, but nothing is asked for a while |
| 5xx | UpstreamUnavailable | yes |
| no way to it: connection refused, name does not resolve | UnreachableSource | yes |
| connection reset, TLS | UpstreamUnavailable | yes |
| no connection or no whole answer in time | UpstreamTimeout | yes |
| cut, too long, packed wrongly, empty, a web page instead of values | UpstreamBadAnswer | yes |

An upstream's own words go into `body` without our headers and parameters, never into the message.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeVar

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.retry_after import parse_retry_after
from cryptodesk.market.fetching.http import HttpAnswer

__all__ = [
    "LimitedBySource",
    "UnreachableSource",
    "UnusableAnswer",
    "UnusableSource",
    "copy_of",
    "error_of_status",
    "is_web_page",
]

_MAX_QUOTED = 500
_SHORTEST_SECRET = 6
_BAN_STATUSES = frozenset({418, 429})

_E = TypeVar("_E", bound=UpstreamError)


class LimitedBySource(UpstreamRateLimited):
    """The source limits us, or we have used up what it allows us."""


class UnusableAnswer(UpstreamBadAnswer):
    """Asking again at once would bring the same."""

    retryable = False


class UnusableSource(UpstreamUnavailable):
    """Asking again at once would change nothing: somebody has to mend a key, an account or an address."""

    retryable = False


class UnreachableSource(UpstreamUnavailable):
    """There is no way to it: it is gone, or this machine has no network. Asking again at once would only cost time."""

    retryable = False


_BY_STATUS: dict[int, tuple[type[UpstreamError], str]] = {
    401: (UnusableSource, "does not accept our key; check the configured key"),
    402: (UnusableSource, "wants its account paid"),
    403: (UpstreamRejected, "does not allow this request; the plan may not cover it"),
    404: (UpstreamRejected, "does not know what was asked for"),
    408: (UpstreamTimeout, "timed out"),
    451: (UnusableSource, "does not serve this place"),
}


def error_of_status(source: str, answer: HttpAnswer, *, secrets: Iterable[str] = ()) -> UpstreamError:
    """The error an answer with a status other than 2xx means. None of `secrets` shows up in it."""
    status = answer.status
    body = _quoted(answer.body, secrets) if status not in (401, 403) else None
    retry_after = parse_retry_after(answer.headers.get("retry-after"), answer.fetched_at)
    if status in _BAN_STATUSES or (status == 503 and retry_after is not None):
        when = "" if retry_after is None else f", retry in {math.ceil(retry_after)} s"
        return LimitedBySource(
            f"{source} limits our requests{when} (HTTP {status})",
            upstream=source,
            upstream_status=status,
            body=body,
            retry_after_seconds=retry_after,
        )
    kind, words = _meaning_of(status, is_page=is_web_page(answer))
    return kind(f"{source} {words} (HTTP {status})", upstream=source, upstream_status=status, body=body)


def is_web_page(answer: HttpAnswer) -> bool:
    """Gateways and bot walls answer for people where values are expected."""
    if answer.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
        return True
    begin = answer.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return begin.startswith((b"<!doctype html", b"<html"))


def copy_of(error: _E) -> _E:
    """The same error for another caller: raised twice, one object would pile up the frames of both."""
    kind = type(error)
    twin = kind.__new__(kind, *error.args)
    twin.__dict__.update(error.__dict__)
    return twin


def _meaning_of(status: int, *, is_page: bool) -> tuple[type[UpstreamError], str]:
    if status == 403 and is_page:  # the wall before the source, not the source
        return UnusableSource, "does not let us in"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return UpstreamRejected, "refused our request as wrong"
    if status >= 500:
        return UpstreamUnavailable, "is in trouble"
    if 300 <= status < 400:
        return UnusableSource, "sends us elsewhere"
    return UpstreamBadAnswer, "answered with an unexpected status"


def _quoted(raw: bytes, secrets: Iterable[str]) -> dict[str, Any] | None:
    # Scrubbed before it is cut: half a key is still a secret.
    text = raw[: 64 * _MAX_QUOTED].decode(errors="replace")
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    plain = "".join(mark if mark.isprintable() else " " for mark in text[:_MAX_QUOTED]).strip()
    return {"text": plain} if plain else None
