"""The rows of the error table that are about the way to a source: connections that fail, are cut or say nothing.

Apart from the rest because they name the client's own failures: only who asks sources needs the client loaded.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from cryptodesk.core.late import LateModule
from cryptodesk.market.fetching.errors import UnreachableSource

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = LateModule("aiohttp")

__all__ = ["transport_error", "transport_failures", "unresolved"]

_UNRESOLVED = "cannot be reached: its name does not resolve"


@cache
def transport_failures() -> tuple[type[BaseException], ...]:
    """Whatever a broken connection is told by."""
    return (aiohttp.ClientError, TimeoutError, OSError)


@cache
def _meanings() -> tuple[tuple[type[BaseException], type[UpstreamError], str], ...]:
    """What each of them means: the first row that fits counts."""
    return (
        # Some failures are timeouts and connection errors at once: the first row that fits counts.
        (TimeoutError, UpstreamTimeout, "did not answer in time"),
        (aiohttp.ClientSSLError, UpstreamUnavailable, "cannot be reached: TLS failed"),
        (aiohttp.ClientConnectorDNSError, UnreachableSource, _UNRESOLVED),
        (aiohttp.ClientConnectorError, UnreachableSource, "cannot be reached: no connection"),
        (aiohttp.ClientConnectionError, UpstreamUnavailable, "closed the connection without an answer"),
        (aiohttp.InvalidURL, UpstreamUnavailable, "has an unusable address"),
        (aiohttp.ClientPayloadError, UpstreamBadAnswer, "cut its answer short"),
        (aiohttp.ClientResponseError, UpstreamBadAnswer, "did not answer in HTTP"),
        (aiohttp.ClientError, UpstreamUnavailable, "cannot be reached"),
        (OSError, UpstreamUnavailable, "cannot be reached"),
    )


def unresolved(source: str) -> UpstreamError:
    """The same as for the client's own finding, for whoever looked the name up before it."""
    return UnreachableSource(f"{source} {_UNRESOLVED}", upstream=source)


def transport_error(source: str, error: BaseException, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = next((kind, words) for failure, kind, words in _meanings() if isinstance(error, failure))
    if is_answering and kind is not UpstreamTimeout:
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{source} {words} ({type(error).__name__})", upstream=source)
