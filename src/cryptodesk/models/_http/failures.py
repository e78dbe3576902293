"""The table of transport failures: every way the connection to a server breaks, and what that means here.

| what happened | becomes |
|---|---|
| connection refused or lost, TLS, name resolution | UpstreamUnavailable |
| no connection in time | UpstreamConnectTimeout |
| no first byte or next read in time | UpstreamTimeout |
| no HTTP, or cut before its end | UpstreamBadAnswer |
"""

from __future__ import annotations

from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.models._http.client.errors import (
    ConnectionFailed,
    ConnectionLost,
    ConnectTimeout,
    CutShort,
    NameNotFound,
    NotHttp,
    Silence,
    TlsFailed,
    TransportFailure,
)

__all__ = ["TRANSPORT", "transport_error"]

TRANSPORT: dict[type[TransportFailure], tuple[type[UpstreamError], str]] = {
    ConnectTimeout: (UpstreamConnectTimeout, "cannot be reached: no connection in time"),
    Silence: (UpstreamTimeout, "did not answer in time"),
    TlsFailed: (UpstreamUnavailable, "cannot be reached: TLS failed"),
    NameNotFound: (UpstreamUnavailable, "cannot be reached: its name does not resolve"),
    ConnectionFailed: (UpstreamUnavailable, "cannot be reached: no connection"),
    ConnectionLost: (UpstreamUnavailable, "closed the connection without an answer"),
    CutShort: (UpstreamBadAnswer, "cut its answer short"),
    NotHttp: (UpstreamBadAnswer, "did not answer in HTTP"),
}


def transport_error(upstream: str, failure: TransportFailure, *, is_answering: bool) -> UpstreamError:
    """What a failed connection means. Once the answer has begun, anything but silence is a cut answer."""
    kind, words = TRANSPORT[type(failure)]
    if is_answering and not issubclass(kind, UpstreamTimeout):
        kind, words = UpstreamBadAnswer, "cut its answer short"
    return kind(f"{upstream} {words} ({type(failure).__name__})", upstream=upstream)
