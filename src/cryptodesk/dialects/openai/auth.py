"""Who asks: the key of `Authorization: Bearer`, and the few headers that are looked at beside it."""

from __future__ import annotations

from typing import Final

from cryptodesk.core.errors import Unauthenticated
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._extra import MAX_COST_HEADER
from cryptodesk.dialects._ports import DialectPorts, Scope
from cryptodesk.dialects.openai.asking import ExtraHeaders

__all__ = ["RequestHeaders", "authenticate", "presented_key"]


_CLIENT_IDS: Final = frozenset({b"x-request-id", b"x-client-request-id"})


class RequestHeaders:
    """Read in one pass."""

    __slots__ = ("_include", "_max_cost", "client_id", "content_length", "content_type", "key")

    def __init__(self, scope: Scope) -> None:
        self.key = self.client_id = self.content_type = self._include = self._max_cost = b""
        self.content_length: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, rest = value.strip().partition(b" ")
                self.key = rest.strip() if scheme.lower() == b"bearer" else b""
            elif name == b"content-type":
                self.content_type = value
            elif name == b"content-length":
                self.content_length = value
            elif name in _CLIENT_IDS:
                self.client_id = value
            elif name == b"cryptodesk-include":
                self._include = value
            elif name == MAX_COST_HEADER:
                self._max_cost = value

    @property
    def extra(self) -> ExtraHeaders:
        return ExtraHeaders(self._include, self._max_cost)


async def authenticate(key: bytes, ports: DialectPorts) -> Caller:
    """Raises: Unauthenticated."""
    caller = await ports.keys.authenticate(key.decode("latin-1"), ports.clock.now())
    if caller is not None:
        return caller
    if key:
        # LiteLLM tells a wrong key from a wrong request by the first four words.
        raise Unauthenticated("Incorrect API key provided; it is not known here.", reason="invalid")
    raise Unauthenticated("An API key is needed; send the header 'Authorization: Bearer KEY'.", reason="missing")


def presented_key(scope: Scope) -> str:
    return RequestHeaders(scope).key.decode("latin-1")
