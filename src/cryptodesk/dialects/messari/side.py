"""What the routes beside the chat share: one endpoint a path, a handler a method, JSON in and JSON out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._body import ClientGone, read_body
from cryptodesk.dialects._ports import DialectPorts, Receive, Scope, Send
from cryptodesk.dialects.messari.auth import authenticate
from cryptodesk.dialects.messari.errors import clipped, invalid, unknown_path
from cryptodesk.dialects.messari.openapi import SECURITY, answers
from cryptodesk.dialects.messari.reply import Reply, refuse_method
from cryptodesk.dialects.messari.values import read_object

__all__ = ["FAULTS", "Ask", "Handler", "SideEndpoint", "header", "operation", "query_count", "query_word", "unknown"]

Schema = dict[str, Any]

# Python reads longer ones too, but no bound of ours is near.
_INTEGER = re.compile(r"-?[0-9]{1,18}")

FAULTS = {
    "401": "No key, or one that is not valid.",
    "405": "Another method; `Allow` names those that there are.",
    "500": "The desk failed; the cause is in its log.",
}


class Ask(Struct, frozen=True):
    """A request whose key is in order. `body` is empty where the method has none."""

    caller: Caller
    scope: Scope
    body: bytes = b""

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    def document(self) -> dict[str, Any]:
        """Raises: InvalidRequest if the body is no object."""
        return read_object(self.body)


# Gives the JSON of the answer. Raises: CryptodeskError.
Handler = Callable[[Ask], Awaitable[bytes]]


class SideEndpoint:
    """One path. A GET handler answers HEAD too."""

    def __init__(self, ports: DialectPorts, **handlers: Handler) -> None:
        self._ports = ports
        self._handlers: Mapping[str, Handler] = handlers
        names = [name for method in handlers for name in ((method, "HEAD") if method == "GET" else (method,))]
        self._allowed = ", ".join(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, scope)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        handler = self._handlers.get(method)
        if handler is None:
            await refuse_method(scope, reply, self._ports, self._allowed)
            return
        try:
            caller = await authenticate(scope, self._ports)
            body = b""
            if method == "POST":
                body = await read_body(receive, header(scope, b"content-length"), self._ports.settings)
            await reply.send_json(200, await handler(Ask(caller, scope, body)))
        except ClientGone:
            pass
        except Exception as error:  # the HTTP boundary
            await reply.fail(error, self._ports)


def header(scope: Scope, name: bytes) -> bytes | None:
    """The last one of this name."""
    found = [value for known, value in scope["headers"] if known == name]
    return found[-1] if found else None


def query_word(scope: Scope, name: str) -> str | None:
    """A parameter of the query; None where it is absent or empty. Raises: InvalidRequest for a query of a thousand
    parameters."""
    try:
        values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100).get(name)
    except ValueError:
        raise InvalidRequest("the query has too many parameters") from None
    return values[0] if values else None


def query_count(scope: Scope, name: str, default: int, least: int, most: int) -> int:
    """Raises: InvalidRequest for what is no integer or outside of its bounds."""
    text = query_word(scope, name)
    if text is None:
        return default
    if _INTEGER.fullmatch(text.strip()) is None or not least <= int(text) <= most:
        raise invalid(name, f"must be an integer between {least} and {most}, not {clipped(text)!r}")
    return int(text)


def unknown(ask: Ask) -> Exception:
    return unknown_path(ask.scope["method"], ask.path)


def operation(
    operation_id: str, summary: str, body: Schema, faults: Mapping[str, str], request: Schema | None = None, **more: Any
) -> Schema:
    """An operation of the OpenAPI document; `body` and `request` are schemas of JSON."""
    described: Schema = {"operationId": operation_id, "summary": summary, "security": SECURITY, **more}
    if request is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": request}}}
    described["responses"] = answers({"application/json": {"schema": body}}, {**FAULTS, **faults})
    return described
