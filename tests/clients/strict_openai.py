"""What a user of the official `openai` client does with the OpenAI dialect, on the running desk."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.clients.strict_report import ANALYST, PRICE, SCRIPTED_CALL, WALLET, Scenarios

scenario = Scenarios("openai")
TOOLS: Any = [WALLET]


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


@scenario
def one_request_brings_a_finished_answer(client: OpenAI) -> None:
    answer: Any = client.chat.completions.create(model=ANALYST, messages=user(PRICE))
    assert "Bitcoin" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    names = [trace["name"] for trace in answer.cryptodesk["provenance"]]
    assert "cmc_market_data" in names
    assert answer.cryptodesk["verification"]["status"] == "verified"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@scenario
def a_stream_says_the_same(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=ANALYST, messages=user(PRICE))
    options: Any = {"include_usage": True}
    chunks: Any = list(
        client.chat.completions.create(model=ANALYST, messages=user(PRICE), stream=True, stream_options=options)
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)


@scenario
def research_brings_links_and_charts(client: OpenAI) -> None:
    asked = {"cryptodesk": {"research": True}}
    answer: Any = client.chat.completions.create(model=ANALYST, messages=user(PRICE), extra_body=asked)
    message = answer.choices[0].message
    link = message.annotations[0].url_citation
    assert message.content[link.start_index : link.end_index] == "[1]"
    assert answer.cryptodesk["charts"]
    assert answer.cryptodesk["related"]


@scenario
def an_own_tool_is_called_and_its_result_replayed(client: OpenAI) -> None:
    messages = user('{"wallet": "main"}')
    first: Any = client.chat.completions.create(
        model=SCRIPTED_CALL,
        messages=messages,
        tools=TOOLS,
        tool_choice={"type": "function", "function": {"name": "get_balance"}},
    )
    (call,) = first.choices[0].message.tool_calls
    assert json.loads(call.function.arguments) == {"wallet": "main"}
    said = first.choices[0].message.model_dump(exclude_none=True)
    result: Any = {"role": "tool", "tool_call_id": call.id, "content": '{"btc": 0.42}'}
    second = client.chat.completions.create(model=SCRIPTED_CALL, messages=[*messages, said, result], tools=TOOLS)
    assert "0.42" in (second.choices[0].message.content or "")


@scenario
def a_schema_is_filled(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"status": {"type": "string", "enum": ["ok"]}},
        "required": ["status"],
        "additionalProperties": False,
    }
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": schema}}
    answer = client.chat.completions.create(model=ANALYST, messages=user("Say ok."), response_format=wanted)
    assert json.loads(answer.choices[0].message.content or "") == {"status": "ok"}


@scenario
def responses_are_answered(client: OpenAI) -> None:
    whole = client.responses.create(model=ANALYST, input=PRICE)
    assert "Bitcoin" in whole.output_text
    kinds = [event.type for event in client.responses.create(model=ANALYST, input=PRICE, stream=True)]
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")


@scenario
def errors_are_of_their_kind(client: OpenAI) -> None:
    for kind, options in ((openai.AuthenticationError, {"api_key": "wrong"}), (openai.NotFoundError, {})):
        with pytest.raises(kind) as caught:
            client.with_options(**options).chat.completions.create(model="no-such-model", messages=user("hi"))
        assert caught.value.request_id  # type: ignore[attr-defined]


@scenario
def models_are_listed(client: OpenAI) -> None:
    assert ANALYST in [model.id for model in client.models.list()]
    assert client.models.retrieve(ANALYST).id == ANALYST


if __name__ == "__main__":
    scenario.report(lambda url, key: OpenAI(base_url=url, api_key=key, max_retries=0))
