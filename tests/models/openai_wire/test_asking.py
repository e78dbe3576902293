from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire._asking import OutputLimitField, encode_request

HELLO = (text_message("user", "héllo"),)
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
TOOL = ToolSpec("search", "Searches.", SCHEMA)


def asked(
    *messages: Message,
    profile: ModelProfile = ModelProfile(),  # noqa: B008
    output_limit_field: OutputLimitField = "max_completion_tokens",
    stream_usage: bool = True,
    **fields: Any,
) -> dict[str, Any]:
    request = ModelRequest("m-1", messages or HELLO, **fields)
    raw = encode_request(request, profile, output_limit_field=output_limit_field, stream_usage=stream_usage)
    decoded = json.loads(raw)
    assert isinstance(decoded, dict)
    return decoded


def test_a_plain_request_holds_the_model_and_the_messages_and_nothing_else() -> None:
    assert asked() == {"model": "m-1", "messages": [{"role": "user", "content": "héllo"}]}


def test_a_stream_asks_for_usage() -> None:
    body = asked(stream=True)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_servers_that_refuse_stream_options_are_not_sent_them() -> None:
    assert "stream_options" not in asked(stream=True, stream_usage=False)


def test_text_parts_are_joined() -> None:
    assert asked(Message("system", (TextPart("a"), TextPart("b"))))["messages"] == [{"role": "system", "content": "ab"}]


def test_calls_and_their_results_go_out_in_order() -> None:
    calls = Message("assistant", (ToolCallPart("a", "f", '{"x":1}'), ToolCallPart("b", "g", "{}")))
    results = Message("tool", (ToolResultPart("a", "one", "f"), ToolResultPart("b", "two", "g", is_error=True)))
    assert asked(*HELLO, calls, results)["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"type": "function", "id": "a", "function": {"name": "f", "arguments": '{"x":1}'}},
                {"type": "function", "id": "b", "function": {"name": "g", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "content": "one", "tool_call_id": "a"},
        {"role": "tool", "content": "two", "tool_call_id": "b"},
    ]


def test_text_beside_a_call_is_kept() -> None:
    message = Message("assistant", (TextPart("Wait."), ToolCallPart("a", "f", "{}")))
    assert asked(message)["messages"][0]["content"] == "Wait."


def test_an_empty_assistant_message_goes_out_as_empty_text() -> None:
    assert asked(Message("assistant", ()))["messages"] == [{"role": "assistant", "content": ""}]


def test_tools_carry_strict_only_when_it_is_set() -> None:
    strict = ToolSpec("strict_one", "", SCHEMA, strict=True)
    assert asked(tools=(TOOL, strict))["tools"] == [
        {"type": "function", "function": {"name": "search", "description": "Searches.", "parameters": SCHEMA}},
        {
            "type": "function",
            "function": {"name": "strict_one", "description": "", "parameters": SCHEMA, "strict": True},
        },
    ]


def test_a_tool_without_parameters_goes_out_without_them() -> None:
    function = asked(tools=(ToolSpec("now", "The time.", {}),))["tools"][0]["function"]
    assert function == {"name": "now", "description": "The time."}


@pytest.mark.parametrize(("choice", "sent"), [("auto", None), ("required", "required"), ("none", "none")])
def test_tool_choice_goes_out_where_it_is_not_the_default(choice: str, sent: str | None) -> None:
    assert asked(tools=(TOOL,), tool_choice=choice).get("tool_choice") == sent


def test_tool_choice_without_tools_stays_home() -> None:
    assert "tool_choice" not in asked(tool_choice="required")


def test_response_formats() -> None:
    assert asked(response_format=ResponseFormat("json_object"))["response_format"] == {"type": "json_object"}
    form = ResponseFormat("json_schema", "quote", SCHEMA, strict=True)
    assert asked(response_format=form)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "quote", "schema": SCHEMA, "strict": True},
    }


@pytest.mark.parametrize("field", ["max_completion_tokens", "max_tokens"])
def test_the_output_limit_goes_out_under_the_servers_name_for_it(field: OutputLimitField) -> None:
    body = asked(max_output_tokens=99, output_limit_field=field)
    assert {key: body[key] for key in body if key.startswith("max_")} == {field: 99}


def test_zero_is_a_temperature() -> None:
    assert asked(temperature=0.0)["temperature"] == 0.0


def test_an_effort_goes_out_in_the_models_own_word() -> None:
    profile = ModelProfile(reasoning_efforts={"minimal": "low"})
    assert asked(reasoning_effort="minimal", profile=profile)["reasoning_effort"] == "low"
    assert asked(reasoning_effort="high", profile=profile)["reasoning_effort"] == "high"
    assert asked(reasoning_effort="minimal")["reasoning_effort"] == "minimal"


def test_a_temperature_beside_an_effort_stays_home_where_the_model_refuses_the_pair() -> None:
    profile = ModelProfile(temperature_with_reasoning=False)
    assert "temperature" not in asked(temperature=0.5, reasoning_effort="low", profile=profile)
    assert asked(temperature=0.5, profile=profile)["temperature"] == 0.5
    assert asked(temperature=0.5, reasoning_effort="low")["temperature"] == 0.5
