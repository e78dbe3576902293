"""The ways in which a request comes to nothing. None of them carries the request, so no key is in them."""

from __future__ import annotations

__all__ = [
    "ConnectTimeout",
    "ConnectionFailed",
    "ConnectionLost",
    "CutShort",
    "NameNotFound",
    "NotHttp",
    "Silence",
    "TlsFailed",
    "TransportFailure",
]


class TransportFailure(Exception):
    """Any of them."""


class ConnectTimeout(TransportFailure):
    """No connection in time: its name, its port and its TLS together."""


class NameNotFound(TransportFailure):
    """The server's name does not resolve."""


class TlsFailed(TransportFailure):
    """No connection that can be trusted."""


class ConnectionFailed(TransportFailure):
    """No connection for another reason: refused, unreachable."""


class ConnectionLost(TransportFailure):
    """Ended before a byte of an answer came: the server of a kept connection may never have read the request."""


class Silence(TransportFailure):
    """Nothing came for longer than the server was given."""


class NotHttp(TransportFailure):
    """What came is no answer in HTTP."""


class CutShort(TransportFailure):
    """The answer ended before its end."""
