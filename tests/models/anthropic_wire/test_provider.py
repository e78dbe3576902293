"""The client against a real HTTP server that answers as documented, or does not."""

from __future__ import annotations

import asyncio
import gc
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.anthropic_wire import PROVIDER
from cryptodesk.models.anthropic_wire._provider import AnthropicWireProvider
from tests.models.anthropic_wire.upstream import (
    Exchange,
    Upstream,
    block_frames,
    body,
    opening,
    streamed,
    text,
    thinking,
    tool_use,
)

KEY = "sk-ant-very-secret"
BODY = json.dumps(body(text("Hi"))).encode()
HI = [ModelStarted("claude-test-1"), TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]
HI_FRAMES = streamed(body(text("Hi")))
BEGUN = [ModelStarted("claude-test-1"), TextDelta("a")]
A = opening() + b"".join(block_frames(0, text("a"))[:-1])

Reply = Callable[[Exchange], Awaitable[None]]
SHORT = 0.05
ASK = ModelRequest("m-1", (text_message("user", "hi"),), max_output_tokens=100)
ASK_STREAM = ModelRequest("m-1", (text_message("user", "hi"),), max_output_tokens=100, stream=True)


@asynccontextmanager
async def serving(reply: Reply, **options: Any) -> AsyncIterator[tuple[AnthropicWireProvider, Upstream]]:
    async with Upstream(reply) as upstream:
        provider = AnthropicWireProvider("up", upstream.base_url, KEY, **options)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def batches(provider: AnthropicWireProvider, request: ModelRequest) -> list[list[ModelEvent]]:
    return [batch async for batch in provider.stream(request)]


async def events(provider: AnthropicWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event for batch in await batches(provider, request) for event in batch]


async def failure(provider: AnthropicWireProvider, request: ModelRequest) -> CryptodeskError:
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
    await exchange.stream(*HI_FRAMES)


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
    assert (sent.method, sent.path) == ("POST", "/v1/messages")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["anthropic-version"] == "2026-10-21"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["x-team"] == "desk"
    assert sent.json == {
        "model": "m-1",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "stream": True,
    }


@pytest.mark.parametrize("key", [None, ""])
async def test_without_a_key_no_credential_is_sent(key: str | None) -> None:
    async with Upstream(answer) as upstream:
        provider = AnthropicWireProvider("up", upstream.base_url + "/", key)
        assert await events(provider, ASK) == HI
        await provider.close()
        assert "authorization" not in upstream.request.headers
        assert upstream.request.path == "/v1/messages"


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
async def test_the_base_url_may_end_before_or_after_the_version(end: str) -> None:
    async with Upstream(answer) as upstream:
        provider = AnthropicWireProvider("up", upstream.base_url.removesuffix("/v1") + end, KEY)
        assert await events(provider, ASK) == HI
        await provider.close()
        assert upstream.request.path == "/v1/messages"


async def test_a_stream_without_its_terminator_ends_with_the_connection() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*HI_FRAMES[:-1])

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_a_stream_cut_after_its_stop_reason_is_whole() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*HI_FRAMES[:-1], end=False)
        await read_on.wait()
        exchange.cut()

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == HI
        read_on.set()
        assert [event async for batch in answers for event in batch] == []


async def test_a_tool_call_arrives_in_pieces() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*streamed(body(tool_use("toolu_1", "f", {"x": 100}), stop="tool_use")))

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == [
            HI[0],
            ToolCallDelta(0, "toolu_1", "f", ""),
            ToolCallDelta(0, None, None, '{"x": 10'),
            ToolCallDelta(0, None, None, "0}"),
            ModelFinished("tool_calls", Usage(3, 2)),
        ]


def error(kind: str, message: str = "x") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


async def test_upstream_refusals_are_mapped_with_their_body() -> None:
    limited = await refuse(429, error("rate_limit_error", "slow down"))
    assert isinstance(limited, UpstreamRateLimited)
    assert (limited.upstream, limited.upstream_status) == ("up", 429)
    assert limited.body == error("rate_limit_error", "slow down")
    too_long = error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")
    assert isinstance(await refuse(400, too_long), ContextTooLong)
    too_low = error("invalid_request_error", "max_tokens: Input should be greater than or equal to 1")
    assert isinstance(await refuse(400, too_low), OutputLimitTooLow)
    overloaded = await refuse(529, error("overloaded_error", "Overloaded"))
    assert isinstance(overloaded, UpstreamUnavailable)
    assert overloaded.retryable
    bad_key = await refuse(401, error("authentication_error", f"invalid x-api-key {KEY}"))
    assert isinstance(bad_key, UpstreamUnavailable)
    assert "API key" in bad_key.message


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
async def test_a_refusal_says_what_it_cost_before_it_is_raised(request_: ModelRequest) -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "No."}
    refused = body(stop="refusal", stop_details=details)

    async def reply(exchange: Exchange) -> None:
        if request_.stream:
            await exchange.stream(*streamed(refused))
        else:
            await exchange.answer(200, json.dumps(refused).encode())

    async with serving(reply) as (provider, _):
        answers = provider.stream(request_)
        assert await anext(answers) == [HI[0], ModelFinished("content_filter", Usage(3, 2))]
        with pytest.raises(ContentFiltered, match=r"declined to answer\. No\."):
            await anext(answers)


def config(base_url: str = "http://127.0.0.1:1/v1", **options: Any) -> ProviderConfig:
    profiles = {"m-1": ModelProfile(reasoning_efforts={"minimal": "low"})}
    services = ProviderServices(SystemClock())
    return ProviderConfig("rack", services, base_url, None, options, profiles)


async def test_a_provider_is_built_from_its_catalogue_entry() -> None:
    async with Upstream(answer) as upstream:
        built = PROVIDER.build(
            config(
                upstream.base_url,
                headers={"anthropic-beta": "x-1"},
                cache="1h",
                output_tokens=99,
                timeouts={"connect": 2},
            )
        )
        assert isinstance(built, AnthropicWireProvider)
        assert built.name == "rack"
        messages = (text_message("system", "s"), text_message("user", "hi"))
        assert await events(built, ModelRequest("m-1", messages, reasoning_effort="minimal", stream=True)) == HI
        await built.close()
        assert upstream.request.headers["anthropic-beta"] == "x-1"
        assert upstream.request.json["max_tokens"] == 99
        assert upstream.request.json["output_config"] == {"effort": "low"}
        assert upstream.request.json["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}


@pytest.mark.parametrize(
    ("options", "names"),
    [({"hedaers": {}}, "hedaers"), ({"cache": "2h"}, "cache"), ({"output_tokens": "many"}, "output_tokens"),
     ({"timeouts": {"connect": "long"}}, "connect")],
)  # fmt: skip
def test_a_wrong_option_is_named(options: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        PROVIDER.build(config(**options))


# -- tool loops --------------------------------------------------------------------------------------------------

TOOL = ToolSpec("f", "", {"type": "object", "properties": {"x": {"type": "integer"}}})
THOUGHT = body(thinking("Hm."), text("Wait."), tool_use("toolu_1", "f", {"x": 1}), stop="tool_use")
LOOP = (
    text_message("user", "hi"),
    Message("assistant", (TextPart("Wait."), ToolCallPart("toolu_1", "f", '{"x":1}'))),
    Message("tool", (ToolResultPart("toolu_1", "2"),)),
)


def ask(*messages: Message, stream: bool = True, **more: Any) -> ModelRequest:
    return ModelRequest("m-1", messages, tools=(TOOL,), max_output_tokens=100, stream=stream, **more)


async def sent_in_second_round(first: ModelRequest, second: ModelRequest, **options: Any) -> dict[str, Any]:
    async def reply(exchange: Exchange) -> None:
        said = THOUGHT if len(upstream.requests) == 1 else body(text("Hi"))
        if exchange.json.get("stream"):
            await exchange.stream(*streamed(said))
        else:
            await exchange.answer(200, json.dumps(said).encode())

    async with serving(reply, **options) as (provider, upstream):
        await batches(provider, first)
        assert await events(provider, second) == HI
        return upstream.request.json


@pytest.mark.parametrize("is_streamed", [True, False])
async def test_the_thinking_of_a_tool_loop_is_sent_back_with_its_signature(is_streamed: bool) -> None:
    first, second = ask(LOOP[0], stream=is_streamed), ask(*LOOP, stream=is_streamed)
    sent = await sent_in_second_round(first, second)
    assert sent["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "text", "text": "Wait."},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}},
    ]


async def test_thinking_is_not_sent_back_after_a_changed_prompt() -> None:
    changed = ask(text_message("system", "Be brief."), *LOOP)
    sent = await sent_in_second_round(ask(LOOP[0]), changed)
    assert [block["type"] for block in sent["messages"][1]["content"]] == ["text", "tool_use"]


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_budget_is_kept_up_in_a_loop_whose_thinking_is_known(is_known: bool) -> None:
    profiles = {"m-1": ModelProfile(reasoning_efforts={"high": "2000"})}
    first = structs.replace(ask(LOOP[0] if is_known else text_message("user", "other")), reasoning_effort="high")
    second = structs.replace(ask(*LOOP), reasoning_effort="high", max_output_tokens=8000)
    sent = await sent_in_second_round(first, second, profiles=profiles)
    assert sent.get("thinking") == ({"type": "enabled", "budget_tokens": 2000} if is_known else None)


async def test_a_call_that_was_refused_or_cut_is_not_kept() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*streamed({**THOUGHT, "stop_reason": "refusal"}))

    async with serving(reply) as (provider, _):
        assert (await events(provider, ask(LOOP[0])))[-1] == ModelFinished("content_filter", Usage(3, 2))
        assert not provider._thoughts._turns


async def test_a_stream_cut_at_any_frame_is_whole_or_a_bad_answer_and_leaves_nothing_open() -> None:
    frames = streamed(THOUGHT)

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*frames[: len(upstream.requests) - 1], end=False)
        exchange.writer.close()

    async with serving(reply) as (provider, upstream):
        for count in range(len(frames) + 1):
            if count < len(frames) - 1:
                assert isinstance(await failure(provider, ask(LOOP[0])), UpstreamBadAnswer), count
            else:
                assert (await events(provider, ask(LOOP[0])))[-1] == ModelFinished("tool_calls", Usage(3, 2))
    gc.collect()
