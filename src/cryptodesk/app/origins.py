"""Which pages may call from a browser, and under which names the server may be called where it asks no key.

A browser sends requests for any page to any address. Without the page's origin on the list it is not handed the
answers. Where no key is asked, that is not enough: such a request would be run, and a page whose own name was made to
point here (DNS rebinding) is of the server's origin. There both the name and the origin must be known."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Final

from msgspec import Struct

from cryptodesk.core.ids import new_trace_id
from cryptodesk.dialects._http import TRACE_HEADER, encode_problem
from cryptodesk.dialects._ports import ASGIApp, Message, Receive, Scope, Send
from cryptodesk.mcp.guard import host_name
from cryptodesk.mcp.route import MCP_PATH

__all__ = ["METRICS_PATH", "OriginRules", "allow_origins", "require_known_names"]

METRICS_PATH: Final = "/metrics"

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NAMES: Final = re.compile(rb"[A-Za-z0-9_, -]{1,1000}")
_VARY: Final = (b"vary", b"origin")
_EXPOSED: Final = (
    b"access-control-expose-headers",
    b"x-server-traceid, x-request-id, retry-after, idempotent-replayed, x-ratelimit-limit-requests, "
    b"x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, "
    b"x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, cryptodesk-overhead-ms, cryptodesk-upstream-ms",
)
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-max-age", b"600"),
    (b"vary", b"origin, access-control-request-headers"),
)

Headers = list[tuple[bytes, bytes]]


class OriginRules(Struct, frozen=True):
    """`origins` are those of pages that may call; `*` among them stands for all. `hosts` are names of the server beside
    loopback ones. `is_open` says that no key is asked, `has_open_metrics` that none is asked for those."""

    origins: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    is_open: bool = False
    has_open_metrics: bool = False


def allow_origins(app: ASGIApp, rules: OriginRules) -> ASGIApp:
    """Hands answers to pages of the listed origins. Cookies and passwords are never among what they may send along."""
    if not rules.origins:
        return app

    def answered(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # That endpoint has rules of its own, which know these origins too.
        if scope["type"] != "http" or scope["path"] == MCP_PATH:
            return app(scope, receive, send)
        origin = _header(scope, b"origin")
        allowed = _allowed(origin, rules)
        if allowed and scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method"):
            return _send(send, 204, b"", _preflight(scope, allowed))
        return app(scope, receive, _sharing(send, allowed))

    return answered


def _allowed(origin: bytes, rules: OriginRules) -> bytes:
    if not origin:
        return b""
    if "*" in rules.origins:
        return b"*"
    return origin if origin.decode("latin-1") in rules.origins else b""


def _preflight(scope: Scope, allowed: bytes) -> Headers:
    wanted = _header(scope, b"access-control-request-headers")
    headers = [(b"access-control-allow-origin", allowed), *_PREFLIGHT]
    return [*headers, (b"access-control-allow-headers", wanted)] if _NAMES.fullmatch(wanted) else headers


def _sharing(send: Send, allowed: bytes) -> Send:
    more = ((b"access-control-allow-origin", allowed), _EXPOSED, _VARY) if allowed else (_VARY,)

    def send_shared(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        return send(message)

    return send_shared


def require_known_names(app: ASGIApp, rules: OriginRules) -> ASGIApp:
    """Refuses, where no key is asked, what was sent to another name or by a foreign page."""
    if not (rules.is_open or rules.has_open_metrics):
        return app

    def guarded(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path = scope.get("path")
        is_asked = path == METRICS_PATH or (rules.is_open and path not in (None, MCP_PATH))
        refusal = _refusal(scope, rules) if is_asked else None
        if refusal is None:
            return app(scope, receive, send)
        return _send(send, refusal[0], encode_problem(*refusal[1:]), [(b"content-type", b"application/json")])

    return guarded


def _refusal(scope: Scope, rules: OriginRules) -> tuple[int, str, str] | None:
    """Status, code and message."""
    host, origin = _header(scope, b"host").decode("latin-1"), _header(scope, b"origin").decode("latin-1")
    name = host_name(host)
    # A browser always says a name, so who says none is no page.
    if host and name not in _LOOPBACK and name not in rules.hosts:
        shown = name[:100]
        message = f"This server is not called '{shown}'; its operator can allow that name (setting allowed_hosts)."
        return 421, "misdirected_request", message
    if origin and origin not in rules.origins and origin.partition("://")[2].lower() != host.lower():
        shown = origin[:100]
        message = f"Pages of '{shown}' may not call this server; its operator can allow them (setting cors_origins)."
        return 403, "forbidden", message
    return None


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


async def _send(send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = [] if status == 204 else [(b"content-length", b"%d" % len(body))]
    own = [*headers, *length, (TRACE_HEADER, new_trace_id().encode())]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})
