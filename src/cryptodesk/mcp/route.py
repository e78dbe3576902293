"""`/mcp` over HTTP: key, bounds and origin are checked here, then the SDK is loaded and answers.

Each request stands alone, so any process may answer any request, and there is nothing to connect to with GET. Whoever
accepts an event stream gets one, with progress in it; whoever accepts JSON alone gets one object."""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import Any, Final, Protocol

import msgspec

from cryptodesk.core.errors import CryptodeskError, Unauthenticated
from cryptodesk.core.ids import new_id, new_trace_id
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._body import ClientGone, read_body, require_json
from cryptodesk.dialects._hangup import HangUpWatch
from cryptodesk.dialects._ports import Message, Receive, Scope, Send
from cryptodesk.mcp.cancelling import Envelope, Line, Running, read_envelope
from cryptodesk.mcp.guard import allows_pages_of, check_origin
from cryptodesk.mcp.ports import McpPorts

__all__ = ["CALLER", "MCP_PATH", "SESSION_HEADER", "McpEndpoint"]

log = logging.getLogger("cryptodesk.mcp")

MCP_PATH: Final = "/mcp"

# Where a handler of the SDK finds who asks: a member of the request's scope.
CALLER: Final = "cryptodesk.caller"

SESSION_HEADER: Final = b"mcp-session-id"

_METHODS = b"POST, OPTIONS"
_JSON = (b"content-type", b"application/json")
_INVALID_REQUEST, _INTERNAL_ERROR, _REQUEST_CANCELLED = -32600, -32603, -32800
_PREFLIGHT = (
    (b"access-control-allow-methods", _METHODS),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, accept, x-cmc_pro_api_key, mcp-protocol-version, mcp-method, mcp-name, "
        b"mcp-session-id, last-event-id",
    ),
    (b"access-control-max-age", b"600"),
)
_EXPOSED: Final = (b"access-control-expose-headers", b"mcp-session-id, www-authenticate, x-server-traceid")


class Serving(Protocol):
    """The loaded SDK, answering."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def close(self) -> None: ...


class _Headers:
    __slots__ = ("content_length", "content_type", "host", "key", "origin", "session")

    def __init__(self, scope: Scope) -> None:
        self.key = self.host = self.origin = self.session = ""
        self.content_type = b""
        self.content_length: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, rest = value.strip().partition(b" ")
                self.key = rest.strip().decode("latin-1") if scheme.lower() == b"bearer" else self.key
            elif name == b"x-cmc_pro_api_key" and not self.key:
                self.key = value.strip().decode("latin-1")
            elif name == b"host":
                self.host = value.decode("latin-1")
            elif name == b"origin":
                self.origin = value.decode("latin-1")
            elif name == SESSION_HEADER:
                self.session = value.decode("latin-1")
            elif name == b"content-length":
                self.content_length = value
            elif name == b"content-type":
                self.content_type = value


class McpEndpoint:
    """An ASGI endpoint. Close it with the server."""

    def __init__(self, ports: McpPorts) -> None:
        self._ports = ports
        self._opening: asyncio.Task[Serving] | None = None
        self._running = Running()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _Headers(scope)
        reply = _Reply(send, headers.origin if allows_pages_of(headers.origin, self._ports.settings) else "")
        try:
            check_origin(headers.host, headers.origin, self._ports.settings)
            if scope["method"] != "POST":
                await reply.refuse_method(scope["method"])
                return
            caller = scope[CALLER] = await self._authenticate(headers.key)
            if self._ports.edge.limit_headers is not None:
                reply.headers.extend(self._ports.edge.limit_headers(caller))
            require_json(headers.content_type)  # the SDK would refuse it in words that are no JSON
            body = await read_body(receive, headers.content_length, self._ports.edge.settings)
            await self._answer(scope, headers.session, Line(body, receive), read_envelope(body), reply)
        except ClientGone:
            pass
        except CryptodeskError as error:
            await reply.fail(error)
        except Exception:
            log.exception("a request to %s failed by a defect", MCP_PATH)
            await reply.fail(None)

    async def _answer(self, scope: Scope, session: str, line: Line, envelope: Envelope, reply: _Reply) -> None:
        key_id = scope[CALLER].key_id
        if envelope.cancels is not None:
            self._running.cancel(key_id, session, envelope.cancels)
        if envelope.method == "initialize":
            reply.headers.append((SESSION_HEADER, new_id().encode()))
        serving = await self._open()
        with self._running.entry(key_id, session, envelope.id, line):
            async with HangUpWatch(line.rest, reply.send, self._ports.edge.settings) as watch:
                await serving.answer(scope, line, watch.send)
        if line.is_cancelled:
            await reply.end_cancelled(envelope.id)

    async def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None:
            return
        await asyncio.wait([opening])
        if opening.exception() is None:  # otherwise whoever asked was told, and the log
            await opening.result().close()

    async def _authenticate(self, key: str) -> Caller:
        """Raises: Unauthenticated."""
        edge = self._ports.edge
        caller = await edge.keys.authenticate(key, edge.clock.now())
        if caller is None and key:
            raise Unauthenticated("This API key is not known here.", reason="invalid")
        if caller is None:
            raise Unauthenticated("An API key is needed: send 'Authorization: Bearer KEY'.", reason="missing")
        return caller

    async def _open(self) -> Serving:
        if self._opening is None:
            self._opening = asyncio.create_task(_load(self._ports))
        return await asyncio.shield(self._opening)


async def _load(ports: McpPorts) -> Serving:
    """In a thread, because it takes a second or two in which others want their answers."""
    module: Any = await asyncio.to_thread(importlib.import_module, "cryptodesk.mcp.http")
    serving: Serving = await module.open_serving(ports)
    return serving


class _Reply:
    """Adds to every answer its id, and for pages that the operator allowed what their browser wants to read."""

    def __init__(self, send: Send, origin: str) -> None:
        self._send = send
        self.headers: list[tuple[bytes, bytes]] = [(b"x-server-traceid", new_trace_id().encode()), (b"vary", b"origin")]
        if origin:
            self.headers += [(b"access-control-allow-origin", origin.encode("latin-1")), _EXPOSED]
        self._is_allowed = bool(origin)
        self._has_begun = self._has_ended = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._has_begun = True
            message["headers"] = [*message.get("headers", ()), *self.headers]
        else:
            self._has_ended = not message.get("more_body", False)
        await self._send(message)

    async def end_cancelled(self, number: str | int | None) -> None:
        """Whoever took a request back expects no answer; the exchange is ended all the same."""
        if not self._has_begun:
            await self._answer(200, _error_body("The request was cancelled.", _REQUEST_CANCELLED, number))
        elif not self._has_ended:
            await self.send({"type": "http.response.body", "body": b""})

    async def refuse_method(self, method: str) -> None:
        allow = (b"allow", _METHODS)
        if method == "OPTIONS":
            await self._answer(204, b"", (allow, *(_PREFLIGHT if self._is_allowed else ())))
        else:
            await self._answer(405, _error_body("Send requests with POST; there are no sessions here."), (allow,))

    async def fail(self, error: CryptodeskError | None) -> None:
        """The answer to a request that was refused, or that failed by a defect; nothing where an answer has begun."""
        if self._has_begun:
            return
        if error is None:
            await self._answer(500, _error_body("An internal error occurred; it was logged.", _INTERNAL_ERROR))
            return
        more = ((b"www-authenticate", b"Bearer"),) if isinstance(error, Unauthenticated) else ()
        await self._answer(error.status, _error_body(error.message), more)

    async def _answer(self, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        length = (b"content-length", b"%d" % len(body))
        await self.send({"type": "http.response.start", "status": status, "headers": [_JSON, length, *headers]})
        await self.send({"type": "http.response.body", "body": body})


def _error_body(message: str, code: int = _INVALID_REQUEST, number: str | int | None = None) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})
