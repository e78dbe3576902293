"""The least a Python gateway can do and still be one: what the product's figures are divided by.

One pure ASGI callable. It checks a key in constant time, validates the whole request, passes it on over one pooled
client, parses the answer (each chunk of a stream too), adds one field and writes it out. No store, no ledger, no
tools, no log, no limits: a yardstick, not a server to use.

    BENCH_UPSTREAM=http://127.0.0.1:9000/v1 BENCH_KEY=… python -m uvicorn bench.yardstick:app --loop uvloop
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from hmac import compare_digest
from typing import Any

import aiohttp
import msgspec

__all__ = ["Request", "Yardstick", "app", "grow_frames"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/chat/completions"
ADDED = {"gateway": {"name": "yardstick", "checked": True}}
JSON_TYPE = (b"content-type", b"application/json")
STREAM_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class Message(msgspec.Struct, omit_defaults=True):
    role: str
    content: str | list[dict[str, Any]] | None = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class Request(msgspec.Struct, omit_defaults=True):
    model: str
    messages: list[Message]
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None
    stop: str | list[str] | None = None
    user: str | None = None


class Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class Choice(msgspec.Struct):
    delta: Delta
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    choices: list[Choice]
    usage: dict[str, Any] | None = None


read_request = msgspec.json.Decoder(Request).decode
read_chunk = msgspec.json.Decoder(Chunk).decode
read_answer = msgspec.json.Decoder(dict[str, Any]).decode
write = msgspec.json.Encoder().encode
ADDED_TAIL = b"," + write(ADDED)[1:]


def grow_frames(frames: bytes, text: list[str]) -> bytes:
    """Whole frames as they came, with the added field in the closing one; their text is appended to `text`."""
    grown = frames
    for frame in frames.split(b"\n\n"):
        payload = frame[6:]
        if not frame.startswith(b"data: ") or payload == b"[DONE]":
            continue
        for choice in read_chunk(payload).choices:
            if choice.delta.content:
                text.append(choice.delta.content)
            if choice.finish_reason:
                grown = grown.replace(frame, frame[:-1] + ADDED_TAIL)
    return grown


async def _whole_frames(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in pieces:
        rest += piece
        end = rest.rfind(b"\n\n") + 2
        if end > 1:
            yield rest[:end]
            rest = rest[end:]


class Yardstick:
    def __init__(self, upstream: str, key: str) -> None:
        self._url = f"{upstream}/chat/completions"
        self._authorization = f"Bearer {key}".encode()
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] != PATH:
            await _answer(send, 404, b'{"error":{"message":"no such path"}}')
        elif not compare_digest(dict(scope["headers"]).get(b"authorization", b""), self._authorization):
            await _answer(send, 401, b'{"error":{"message":"no such key"}}')
        else:
            await self._chat(await _read_body(receive), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.startup":
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=0),
                    headers={"Authorization": "Bearer sk-mock", "Content-Type": "application/json"},
                )
            elif self._session is not None:
                await self._session.close()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return

    async def _chat(self, body: bytes, send: Send) -> None:
        assert self._session is not None
        try:
            request = read_request(body)
        except msgspec.MsgspecError as error:
            await _answer(send, 400, write({"error": {"message": str(error)}}))
            return
        async with self._session.post(self._url, data=write(request)) as upstream:
            if request.stream and upstream.status == 200:
                await _stream(upstream.content.iter_any(), send)
            else:
                answer = read_answer(await upstream.read())
                answer.update(ADDED)
                await _answer(send, upstream.status, write(answer))


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _stream(pieces: AsyncIterator[bytes], send: Send) -> None:
    text: list[str] = []
    await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
    async for frames in _whole_frames(pieces):
        await send({"type": "http.response.body", "body": grow_frames(frames, text), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [JSON_TYPE, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


app = Yardstick(os.environ.get("BENCH_UPSTREAM", "http://127.0.0.1:9/v1"), os.environ.get("BENCH_KEY", ""))
