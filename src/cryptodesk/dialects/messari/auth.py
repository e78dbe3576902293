"""Who asks: the key of `x-messari-api-key`, or of `Authorization: Bearer` as OpenAI's libraries send it."""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptodesk.core.errors import Unauthenticated
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import DialectPorts, Scope
from cryptodesk.dialects.messari import choices

__all__ = ["authenticate", "presented_key"]


async def authenticate(scope: Scope, ports: DialectPorts) -> Caller:
    """Raises: Unauthenticated."""
    key = presented_key(scope)
    if not key and _is_from_foreign_page(scope):
        # These routes take any content type, so a browser would let any page ask a desk that wants no key.
        raise Unauthenticated(choices.INVALID_KEY, reason="missing")
    caller = await ports.keys.authenticate(key, ports.clock.now())
    if caller is None:
        raise Unauthenticated(choices.INVALID_KEY, reason="invalid" if key else "missing")
    return caller


def presented_key(scope: Scope) -> str:
    """The dialect's own header before the general one; empty without a key."""
    own = bearer = b""
    for name, value in scope["headers"]:
        if name == choices.KEY_HEADER:
            own = value.strip()
        elif name == b"authorization":
            scheme, _, rest = value.strip().partition(b" ")
            bearer = rest.strip() if scheme.lower() == b"bearer" else b""
    return (own or bearer).decode("latin-1")


def _is_from_foreign_page(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return False
    try:
        netloc = urlsplit(origin.decode("latin-1")).netloc
    except ValueError:
        return True
    return netloc.lower() != headers.get(b"host", b"").decode("latin-1").lower()
