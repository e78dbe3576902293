from __future__ import annotations

import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bench.native import END_MARK
from bench.yardstick import Yardstick, grow_frames

BODY = {"model": "any", "messages": [{"role": "user", "content": "hi"}]}
CLOSING = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'


@asynccontextmanager
async def running(port: int) -> AsyncIterator[Yardstick]:
    app = Yardstick(f"http://127.0.0.1:{port}/v1", "key")
    kinds = iter(("lifespan.startup", "lifespan.shutdown"))
    said: list[MutableMapping[str, Any]] = []

    async def keep(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    # The two halves of the lifespan, without a task that waits between them.
    async def first() -> MutableMapping[str, Any]:
        return {"type": next(kinds)}

    class Paused(Exception):
        pass

    async def pause(message: MutableMapping[str, Any]) -> None:
        await keep(message)
        raise Paused

    with pytest.raises(Paused):
        await app({"type": "lifespan"}, first, pause)
    yield app
    await app({"type": "lifespan"}, first, keep)
    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def post(
    app: Yardstick, body: bytes, *, key: str = "key", path: str = "/v1/chat/completions"
) -> tuple[int, bytes]:
    pieces = [{"type": "http.request", "body": body[:5], "more_body": True}, {"type": "http.request", "body": body[5:]}]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return pieces.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app({"type": "http", "path": path, "headers": [(b"authorization", f"Bearer {key}".encode())]}, receive, send)
    assert not sent[-1].get("more_body")
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])


async def test_a_buffered_answer_is_passed_on_with_one_field_more(mock_port: int) -> None:
    async with running(mock_port) as app:
        status, body = await post(app, json.dumps(BODY).encode())
    answer = json.loads(body)
    assert status == 200
    assert answer["choices"][0]["message"]["content"].endswith(END_MARK)
    assert answer["gateway"]["name"] == "yardstick"


async def test_a_stream_is_passed_on_with_one_field_more_in_its_closing_chunk(mock_port: int) -> None:
    async with running(mock_port) as app:
        status, body = await post(app, json.dumps(BODY | {"stream": True}).encode())
    frames = [frame.removeprefix(b"data: ") for frame in body.split(b"\n\n") if frame]
    assert status == 200
    assert len(frames) == 52
    assert json.loads(frames[-2])["gateway"]["name"] == "yardstick"
    assert "gateway" not in json.loads(frames[0])
    assert frames[-1] == b"[DONE]"


async def test_the_yardstick_checks_key_path_and_body(mock_port: int) -> None:
    async with running(mock_port) as app:
        assert (await post(app, b"{}", key="another"))[0] == 401
        assert (await post(app, b"{}", path="/v1/models"))[0] == 404
        assert (await post(app, b'{"model":1,"messages":[]}'))[0] == 400
        assert (await post(app, b'{"model":"any","messages'))[0] == 400


def test_text_is_collected_from_every_frame() -> None:
    text: list[str] = []
    frame = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
    assert grow_frames(frame * 2, text) == frame * 2
    assert text == ["a", "a"]


def test_only_the_closing_frame_grows() -> None:
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\ndata: [DONE]\n\n'
    grown = grow_frames(CLOSING + usage, [])
    assert grown.endswith(usage)
    assert json.loads(grown[: -len(usage)].strip().removeprefix(b"data: "))["gateway"]["checked"] is True
