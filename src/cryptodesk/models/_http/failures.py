"""The table of transport failures: every way the connection to a server breaks, and what that means here.

| what happened | becomes |
|---|---|
| connection refused, reset or closed, TLS, name resolution, unusable address | UpstreamUnavailable |
| no connection in time | UpstreamConnectTimeout |
| no first byte or next read in time | UpstreamTimeout |
| no HTTP, or cut before its end | UpstreamBadAnswer |
"""

from __future__ import annotations

import aiohttp

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)

__all__ = ["TRANSPORT", "TRANSPORT_FAILURES", "transport_error"]

TRANSPORT_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)

TRANSPORT: tuple[tuple[type[BaseException], type[UpstreamError], str], ...] = (
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


def transport_error(upstream: str, error: BaseException, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = next((kind, words) for failure, kind, words in TRANSPORT if isinstance(error, failure))
    if is_answering and not issubclass(kind, UpstreamTimeout):
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{upstream} {words} ({type(error).__name__})", upstream=upstream)
