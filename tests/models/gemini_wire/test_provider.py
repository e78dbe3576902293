"""The client against a server on loopback whose every byte a test decides."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.events import ModelFinished, ModelStarted, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.gemini_wire import PROVIDER
from cryptodesk.models.gemini_wire._provider import GeminiWireProvider
from tests.models.gemini_wire.client import (
    ASK,
    ASK_STREAM,
    CLOSING,
    HI,
    KEY,
    STREAM,
    USAGE,
    WHOLE,
    answer,
    answer_stream,
    batches,
    events,
    failure,
    serving,
)
from tests.models.gemini_wire.upstream import (
    MODEL,
    Exchange,
    Upstream,
    call_part,
    candidate,
    frame,
    text_answer,
)


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
    assert (sent.method, sent.path) == ("POST", "/v1beta/models/m-1:streamGenerateContent?alt=sse")
    assert sent.headers["x-goog-api-key"] == KEY
    assert "authorization" not in sent.headers
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["x-team"] == "desk"
    assert sent.json == {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


async def test_an_answer_in_one_piece_is_asked_at_its_own_address() -> None:
    async with serving(answer) as (provider, upstream):
        await batches(provider, ASK)
        assert upstream.request.path == "/v1beta/models/m-1:generateContent"


@pytest.mark.parametrize("model", ["../x?key=1", "a/b", "a#b", "a b", "..", "m:countTokens", "₿"])
async def test_no_model_id_leads_to_another_address(model: str) -> None:
    async with serving(answer) as (provider, upstream):
        await batches(provider, ModelRequest(model, (text_message("user", "hi"),)))
        path = upstream.request.path
    assert path == f"/v1beta/models/{quote(model, safe='')}:generateContent"
    assert path.count("/") == 3


@pytest.mark.parametrize("key", [None, ""])
async def test_without_a_key_no_credential_is_sent(key: str | None) -> None:
    async with Upstream(answer) as upstream:
        provider = GeminiWireProvider("up", upstream.base_url + "/", key)
        assert await events(provider, ASK) == HI
        await provider.close()
        assert "x-goog-api-key" not in upstream.request.headers
        assert upstream.request.path == "/v1beta/models/m-1:generateContent"


async def test_tool_calls_arrive_whole() -> None:
    async def reply(exchange: Exchange) -> None:
        calls = candidate(call_part("f", {"x": 1}, "a", "c2ln"), call_part("g", {}, "b"))
        await exchange.stream(frame(calls), *CLOSING)

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == [
            ModelStarted(MODEL),
            ToolCallDelta(0, "a", "f", '{"x":1}'),
            ToolCallDelta(1, "b", "g", "{}"),
            ModelFinished("tool_calls", Usage(3, 2)),
        ]


async def test_usage_that_comes_after_the_end_counts() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("Hi", finish="STOP")), end=False)
        await read_on.wait()
        await exchange.chunk(frame({"usageMetadata": USAGE}))
        await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        found = await anext(answers)
        read_on.set()
        assert found + [event async for batch in answers for event in batch] == HI


def config(base_url: str = "http://127.0.0.1:1/v1beta", **options: Any) -> ProviderConfig:
    profiles = {"m-1": ModelProfile(reasoning_efforts={"minimal": "low"})}
    services = ProviderServices(SystemClock())
    return ProviderConfig("rack", services, base_url, None, options, profiles)


async def test_a_provider_is_built_from_its_catalogue_entry() -> None:
    async with Upstream(answer) as upstream:
        built = PROVIDER.build(
            config(upstream.base_url, headers={"X-Team": "desk"}, call_ids=False, timeouts={"connect": 2})
        )
        assert isinstance(built, GeminiWireProvider)
        assert built.name == "rack"
        message = (text_message("user", "hi"),)
        request = ModelRequest("m-1", message, max_output_tokens=99, reasoning_effort="minimal", stream=True)
        assert await events(built, request) == HI
        await built.close()
        assert upstream.request.headers["x-team"] == "desk"
        assert upstream.request.json["generationConfig"] == {
            "maxOutputTokens": 99,
            "thinkingConfig": {"includeThoughts": True, "thinkingLevel": "LOW"},
        }
        assert not built._call_ids


@pytest.mark.parametrize(
    ("options", "names"),
    [({"hedaers": {}}, "hedaers"), ({"call_ids": "maybe"}, "call_ids"),
     ({"timeouts": {"connect": "long"}}, "connect")],
)  # fmt: skip
def test_a_wrong_option_is_named(options: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        PROVIDER.build(config(**options))


def replay(*more: Message) -> ModelRequest:
    call = Message("assistant", (TextPart("Ein ₿"), ToolCallPart("a", "f", '{"x": "ü"}')))
    result = Message("tool", (ToolResultPart("a", "1"),))
    return ModelRequest("m-1", (*ASK.messages, call, result, *more), stream=True)


async def test_the_signature_of_a_call_is_sent_back_with_it() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM)

    async with serving(reply) as (provider, upstream):
        await events(provider, ASK_STREAM)
        await events(provider, replay())
        first = upstream.request.json["contents"][1]
        await events(provider, replay(text_message("assistant", "So."), text_message("user", "and?")))
        later = upstream.request.json["contents"][1]
        other = ModelRequest("m-2", replay().messages, stream=True)
        await events(provider, other)
        elsewhere = upstream.request.json["contents"][1]
    signed = [{"text": "Ein ₿"}, {**call_part("f", {"x": "ü"}, "a"), "thoughtSignature": "c2ln"}]
    assert first == later == {"role": "model", "parts": signed}
    assert elsewhere["parts"][1]["thoughtSignature"] == "skip_thought_signature_validator"


async def test_the_same_call_in_another_conversation_gets_no_signature_of_the_first() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM)

    async with serving(reply) as (provider, upstream):
        await events(provider, ASK_STREAM)
        others = (text_message("user", "something else"), *replay().messages[1:])
        await events(provider, ModelRequest("m-1", others, stream=True))
        assert upstream.request.json["contents"][1]["parts"][1]["thoughtSignature"].startswith("skip_")


async def test_the_signature_is_kept_though_nobody_comes_back_after_the_last_batch() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM)

    async with serving(reply) as (provider, upstream):
        answers = provider.stream(ASK_STREAM)
        while WHOLE[-1] not in await anext(answers):
            pass
        await answers.aclose()  # type: ignore[attr-defined]
        await events(provider, replay())
        assert upstream.request.json["contents"][1]["parts"][1]["thoughtSignature"] == "c2ln"


async def test_a_cut_answer_leaves_no_signature() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM[: 3 if len(upstream.requests) == 1 else 4])

    async with serving(reply) as (provider, upstream):
        await failure(provider, ASK_STREAM)
        await events(provider, replay())
        assert upstream.request.json["contents"][1]["parts"][1]["thoughtSignature"].startswith("skip_")
