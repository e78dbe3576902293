"""A real model behind a real OpenAI-compatible server: our provider on llama.cpp, and the whole product on it.

What a model of this size says is of no interest; that it arrives whole, counted, in the form that was asked for, and
that it stops when nobody listens, is."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import ContextTooLong
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.ports import Provider
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.openai_wire import PROVIDER
from tests.clients.http import post, post_json, user
from tests.clients.llama import NEEDS_LLAMA, LlamaServer, llama, plain_llama
from tests.clients.server import KEY, RunningServer, running_server

__all__ = ["llama", "plain_llama"]

pytestmark = [NEEDS_LLAMA, pytest.mark.xdist_group("llama")]

MODEL = "local/smollm2"
FACT = {
    "type": "object",
    "properties": {
        "symbol": {"type": "string", "enum": ["BTC", "ETH"]},
        "year": {"type": "integer", "minimum": 2000, "maximum": 2030},
        "is_coin": {"type": "boolean"},
    },
    "required": ["symbol", "year", "is_coin"],
    "additionalProperties": False,
}
# The grammar allows no end before 300 items, about 900 tokens: what is shorter was stopped.
ENDLESS = {
    "type": "object",
    "properties": {"items": {"type": "array", "minItems": 300, "items": {"type": "string", "enum": ["on", "off"]}}},
    "required": ["items"],
    "additionalProperties": False,
}
FEWEST_TOKENS = 300
PRICE = ToolSpec(
    "get_price",
    "The price of a coin.",
    {"type": "object", "properties": {"symbol": {"type": "string"}}, "required": ["symbol"]},
)


def habit() -> list[tuple[str, str]]:
    """Turns that show so small a model how a tool is called."""
    turns = []
    for symbol, price in (("ETH", 3000), ("SOL", 150), ("XRP", 2)):
        call = json.dumps({"name": PRICE.name, "arguments": {"symbol": symbol}})
        turns += [
            ("user", f"Price of {symbol}?"),
            ("assistant", f"<tool_call>\n{call}\n</tool_call>"),
            ("user", json.dumps({"price": price})),
            ("assistant", f"{symbol} costs {price} USD."),
        ]
    return [*turns, ("user", "Price of BTC?")]


# -- our provider ------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def provider_of(server: LlamaServer) -> AsyncIterator[Provider]:
    services = ProviderServices(FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))
    provider = PROVIDER.build(
        ProviderConfig("local", services, server.base_url, options={"output_limit_field": "max_tokens"})
    )
    try:
        yield provider
    finally:
        await provider.close()


def ask(text: str = "What is money?", **fields: Any) -> ModelRequest:
    asked: dict[str, Any] = {
        "messages": (text_message("user", text),), "temperature": 0.0, "max_output_tokens": 12,
    }  # fmt: skip
    return ModelRequest("smollm2", **(asked | fields))


async def answer_of(server: LlamaServer, request: ModelRequest) -> list[list[ModelEvent]]:
    async with provider_of(server) as provider:
        return [batch async for batch in provider.stream(request)]


def text_of(batches: list[list[ModelEvent]]) -> str:
    return "".join(event.text for batch in batches for event in batch if isinstance(event, TextDelta))


async def test_a_stream_brings_the_same_text_and_counts_as_one_body(llama: LlamaServer) -> None:
    buffered = await answer_of(llama, ask())
    streamed = await answer_of(llama, ask(stream=True))
    assert (len(buffered), buffered[0][0]) == (1, ModelStarted("smollm2"))
    assert streamed[0][0] == ModelStarted("smollm2")
    assert sum(isinstance(event, TextDelta) for batch in streamed for event in batch) > 1
    assert text_of(streamed) == text_of(buffered) != ""
    assert streamed[-1][-1] == buffered[-1][-1]
    finished = buffered[-1][-1]
    assert isinstance(finished, ModelFinished)
    assert finished.usage is not None
    assert (finished.finish_reason, finished.usage.output_tokens) == ("length", 12)
    assert finished.usage.input_tokens > 10


async def test_an_answer_under_a_schema_is_valid_under_it(llama: LlamaServer) -> None:
    wanted = ResponseFormat("json_schema", "fact", FACT, strict=True)
    batches = await answer_of(llama, ask("A coin?", response_format=wanted, max_output_tokens=100, stream=True))
    jsonschema_rs.validate(FACT, json.loads(text_of(batches)))
    finished = batches[-1][-1]
    assert isinstance(finished, ModelFinished)
    assert finished.finish_reason == "stop"


@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
async def test_a_call_of_a_tool_arrives_with_its_arguments(llama: LlamaServer, stream: bool) -> None:
    messages: tuple[Message, ...] = tuple(text_message(role, text) for role, text in habit())  # type: ignore[arg-type]
    batches = await answer_of(llama, ask(messages=messages, tools=(PRICE,), max_output_tokens=60, stream=stream))
    deltas = [event for batch in batches for event in batch if isinstance(event, ToolCallDelta)]
    assert (deltas[0].name, bool(deltas[0].call_id), {delta.index for delta in deltas}) == ("get_price", True, {0})
    assert json.loads("".join(delta.arguments for delta in deltas)) == {"symbol": "BTC"}
    assert text_of(batches) == ""
    finished = batches[-1][-1]
    assert isinstance(finished, ModelFinished)
    assert finished.finish_reason == "tool_calls"


async def test_a_model_whose_template_knows_no_tools_answers_in_text_and_no_call_is_made_up(
    plain_llama: LlamaServer,
) -> None:
    batches = await answer_of(plain_llama, ask("Price of BTC?", tools=(PRICE,), tool_choice="required"))
    assert not [event for batch in batches for event in batch if isinstance(event, ToolCallDelta)]
    finished = batches[-1][-1]
    assert isinstance(finished, ModelFinished)
    assert (bool(text_of(batches)), finished.finish_reason) == (True, "length")


async def test_a_conversation_that_is_too_long_says_so(llama: LlamaServer) -> None:
    with pytest.raises(ContextTooLong):
        await answer_of(llama, ask("money " * 4_000))


async def test_closing_the_answer_stops_the_model(llama: LlamaServer) -> None:
    before = llama.tokens_written()
    endless = ResponseFormat("json_schema", "endless", ENDLESS, strict=True)
    async with provider_of(llama) as provider:
        answer = provider.stream(ask("Go on.", response_format=endless, max_output_tokens=None, stream=True))
        await anext(answer)
        await answer.aclose()  # type: ignore[attr-defined]
        await asyncio.to_thread(llama.ask_for_one_token)
    assert llama.tokens_written() - before < FEWEST_TOKENS


# -- the whole product -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(llama: LlamaServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("llama"), CRYPTODESK_LOCAL_BASE_URL=llama.base_url) as server:
        yield server


def body(text: str = "What is money?", **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [user(text)], "temperature": 0, "max_completion_tokens": 20, **fields}


def stream_of(server: RunningServer, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON frames; the terminator is checked."""
    status, _, raw = post(server.url, json.dumps(asked | {"stream": True}).encode())
    *frames, done, rest = raw.decode().split("\n\n")
    assert (status, done, rest) == (200, "data:[DONE]", "")
    return [json.loads(frame.removeprefix("data:")) for frame in frames]


def test_the_product_streams_what_it_answers_in_one_body_at_the_same_cost(desk: RunningServer) -> None:
    status, whole = post_json(desk.url, **body())
    frames = stream_of(desk, body())
    deltas = [frame["choices"][0]["delta"] for frame in frames if frame["choices"]]
    text = "".join(delta.get("content") or "" for delta in deltas)
    assert (status, whole["model"], whole["choices"][0]["finish_reason"]) == (200, "smollm2", "length")
    assert text == whole["choices"][0]["message"]["content"] != ""
    assert len(deltas) > 3
    assert (frames[-1]["usage"], frames[-1]["cmc"]) == (whole["usage"], whole["cmc"])
    assert whole["usage"]["completion_tokens"] == 20


def test_the_products_structured_answer_is_valid_under_its_schema(desk: RunningServer) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "fact", "schema": FACT, "strict": True}}
    _, whole = post_json(desk.url, **body("A coin?", response_format=wanted, max_completion_tokens=100))
    choice = whole["choices"][0]
    jsonschema_rs.validate(FACT, json.loads(choice["message"]["content"]))
    assert choice["finish_reason"] == "stop"


def test_a_callers_tool_is_called_and_its_result_answered(desk: RunningServer) -> None:
    function = {"name": PRICE.name, "description": PRICE.description, "parameters": PRICE.parameters}
    tools = [{"type": "function", "function": function}]
    shown = [{"role": role, "content": text} for role, text in habit()]
    _, turn = post_json(desk.url, **body(messages=shown, tools=tools, max_completion_tokens=60))
    choice = turn["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    (call,) = choice["message"]["tool_calls"]
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("get_price", {"symbol": "BTC"})
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"price": 61234}'}
    status, answer = post_json(
        desk.url, **body(messages=[result], previous_response_id=turn["id"], max_completion_tokens=40)
    )
    assert (status, answer["choices"][0]["finish_reason"]) == (200, "stop")
    assert "61234" in answer["choices"][0]["message"]["content"].replace(",", "")


@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_client_that_hangs_up_stops_the_model(desk: RunningServer, llama: LlamaServer, stream: bool) -> None:
    before = llama.tokens_written()
    wanted = {"type": "json_schema", "json_schema": {"name": "endless", "schema": ENDLESS, "strict": True}}
    asked = body("Go on.", response_format=wanted, max_completion_tokens=1500, stream=stream)
    parts = urlsplit(desk.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Content-Type": "application/json", "X-CMC_PRO_API_KEY": KEY}
    connection.request("POST", "/v1/chat/completions", json.dumps(asked).encode(), headers)
    if stream:
        response = connection.getresponse()
        assert response.readline().startswith(b"data:")
        response.close()
    while not llama.is_writing():
        pass
    connection.close()
    llama.ask_for_one_token()
    assert llama.tokens_written() - before < FEWEST_TOKENS
