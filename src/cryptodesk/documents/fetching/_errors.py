"""How a fetch fails. The message is a reason that an operator reads in the status.

| what happened | becomes | tried again |
|---|---|---|
| address, redirect, size, robots.txt | FetchRefused: our own rule | when it is due |
| 401, 403, 404, 451, other 4xx | PageFailed | later and later |
| 410 | PageFailed, `is_gone` | no more |
| 429, 503 with Retry-After | PageFailed with `retry_after_seconds` | not before then |
| 5xx, no connection, no answer in time | PageFailed | later and later |
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from cryptodesk.core.errors import UpstreamRejected, UpstreamUnavailable
from cryptodesk.core.late import LateModule
from cryptodesk.core.retry_after import DAY_SECONDS, parse_retry_after

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = LateModule("aiohttp")

__all__ = ["FetchRefused", "PageFailed", "failure_of", "failure_of_status", "transport_failures"]

_LONGEST_RETRY_AFTER_SECONDS = 7 * DAY_SECONDS
_STATUSES = {
    401: "wants a login or another key",
    402: "wants to be paid",
    403: "does not let us in",
    404: "has no such page",
    408: "did not answer in time",
    410: "says that the page is gone for good",
    429: "says that we ask too often",
    451: "does not serve this place",
}


@cache
def transport_failures() -> tuple[type[BaseException], ...]:
    """Whatever a broken connection is told by."""
    return (aiohttp.ClientError, TimeoutError, OSError)


@cache
def _meanings() -> tuple[tuple[type[BaseException], str], ...]:
    """In words: the first row that fits counts."""
    return (
        (TimeoutError, "did not answer in time"),
        (aiohttp.ClientSSLError, "cannot be reached: TLS failed"),
        (aiohttp.ClientConnectorDNSError, "cannot be reached: its name does not resolve"),
        (aiohttp.ClientConnectorError, "cannot be reached: no connection"),
        (aiohttp.ClientPayloadError, "cut its answer short"),
        (aiohttp.ClientResponseError, "did not answer in HTTP"),
        (aiohttp.ClientError, "closed the connection without an answer"),
        (OSError, "cannot be reached"),
    )


class FetchRefused(UpstreamRejected):
    """We do not fetch it, or do not take what came. Nothing was kept of it."""


class PageFailed(UpstreamUnavailable):
    """It could not be had this time."""

    def __init__(
        self,
        message: str,
        *,
        upstream: str,
        upstream_status: int | None = None,
        retry_after_seconds: float | None = None,
        is_gone: bool = False,
    ) -> None:
        super().__init__(message, upstream=upstream, upstream_status=upstream_status)
        self.retry_after_seconds = retry_after_seconds
        self.is_gone = is_gone


def failure_of(error: BaseException, host: str) -> PageFailed:
    """A failure on the way, in our own words: the library's may hold a key."""
    for kind, words in _meanings():
        if isinstance(error, kind):
            return PageFailed(f"{host} {words}", upstream=host)
    return PageFailed(f"{host} cannot be reached", upstream=host)


def failure_of_status(status: int, host: str, retry_after: str | None, now: datetime) -> PageFailed:
    words = _STATUSES.get(status) or ("is in trouble" if status >= 500 else "refused the request")
    return PageFailed(
        f"{host} {words} (HTTP {status})",
        upstream=host,
        upstream_status=status,
        retry_after_seconds=parse_retry_after(retry_after, now, longest_seconds=_LONGEST_RETRY_AFTER_SECONDS),
        is_gone=status == 410,
    )
