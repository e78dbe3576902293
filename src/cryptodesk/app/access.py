"""Who may do what, before a dialect hears of it: what a key is for, and how often one address asks.

Dialects ask one question, whose key this is, and tell every refusal in their own words. So both rules stand behind that
question: it is answered with the request at hand in a context variable."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, Protocol

from cryptodesk.core.errors import Forbidden, RateLimited
from cryptodesk.core.limits import duration_text
from cryptodesk.core.ports import KeyStore
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import ASGIApp, Receive, Scope, Send
from cryptodesk.state.keys import KEY_SCOPES, KeyScope

__all__ = ["AddressLimit", "Doorkeeper", "client_address", "scopes_needed"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_MINUTE: Final = 60
_MOST_ADDRESSES: Final = 65_536
_OTHERS: Final = "others"
_MOST_HOPS: Final = 20
_COUNTED: Final = "cryptodesk.counted"

# By path, or by its beginning where it ends in a slash; the longest that fits counts.
_NEEDS: Final[dict[str, tuple[KeyScope, ...]]] = {
    "/v1/chat/completions": ("run",),
    "/v1/quote": ("run",),
    "/openai/v1/chat/completions": ("run",),
    "/openai/v1/responses": ("run",),
    "/ai/": ("run",),
    "/mcp": ("run",),
    "/v1/receipts/": ("account",),
    "/v1/usage": ("account",),
    "/v1/budgets": ("account",),
    "/v1/evidence/": ("account",),
    "/v1/history": ("account",),
    "/v1/history/": ("account",),
    "/user-management/": ("account",),
    "/v1/models": (),
    "/openai/v1/models": (),
    "/openai/v1/models/": (),
    "/ai/openai/models": (),
    "/v1/data": (),
    "/v1/limits": (),
}
_PREFIXES: Final = tuple(sorted((path for path in _NEEDS if path.endswith("/")), key=len, reverse=True))

_asked: ContextVar[Scope | None] = ContextVar("asked", default=None)


def scopes_needed(path: str) -> tuple[KeyScope, ...]:
    """What a key must be for to be let in there; everything, for a path that nobody thought of."""
    found = _NEEDS.get(path)
    if found is not None:
        return found
    return next((_NEEDS[prefix] for prefix in _PREFIXES if path.startswith(prefix)), KEY_SCOPES)


class ScopeBook(Protocol):
    async def scopes_of(self, key_id: str) -> Sequence[KeyScope]: ...


class AddressLimit:
    """Requests that one address may send in a calendar minute, counted by this process. An IPv6 customer has a whole
    /64, which counts as one address."""

    def __init__(self, a_minute: int, proxies: Sequence[str] = ()) -> None:
        self._a_minute = a_minute
        self._proxies = tuple(ipaddress.ip_network(text) for text in proxies)
        self._minute = -1
        self._counts: dict[str, int] = {}

    def count(self, scope: Scope, now: datetime) -> None:
        """Raises: RateLimited."""
        if scope.get(_COUNTED):
            return
        scope[_COUNTED] = True
        minute = int(now.timestamp() // _MINUTE)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        name = client_address(scope, self._proxies)
        if name not in self._counts and len(self._counts) >= _MOST_ADDRESSES:
            name = _OTHERS
        used = self._counts[name] = self._counts.get(name, 0) + 1
        if used > self._a_minute:
            raise self._refusal(minute, now)

    def _refusal(self, minute: int, now: datetime) -> RateLimited:
        resets_at = datetime.fromtimestamp((minute + 1) * _MINUTE, UTC)
        wait = duration_text(max(1, -int((now - resets_at).total_seconds() // 1)))
        message = f"Rate limit reached: {self._a_minute:,} requests a minute from one address. Resets in {wait}."
        return RateLimited(message, measure="requests_a_minute", scope="address", resets_at=resets_at)


class Doorkeeper:
    """A key store that also looks at the request. `book` None means that every key is for everything."""

    def __init__(self, keys: KeyStore, book: ScopeBook | None, limit: AddressLimit | None = None) -> None:
        self._keys = keys
        self._book = book
        self._limit = limit
        self._scopes: dict[str, frozenset[KeyScope]] = {}

    def watch(self, app: ASGIApp) -> ASGIApp:
        """The application whose requests are looked at."""

        def watched(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            if scope["type"] == "http":
                _asked.set(scope)
            return app(scope, receive, send)

        return watched

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        """Whose key this is; None if it is unknown, revoked or expired. Raises: RateLimited, Forbidden."""
        scope = _asked.get()
        if scope is not None and self._limit is not None:
            self._limit.count(scope, now)
        caller = await self._keys.authenticate(presented_key, now)
        if caller is not None and scope is not None and self._book is not None:
            known = self._scopes.get(caller.key_id) or await self._look_up(self._book, caller.key_id)
            _require(known, scope["path"])
        return caller

    async def _look_up(self, book: ScopeBook, key_id: str) -> frozenset[KeyScope]:
        found = self._scopes[key_id] = frozenset(await book.scopes_of(key_id))
        return found


def _require(known: frozenset[KeyScope], path: str) -> None:
    """Raises: Forbidden."""
    if len(known) == len(KEY_SCOPES):
        return
    missing = [scope for scope in scopes_needed(path) if scope not in known]
    if missing:
        raise Forbidden(f"This API key is not for that: it lacks the scope '{missing[0]}'.")


def client_address(scope: Scope, proxies: Sequence[Network]) -> str:
    """Who really asks: the last address of the way here that is none of the proxies which are believed."""
    address = _address(scope["client"][0]) if scope.get("client") else None
    if address is None:
        return ""
    for text in reversed(_hops(scope) if proxies else []):
        before = _address(text.strip()) if _is_in(address, proxies) else None
        if before is None:
            break
        address = before
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))


def _hops(scope: Scope) -> list[str]:
    """The last of what proxies say of the way here."""
    told = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return told.decode("latin-1").rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)
