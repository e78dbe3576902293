"""A client of the local server, and what to ask it."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cryptodesk.core.errors import (
    CryptodeskError,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import text_message
from cryptodesk.core.usage import Usage
from cryptodesk.models.gemini_wire._provider import GeminiWireProvider
from tests.models.gemini_wire.upstream import (
    MODEL,
    Exchange,
    Upstream,
    call_part,
    candidate,
    frame,
    text_answer,
)

__all__ = [
    "ASK",
    "ASK_STREAM",
    "BODY",
    "CLOSING",
    "HI",
    "KEY",
    "SHORT",
    "STREAM",
    "USAGE",
    "WHOLE",
    "Reply",
    "answer",
    "answer_stream",
    "batches",
    "events",
    "failure",
    "refuse",
    "serving",
    "until_failure",
]

KEY = "AIza-very-secret"
USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}
BODY = json.dumps(text_answer("Hi", finish="STOP", usage=USAGE), indent=2).encode()
HI = [ModelStarted(MODEL), TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]
CLOSING = (frame(candidate({"text": ""}, finish="STOP", usage=USAGE)),)

Reply = Callable[[Exchange], Awaitable[None]]
SHORT = 0.05
ASK = ModelRequest("m-1", (text_message("user", "hi"),))
ASK_STREAM = ModelRequest("m-1", (text_message("user", "hi"),), stream=True)


@asynccontextmanager
async def serving(reply: Reply, **options: Any) -> AsyncIterator[tuple[GeminiWireProvider, Upstream]]:
    async with Upstream(reply) as upstream:
        provider = GeminiWireProvider("up", upstream.base_url, KEY, **options)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def batches(provider: GeminiWireProvider, request: ModelRequest) -> list[list[ModelEvent]]:
    return [batch async for batch in provider.stream(request)]


async def events(provider: GeminiWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event for batch in await batches(provider, request) for event in batch]


async def failure(provider: GeminiWireProvider, request: ModelRequest) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        await batches(provider, request)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert KEY not in shown
    return caught.value


async def until_failure(
    provider: GeminiWireProvider, request: ModelRequest
) -> tuple[list[ModelEvent], CryptodeskError]:
    found: list[ModelEvent] = []
    try:
        async for batch in provider.stream(request):
            found += batch
    except CryptodeskError as error:
        return found, error
    raise AssertionError("the answer did not fail")


async def refuse(status: int, body: Any) -> CryptodeskError:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(status, json.dumps(body).encode())

    async with serving(reply) as (provider, _):
        return await failure(provider, ASK)


async def answer(exchange: Exchange) -> None:
    await exchange.answer(200, BODY)


async def answer_stream(exchange: Exchange) -> None:
    await exchange.stream(frame(text_answer("Hi")), *CLOSING)


STREAM = (
    frame(candidate({"text": "hm", "thought": True})),
    frame(text_answer("Ein ₿")),
    frame(candidate(call_part("f", {"x": "ü"}, "a", "c2ln"))),
    frame(candidate({"text": ""}, finish="STOP", usage=USAGE)),
)
WHOLE = [
    ModelStarted(MODEL),
    ReasoningDelta("hm"),
    TextDelta("Ein ₿"),
    ToolCallDelta(0, "a", "f", '{"x":"ü"}'),
    ModelFinished("tool_calls", Usage(3, 2)),
]
