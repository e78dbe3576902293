from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.errors import (
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import text_message
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.openai_wire import PROVIDER
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider
from tests.models.openai_wire.upstream import Exchange, Upstream, chunk, frame, text_chunk

KEY = "sk-very-secret"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2}
BODY = json.dumps(
    {
        "model": "up-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
).encode()
HI = [ModelStarted("up-1"), TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]
CLOSING = (frame(chunk(finish="stop")), frame({"choices": [], "usage": USAGE}), b"data: [DONE]\n\n")

Reply = Callable[[Exchange], Awaitable[None]]
SHORT = 0.05
ASK = ModelRequest("m-1", (text_message("user", "hi"),))
ASK_STREAM = ModelRequest("m-1", (text_message("user", "hi"),), stream=True)


@asynccontextmanager
async def serving(reply: Reply, **options: Any) -> AsyncIterator[tuple[OpenAIWireProvider, Upstream]]:
    async with Upstream(reply) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url, KEY, **options)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def batches(provider: OpenAIWireProvider, request: ModelRequest) -> list[list[ModelEvent]]:
    return [batch async for batch in provider.stream(request)]


async def events(provider: OpenAIWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event for batch in await batches(provider, request) for event in batch]


async def failure(provider: OpenAIWireProvider, request: ModelRequest) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        await batches(provider, request)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert KEY not in shown
    return caught.value


async def refuse(status: int, body: Any) -> CryptodeskError:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(status, json.dumps(body).encode())

    async with serving(reply) as (provider, _):
        return await failure(provider, ASK)


async def answer(exchange: Exchange) -> None:
    await exchange.answer(200, BODY)


async def answer_stream(exchange: Exchange) -> None:
    await exchange.stream(frame(text_chunk("Hi")), *CLOSING)


async def test_a_buffered_answer_is_one_batch() -> None:
    async with serving(answer) as (provider, _):
        assert await batches(provider, ASK) == [HI]


async def test_a_streamed_answer_has_the_same_events() -> None:
    async with serving(answer_stream) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_the_request_on_the_wire() -> None:
    async with serving(answer_stream, headers={"X-Team": "desk"}) as (provider, upstream):
        await batches(provider, ASK_STREAM)
        sent = upstream.request
    assert (sent.method, sent.path) == ("POST", "/v1/chat/completions")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["x-team"] == "desk"
    assert sent.json == {
        "model": "m-1",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("key", [None, ""])
async def test_without_a_key_no_credential_is_sent(key: str | None) -> None:
    async with Upstream(answer) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url + "/", key)
        assert await events(provider, ASK) == HI
        await provider.close()
        assert "authorization" not in upstream.request.headers
        assert upstream.request.path == "/v1/chat/completions"


async def test_a_stream_without_its_terminator_ends_with_the_connection() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("Hi")), *CLOSING[:-1])

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_a_stream_cut_after_its_finish_reason_is_whole_but_without_usage() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("Hi")), CLOSING[0], end=False)
        await read_on.wait()
        exchange.cut()

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("Hi")]
        read_on.set()
        assert [event async for batch in answers for event in batch] == [ModelFinished("stop", None)]


async def test_a_tool_call_arrives_in_pieces() -> None:
    begin = {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    rest = {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":1}'}}]}

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(chunk(begin)), frame(chunk(rest)), frame(chunk(finish="tool_calls")), CLOSING[-1])

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == [
            ModelStarted("up-1"),
            ToolCallDelta(0, "a", "f", ""),
            ToolCallDelta(0, None, None, '{"x":1}'),
            ModelFinished("tool_calls", None),
        ]


async def test_upstream_refusals_are_mapped_with_their_body() -> None:
    limited = await refuse(429, {"error": {"message": "slow down"}})
    assert isinstance(limited, UpstreamRateLimited)
    assert (limited.upstream, limited.upstream_status) == ("up", 429)
    assert limited.body == {"error": {"message": "slow down"}}
    assert isinstance(await refuse(400, {"error": {"code": "context_length_exceeded"}}), ContextTooLong)
    too_low = {"error": {"message": "... max_tokens or model output limit was reached ..."}}
    assert isinstance(await refuse(400, too_low), OutputLimitTooLow)
    bad_key = await refuse(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}})
    assert isinstance(bad_key, UpstreamUnavailable)
    assert "API key" in bad_key.message


def config(base_url: str = "http://127.0.0.1:1/v1", **options: Any) -> ProviderConfig:
    profiles = {"m-1": ModelProfile(reasoning_efforts={"minimal": "low"})}
    services = ProviderServices(SystemClock())
    return ProviderConfig("rack", services, base_url, None, options, profiles)


async def test_a_provider_is_built_from_its_catalogue_entry() -> None:
    async with Upstream(answer) as upstream:
        built = PROVIDER.build(
            config(
                upstream.base_url,
                headers={"X-Team": "desk"},
                output_limit_field="max_tokens",
                stream_usage=False,
                timeouts={"connect": 2},
            )
        )
        assert isinstance(built, OpenAIWireProvider)
        assert built.name == "rack"
        message = (text_message("user", "hi"),)
        request = ModelRequest("m-1", message, max_output_tokens=99, reasoning_effort="minimal", stream=True)
        assert await events(built, request) == HI
        await built.close()
        assert upstream.request.headers["x-team"] == "desk"
        assert upstream.request.json["max_tokens"] == 99
        assert upstream.request.json["reasoning_effort"] == "low"
        assert "stream_options" not in upstream.request.json


@pytest.mark.parametrize(
    ("options", "names"),
    [({"hedaers": {}}, "hedaers"), ({"output_limit_field": "tokens"}, "output_limit_field"),
     ({"timeouts": {"connect": "long"}}, "connect")],
)  # fmt: skip
def test_a_wrong_option_is_named(options: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        PROVIDER.build(config(**options))
