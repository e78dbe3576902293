"""What a user of the official `openai` Python client does with this server. Runs in a process of its own, so that the
same scenarios can be run with any version of the client: `python -m tests.clients.openai_scenarios URL KEY`.

Prints one JSON object: the client's version, and for each scenario "ok" or what went wrong.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai import BadRequestError, NotFoundError, OpenAI

MODEL = "cmc-ai-v1-gpt-5.1"
LOOKUP: Any = {"function": {"name": "cmc_id_lookup"}}
MARKET: Any = {"type": "function", "function": {"name": "cmc_market_data"}}
BALANCE: Any = {
    "type": "function",
    "function": {
        "name": "get_balance",
        "description": "The balance of a wallet of mine, in coins.",
        "parameters": {"type": "object", "properties": {"wallet": {"type": "string"}}, "required": ["wallet"]},
    },
}
SCENARIOS: dict[str, Callable[[OpenAI], None]] = {}


def scenario(function: Callable[[OpenAI], None]) -> Callable[[OpenAI], None]:
    SCENARIOS[function.__name__] = function
    return function


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def cmc(response: Any) -> dict[str, Any]:
    found = response.model_dump()["cmc"]
    assert isinstance(found, dict)
    return found


@scenario
def quick_start(client: OpenAI) -> None:
    response = client.chat.completions.create(model=MODEL, messages=[user("What is Bitcoin?")])
    assert response.id.startswith("chatcmpl-")
    assert response.object == "chat.completion"
    assert response.choices[0].finish_reason == "stop"
    assert "Bitcoin" in (response.choices[0].message.content or "")
    assert response.model.startswith("cryptodesk-analyst")
    assert cmc(response) == {"cost": {"currency": "USD", "total_cost": 0}}
    assert response.usage is not None
    assert response.usage.total_tokens is None
    assert response.usage.cached_tokens == 0  # type: ignore[attr-defined]
    assert response.cmc["cost"]["currency"] == "USD"  # type: ignore[attr-defined]


@scenario
def streaming(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(model=MODEL, messages=[user("What is Bitcoin?")], stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    whole = client.chat.completions.create(model=MODEL, messages=[user("What is Bitcoin?")])
    assert text == whole.choices[0].message.content
    stats = chunks[-1]
    assert stats.choices == []
    assert stats.usage is not None
    assert whole.usage is not None
    assert stats.usage.prompt_tokens == whole.usage.prompt_tokens
    assert stats.model_dump()["cmc"] == cmc(whole)
    assert len({chunk.id for chunk in chunks}) == 1


@scenario
def stream_helper(client: OpenAI) -> None:
    with client.chat.completions.stream(model=MODEL, messages=[user("What is Bitcoin?")]) as stream:
        kinds = [event.type for event in stream]
        completion = stream.get_final_completion()
    assert "content.delta" in kinds
    assert kinds.count("content.done") == 1
    assert "Bitcoin" in (completion.choices[0].message.content or "")


def call_balance(client: OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(
        model="scripted-tool_call", messages=[user('{"wallet": "main"}')], tools=[BALANCE], **more
    )


@scenario
def custom_tool_round_trip(client: OpenAI) -> None:
    first = call_balance(client)
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == ""
    (call,) = choice.message.tool_calls
    assert call.function.name == "get_balance"
    assert json.loads(call.function.arguments) == {"wallet": "main"}
    result: Any = {"role": "tool", "tool_call_id": call.id, "content": '{"btc": 0.42}'}
    second = client.chat.completions.create(
        model="scripted-tool_call", messages=[result], extra_body={"previous_response_id": first.id}
    )
    assert second.choices[0].finish_reason == "stop"
    assert "0.42" in (second.choices[0].message.content or "")
    assert second.id != first.id
    error = refused(
        BadRequestError,
        lambda: client.chat.completions.create(
            model="scripted-tool_call", messages=[result], extra_body={"previous_response_id": first.id}
        ),
    )
    assert "conversation is already completed" in error.message


@scenario
def custom_tool_round_trip_streamed(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="scripted-tool_call", messages=[user('{"wallet": "main"}')], tools=[BALANCE], stream=True
    )
    arguments, call_id, response_id, finish = "", None, "", None
    for chunk in stream:
        response_id = chunk.id
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                call_id = call.id or call_id
                arguments += (call.function.arguments or "") if call.function else ""
    assert (json.loads(arguments), finish) == ({"wallet": "main"}, "tool_calls")
    assert call_id is not None
    answer = client.chat.completions.create(
        model="scripted-tool_call",
        messages=[{"role": "tool", "tool_call_id": call_id, "content": "12 SOL"}],
        extra_body={"previous_response_id": response_id},
        stream=True,
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
    assert "12 SOL" in text


@scenario
def built_in_turn_and_synthesis(client: OpenAI) -> None:
    question = [user("What is the price of Bitcoin and Ethereum?")]
    first = client.chat.completions.create(model=MODEL, messages=question, tools=[LOOKUP, MARKET])
    assert first.choices[0].finish_reason == "tool_calls"
    assert first.choices[0].message.content == ""
    assert first.choices[0].message.tool_calls is None
    traces = cmc(first)["tool_traces"]
    assert [trace["name"] for trace in traces] == ["cmc_id_lookup", "cmc_market_data"]
    assert {trace["status"] for trace in traces} == {"completed"}
    found = json.loads(traces[1]["output"])["market_data_result"]["results"]
    assert [asset["asset_id"] for asset in found] == [1, 1027]
    second = client.chat.completions.create(
        model=MODEL, messages=question, extra_body={"previous_response_id": first.id}
    )
    text = second.choices[0].message.content or ""
    assert second.choices[0].finish_reason == "stop"
    assert "Bitcoin" in text
    assert "Ethereum" in text
    assert "2026-09-" in text
    assert "tool_traces" not in cmc(second)


@scenario
def built_in_turn_streamed_is_one_frame(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model=MODEL, messages=[user("What is the price of Solana?")], tools=[LOOKUP, MARKET], stream=True
    )
    (only,) = list(stream)
    assert only.choices[0].finish_reason == "tool_calls"
    assert only.choices[0].delta.content is None
    assert [trace["name"] for trace in cmc(only)["tool_traces"]] == ["cmc_id_lookup", "cmc_market_data"]


@scenario
def multi_turn(client: OpenAI) -> None:
    history: list[Any] = []
    for question, name in (("What is the price of Solana?", "Solana"), ("and Ethereum?", "Ethereum")):
        history.append(user(question))
        first = client.chat.completions.create(
            model=MODEL, messages=history, tools=[LOOKUP, MARKET], tool_choice="required"
        )
        assert first.choices[0].finish_reason == "tool_calls"
        second = client.chat.completions.create(
            model=MODEL, messages=[user(question)], extra_body={"previous_response_id": first.id}
        )
        text = second.choices[0].message.content or ""
        assert name in text
        history.append({"role": "assistant", "content": text})


def refused(kind: type[openai.APIStatusError], call: Callable[[], object]) -> openai.APIStatusError:
    with pytest.raises(kind) as raised:
        call()
    return raised.value


@scenario
def errors(client: OpenAI) -> None:
    def ask(**fields: Any) -> Callable[[], object]:
        body = {"model": MODEL, "messages": [user("hi")], **fields}
        return lambda: client.chat.completions.create(**body)

    unknown = refused(NotFoundError, ask(model="gpt-4o"))
    assert (unknown.code, unknown.type) == ("model_not_found", "invalid_request_error")
    assert "`gpt-4o` does not exist" in unknown.message
    hot = refused(BadRequestError, ask(temperature=2.01))
    assert (hot.param, hot.code) == ("temperature", "decimal_above_max_value")
    empty = refused(BadRequestError, ask(messages=[]))
    assert (empty.param, empty.code) == ("messages", "empty_array")
    assert refused(BadRequestError, ask(max_completion_tokens=1)).message.count("higher max_tokens") == 1
    role = refused(BadRequestError, ask(messages=[{"role": "developer", "content": "x"}]))
    assert role.param == "messages[0].role"
    replay = refused(
        BadRequestError,
        ask(messages=[user("hi"), {"role": "tool", "tool_call_id": "call_1", "content": "x"}]),
    )
    assert "must be a response to a preceeding message with 'tool_calls'" in replay.message
    lost = refused(BadRequestError, ask(extra_body={"previous_response_id": "chatcmpl-nope"}))
    assert lost.code == "previous_response_not_found"
    strict = {"type": "function", "function": {**BALANCE["function"], "strict": True}}
    schema = refused(BadRequestError, ask(tools=[strict]))
    assert schema.code == "invalid_function_parameters"
    assert refused(openai.RateLimitError, ask(model="scripted-rate_limited")).status_code == 429
    for failed in (unknown, hot, empty, lost):
        assert len(failed.response.headers["x-server-traceid"]) == 32


@scenario
def errors_at_status_200(client: OpenAI) -> None:
    object_choice = client.chat.completions.create(
        model=MODEL,
        messages=[user("hi")],
        tools=[BALANCE],
        tool_choice={"type": "function", "function": {"name": "get_balance"}},
    )
    assert object_choice.model_dump()["status"]["error_code"] == "500"
    bare = OpenAI(api_key="unused", base_url=str(client.base_url), max_retries=0)
    missing = bare.chat.completions.create(model=MODEL, messages=[user("hi")])
    assert missing.model_dump()["status"]["error_code"] == "1002"
    wrong = bare.with_options(default_headers={"X-CMC_PRO_API_KEY": "wrong"}).chat.completions.create(
        model=MODEL, messages=[user("hi")]
    )
    assert wrong.model_dump()["status"]["error_code"] == "1001"
    assert wrong.choices is None


@scenario
def a_stream_that_breaks_raises(client: OpenAI) -> None:
    stream = client.chat.completions.create(model="scripted-cut_mid_stream", messages=[user("hi")], stream=True)
    text = ""
    try:
        for chunk in stream:
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    except openai.APIError:
        assert text
        return
    raise AssertionError("the broken stream ended as if it were whole")


@scenario
def exact_cost(client: OpenAI) -> None:
    response = client.chat.completions.create(model="scripted-plain", messages=[user("hi")])
    assert response.usage is not None
    usage = response.usage
    expected = (usage.prompt_tokens * 1.25 + usage.completion_tokens * 10) / 1e6
    assert abs(cmc(response)["cost"]["total_cost"] - expected) < 1e-15
    listed = client.chat.completions.create(model="scripted-plain", messages=[user("hi")], tools=[LOOKUP])
    assert listed.usage is not None
    base = (listed.usage.prompt_tokens * 1.25 + listed.usage.completion_tokens * 10) / 1e6
    assert abs(cmc(listed)["cost"]["total_cost"] - base * 1.1) < 1e-15


def main() -> None:
    url, key = sys.argv[1:3]
    client = OpenAI(
        api_key="placeholder",
        base_url=f"{url}/v1",
        default_headers={"X-CMC_PRO_API_KEY": key},
        max_retries=0,
        timeout=30,
    )
    outcomes = {}
    for name, run in SCENARIOS.items():
        try:
            run(client)
            outcomes[name] = "ok"
        except Exception:
            outcomes[name] = traceback.format_exc()
    json.dump({"version": openai.__version__, "outcomes": outcomes}, sys.stdout)


if __name__ == "__main__":
    main()
