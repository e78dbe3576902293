"""A helper's prompt asked over the wire: a valid answer, no run of a model, nothing of ours added."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.openai.helpers.test_recognise import ANALYSE, LIBRECHAT, wanted, webui
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import Client, text_of, tool

ASKED = webui("title")


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@requirement("OAI-HELPERS")
async def test_a_title_is_answered_without_a_model_whole_and_streamed() -> None:
    client = Client()
    body, chunks = await client.whole(messages=user(ASKED)), await client.streamed(messages=user(ASKED))
    text = body["choices"][0]["message"]["content"]
    assert json.loads(text) == json.loads(text_of(chunks)) == {"title": "Bitcoin Volatility"}
    assert body["model"] == "cryptodesk-analyst"
    assert "cryptodesk" not in body
    assert client.engine.requests == client.research.requests == []
    # Four characters a token, rounded up, as everything that no tokenizer has counted.
    assert body["usage"]["prompt_tokens"] == -(-len(ASKED) // 4)
    assert body["usage"]["completion_tokens"] == -(-len(text) // 4)


@requirement("OAI-HELPERS")
async def test_librechats_forms_are_answered_in_kind() -> None:
    client = Client()
    plain = await client.whole(messages=user(LIBRECHAT))
    assert plain["choices"][0]["message"]["content"] == "Bitcoin Volatility"
    schema = {"name": "t", "schema": wanted("title", "language")}
    formed = await client.whole(messages=user(ANALYSE), response_format={"type": "json_schema", "json_schema": schema})
    told = {"title": "Bitcoin Volatility", "language": "English"}
    assert json.loads(formed["choices"][0]["message"]["content"]) == told
    forced = {"type": "function", "function": {"name": "extract"}}
    called = await client.whole(
        messages=user(ANALYSE), tools=[tool("extract", parameters=wanted("title", "language"))], tool_choice=forced
    )
    (call,) = called["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("extract", told)
    assert called["choices"][0]["finish_reason"] == "tool_calls"
    assert client.engine.requests == []


@requirement("OAI-HELPERS")
@pytest.mark.parametrize("more", [{"reader": None}, {}])
async def test_an_operator_may_leave_them_to_the_model(more: Any) -> None:
    client = Client(more=more, settings=DialectSettings(helper_prompts=bool(more)))
    await client.whole(messages=user(ASKED))
    assert len(client.engine.requests) == 1


@requirement("OAI-HELPERS")
async def test_an_unknown_model_is_unknown_here_too() -> None:
    status, error = await Client().refused(model="gpt-9", messages=user(ASKED))
    assert (status, error["code"]) == (404, "model_not_found")
