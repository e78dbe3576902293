"""A server as an answerer: what is sent, and every way in which it can fail."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from cryptodesk.cli._asking import Wish
from cryptodesk.cli._asking.remote import Remote, RemoteAddressError
from cryptodesk.cli._errors import exit_code
from cryptodesk.core.events import RunFold
from cryptodesk.core.messages import text_message
from tests.cli._asking.test_frames import EVENTS, frames

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def a_server(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/desk/openai/v1/chat/completions", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/desk/"
    finally:
        await runner.cleanup()


async def ask(server: str, wish: Wish | None = None, key: str | None = "cd_key") -> RunFold:
    fold = RunFold()
    async with Remote(server, key, "default-model") as remote:
        async for batch in remote.run([text_message("user", "hi")], wish or Wish()):
            for event in batch:
                fold.add(event)
    return fold


def stream_of(*lines: bytes) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for line in lines:
            await response.write(line)
        return response

    return handle


def whole_stream() -> list[bytes]:
    import json

    return [f"data: {json.dumps(frame)}\n\n".encode() for frame in frames(EVENTS)]


async def test_an_answer_arrives_whole_also_in_odd_pieces() -> None:
    text = b": keep-alive\n\n" + b"".join(whole_stream()) + b"data: [DONE]\n\n"
    pieces = [text[at : at + 997] for at in range(0, len(text), 997)]
    async with a_server(stream_of(*pieces)) as server:
        fold = await ask(server)
    assert (fold.text, fold.failed) == ("$5 is it [1].", None)
    assert fold.finished == EVENTS[-1]


async def test_what_is_wished_is_sent_in_the_words_of_the_dialect() -> None:
    seen: list[tuple[dict[str, Any], str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((await request.json(), request.headers["Authorization"]))
        return await stream_of(*whole_stream())(request)

    moment = datetime(2024, 3, 2, tzinfo=UTC)
    async with a_server(handle) as server:
        await ask(server, Wish("m", moment, research=True, verbosity="verbose", related_questions=2, may_clarify=True))
        await ask(server, Wish(verbosity="succinct"))
    (researched, key), (plain, _) = seen
    assert key == "Bearer cd_key"
    assert (researched["model"], researched["verbosity"], researched["stream"]) == ("m", "high", True)
    assert researched["messages"] == [{"role": "user", "content": "hi"}]
    asked = researched["cryptodesk"]
    assert (asked["as_of"], asked["research"], asked["related_questions"], asked["may_clarify"]) == (
        "2024-03-02T00:00:00+00:00",
        True,
        2,
        True,
    )
    assert plain["model"] == "default-model"
    assert plain["messages"][0] == {"role": "system", "content": "Answer briefly."}
    assert plain["cryptodesk"]["research"] is False
    assert "verbosity" not in plain


@pytest.mark.parametrize(
    ("status", "code", "said", "exits_with"),
    [
        (401, "invalid_api_key", "CRYPTODESK_KEY", 1),
        (401, None, "CRYPTODESK_KEY", 1),
        (404, "model_not_found", "because of this", 2),
        (429, "rate_limit_exceeded", "because of this", 3),
        (429, "insufficient_quota", "because of this", 1),
        (402, "budget_spent", "because of this", 1),
        (403, "forbidden", "because of this", 1),
        (502, "upstream_bad_answer", "because of this", 3),
        (502, "upstream_rejected", "because of this", 3),
        (503, "upstream_unavailable", "because of this", 3),
        (504, "upstream_timeout", "because of this", 3),
        (504, "run_timeout", "because of this", 3),
        (500, "internal_error", "because of this", 3),
        (400, "invalid_value", "because of this", 1),
    ],
)
async def test_a_refusal_keeps_its_words_and_its_kind(
    status: int, code: str | None, said: str, exits_with: int
) -> None:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": "because\x1b of\nthis", "code": code}}, status=status)

    async with a_server(handle) as server:
        failed = (await ask(server)).failed
    assert failed is not None
    assert said in failed.error.message
    assert (exit_code(failed.error), "\x1b" in failed.error.message) == (exits_with, False)


async def test_an_error_in_the_middle_of_a_stream_ends_the_answer() -> None:
    frame = b'data: {"error": {"message": "it broke", "code": "upstream_unavailable"}}\n\n'
    async with a_server(stream_of(*whole_stream()[:-2], frame, b"data: [DONE]\n\n")) as server:
        fold = await ask(server)
    assert fold.failed is not None
    assert "it broke" in fold.failed.error.message
    assert fold.text == "$5 is it [1]."


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((b"data: <html>\n\n",), "is it a cryptodesk server?"),
        ((b"",), "ended before the answer did"),
        ((b'data: {"id": 1}\n\n',), "cannot be read"),
    ],
)
async def test_what_is_no_such_stream_is_a_bad_answer(lines: tuple[bytes, ...], said: str) -> None:
    async with a_server(stream_of(*lines)) as server:
        failed = (await ask(server)).failed
    assert failed is not None
    assert said in failed.error.message
    assert exit_code(failed.error) == 3


async def test_an_answer_that_is_no_json_is_said_to_be_of_no_such_server() -> None:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>bad gateway</html>", status=502)

    async with a_server(handle) as server:
        failed = (await ask(server)).failed
    assert failed is not None
    assert "it answered 502 without a reason" in failed.error.message


async def test_where_nobody_listens_the_error_says_what_to_do() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{held.getsockname()[1]}"
        failed = (await ask(server)).failed
    assert failed is not None
    assert failed.error.message == (
        f"No server answers at {server}. Start one with `cryptodesk serve`, or leave --server out."
    )
    assert exit_code(failed.error) == 3


@pytest.mark.parametrize("server", ["nope", "ftp://desk", "http://", "http://[::1", ""])
def test_what_is_no_address_is_refused_before_anything_is_sent(server: str) -> None:
    with pytest.raises(RemoteAddressError, match="is no address"):
        Remote(server, None, "m")
