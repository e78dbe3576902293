"""An answer whose head has come, and whose body is read in pieces as it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

__all__ = ["Body", "Response"]


class Body(Protocol):
    """What an answer comes over."""

    @property
    def is_read(self) -> bool:
        """The body is over, and all of it handed out."""

    async def read_any(self) -> bytes:
        """What has come since the last read, or what comes next; nothing at the end. Raises: TransportFailure."""

    def limit_silence(self, seconds: float) -> None:
        """How long the server may say nothing, from now on."""

    def end(self) -> None:
        """Nothing more is read: the connection is used again if the body was read, else cut at once."""


class Response:
    """`headers` by their names in lower case; of one that came twice, the last."""

    __slots__ = ("_body", "headers", "is_closed", "limit_silence", "read_any", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: Body) -> None:
        self.status = status
        self.headers = headers
        self.is_closed = False
        self._body = body
        self.read_any = body.read_any  # once an answer, not once a read
        self.limit_silence = body.limit_silence

    @property
    def is_read(self) -> bool:
        """The body is over, and all of it handed out."""
        return self._body.is_read

    def close(self) -> None:
        """The connection is used again if the body was read, else cut at once, so that nobody pays for more."""
        if not self.is_closed:
            self.is_closed = True
            self._body.end()
