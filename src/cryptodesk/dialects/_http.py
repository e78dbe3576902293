"""The HTTP edge: one plain ASGI application over all dialects.

A dialect's exact paths are looked up in a table before any router sees the request; everything else (health, the
OpenAPI document, pages, unknown paths) is answered by Starlette behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

import cryptodesk
import cryptodesk.dialects
from cryptodesk.core.discover import discover
from cryptodesk.core.ids import new_trace_id
from cryptodesk.dialects._ports import ASGIApp, Dialect, DialectPorts, DialectRoute, Message, Receive, Scope, Send

__all__ = ["ROUTE", "TRACE_HEADER", "build_asgi", "build_openapi", "encode_problem"]

TRACE_HEADER = b"x-server-traceid"
# Where the scope of a request says which prefix its path belongs to.
ROUTE = "cryptodesk.route"

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def build_asgi(
    ports: DialectPorts,
    lifespan: Lifespan,
    extra_routes: Sequence[BaseRoute] = (),
    complete: Callable[[dict[str, Any]], dict[str, Any]] = lambda document: document,
) -> ASGIApp:
    """Every dialect found in this package, `/healthz`, `/openapi.json` and `extra_routes` as one application.

    `lifespan()` is entered at start-up and left at shutdown; `complete` has the last word on the OpenAPI document."""
    dialects: dict[str, Dialect] = discover(cryptodesk.dialects, "DIALECT")
    table = {route.path: route.endpoint for dialect in dialects.values() for route in dialect.routes(ports)}
    if ports.watch is not None:
        table = {path: ports.watch(endpoint) for path, endpoint in table.items()}
    document = complete(build_openapi(ports, dialects.values()))
    rest = _build_rest(msgspec.json.encode(document), lifespan, extra_routes)
    # The longest first, so that a path belongs to the narrowest prefix.
    prefixes = sorted(
        (
            (route.path, _watched(route, ports.watch))
            for dialect in dialects.values()
            for route in dialect.prefixes(ports)
        ),
        key=lambda prefix: -len(prefix[0]),
    )
    find = table.get

    # A coroutine although it only hands on: servers and test tools tell by that which interface an application has.
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await rest(scope, receive, send)
            return
        endpoint = find(scope["path"])
        if endpoint is None:
            endpoint = next((found for prefix, found in prefixes if scope["path"].startswith(prefix)), None)
        if endpoint is None:
            await rest(scope, receive, _with_trace_id(send))
        else:
            await endpoint(scope, receive, send)

    return app


def build_openapi(ports: DialectPorts, dialects: Iterable[Dialect]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of what is mounted."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "cryptodesk",
            "version": cryptodesk.__version__,
            "description": "An open crypto research desk. Each path belongs to one dialect; see docs/dialects.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}, "headers": {}, "responses": {}},
    }
    for dialect in dialects:
        part = dialect.openapi(ports)
        document["paths"].update(part["paths"])
        for kind, members in part["components"].items():
            document["components"][kind].update(members)
    return document


def _build_rest(openapi: bytes, lifespan: Lifespan, extra_routes: Sequence[BaseRoute]) -> Starlette:
    async def show_health(request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def show_openapi(request: Request) -> Response:
        return Response(openapi, media_type="application/json")

    @asynccontextmanager
    async def run_lifespan(app: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield

    app = Starlette(
        routes=[Route("/healthz", show_health), Route("/openapi.json", show_openapi), *extra_routes],
        lifespan=run_lifespan,
        exception_handlers={404: _not_found, 405: _method_not_allowed, 500: _internal_error},
    )
    app.router.redirect_slashes = False
    return app


def _watched(route: DialectRoute, watch: Callable[[ASGIApp], ASGIApp] | None) -> ASGIApp:
    """The endpoint of a prefix, whose requests are told apart by that and not by the ids in their paths."""
    if watch is None:
        return route.endpoint
    watched = watch(route.endpoint)

    def named(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope[ROUTE] = route.path
        return watched(scope, receive, send)

    return named


def _with_trace_id(send: Send) -> Send:
    def send_traced(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            if all(name != TRACE_HEADER for name, _ in headers):
                message = {**message, "headers": [*headers, (TRACE_HEADER, new_trace_id().encode())]}
        return send(message)

    return send_traced


def encode_problem(code: str, message: str, kind: str = "invalid_request_error") -> bytes:
    """What is told of a request that reached no dialect."""
    return msgspec.json.encode({"error": {"message": message, "type": kind, "param": None, "code": code}})


def _problem(
    status: int, code: str, message: str, kind: str = "invalid_request_error", headers: dict[str, str] | None = None
) -> Response:
    return Response(encode_problem(code, message, kind), status, headers=headers, media_type="application/json")


async def _not_found(request: Request, error: Exception) -> Response:
    where = f"{request.method} {request.url.path[:200]}"
    return _problem(404, "not_found", f"Invalid URL ({where})")


async def _method_not_allowed(request: Request, error: Exception) -> Response:
    allow = getattr(error, "headers", None)
    message = f"Method {request.method} is not allowed here."
    return _problem(405, "method_not_allowed", message, headers=dict(allow) if allow else None)


async def _internal_error(request: Request, error: Exception) -> Response:
    return _problem(500, "internal_error", "An internal error occurred; it was logged.", "server_error")
