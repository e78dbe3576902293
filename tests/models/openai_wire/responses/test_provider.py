"""The client over the Responses endpoint: when it is asked, what it takes along, what it does when it is refused."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile, load_models
from cryptodesk.core.errors import CryptodeskError, UpstreamRejected, UpstreamUnavailable
from cryptodesk.core.events import CallPieces, ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models.openai_wire._asking import AskingOptions
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider
from tests.models.openai_wire.responses.upstream import (
    MODEL,
    Exchange,
    Upstream,
    body,
    call,
    frame,
    frames,
    message,
    reasoning,
    sse_head,
)

KEY = "sk-very-secret"
PROFILE = ModelProfile({"minimal": "low"}, reasons_by_default=True, tools="without_reasoning", reasons_over="responses")
TOOL = ToolSpec("price", "A price.", {"type": "object", "properties": {}})
ASKED = (text_message("user", "BTC?"),)
ASK = ModelRequest("m-1", ASKED, tools=(TOOL,))
ASK_STREAM = ModelRequest("m-1", ASKED, tools=(TOOL,), stream=True)
CALLING = body(reasoning("Look."), call("call_1", "price", "{}"))
ANSWER = body(message("64,000"))
SAID = [ModelStarted(MODEL), TextDelta("64,000"), ModelFinished("stop", Usage(3, 2))]
CHAT = {
    "model": MODEL,
    "choices": [{"index": 0, "message": {"content": "64,000"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}
Reply = Callable[[Exchange], Awaitable[None]]


@asynccontextmanager
async def serving(reply: Reply, **options: Any) -> AsyncIterator[tuple[OpenAIWireProvider, Upstream]]:
    async with Upstream(reply) as upstream:
        profiles = {"m-1": PROFILE, "m-2": ModelProfile(reasons_over="responses")}
        provider = OpenAIWireProvider("up", upstream.base_url, KEY, profiles=profiles, **options)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def events(provider: OpenAIWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


async def failure(provider: OpenAIWireProvider, request: ModelRequest) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        await events(provider, request)
    return caught.value


async def answer(exchange: Exchange, said: dict[str, Any] = ANSWER) -> None:
    if exchange.path.endswith("/chat/completions"):
        await exchange.answer(200, json.dumps(CHAT).encode())
    elif exchange.json.get("stream"):
        await exchange.stream(*frames(said))
    else:
        await exchange.answer(200, json.dumps(said).encode())


def after_call(found: list[ModelEvent], request: ModelRequest) -> ModelRequest:
    """The next round: the model's calls, and a result for each."""
    pieces = CallPieces()
    for event in found:
        if isinstance(event, ToolCallDelta):
            pieces.add(event)
    calls = tuple(each for _, each in pieces.calls())
    results = tuple(ToolResultPart(each.call_id, "64000") for each in calls)
    loop = (*request.messages, Message("assistant", calls), Message("tool", results))
    return ModelRequest(request.upstream_model, loop, tools=request.tools, stream=request.stream)


def kinds(exchange: Exchange) -> list[str]:
    return [item.get("type", item.get("role")) for item in exchange.json["input"]]


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
async def test_reasoning_goes_back_with_the_results_of_its_calls(request_: ModelRequest) -> None:
    async def reply(exchange: Exchange) -> None:
        await answer(exchange, CALLING if len(upstream.requests) == 1 else ANSWER)

    async with serving(reply) as (provider, upstream):
        found = await events(provider, request_)
        assert await events(provider, after_call(found, request_)) == SAID
    first, second = upstream.requests
    assert first.path == second.path == "/v1/responses"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert kinds(second) == ["user", "reasoning", "function_call", "function_call_output"]
    assert second.json["input"][1]["encrypted_content"] == "gAAA"
    assert "none" not in json.dumps(first.json), "tools do not switch reasoning off"


async def test_the_results_of_a_lost_call_are_answered_all_the_same() -> None:
    """After a restart, or in another process, nothing of the reasoning is there."""

    async def reply(exchange: Exchange) -> None:
        await answer(exchange, CALLING if len(upstream.requests) == 1 else ANSWER)

    async with serving(reply) as (provider, upstream):
        request = after_call(await events(provider, ASK), ASK)
        another = OpenAIWireProvider("up", upstream.base_url, KEY, profiles={"m-1": PROFILE})
        assert await events(another, request) == SAID
        await another.close()
        assert kinds(upstream.request) == ["user", "function_call", "function_call_output"]


@pytest.mark.parametrize("status", [400, 404])
async def test_reasoning_that_can_no_longer_be_read_is_left_out_once(status: int) -> None:
    errors = {
        400: {"code": "invalid_encrypted_content", "message": "The encrypted content could not be verified."},
        404: {"code": None, "message": "Item 'rs_1' not found. Items are not persisted when `store` is set to false."},
    }

    async def reply(exchange: Exchange) -> None:
        if "reasoning" in kinds(exchange):
            await exchange.answer(status, json.dumps({"error": errors[status]}).encode())
        else:
            await answer(exchange, CALLING if len(upstream.requests) == 1 else ANSWER)

    async with serving(reply) as (provider, upstream):
        request = after_call(await events(provider, ASK), ASK)
        assert await events(provider, request) == SAID
        assert len(upstream.requests) == 3


async def test_a_summary_that_is_refused_is_asked_for_no_more() -> None:
    refused = {"error": {"param": "reasoning.summary", "message": "Verify your organization.", "code": "unsupported"}}

    async def reply(exchange: Exchange) -> None:
        if "summary" in exchange.json.get("reasoning", {}):
            await exchange.answer(400, json.dumps(refused).encode())
        else:
            await answer(exchange)

    async with serving(reply) as (provider, upstream):
        assert await events(provider, ASK) == SAID
        assert await events(provider, ASK) == SAID
        assert len(upstream.requests) == 3


async def test_what_is_refused_again_without_it_is_refused() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(400, b'{"error":{"code":"invalid_encrypted_content","message":"no"}}')

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK), UpstreamRejected)
        assert len(upstream.requests) == 2


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_knows_chat_completions_alone_is_asked_over_those(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def reply(exchange: Exchange) -> None:
        if exchange.path.endswith("/responses"):
            await exchange.answer(status, b"Not Found", "text/plain")
        else:
            await answer(exchange)

    async with serving(reply) as (provider, upstream):
        with caplog.at_level(logging.WARNING, "cryptodesk.models"):
            assert await events(provider, ASK) == SAID
            assert await events(provider, ASK) == SAID
    assert [each.path for each in upstream.requests] == ["/v1/responses", *["/v1/chat/completions"] * 2]
    assert upstream.request.json["reasoning_effort"] == "none", "there, tools are taken at no other effort"
    assert len(caplog.records) == 1


async def test_a_model_that_is_not_known_is_not_asked_for_elsewhere() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(404, b'{"error":{"code":"model_not_found","message":"no such model"}}')

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK), UpstreamUnavailable)
        assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("request_", "options", "path"),
    [
        (ASK, AskingOptions(), "/responses"),
        (ASK, AskingOptions(responses=False), "/chat/completions"),
        (ModelRequest("m-2", ASKED), AskingOptions(), "/chat/completions"),
        (ModelRequest("m-2", ASKED, reasoning_effort="low"), AskingOptions(), "/responses"),
        (ModelRequest("m-3", ASKED, reasoning_effort="low"), AskingOptions(), "/chat/completions"),
    ],
)
async def test_the_catalogue_says_who_is_asked_there_and_only_those_who_reason_are(
    request_: ModelRequest, options: AskingOptions, path: str
) -> None:
    async with serving(answer, asking=options) as (provider, upstream):
        assert await events(provider, request_) == SAID
        assert upstream.request.path == f"/v1{path}"


@pytest.mark.parametrize("has_begun", [True, False])
@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_who_hangs_up_closes_the_upstream_at_once(has_begun: bool, how: str) -> None:
    arrived = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        if has_begun:
            await exchange.write(sse_head())
            await exchange.chunk(b"".join(frames(ANSWER)[:5]))
        arrived.set()
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        answers = provider.stream(ASK_STREAM)
        if how == "close" and has_begun:
            await anext(answers)
            await answers.aclose()  # type: ignore[attr-defined]
        else:
            task = asyncio.ensure_future(events(provider, ASK_STREAM))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await upstream.hung_up.wait()


async def test_the_connection_serves_the_next_round() -> None:
    async with serving(answer) as (provider, upstream):
        for request in (ASK, ASK_STREAM, ASK):
            assert (await events(provider, request))[-1] == SAID[-1]
            await asyncio.gather(*provider._drains)
        assert upstream.connections == 1


async def test_what_comes_after_the_end_is_no_part_of_the_answer() -> None:
    async def reply(exchange: Exchange) -> None:
        late = frame({"type": "error", "code": "server_error", "message": "too late"})
        await exchange.stream(*frames(ANSWER), late)

    async with serving(reply) as (provider, _):
        assert (await events(provider, ASK_STREAM))[-1] == SAID[-1]


def test_every_openai_model_that_reasons_is_asked_in_this_format() -> None:
    models = load_models().models
    found = {name: each.profile for name, each in models.items() if each.provider == "openai"}
    reasoning = {name for name, profile in found.items() if profile.reasoning_efforts}
    assert {name for name, profile in found.items() if profile.reasons_over == "responses"} == reasoning
    assert {"gpt-6.2-sol", "gpt-6-astra", "cmc-ai-v1-gpt-5.1"} <= reasoning
