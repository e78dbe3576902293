"""The application around the dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec import structs
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cryptodesk.dialects._http import ROUTE, build_asgi
from cryptodesk.dialects._ports import ASGIApp, Receive, Scope, Send
from tests.dialects.support import Client, make_ports, no_lifespan


async def test_health_is_told() -> None:
    answer = await Client().call("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


async def test_another_method_on_a_page_is_refused_with_what_is_allowed() -> None:
    answer = await Client().call("POST", "/healthz")
    assert (answer.status, answer.error["code"], "GET" in answer.headers["allow"]) == (405, "method_not_allowed", True)


async def test_a_very_long_unknown_path_is_not_echoed_whole() -> None:
    answer = await Client().call("GET", "/" + "a" * 10_000)
    assert (answer.status, len(answer.body) < 500) == (404, True)


async def test_extra_routes_are_mounted_behind_the_dialects() -> None:
    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    client = Client()
    client.app = build_asgi(make_ports(), no_lifespan, [Route("/hello", hello)])
    answer = await client.call("GET", "/hello")
    assert (answer.status, answer.body, len(answer.headers["x-server-traceid"])) == (200, b"hello", 32)


async def test_a_page_that_fails_is_a_plain_500() -> None:
    async def fail(request: Request) -> PlainTextResponse:
        raise RuntimeError("the secret cause")

    client = Client()
    client.app = build_asgi(make_ports(), no_lifespan, [Route("/fail", fail)])
    with pytest.raises(RuntimeError):  # Starlette answers, then raises for the server's log
        await client.call("GET", "/fail")
    assert client.sent[0]["status"] == 500
    assert b"secret" not in client.sent[1]["body"]


async def test_the_lifespan_is_entered_at_start_and_left_at_the_end() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        seen.append("entered")
        yield
        seen.append("left")

    app = build_asgi(make_ports(), lifespan)
    incoming: asyncio.Queue[Any] = asyncio.Queue()
    outgoing: asyncio.Queue[Any] = asyncio.Queue()
    running = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, incoming.get, outgoing.put))  # type: ignore[arg-type]
    await incoming.put({"type": "lifespan.startup"})
    assert (await outgoing.get(), seen) == ({"type": "lifespan.startup.complete"}, ["entered"])
    await incoming.put({"type": "lifespan.shutdown"})
    assert (await outgoing.get(), seen) == ({"type": "lifespan.shutdown.complete"}, ["entered", "left"])
    await running


async def test_all_requests_are_watched_and_those_with_an_id_in_their_path_go_by_its_beginning() -> None:
    seen: list[tuple[str, str | None]] = []

    def watch(endpoint: ASGIApp) -> ASGIApp:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append((scope["path"], scope.get(ROUTE)))
            await endpoint(scope, receive, send)

        return watched

    client = Client()
    client.app = build_asgi(structs.replace(make_ports(), watch=watch), no_lifespan)
    await client.call("GET", "/v1/models")
    await client.call("GET", "/openai/v1/models/gpt-5.1")
    assert seen == [("/v1/models", None), ("/openai/v1/models/gpt-5.1", "/openai/v1/models/")]
