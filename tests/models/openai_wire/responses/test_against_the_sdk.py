"""The vendor's own client as the judge: it accepts our requests, reads our fake server, and hears the same from it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import pytest

from cryptodesk.core.errors import ContentFiltered, CryptodeskError, UpstreamError
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
from cryptodesk.models.openai_wire import _errors
from cryptodesk.models.openai_wire._asking import AskingOptions
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider
from cryptodesk.models.openai_wire.responses._asking import encode_response_request
from tests.models.openai_wire.responses.test_asking import BARE, LOOP, REASONING, SCHEMA, TOOL, USER, kept
from tests.models.openai_wire.responses.upstream import (
    Exchange,
    Upstream,
    body,
    call,
    frame,
    frames,
    message,
    reasoning,
    refusal,
    usage,
)

openai = pytest.importorskip("openai", minversion="3", reason="needs the vendor's client: pip install openai")
pydantic = pytest.importorskip("pydantic", reason="needs pydantic, which the vendor's client brings")
params = openai.types.responses.response_create_params

KEY = "sk-very-secret"
SCHEMA_FORMAT = ResponseFormat("json_schema", "price", SCHEMA, strict=True)
REQUESTS = {
    "least": ModelRequest("m-1", (USER,)),
    "limited": ModelRequest("m-1", (USER,), max_output_tokens=99, temperature=0.1, reasoning_effort="high"),
    "streamed": ModelRequest("m-1", LOOP[:2], stream=True),
    "tools": ModelRequest("m-1", LOOP[:2], tools=(TOOL, BARE), stream=True),
    "forced": ModelRequest("m-1", (USER,), tools=(TOOL,), tool_choice="required"),
    "forbidden": ModelRequest("m-1", LOOP, tools=(TOOL,), tool_choice="none"),
    "loop": ModelRequest("m-1", LOOP, tools=(TOOL,), stream=True),
    "schema": ModelRequest("m-1", (USER,), response_format=SCHEMA_FORMAT),
    "object": ModelRequest("m-1", (USER,), response_format=ResponseFormat("json_object")),
}
ANSWERS = {
    "text": body(message("Bitcoin is at 64,000 ₿.")),
    "reasoning and calls": body(
        reasoning("Look it ", "up."), message("Let me look.", phase="commentary"),
        call("call_1", "price", '{"symbol":"BTC"}'), call("call_2", "overview", "{}"),
        usage=usage(120, 45, cached=64, reasoned=30, kept=10),
    ),
    "refusal": body(refusal("I cannot help with that.")),
    "cut": body(
        message("Half an"), status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    ),
    "filtered": body(status="incomplete", incomplete_details={"reason": "content_filter"}),
}  # fmt: skip


def encoded(request: ModelRequest) -> Any:
    thoughts, _ = kept()
    return json.loads(encode_response_request(request, REASONING, AskingOptions(), thoughts).body)


def consumed(value: Any) -> Any:
    """Lists of the parameter types are validated while they are read."""
    if isinstance(value, dict):
        return {name: consumed(part) for name, part in value.items()}
    if isinstance(value, (str, bytes, int, float, bool, type(None))):
        return value
    return [consumed(part) for part in value]


@pytest.mark.parametrize("name", REQUESTS)
def test_our_requests_are_of_the_clients_parameter_types(name: str) -> None:
    asked = encoded(REQUESTS[name])
    streams = asked.get("stream")
    kind = params.ResponseCreateParamsStreaming if streams else params.ResponseCreateParamsNonStreaming
    # A field that the type does not know is dropped on the way, so that equality finds it.
    assert consumed(pydantic.TypeAdapter(kind).validate_python(asked)) == asked


def test_reasoning_that_is_sent_back_is_of_the_clients_parameter_types() -> None:
    asked = encoded(REQUESTS["loop"])
    item = next(item for item in asked["input"] if item.get("type") == "reasoning")
    kind = openai.types.responses.ResponseReasoningItemParam
    assert consumed(pydantic.TypeAdapter(kind).validate_python(item)) == item


@asynccontextmanager
async def both(answer: dict[str, Any], status: int = 200) -> AsyncIterator[tuple[Any, OpenAIWireProvider, Upstream]]:
    async def reply(exchange: Exchange) -> None:
        if status == 200 and exchange.json.get("stream"):
            await exchange.stream(*frames(answer))
        else:
            await exchange.answer(status, json.dumps(answer).encode())

    async with Upstream(reply) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url, KEY, profiles={"m-1": REASONING})
        async with openai.AsyncOpenAI(api_key=KEY, base_url=upstream.base_url, max_retries=0) as client:
            try:
                yield client, provider, upstream
            finally:
                await provider.close()


async def said_to_us(provider: OpenAIWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for batch in provider.stream(request) for event in batch]


async def said_to_client(client: Any, asked: dict[str, Any]) -> Any:
    if not asked.get("stream"):
        return await client.responses.create(**asked)
    last = None
    async for event in await client.responses.create(**asked):
        last = event
    assert last is not None
    return last.response


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_client_sends_the_same_body_to_the_same_place(name: str) -> None:
    async with both(ANSWERS["text"]) as (client, provider, upstream):
        await said_to_us(provider, REQUESTS[name])
        ours = upstream.request
        await said_to_client(client, ours.json)
        theirs = upstream.request
    assert (theirs.json, theirs.path) == (ours.json, ours.path)
    for header in ("authorization", "content-type"):
        assert theirs.headers[header] == ours.headers[header]


def ours(events: list[ModelEvent]) -> dict[str, Any]:
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
        "thinking": "".join(event.text for event in events if isinstance(event, ReasoningDelta)).split("\n\n"),
        "calls": [(each.call_id, each.name, each.arguments) for _, each in pieces.calls()],
        "is_cut": finished.finish_reason in ("length", "content_filter"),
        "tokens": (
            finished.usage.input_tokens, finished.usage.cache_read_tokens, finished.usage.cache_write_tokens,
            finished.usage.output_tokens + finished.usage.reasoning_tokens, finished.usage.reasoning_tokens,
        ),
    }  # fmt: skip


def theirs(response: Any) -> dict[str, Any]:
    parts = [part for item in response.output if item.type == "message" for part in item.content]
    summaries = [part.text for item in response.output if item.type == "reasoning" for part in item.summary]
    calls = [item for item in response.output if item.type == "function_call"]
    said = response.usage
    return {
        "model": response.model,
        "text": "".join(part.refusal if part.type == "refusal" else part.text for part in parts),
        "thinking": summaries or [""],
        "calls": [(each.call_id, each.name, each.arguments) for each in calls],
        "is_cut": response.status == "incomplete",
        "tokens": (
            said.input_tokens, said.input_tokens_details.cached_tokens, said.input_tokens_details.cache_write_tokens,
            said.output_tokens, said.output_tokens_details.reasoning_tokens,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("is_streamed", [True, False], ids=["streamed", "buffered"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_the_client_and_we_hear_the_same_answer(name: str, is_streamed: bool) -> None:
    request = ModelRequest("m-1", (USER,), stream=is_streamed)
    async with both(ANSWERS[name]) as (client, provider, upstream):
        heard = ours(await said_to_us(provider, request))
        assert heard == theirs(await said_to_client(client, upstream.request.json))


@pytest.mark.parametrize("name", ANSWERS)
def test_our_fake_writes_what_the_client_reads_to_the_last_field(name: str) -> None:
    response = pydantic.TypeAdapter(openai.types.responses.Response).validate_python(ANSWERS[name], strict=False)
    assert set(response.model_extra) == {"store"}, "which the endpoint writes and the client has no field for"
    event_type = pydantic.TypeAdapter(openai.types.responses.ResponseStreamEvent)
    for written in frames(ANSWERS[name]):
        event = json.loads(written.split(b"data: ")[1])
        event_type.validate_python(event)
        assert written == frame(event)


@pytest.mark.parametrize("code", get_args(openai.types.responses.ResponseError.model_fields["code"].annotation))
def test_every_code_that_the_client_knows_has_a_meaning(code: str) -> None:
    payload = json.dumps({"error": {"code": code, "message": "It failed."}}).encode()
    error = _errors.error_in_answer("up", payload, secret=KEY)
    if "image" in code:  # none is ever sent
        return
    assert isinstance(error, ContentFiltered) or "answered with an error" not in error.message


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, "BadRequestError"), (401, "AuthenticationError"), (403, "PermissionDeniedError"), (404, "NotFoundError"),
     (409, "ConflictError"), (422, "UnprocessableEntityError"), (429, "RateLimitError"), (500, "InternalServerError"),
     (503, "InternalServerError")],
)  # fmt: skip
async def test_what_the_client_raises_we_map(status: int, raised: str) -> None:
    body_ = {"error": {"message": "no", "type": "x", "param": None, "code": "model_not_found"}}
    async with both(body_, status) as (client, provider, upstream):
        with pytest.raises(CryptodeskError) as caught:
            await said_to_us(provider, REQUESTS["least"])
        with pytest.raises(getattr(openai, raised)):
            await said_to_client(client, upstream.request.json)
    assert isinstance(caught.value, UpstreamError)
    assert caught.value.upstream_status == status
