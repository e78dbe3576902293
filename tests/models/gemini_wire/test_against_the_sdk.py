"""The vendor's own client as a witness: it takes our requests, sends the same bytes, and reads the same answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cryptodesk.core.errors import ContentFiltered, UpstreamError
from cryptodesk.core.events import (
    ModelEvent,
    ModelFinished,
    ModelStarted,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.models.gemini_wire._errors import _BY_RPC_STATUS
from cryptodesk.models.gemini_wire._provider import GeminiWireProvider
from cryptodesk.models.gemini_wire._reading import FAILURES, FINISH_REASONS
from tests.models.gemini_wire.client import KEY, Reply
from tests.models.gemini_wire.upstream import Exchange, Upstream, call_part, candidate, frame, text_answer

genai = pytest.importorskip("google.genai", reason="google-genai is not installed: no witness")
errors, types = genai.errors, genai.types

pytestmark = pytest.mark.filterwarnings("ignore")  # of the witness

USAGE = {
    "promptTokenCount": 30,
    "cachedContentTokenCount": 12,
    "candidatesTokenCount": 7,
    "thoughtsTokenCount": 5,
    "toolUsePromptTokenCount": 4,
    "totalTokenCount": 46,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 30}],
}
HI = text_message("user", "hi")
SYSTEM = text_message("system", "You know coins.")
SYMBOL = {"type": "object", "properties": {"symbol": {"type": "string"}}, "required": ["symbol"]}
LIMIT = {"type": "object", "properties": {"n": {"type": "integer", "exclusiveMinimum": 0, "default": 5}}}
TOOLS = (
    ToolSpec("price", "Price of a coin.", SYMBOL),
    ToolSpec("news", "News.", LIMIT, strict=True),
    ToolSpec("now", "The time.", {"type": "object", "properties": {}}),
)
LOOP = (
    Message(
        "assistant",
        (
            TextPart("Let me see."),
            ToolCallPart("a", "price", '{"symbol": "BTC"}'),
            ToolCallPart("b", "price", '{"symbol": "ETH"}'),
        ),
    ),
    Message("tool", (ToolResultPart("a", '{"usd": 1.5}'),)),
    Message("tool", (ToolResultPart("b", "no such coin", is_error=True),)),
)
REQUESTS = {
    "plain": ModelRequest("gemini-x", (HI,)),
    "system": ModelRequest("gemini-x", (SYSTEM, HI), temperature=0.2, max_output_tokens=100),
    "tools": ModelRequest("gemini-x", (HI,), TOOLS, reasoning_effort="low"),
    "required": ModelRequest("gemini-x", (HI,), TOOLS[:1], tool_choice="required"),
    "none": ModelRequest("gemini-x", (HI, *LOOP), TOOLS, tool_choice="none"),
    "loop": ModelRequest("gemini-x", (SYSTEM, HI, *LOOP), TOOLS, reasoning_effort="high", max_output_tokens=65_536),
    "turns": ModelRequest("gemini-x", (HI, text_message("assistant", "Hello!"), text_message("user", "and?"))),
    "object": ModelRequest("gemini-x", (HI,), response_format=ResponseFormat("json_object")),
    "schema": ModelRequest("gemini-x", (HI,), response_format=ResponseFormat("json_schema", schema=LIMIT)),
}


def streamed(request: ModelRequest) -> ModelRequest:
    return ModelRequest(**{**{name: getattr(request, name) for name in request.__struct_fields__}, "stream": True})


@asynccontextmanager
async def both(reply: Reply) -> AsyncIterator[tuple[GeminiWireProvider, Any, Upstream]]:
    async with Upstream(reply) as upstream:
        ours = GeminiWireProvider("up", upstream.base_url, KEY)
        root = upstream.base_url.removesuffix("/v1beta")
        options = types.HttpOptions(
            base_url=root, api_version="v1beta", retry_options=types.HttpRetryOptions(attempts=1)
        )
        theirs = genai.Client(api_key=KEY, vertexai=False, http_options=options).aio
        try:
            yield ours, theirs, upstream
        finally:
            await theirs.aclose()
            await ours.close()


def as_config(body: dict[str, Any]) -> Any:
    """What we sent as the parameters of the vendor's client, which refuses fields and values that it does not know."""
    config = {name: body[name] for name in ("systemInstruction", "tools", "toolConfig") if name in body}
    config |= body.get("generationConfig", {})
    off = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig.model_validate({**config, "automaticFunctionCalling": off})


def as_documented(body: dict[str, Any]) -> dict[str, Any]:
    """The vendor's client writes some names in its own spelling, an empty configuration, and a role for the system."""
    renamed: dict[str, Any] = _renamed(body)
    renamed.get("systemInstruction", {}).pop("role", None)
    if not renamed.get("generationConfig"):
        renamed.pop("generationConfig", None)
    return renamed


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(part) for part in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, part in value.items():
        first, *words = name.split("_")
        camel = first + "".join(word.capitalize() for word in words)
        found[camel] = part if camel in ("args", "response") or camel.endswith("JsonSchema") else _renamed(part)
    return found


async def ask_them(client: Any, body: dict[str, Any], *, is_streamed: bool) -> list[Any]:
    contents = [types.Content.model_validate(content) for content in body["contents"]]
    asking = {"model": "gemini-x", "contents": contents, "config": as_config(body)}
    if not is_streamed:
        return [await client.models.generate_content(**asking)]
    return [chunk async for chunk in await client.models.generate_content_stream(**asking)]


def as_they_read(chunks: list[Any]) -> dict[str, Any]:
    parts = [
        part
        for chunk in chunks
        for candidate in (chunk.candidates or [])[:1]
        for part in ((candidate.content.parts if candidate.content else None) or [])
    ]
    last = next(chunk for chunk in reversed(chunks) if chunk.usage_metadata)
    said = last.usage_metadata
    return {
        "model": chunks[0].model_version,
        "text": "".join(part.text for part in parts if part.text and not part.thought),
        "reasoning": "".join(part.text for part in parts if part.text and part.thought),
        "calls": [
            (part.function_call.id, part.function_call.name, part.function_call.args or {})
            for part in parts
            if part.function_call
        ],
        "finish": str(last.candidates[0].finish_reason.value),
        "total": said.total_token_count,
        "usage": Usage(
            (said.prompt_token_count or 0) + (said.tool_use_prompt_token_count or 0),
            said.candidates_token_count or 0,
            said.cached_content_token_count or 0,
            said.thoughts_token_count or 0,
        ),
    }


def as_we_read(events: list[ModelEvent]) -> dict[str, Any]:
    started, finished = events[0], events[-1]
    assert isinstance(started, ModelStarted)
    assert isinstance(finished, ModelFinished)
    assert finished.usage is not None
    calls = [event for event in events if isinstance(event, ToolCallDelta)]
    return {
        "model": started.model,
        "text": "".join(event.text for event in events if isinstance(event, TextDelta)),
        "reasoning": "".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        "calls": [(call.call_id, call.name, json.loads(call.arguments)) for call in calls],
        "finish": finished.finish_reason,
        "total": finished.usage.total_tokens,
        "usage": finished.usage,
    }


async def ask_us(provider: GeminiWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


def replying(*chunks: dict[str, Any]) -> Reply:
    async def reply(exchange: Exchange) -> None:
        if "alt=sse" in exchange.path:
            await exchange.stream(*(frame(chunk) for chunk in chunks))
        else:
            await exchange.answer(200, json.dumps(chunks[0], indent=2).encode(), "application/json; charset=UTF-8")

    return reply


@pytest.mark.parametrize("is_streamed", [False, True], ids=["buffered", "streamed"])
@pytest.mark.parametrize("name", sorted(REQUESTS))
async def test_the_vendors_client_takes_our_request_and_sends_the_same(name: str, is_streamed: bool) -> None:
    request = streamed(REQUESTS[name]) if is_streamed else REQUESTS[name]
    async with both(replying(text_answer("Hi", finish="STOP", usage=USAGE))) as (ours, theirs, upstream):
        await ask_us(ours, request)
        sent = upstream.request
        is_sse = "alt=sse" in sent.path
        await ask_them(theirs, sent.json, is_streamed=is_sse)
        theirs_sent = upstream.request
    assert len(upstream.requests) == 2
    assert as_documented(theirs_sent.json) == sent.json
    assert theirs_sent.path == sent.path
    assert theirs_sent.headers["x-goog-api-key"] == sent.headers["x-goog-api-key"] == KEY


ANSWERS: dict[str, tuple[dict[str, Any], ...]] = {
    "text": (text_answer("Ein ₿ 🚀", finish="STOP", usage=USAGE),),
    "chunks": (
        text_answer("Ein", usage={"promptTokenCount": 30, "totalTokenCount": 30}),
        text_answer(" ₿"),
        candidate({"text": "", "thoughtSignature": "c2ln"}, finish="STOP", usage=USAGE),
    ),
    "thoughts": (candidate({"text": "hm", "thought": True}, {"text": "Hi"}, finish="STOP", usage=USAGE),),
    "calls": (
        candidate(
            {"text": "Let me see."},
            call_part("price", {"symbol": "BTC", "n": 1.5, "deep": {"a": [1, None, True]}}, "a", "c2ln"),
            call_part("now", {}, "b"),
            finish="STOP",
            usage=USAGE,
        ),
    ),
    "cut": (text_answer("Hal", finish="MAX_TOKENS", usage=USAGE),),
    "filtered": (text_answer("Hal", finish="SAFETY", usage=USAGE),),
    "least usage": (text_answer("Hi", finish="STOP", usage={"promptTokenCount": 3, "totalTokenCount": 3}),),
}


@pytest.mark.parametrize(
    ("name", "is_streamed"),
    [
        (name, is_streamed)
        for name in ANSWERS
        for is_streamed in (False, True)
        if is_streamed or len(ANSWERS[name]) == 1
    ],
)
async def test_the_same_answer_is_read_the_same(name: str, is_streamed: bool) -> None:
    request = streamed(REQUESTS["tools"]) if is_streamed else REQUESTS["tools"]
    async with both(replying(*ANSWERS[name])) as (ours, theirs, upstream):
        mine = as_we_read(await ask_us(ours, request))
        other = as_they_read(await ask_them(theirs, upstream.request.json, is_streamed=is_streamed))
    said = other.pop("finish")
    meant = FINISH_REASONS[said]
    assert mine.pop("finish") == ("tool_calls" if meant == "stop" and mine["calls"] else meant)
    assert mine == other


async def test_the_signature_that_the_vendors_chat_sends_back_is_the_one_we_send_back() -> None:
    first = candidate(call_part("price", {"symbol": "BTC"}, "a", "c2ln"), finish="STOP", usage=USAGE)

    async def reply(exchange: Exchange) -> None:
        answer = first if len(exchange.json["contents"]) == 1 else text_answer("Done", finish="STOP", usage=USAGE)
        await exchange.answer(200, json.dumps(answer).encode())

    call = Message("assistant", (ToolCallPart("a", "price", '{"symbol":"BTC"}'),))
    result = Message("tool", (ToolResultPart("a", "1.5"),))
    async with both(reply) as (ours, theirs, upstream):
        await ask_us(ours, REQUESTS["tools"])
        await ask_us(ours, ModelRequest("gemini-x", (HI, call, result), TOOLS, reasoning_effort="low"))
        mine = upstream.request.json
        chat = theirs.chats.create(model="gemini-x", config=as_config(mine))
        await chat.send_message("hi")
        response = types.FunctionResponse(id="a", name="price", response={"output": "1.5"})
        await chat.send_message(types.Part(function_response=response))
        assert upstream.request.json["contents"] == mine["contents"]


async def test_a_very_long_answer_is_asked_on_and_billed_the_same() -> None:
    def answers(token: str | None) -> list[dict[str, Any]]:
        if token is None:
            return [text_answer("a"), candidate(finish="CONTINUATION", usage=USAGE, continuationToken="MTEx")]
        return [text_answer("b", finish="STOP", usage=USAGE)]

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*map(frame, answers(exchange.json.get("continuationToken"))))

    request = ModelRequest("gemini-x", (HI,), max_output_tokens=100_000, stream=True)
    async with both(reply) as (ours, theirs, upstream):
        mine = as_we_read(await ask_us(ours, request))
        other = as_they_read(await ask_them(theirs, upstream.requests[0].json, is_streamed=True))
        bodies = [request.json for request in upstream.requests]
    assert bodies[:2] == bodies[2:]
    assert (mine.pop("finish"), other.pop("finish")) == ("stop", "STOP")
    assert mine == other
    assert mine["text"] == "ab"


@pytest.mark.parametrize("is_streamed", [False, True], ids=["buffered", "streamed"])
@pytest.mark.parametrize("is_listed", [False, True], ids=["object", "list"])
async def test_both_see_every_error_with_the_same_status(is_listed: bool, is_streamed: bool) -> None:
    error: dict[str, Any] = {}

    async def reply(exchange: Exchange) -> None:
        body = json.dumps([error] if is_listed else error, indent=2).encode()
        await exchange.answer(400, body, "application/json; charset=UTF-8")

    request = streamed(REQUESTS["plain"]) if is_streamed else REQUESTS["plain"]
    async with both(reply) as (ours, theirs, upstream):
        for name, (kind, _) in _BY_RPC_STATUS.items():
            error["error"] = {"code": 400, "message": "m", "status": name, "details": []}
            with pytest.raises(UpstreamError) as mine:
                await ask_us(ours, request)
            sent = upstream.request.json
            with pytest.raises(errors.APIError) as other:
                await ask_them(theirs, sent, is_streamed=is_streamed)
            assert (other.value.code, other.value.status) == (mine.value.upstream_status, name)
            assert type(mine.value) is kind


@pytest.mark.parametrize("is_event", [True, False], ids=["event", "bare lines"])
async def test_both_see_an_error_in_mid_stream(is_event: bool) -> None:
    error = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    last = frame(error) if is_event else json.dumps(error, indent=2).encode() + b"\n"

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("a")), last)

    async with both(reply) as (ours, theirs, upstream):
        with pytest.raises(UpstreamError) as mine:
            await ask_us(ours, streamed(REQUESTS["plain"]))
        sent = upstream.request.json
        with pytest.raises(errors.APIError) as other:
            await ask_them(theirs, sent, is_streamed=True)
    assert other.value.status == "UNAVAILABLE"
    assert mine.value.retryable


async def test_both_see_a_blocked_prompt_for_every_reason() -> None:
    blocked: dict[str, Any] = {"usageMetadata": {"promptTokenCount": 3}}
    async with both(replying(blocked)) as (ours, theirs, upstream):
        for reason in types.BlockedReason:
            blocked["promptFeedback"] = {"blockReason": reason.value}
            with pytest.raises(ContentFiltered, match=reason.value):
                await ask_us(ours, REQUESTS["plain"])
            (seen,) = await ask_them(theirs, upstream.request.json, is_streamed=False)
            assert seen.prompt_feedback.block_reason is reason


def test_every_finish_reason_of_the_vendor_has_a_row() -> None:
    assert {reason.value for reason in types.FinishReason} == set(FINISH_REASONS) | set(FAILURES)


def test_the_words_we_send_are_the_vendors() -> None:
    assert {"ANY", "NONE", "VALIDATED"} <= {mode.value for mode in types.FunctionCallingConfigMode}
    assert {"MINIMAL", "LOW", "MEDIUM", "HIGH"} <= {level.value for level in types.ThinkingLevel}
