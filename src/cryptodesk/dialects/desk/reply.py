"""One request of the desk's own routes: who asks, and the way out, JSON or the standard error envelope."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import CryptodeskError, InvalidRequest, MethodNotAllowed, Unauthenticated
from cryptodesk.core.ids import new_trace_id
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._body import ClientGone, read_body, require_json
from cryptodesk.dialects._failing import log_failure
from cryptodesk.dialects._http import TRACE_HEADER
from cryptodesk.dialects._ports import DialectPorts, Receive, Scope, Send
from cryptodesk.dialects._retry import retry_headers

__all__ = ["Ask", "Endpoint", "File", "Handler", "header", "query_value"]

log = logging.getLogger("cryptodesk.dialects.desk")

_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")
_MOST_QUERY_FIELDS = 100
_WITH_BODY: Final = frozenset({"POST", "PATCH"})


class Ask(Struct, frozen=True):
    """A request whose key is in order. `body` is empty where the method has none."""

    caller: Caller
    scope: Scope
    trace_id: str
    body: bytes = b""


class File(Struct, frozen=True):
    """An answer that is saved under `name`, sent piece by piece."""

    pieces: AsyncIterator[bytes]
    media_type: bytes
    name: str


# Gives the JSON of the answer, or a file. Raises: CryptodeskError.
Handler = Callable[[Ask], Awaitable[bytes | File]]


class Endpoint:
    """One path. A GET handler answers HEAD too."""

    def __init__(self, ports: DialectPorts, **handlers: Handler) -> None:
        self._ports = ports
        self._handlers: Mapping[str, Handler] = handlers
        self._allowed = ", ".join(
            name for method in handlers for name in ((method, "HEAD") if method == "GET" else (method,))
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = new_trace_id()
        try:
            answer = await self._answer(scope, receive, trace_id)
            if isinstance(answer, File):
                await _send_file(send, answer, trace_id)
            else:
                await _send(send, 200, answer, trace_id)
        except ClientGone:
            pass
        except Exception as error:  # the HTTP boundary
            known = log_failure(error, trace_id, log)
            status, body = _explain(known)
            more = retry_headers(known, self._ports.clock.now())
            more += ((b"allow", self._allowed.encode()),) if status == 405 else ()
            await _send(send, status, body, trace_id, more)

    async def _answer(self, scope: Scope, receive: Receive, trace_id: str) -> bytes | File:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        handler = self._handlers.get(method)
        if handler is None:
            raise MethodNotAllowed(f"Method {scope['method'][:20]} is not allowed here; use {self._allowed}.")
        caller = await self._authenticate(scope)
        body = b""
        if method in _WITH_BODY:
            require_json(header(scope, b"content-type") or b"")
            body = await read_body(receive, header(scope, b"content-length"), self._ports.settings)
        return await handler(Ask(caller, scope, trace_id, body))

    async def _authenticate(self, scope: Scope) -> Caller:
        """Raises: Unauthenticated."""
        own = header(scope, b"x-cmc_pro_api_key") or b""
        scheme, _, rest = (header(scope, b"authorization") or b"").strip().partition(b" ")
        bearer = rest if scheme.lower() == b"bearer" else b""
        key = (own.strip() or bearer.strip()).decode("latin-1")
        caller = await self._ports.keys.authenticate(key, self._ports.clock.now())
        if caller is None:
            raise Unauthenticated("The API key is invalid or missing.", reason="invalid" if key else "missing")
        return caller


def header(scope: Scope, name: bytes) -> bytes | None:
    """The last one of this name."""
    found: list[bytes] = [value for known, value in scope["headers"] if known == name]
    return found[-1] if found else None


def query_value(scope: Scope, name: str) -> str | None:
    """Raises: InvalidRequest for a query of hundreds of parameters."""
    try:
        values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=_MOST_QUERY_FIELDS).get(name)
    except ValueError:
        raise InvalidRequest("The query has too many parameters.") from None
    return values[0] if values else None


def _explain(error: CryptodeskError) -> tuple[int, bytes]:
    members: dict[str, Any] = {
        "message": error.public_message,
        "type": "invalid_request_error" if error.status < 500 else "server_error",
        "param": getattr(error, "param", None),
        "code": getattr(error, "reason", None) if isinstance(error, InvalidRequest) else error.code,
    }
    return error.status, msgspec.json.encode({"error": members})


async def _send(
    send: Send, status: int, body: bytes, trace_id: str, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    length = (b"content-length", b"%d" % len(body))
    headers = [_JSON, length, _NO_STORE, (TRACE_HEADER, trace_id.encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_file(send: Send, file: File, trace_id: str) -> None:
    """The status is sent with the first piece, so that what fails before it is told as an error."""
    name = f'attachment; filename="{file.name}"'.encode()
    headers = [
        (b"content-type", file.media_type),
        (b"content-disposition", name),
        _NO_STORE,
        (TRACE_HEADER, trace_id.encode()),
    ]
    pieces = aiter(file.pieces)
    first = await anext(pieces, b"")
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": first, "more_body": True})
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except Exception as error:
        # A second status cannot be sent; without its end the client knows that the file is not whole.
        log.error("file %s of request %s broke off", file.name, trace_id, exc_info=error)
        return
    await send({"type": "http.response.body", "body": b"", "more_body": False})
