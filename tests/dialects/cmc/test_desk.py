"""The dialect over the real engine, tools and stores, with scripted models: what only the whole can show."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cryptodesk.app.server import create_app
from cryptodesk.core.clock import FixedClock
from cryptodesk.settings import Settings
from tests.asgi import alive
from tests.dialects.cmc.requirements import requirement
from tests.dialects.support import KEY, NOW, Answer, Client, built_in, chat, custom_tool

SCHEMA = {"type": "object", "properties": {"wallet": {"type": "string"}}, "required": ["wallet"]}
BALANCE = custom_tool("get_balance", description="Balance of a wallet", parameters=SCHEMA)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture
async def desk(home: Path) -> AsyncIterator[Client]:
    settings = Settings(home=home, bootstrap_key=SecretStr(KEY), scripted_models=True, data="snapshot")
    client = Client()
    client.app = create_app(settings, clock=FixedClock(NOW))
    async with alive(client.app):
        yield client


def scripted(behaviour: str, **fields: Any) -> dict[str, Any]:
    return chat(model=f"scripted-{behaviour}", **fields)


def say(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def completed(answer: Answer) -> bool:
    return answer.status == 400 and answer.error["message"] == "conversation is already completed"


@requirement("CMC-BUILT-IN-TURN", "CMC-TOOL-BUILT-IN", "CMC-RESUME", "CMC-SURCHARGE")
async def test_a_built_in_runs_here_and_its_synthesis_answers_in_text(desk: Client) -> None:
    asked = say('{"expression": "2 + 3"}')
    first = (await desk.post(scripted("tool_call", messages=asked, tools=[built_in("cmc_math_eval")]))).json
    (trace,) = first["cmc"]["tool_traces"]
    assert (trace["name"], trace["status"]) == ("cmc_math_eval", "completed")
    assert json.loads(trace["arguments"]) == {"expression": "2 + 3"}
    assert "5" in trace["output"]
    assert first["choices"][0]["message"] == {"role": "assistant", "content": "", "reasoning_content": ""}
    second = (
        await desk.post(scripted("tool_call", previous_response_id=first["id"], messages=say("What is 2 + 3?")))
    ).json
    assert second["choices"][0]["finish_reason"] == "stop"
    assert second["choices"][0]["message"]["content"]
    assert "tool_traces" not in second["cmc"]
    assert second["id"] != first["id"]


@requirement("CMC-CHAIN")
async def test_a_look_up_leads_on_to_the_data_in_one_request(desk: Client) -> None:
    tools = [built_in("cmc_id_lookup"), built_in("cmc_market_data")]
    body = chat(model="cryptodesk-analyst", messages=say("What is the price of Solana?"), tools=tools)
    traces = (await desk.post(body)).json["cmc"]["tool_traces"]
    assert [trace["name"] for trace in traces] == ["cmc_id_lookup", "cmc_market_data"]
    assert json.loads(traces[1]["arguments"])["ids"] == [5426]


@requirement("CMC-CUSTOM-TURN", "CMC-RESUME", "CMC-RESUME-COMPLETED", "CMC-RESUME-PENDING")
async def test_a_custom_call_is_answered_once(desk: Client) -> None:
    first = (await desk.post(scripted("tool_call", tools=[BALANCE]))).json
    (call,) = first["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], first["choices"][0]["finish_reason"]) == ("get_balance", "tool_calls")
    resume = {"model": "scripted-tool_call", "previous_response_id": first["id"]}
    pending = f"No tool output found for function call {call['id']}."
    assert (await desk.post({**resume, "messages": say("And?")})).error["message"] == pending
    unknown = {"role": "tool", "tool_call_id": "call_unknown", "content": "1"}
    wrong = await desk.post({**resume, "messages": [unknown]})
    assert (wrong.status, wrong.error["message"]) == (400, "No tool output found for function call call_unknown.")
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"btc":0.42}'}
    answered = (await desk.post({**resume, "messages": [result]})).json
    assert "0.42" in answered["choices"][0]["message"]["content"]
    assert completed(await desk.post({**resume, "messages": [result]}))
    assert completed(await desk.post({**resume, "previous_response_id": answered["id"]} | {"messages": say("And?")}))


@requirement("CMC-RESUME-ONE-WINNER")
async def test_of_many_resumptions_at_once_one_wins(desk: Client) -> None:
    first = (await desk.post(scripted("tool_call", tools=[BALANCE]))).json
    call_id = first["choices"][0]["message"]["tool_calls"][0]["id"]
    body = {
        "model": "scripted-tool_call",
        "previous_response_id": first["id"],
        "messages": [{"role": "tool", "tool_call_id": call_id, "content": "1"}],
    }
    clients = [Client() for _ in range(12)]
    for client in clients:
        client.app = desk.app
    answers = await asyncio.gather(*(client.post(body) for client in clients))
    assert [answer.status for answer in answers].count(200) == 1
    assert [completed(answer) for answer in answers].count(True) == 11


@requirement("CMC-RESUME-COMPLETED", "CMC-RESUME-UNKNOWN")
async def test_a_turn_that_ended_in_text_cannot_be_resumed_nor_one_that_never_was(desk: Client, home: Path) -> None:
    first = (await desk.post(scripted("plain"))).json
    assert completed(await desk.post(scripted("plain", previous_response_id=first["id"])))
    # Its charge alone says so: nothing else is kept of an answer that nothing can follow.
    with closing(sqlite3.connect(home / "cryptodesk.db")) as database:
        kept = database.execute("SELECT state FROM turns WHERE turn_id = ?", (first["id"].removeprefix("chatcmpl-"),))
        assert kept.fetchall() == []
    unknown = await desk.post(scripted("plain", previous_response_id="chatcmpl-nothing"))
    assert (unknown.status, unknown.error["code"]) == (400, "previous_response_not_found")


@requirement("CMC-STREAM-BYTES", "CMC-STREAM-STATS")
@pytest.mark.parametrize(
    "behaviour", ["plain", "reasoning", "unicode", "length", "content_filter", "no_usage", "cached"]
)
async def test_a_stream_says_and_costs_what_the_buffered_body_does(desk: Client, behaviour: str) -> None:
    body = (await desk.post(scripted(behaviour))).json
    *chunks, stats = (await desk.post(scripted(behaviour, stream=True))).frames
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": ""}
    message = body["choices"][0]["message"]
    assert "".join(delta.get("content", "") for delta in deltas) == message["content"]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == message["reasoning_content"]
    assert chunks[-1]["choices"][0]["finish_reason"] == body["choices"][0]["finish_reason"]
    assert (stats["choices"], stats["usage"], stats["cmc"]) == ([], body["usage"], body["cmc"])


@requirement("CMC-STREAM-BUILT-IN", "CMC-STREAM-CUSTOM")
async def test_streamed_tool_turns_have_their_shapes(desk: Client) -> None:
    asked = say('{"expression": "2 + 3"}')
    frames = (
        await desk.post(scripted("text_and_call", messages=asked, stream=True, tools=[built_in("cmc_math_eval")]))
    ).frames
    assert len(frames) == 1
    assert frames[0]["choices"] == [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]
    assert frames[0]["cmc"]["tool_traces"][0]["name"] == "cmc_math_eval"
    custom = (await desk.post(scripted("tool_call", stream=True, tools=[BALANCE]))).frames
    assert custom[0]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "get_balance"
    assert (custom[-2]["choices"][0]["finish_reason"], custom[-1]["choices"]) == ("tool_calls", [])


@requirement("CMC-MIXED-TURN")
async def test_a_mixed_turn_returns_traces_and_calls(desk: Client) -> None:
    asked = say('{"expression": "2 + 3", "wallet": "main"}')
    body = (
        await desk.post(scripted("parallel_calls", messages=asked, tools=[built_in("cmc_math_eval"), BALANCE]))
    ).json
    assert [trace["name"] for trace in body["cmc"]["tool_traces"]] == ["cmc_math_eval"]
    assert [call["function"]["name"] for call in body["choices"][0]["message"]["tool_calls"]] == ["get_balance"]


@requirement("CMC-TRACE-FAILED")
async def test_a_call_that_cannot_be_parsed_is_a_failed_trace_at_http_200(desk: Client) -> None:
    answer = await desk.post(scripted("bad_tool_json", tools=[built_in("cmc_math_eval")]))
    (trace,) = answer.json["cmc"]["tool_traces"]
    assert (answer.status, trace["status"], "output" in trace) == (200, "failed", False)
    assert trace["error_message"]


@requirement("CMC-UPSTREAM", "CMC-ERRORS-BEFORE-STREAM")
@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("rate_limited", 429), ("unavailable", 503), ("timed_out", 504), ("rejected", 500), ("context_too_long", 400)],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_an_upstream_that_fails_is_told_in_the_openai_envelope(
    desk: Client, behaviour: str, status: int, stream: bool
) -> None:
    answer = await desk.post(scripted(behaviour, stream=stream))
    assert (answer.status, set(answer.json)) == (status, {"error"})
    assert answer.headers["content-type"] == "application/json"


@requirement("CMC-ERROR-FRAME")
async def test_an_upstream_that_breaks_off_ends_the_stream_with_an_error_frame(desk: Client) -> None:
    frames = (await desk.post(scripted("cut_mid_stream", stream=True))).frames
    assert frames[-1]["error"]["code"] == "upstream_bad_answer"


@requirement("CMC-MODEL-UNKNOWN")
async def test_a_model_nobody_serves_is_404(desk: Client) -> None:
    answer = await desk.post(chat(model="gpt-4o"))
    assert (answer.status, answer.error["code"]) == (404, "model_not_found")
    assert answer.error["message"].startswith("The model `gpt-4o` does not exist or you do not have access to it.")
    late = await desk.post(chat(model="gpt-4o", tools=[custom_tool("")]))
    assert late.error["code"] == "model_not_found"


@requirement("CMC-QUICK-START")
async def test_the_quick_start_is_answered_without_any_provider_key(desk: Client) -> None:
    body = (await desk.post(chat())).json
    assert body["choices"][0]["message"]["content"]
    assert body["cmc"] == {"cost": {"currency": "USD", "total_cost": 0}}


@requirement("CMC-MODELS")
async def test_the_list_of_models_holds_the_documented_one(desk: Client) -> None:
    answer = await desk.call("GET", "/v1/models", headers={"x-cmc_pro_api_key": KEY})
    assert "cmc-ai-v1-gpt-5.1" in [model["id"] for model in answer.json["data"]]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("kind", ["tool", "format"])
async def test_a_schema_that_holds_itself_is_answered_like_any_other(desk: Client, kind: str) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"allOf": [{"$ref": "#/properties/a"}]}}}
    body = chat(model="cryptodesk-analyst", messages=say("Get the balance."))
    if kind == "tool":
        body |= {"tools": [custom_tool("get_balance", description="The balance.", parameters=schema)]}
        body |= {"tool_choice": "required"}
    else:
        body |= {"response_format": {"type": "json_schema", "json_schema": {"name": "r", "schema": schema}}}
    assert (await desk.post(body)).status == 200
