"""Vendors that speak the format with differences: their documented answers, read and asked for as models.toml says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.catalog.models import load_models
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.errors import ContextTooLong, CryptodeskError, UpstreamRateLimited, UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelFinished, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelPrice, ModelRequest, ModelRoute, ResponseFormat
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.ports import Provider
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.openai_wire import PROVIDER
from tests.models.openai_wire.upstream import Exchange, Upstream, frame

QUESTION = text_message("user", "What does BTC cost?")
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
TOOL = ToolSpec("search", "Searches.", SCHEMA, strict=True)
DONE = b"data: [DONE]\n\n"

DEEPSEEK_USAGE = {
    "prompt_tokens": 120, "completion_tokens": 45, "total_tokens": 165, "prompt_tokens_details": {"cached_tokens": 64},
    "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 56,
    "completion_tokens_details": {"reasoning_tokens": 30},
}  # fmt: skip
ZAI_USAGE = {
    "prompt_tokens": 120, "completion_tokens": 45, "total_tokens": 165, "prompt_tokens_details": {"cached_tokens": 64},
}  # fmt: skip
OPENROUTER_USAGE = {
    "prompt_tokens": 120, "completion_tokens": 45, "total_tokens": 165, "cost": 0.00104925, "is_byok": False,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0, "cache_write_tokens": 10},
    "cost_details": {"upstream_inference_cost": None}, "completion_tokens_details": {"reasoning_tokens": 30},
}  # fmt: skip
DETAILS = [
    {"type": "reasoning.text", "text": "Look ", "format": "anthropic-claude-v1", "index": 0},
    {"type": "reasoning.text", "text": "it up.", "signature": "c2ln", "format": "anthropic-claude-v1", "index": 0},
]


def piece(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {"id": "x1", "object": "chat.completion.chunk", "created": 1, "model": "up", "choices": [choice], **more}


def body(message: dict[str, Any], usage: dict[str, Any], finish: str = "stop") -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "logprobs": None, "finish_reason": finish}
    return json.dumps(
        {"id": "x1", "object": "chat.completion", "model": "up", "choices": [choice], "usage": usage}
    ).encode()


def call_message(**reasoning: Any) -> dict[str, Any]:
    call = {"index": 0, "id": "call_0", "type": "function", "function": {"name": "search", "arguments": '{"q":"BTC"}'}}
    return {"content": "", "tool_calls": [call], **reasoning}


@asynccontextmanager
async def vendor(name: str, *answers: bytes | list[bytes]) -> AsyncIterator[tuple[Provider, Upstream]]:
    """The provider as the catalogue has it, before a server that gives these answers in turn."""
    pending = list(answers)

    async def reply(exchange: Exchange) -> None:
        answer = pending.pop(0)
        if isinstance(answer, bytes):
            await exchange.answer(200, answer)
        else:
            await exchange.stream(*answer)

    table = load_models()
    profiles = {entry.upstream_model: entry.profile for entry in table.models.values() if entry.provider == name}
    async with Upstream(reply) as upstream:
        options = table.providers[name].options
        config = ProviderConfig(name, ProviderServices(SystemClock()), upstream.base_url, "sk-1", options, profiles)
        provider = PROVIDER.build(config)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def events(provider: Provider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


def request(model: str, *more: Message, **fields: Any) -> ModelRequest:
    return ModelRequest(model, (QUESTION, *more), **fields)


def finished(found: list[ModelEvent]) -> ModelFinished:
    assert isinstance(found[-1], ModelFinished)
    return found[-1]


STREAMS = {
    "deepseek": (
        "deepseek-flash",
        [
            b": keep-alive\n\n",
            frame(piece({"role": "assistant", "content": None, "reasoning_content": ""})),
            frame(piece({"content": None, "reasoning_content": "Look it up."})),
            frame(piece({"content": "Much.", "reasoning_content": None})),
            frame(piece({"content": "", "reasoning_content": None}, "stop", usage=DEEPSEEK_USAGE)),
            DONE,
        ],
        body({"content": "Much.", "reasoning_content": "Look it up."}, DEEPSEEK_USAGE),
        Usage(120, 15, 64, 30),
    ),
    "zai": (
        "glm-5.3",
        [
            frame(piece({"role": "assistant", "reasoning_content": "Look it up."})),
            frame(piece({"role": "assistant", "content": "Much."})),
            frame(piece({"role": "assistant", "content": ""}, "stop", usage=ZAI_USAGE)),
            DONE,
        ],
        body({"content": "Much.", "reasoning_content": "Look it up."}, ZAI_USAGE),
        Usage(120, 45, 64, 0),
    ),
    "openrouter": (
        "anthropic/claude-sonnet-5-5",
        [
            b": OPENROUTER PROCESSING\n\n",
            frame(piece({"role": "assistant", "content": "", "reasoning": "Look ", "reasoning_details": DETAILS[:1]})),
            frame(piece({"role": "assistant", "content": "", "reasoning": "it up.", "reasoning_details": DETAILS[1:]})),
            frame(piece({"role": "assistant", "content": "Much."}, provider="Anthropic")),
            frame(piece({"role": "assistant", "content": ""}, "stop", native_finish_reason="end_turn")),
            frame(piece({"role": "assistant", "content": ""}, None, usage=OPENROUTER_USAGE)),
            DONE,
        ],
        body({"content": "Much.", "reasoning": "Look it up.", "reasoning_details": DETAILS}, OPENROUTER_USAGE),
        Usage(120, 15, 64, 30, 10, 0, Decimal("0.00104925")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
async def test_a_documented_answer_is_read_alike_streamed_and_buffered(name: str) -> None:
    model, stream, buffered, usage = STREAMS[name]
    async with vendor(name, stream, buffered) as (provider, _):
        streamed = await events(provider, request(model, stream=True))
        whole = await events(provider, request(model))
    for found in (streamed, whole):
        assert "".join(event.text for event in found if isinstance(event, ReasoningDelta)) == "Look it up."
        assert "".join(event.text for event in found if isinstance(event, TextDelta)) == "Much."
        assert finished(found) == ModelFinished("stop", usage)


@pytest.mark.parametrize("name", STREAMS)
async def test_a_stream_costs_to_the_last_digit_what_the_same_buffered_answer_costs(name: str) -> None:
    model, stream, buffered, _ = STREAMS[name]
    price = ModelPrice("v@2026-01-01", Decimal("0.15"), Decimal("0.003"), Decimal("0.6"), as_reported=True)
    route = ModelRoute(model, name, model, price)
    async with vendor(name, stream, buffered) as (provider, _):
        usages = [finished(await events(provider, request(model, stream=way))).usage for way in (True, False)]
    costs = [PriceBook().cost(route, usage, built_in_listed=True) for usage in usages if usage is not None]
    assert len(costs) == 2
    assert costs[0] == costs[1]
    assert costs[0].total_usd > 0


async def test_deepseek_gets_the_reasoning_of_a_call_back_beside_its_result() -> None:
    answers = (
        body(call_message(reasoning_content="Look it up."), DEEPSEEK_USAGE, "tool_calls"),
        body({"content": "Much."}, DEEPSEEK_USAGE),
    )
    async with vendor("deepseek", *answers) as (provider, upstream):
        found = await events(provider, request("deepseek-flash", tools=(TOOL,)))
        assert [event for event in found if isinstance(event, ToolCallDelta)]
        called = Message("assistant", (ToolCallPart("call_0", "search", '{"q":"BTC"}'),))
        result = Message("tool", (ToolResultPart("call_0", "64,000", "search"),))
        await events(provider, request("deepseek-flash", called, result, tools=(TOOL,)))
        sent = [exchange.json for exchange in upstream.requests]
    assert sent[1]["messages"][1]["reasoning_content"] == "Look it up."
    assert "thinking" not in sent[1]
    assert "strict" not in sent[0]["tools"][0]["function"]


async def test_deepseek_does_not_think_where_the_reasoning_of_a_call_is_lost() -> None:
    called = Message("assistant", (ToolCallPart("call_0", "search", "{}"),))
    result = Message("tool", (ToolResultPart("call_0", "64,000", "search"),))
    async with vendor("deepseek", body({"content": "Much."}, DEEPSEEK_USAGE)) as (provider, upstream):
        await events(provider, request("deepseek-flash", called, result, tools=(TOOL,), reasoning_effort="medium"))
        sent = upstream.request.json
    assert sent["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in sent


async def test_deepseek_is_asked_in_its_own_words() -> None:
    form = ResponseFormat("json_schema", "quote", SCHEMA)
    asked = request(
        "deepseek-flash", reasoning_effort="medium", temperature=0.1, max_output_tokens=50, response_format=form
    )
    async with vendor("deepseek", body({"content": "{}"}, DEEPSEEK_USAGE)) as (provider, upstream):
        await events(provider, asked)
        sent = upstream.request.json
    assert (sent["reasoning_effort"], sent["max_tokens"]) == ("high", 50)
    assert sent["response_format"] == {"type": "json_object"}
    assert "temperature" not in sent
    assert "JSON" in sent["messages"][-1]["content"]


async def test_glm_is_told_in_words_what_it_cannot_be_held_to() -> None:
    asked = request("glm-5.3", tools=(TOOL,), tool_choice="required", reasoning_effort="minimal", stream=True)
    async with vendor("zai", STREAMS["zai"][1]) as (provider, upstream):
        await events(provider, asked)
        sent = upstream.request.json
    assert "tool_choice" not in sent
    assert "stream_options" not in sent
    assert sent["reasoning_effort"] == "low"
    assert "at least one of the tools" in sent["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("status", "code", "words", "kind"),
    [
        (400, "1261", "Prompt exceeds max length", ContextTooLong),
        (429, "1302", "High concurrency usage of this API", UpstreamRateLimited),
        (401, "1000", "Authentication Failed", UpstreamUnavailable),
    ],
)
async def test_glm_refusals_mean_what_others_mean(
    status: int, code: str, words: str, kind: type[CryptodeskError]
) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(status, json.dumps({"error": {"code": code, "message": words}}).encode())

    async with Upstream(reply) as upstream:
        config = ProviderConfig("zai", ProviderServices(SystemClock()), upstream.base_url, "sk-1")
        provider = PROVIDER.build(config)
        with pytest.raises(CryptodeskError) as caught:
            await events(provider, request("glm-5.3"))
        await provider.close()
    assert type(caught.value) is kind


async def test_a_gateway_gets_typed_reasoning_back_and_is_asked_for_its_charge() -> None:
    answers = (
        [
            frame(piece({"role": "assistant", "content": "", "reasoning_details": DETAILS[:1]})),
            frame(piece({"role": "assistant", "content": "", "reasoning_details": DETAILS[1:]})),
            frame(piece(call_message(role="assistant"))),
            frame(piece({"role": "assistant", "content": ""}, "tool_calls", usage=OPENROUTER_USAGE)),
            DONE,
        ],
        body({"content": "Much."}, OPENROUTER_USAGE),
    )
    async with vendor("openrouter", *answers) as (provider, upstream):
        await events(provider, request("google/gemini", tools=(TOOL,), reasoning_effort="low", stream=True))
        called = Message("assistant", (ToolCallPart("call_0", "search", '{"q":"BTC"}'),))
        result = Message("tool", (ToolResultPart("call_0", "64,000", "search"),))
        await events(provider, request("google/gemini", called, result, tools=(TOOL,)))
        first, second = (exchange.json for exchange in upstream.requests)
    assert (first["reasoning"], first["usage"]) == ({"effort": "low"}, {"include": True})
    assert "reasoning_effort" not in first
    assert second["messages"][1]["reasoning_details"] == DETAILS


async def test_a_gateway_that_fails_in_mid_stream_is_a_failure_and_no_short_answer() -> None:
    error = {"error": {"code": 502, "message": "Provider disconnected"}}
    stream = [
        frame(piece({"role": "assistant", "content": "Mu"})),
        frame(piece({"content": ""}, "error", **error)),
        DONE,
    ]
    async with vendor("openrouter", stream) as (provider, _):
        with pytest.raises(UpstreamUnavailable):
            await events(provider, request("a/b", stream=True))
