"""The vendor's own client as the judge: it accepts our requests, reads our fake server, and hears the same from it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, get_args

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.errors import CryptodeskError, UpstreamError
from cryptodesk.core.events import (
    CallPieces,
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
from cryptodesk.models.anthropic_wire import _errors, _reading
from cryptodesk.models.anthropic_wire._asking import AskingOptions, encode_request
from cryptodesk.models.anthropic_wire._provider import API_VERSION, AnthropicWireProvider
from cryptodesk.models.anthropic_wire._schemas import fitted_schema
from cryptodesk.models.anthropic_wire._thoughts import Thoughts
from tests.models.anthropic_wire.test_schemas import SCHEMA
from tests.models.anthropic_wire.upstream import (
    Exchange,
    Upstream,
    block_frames,
    body,
    ending,
    frame,
    opening,
    streamed,
    text,
    thinking,
    tool_use,
    usage,
)

anthropic = pytest.importorskip("anthropic", minversion="2", reason="needs the vendor's client: pip install anthropic")
pydantic = pytest.importorskip("pydantic", reason="needs pydantic, which the vendor's client brings")

KEY = "sk-ant-very-secret"
TOOL = ToolSpec("price", "A price.", {"type": "object", "properties": {"symbol": {"type": "string"}}})
STRICT = ToolSpec("news", "News.", SCHEMA, strict=True)
SYSTEM, USER = text_message("system", "You are a desk."), text_message("user", "BTC?")
CALLS = (ToolCallPart("toolu_1", "price", '{"symbol":"BTC"}'), ToolCallPart("toolu_2", "news", "{"))
LOOP = (
    SYSTEM,
    USER,
    Message("assistant", (TextPart("Let me look."), *CALLS)),
    Message("tool", (ToolResultPart("toolu_1", "64000"), ToolResultPart("toolu_2", "bad", is_error=True))),
)
SCHEMA_FORMAT = ResponseFormat("json_schema", schema=SCHEMA, strict=True)
BUDGETS = ModelProfile(reasoning_efforts={"low": "2048", "minimal": "disabled", "high": "max"})

REQUESTS = {
    "least": ModelRequest("claude-test-1", (USER,)),
    "limited": ModelRequest("claude-test-1", (SYSTEM, USER), max_output_tokens=9, temperature=0.1),
    "streamed": ModelRequest("claude-test-1", (SYSTEM, USER), stream=True),
    "tools": ModelRequest("claude-test-1", (SYSTEM, USER), tools=(TOOL, STRICT)),
    "forced": ModelRequest("claude-test-1", (USER,), tools=(TOOL,), tool_choice="required", stream=True),
    "forbidden": ModelRequest("claude-test-1", LOOP, tools=(TOOL,), tool_choice="none"),
    "loop": ModelRequest("claude-test-1", LOOP, tools=(TOOL, STRICT), stream=True, reasoning_effort="high"),
    "loop without tools": ModelRequest("claude-test-1", LOOP),
    "schema": ModelRequest("claude-test-1", (USER,), response_format=SCHEMA_FORMAT, reasoning_effort="medium"),
    "object": ModelRequest("claude-test-1", (USER,), response_format=ResponseFormat("json_object")),
    "adaptive": ModelRequest("claude-test-1", (USER,), reasoning_effort="medium", stream=True),
    "budget": ModelRequest("claude-test-1", (USER,), reasoning_effort="low", stream=True),
    "unthinking": ModelRequest("claude-test-1", (USER,), reasoning_effort="minimal"),
    "nothing": ModelRequest("claude-test-1", ()),
}

Make = Callable[[], Any]


def encoded(request: ModelRequest, options: AskingOptions | None = None, thoughts: Thoughts | None = None) -> Any:
    asked = encode_request(request, BUDGETS, options or AskingOptions(cache="1h"), thoughts or Thoughts())
    return json.loads(asked.body)


def consumed(value: Any) -> Any:
    """Lists of the parameter types are validated while they are read."""
    if isinstance(value, dict):
        return {name: consumed(part) for name, part in value.items()}
    if isinstance(value, (str, bytes, int, float, bool, type(None))):
        return value
    return [consumed(part) for part in value]


# -- our requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REQUESTS)
def test_our_requests_are_of_the_clients_parameter_types(name: str) -> None:
    types = anthropic.types.message_create_params
    asked = encoded(REQUESTS[name])
    kind = types.MessageCreateParamsStreaming if asked.get("stream") else types.MessageCreateParamsNonStreaming
    # A field that the type does not know is dropped on the way, so that equality finds it.
    assert consumed(pydantic.TypeAdapter(kind).validate_python(asked)) == asked


def test_thinking_that_is_sent_back_is_of_the_clients_parameter_types() -> None:
    from cryptodesk.models.anthropic_wire import _wire as wire

    thoughts = Thoughts()
    first = encode_request(ModelRequest("m", LOOP[:2], tools=(TOOL,)), BUDGETS, AskingOptions(), thoughts)
    call = wire.ToolUseBlock("toolu_1", "price", wire.Raw(b'{"symbol":"BTC"}'))
    thoughts.keep(first.key, [wire.RedactedThinkingBlock("b3A="), wire.ThinkingBlock("", "c2ln"), call])
    loop = (*LOOP[:2], Message("assistant", CALLS[:1]), Message("tool", (ToolResultPart("toolu_1", "1"),)))
    asked = encoded(ModelRequest("m", loop, tools=(TOOL,), stream=True), AskingOptions(), thoughts)
    kinds = [block["type"] for block in asked["messages"][1]["content"]]
    assert kinds == ["redacted_thinking", "thinking", "tool_use"]
    streaming = anthropic.types.message_create_params.MessageCreateParamsStreaming
    assert consumed(pydantic.TypeAdapter(streaming).validate_python(asked)) == asked


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_client_sends_the_same_body_to_the_same_place_under_the_same_version(name: str) -> None:
    request = REQUESTS[name]
    async with both(body(text("Hi"))) as (client, provider, upstream):
        await said_to_us(provider, request)
        ours = upstream.request
        await said_to_client(client, ours.json)
        theirs = upstream.request
    assert theirs.json == ours.json
    assert theirs.path.partition("?")[0] == ours.path
    for header in ("authorization", "anthropic-version", "content-type"):
        assert theirs.headers[header] == ours.headers[header]
    assert ours.headers["anthropic-version"] == API_VERSION


def test_schemas_are_limited_as_the_clients_own_helper_limits_them() -> None:
    def bare(schema: Any) -> Any:
        """Without descriptions, where the two put what they could not keep in different words."""
        if isinstance(schema, dict):
            return {name: bare(part) for name, part in schema.items() if name != "description"}
        return [bare(part) for part in schema] if isinstance(schema, list) else schema

    theirs = anthropic.transform_schema(SCHEMA)
    assert bare(fitted_schema(SCHEMA)) == bare(theirs)


# -- the fake server, read by both -------------------------------------------------------------------------------


@asynccontextmanager
async def both(
    answer: dict[str, Any] | None = None, *, status: int = 200, frames: list[bytes] | None = None
) -> AsyncIterator[tuple[Any, AnthropicWireProvider, Upstream]]:
    async def reply(exchange: Exchange) -> None:
        if frames is not None:
            await exchange.stream(*frames)
        elif status == 200 and answer is not None and exchange.json.get("stream"):
            await exchange.stream(*streamed(answer))
        else:
            await exchange.answer(status, json.dumps(answer).encode())

    async with Upstream(reply) as upstream:
        base_url = upstream.base_url.removesuffix("/v1")
        provider = AnthropicWireProvider("up", base_url, KEY, asking=AskingOptions(cache="1h"))
        async with anthropic.AsyncAnthropic(api_key=KEY, base_url=base_url, max_retries=0, timeout=30) as client:
            try:
                yield client, provider, upstream
            finally:
                await provider.close()


async def said_to_us(provider: AnthropicWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


async def said_to_client(client: Any, asked: dict[str, Any]) -> Any:
    if not asked.get("stream"):
        return await client.messages.create(**asked)
    async with client.messages.stream(**{name: part for name, part in asked.items() if name != "stream"}) as stream:
        return await stream.get_final_message()


def our_summary(events: list[ModelEvent]) -> dict[str, Any]:
    pieces = CallPieces()
    for event in events:
        if isinstance(event, ToolCallDelta):
            pieces.add(event)
    started, finished = events[0], events[-1]
    assert isinstance(started, ModelStarted)
    assert isinstance(finished, ModelFinished)
    assert finished.usage is not None
    return {
        "model": started.model,
        "text": "".join(event.text for event in events if isinstance(event, TextDelta)),
        "thinking": "".join(event.text for event in events if isinstance(event, ReasoningDelta)),
        "calls": [(call.call_id, call.name, json.loads(call.arguments)) for _, call in pieces.calls()],
        "input": finished.usage.input_tokens,
        "read": finished.usage.cache_read_tokens,
        "written": (finished.usage.cache_write_tokens, finished.usage.cache_write_1h_tokens),
        "output": finished.usage.output_tokens + finished.usage.reasoning_tokens,
        "reasoning": finished.usage.reasoning_tokens,
        "reason": finished.finish_reason,
    }


def their_summary(message: Any) -> dict[str, Any]:
    spent = message.usage
    details = spent.output_tokens_details
    read, written = spent.cache_read_input_tokens or 0, spent.cache_creation_input_tokens or 0
    return {
        "model": message.model,
        "text": "".join(block.text for block in message.content if block.type == "text"),
        "thinking": "".join(block.thinking for block in message.content if block.type == "thinking"),
        "calls": [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"],
        "input": spent.input_tokens + written + read,
        "read": read,
        "written": (written, spent.cache_creation.ephemeral_1h_input_tokens if spent.cache_creation else 0),
        "output": spent.output_tokens,
        "reasoning": details.thinking_tokens if details is not None else 0,
        "reason": _reading._FINISH_REASONS[message.stop_reason],
    }


SPENT = usage(
    input_tokens=10,
    cache_creation={"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": 150},
    cache_creation_input_tokens=200,
    cache_read_input_tokens=3000,
    output_tokens=50,
    output_tokens_details={"thinking_tokens": 30},
)
TWO_CALLS = (tool_use("toolu_1", "price", {"symbol": "BTC"}), tool_use("toolu_2", "now", {}))
ANSWERS = {
    "text": body(text("₿ at 64,000 €")),
    "costs": body(thinking("Hm."), text("Yes."), usage=SPENT),
    "calls": body(text("Let me look."), *TWO_CALLS, stop="tool_use"),
    "thought calls": body(thinking("Let me see: ₿"), *TWO_CALLS, stop="tool_use", usage=SPENT),
    "hidden thoughts": body({"type": "redacted_thinking", "data": "b3A="}, text("Yes.")),
    "cut": body(text("Well"), stop="max_tokens"),
    "window": body(text("Well"), stop="model_context_window_exceeded"),
    "paused": body(text("Well"), stop="pause_turn"),
    "declined": body(
        text("Well"), stop="refusal", stop_details={"type": "refusal", "category": "bio", "explanation": "No."}
    ),
}


@pytest.mark.parametrize("is_streamed", [True, False], ids=["streamed", "buffered"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_both_hear_the_same(name: str, is_streamed: bool) -> None:
    request = ModelRequest("claude-test-1", (USER,), tools=(TOOL,), max_output_tokens=100, stream=is_streamed)
    async with both(ANSWERS[name]) as (client, provider, upstream):
        ours = our_summary(await said_to_us(provider, request))
        theirs = their_summary(await said_to_client(client, upstream.request.json))
    assert ours == theirs
    assert ours["text"] or ours["calls"]


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", "BadRequestError"), (401, "authentication_error", "AuthenticationError"),
        (402, "billing_error", "PaymentRequiredError"), (403, "permission_error", "PermissionDeniedError"),
        (404, "not_found_error", "NotFoundError"), (413, "request_too_large", "ContentTooLargeError"),
        (429, "rate_limit_error", "RateLimitError"), (500, "api_error", "InternalServerError"),
        (504, "timeout_error", "GatewayTimeoutError"), (529, "overloaded_error", "OverloadedError"),
    ],
)  # fmt: skip
async def test_both_fail_at_the_same_errors(status: int, kind: str, error: str) -> None:
    refusal = {"type": "error", "error": {"type": kind, "message": "x"}, "request_id": "req_1"}
    async with both(refusal, status=status) as (client, provider, upstream):
        with pytest.raises(CryptodeskError) as ours:
            await said_to_us(provider, REQUESTS["limited"])
        with pytest.raises(anthropic.APIStatusError) as theirs:
            await said_to_client(client, upstream.request.json)
    assert type(theirs.value).__name__ == error
    assert theirs.value.type == kind
    if isinstance(ours.value, UpstreamError):
        assert ours.value.upstream_status == theirs.value.status_code
        # What the vendor's client tries again is what may be tried elsewhere or later; and our key or account may be
        # refused here and good there.
        assert ours.value.retryable is (status in (401, 402, 403, 404, 408, 409, 429) or status >= 500)


async def test_both_fail_at_an_error_in_mid_stream() -> None:
    error = frame({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    frames = [opening(), *block_frames(0, text("Hi")), error]
    async with both(frames=frames) as (client, provider, upstream):
        with pytest.raises(UpstreamError):
            await said_to_us(provider, REQUESTS["streamed"])
        with pytest.raises(anthropic.APIStatusError) as theirs:
            await said_to_client(client, upstream.request.json)
    assert theirs.value.type == "overloaded_error"


async def test_the_client_reads_an_unfinished_stream_as_whole_and_we_do_not() -> None:
    """Where we differ on purpose: a cut answer must not be taken for a short one."""
    async with both(frames=[opening(), *block_frames(0, text("Hi"))]) as (client, provider, upstream):
        with pytest.raises(UpstreamError):
            await said_to_us(provider, REQUESTS["streamed"])
        message = await said_to_client(client, upstream.request.json)
    assert message.stop_reason is None
    assert ending()  # what was left out


# -- completeness ------------------------------------------------------------------------------------------------


def test_every_stop_reason_that_the_client_knows_has_a_meaning() -> None:
    assert set(get_args(anthropic.types.StopReason)) == set(_reading._FINISH_REASONS)


def test_every_type_of_error_that_the_client_knows_has_a_meaning() -> None:
    from anthropic.types.shared.error_type import ErrorType

    of_other_endpoints = {"memory_precondition_failed_error", "memory_path_conflict_error"}
    assert set(get_args(ErrorType)) - of_other_endpoints <= set(_errors._BY_TYPE)
