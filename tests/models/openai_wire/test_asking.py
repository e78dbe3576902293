from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire._asking import AskingOptions, OutputLimitField, encode_request
from cryptodesk.models.openai_wire._thoughts import Thoughts

HELLO = (text_message("user", "héllo"),)
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
TOOL = ToolSpec("search", "Searches.", SCHEMA)


def asked(
    *messages: Message,
    profile: ModelProfile = ModelProfile(),  # noqa: B008
    options: AskingOptions = AskingOptions(),  # noqa: B008
    thoughts: Thoughts | None = None,
    **fields: Any,
) -> dict[str, Any]:
    request = ModelRequest("m-1", messages or HELLO, **fields)
    decoded = json.loads(encode_request(request, profile, options, thoughts or Thoughts()).body)
    assert isinstance(decoded, dict)
    return decoded


def test_a_plain_request_holds_the_model_and_the_messages_and_nothing_else() -> None:
    assert asked() == {"model": "m-1", "messages": [{"role": "user", "content": "héllo"}]}


def test_a_stream_asks_for_usage() -> None:
    body = asked(stream=True)
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_servers_that_refuse_stream_options_are_not_sent_them() -> None:
    assert "stream_options" not in asked(stream=True, options=AskingOptions(stream_usage=False))


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
    body = asked(max_output_tokens=99, options=AskingOptions(output_limit_field=field))
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


def test_a_model_that_refuses_any_temperature_is_sent_none() -> None:
    assert "temperature" not in asked(temperature=0.2, profile=ModelProfile(temperature=False))


@pytest.mark.parametrize("effort", [None, "low"])
def test_a_model_that_reasons_by_default_and_then_refuses_a_temperature_is_sent_none(effort: Any) -> None:
    profile = ModelProfile(temperature_with_reasoning=False, reasons_by_default=True)
    assert "temperature" not in asked(temperature=0.2, reasoning_effort=effort, profile=profile)


def test_a_model_that_calls_tools_without_reasoning_alone_is_asked_not_to_reason() -> None:
    profile = ModelProfile(tools="without_reasoning", reasons_by_default=True, temperature_with_reasoning=False)
    body = asked(tools=(TOOL,), reasoning_effort="high", temperature=0.2, profile=profile)
    assert (body["reasoning_effort"], body["temperature"]) == ("none", 0.2)
    assert asked(reasoning_effort="high", profile=profile)["reasoning_effort"] == "high"


def test_a_schema_goes_out_in_words_where_a_model_is_held_to_json_alone() -> None:
    form = ResponseFormat("json_schema", "quote", SCHEMA, strict=True)
    body = asked(response_format=form, profile=ModelProfile(structured_output="json_object"))
    assert body["response_format"] == {"type": "json_object"}
    words = body["messages"][-1]
    assert words["role"] == "system"
    assert json.dumps(SCHEMA, separators=(",", ":")) in words["content"]
    assert "one JSON object" in words["content"]
    plain = asked(response_format=ResponseFormat("json_object"), profile=ModelProfile(structured_output="json_object"))
    assert len(plain["messages"]) == 1


def test_a_model_that_is_held_to_nothing_is_asked_for_json_in_words() -> None:
    body = asked(response_format=ResponseFormat("json_object"), profile=ModelProfile(structured_output="none"))
    assert "response_format" not in body
    assert "one JSON object" in body["messages"][-1]["content"]


UNFORCED = AskingOptions(forced_tools=False, strict_tools=False)


def test_a_server_that_cannot_be_made_to_call_is_asked_in_words() -> None:
    body = asked(tools=(TOOL,), tool_choice="required", options=UNFORCED)
    assert "tool_choice" not in body
    assert "at least one of the tools" in body["messages"][-1]["content"]
    assert len(asked(tools=(TOOL,), options=UNFORCED)["messages"]) == 1


def test_a_server_that_cannot_be_kept_from_calling_is_offered_nothing() -> None:
    assert "tools" not in asked(tools=(TOOL,), tool_choice="none", options=UNFORCED)


def test_strictness_is_left_out_where_servers_refuse_it() -> None:
    strict = ToolSpec("search", "Searches.", SCHEMA, strict=True)
    assert asked(tools=(strict,))["tools"][0]["function"]["strict"] is True
    assert "strict" not in asked(tools=(strict,), options=UNFORCED)["tools"][0]["function"]


def test_an_effort_and_the_wish_for_the_cost_as_a_gateway_spells_them() -> None:
    options = AskingOptions(reasoning_field="reasoning", cost_in_usage=True)
    body = asked(reasoning_effort="low", options=options)
    assert body["reasoning"] == {"effort": "low"}
    assert body["usage"] == {"include": True}
    assert "reasoning_effort" not in body
    assert "reasoning" not in asked(options=options)


CALLED = Message("assistant", (ToolCallPart("a", "f", "{}"),))
RESULT = Message("tool", (ToolResultPart("a", "one", "f"),))


def test_thinking_is_switched_off_where_reasoning_that_should_go_back_is_lost() -> None:
    options = AskingOptions(reasoning_echo="reasoning_content", thinking_off_without_echo=True)
    lost = asked(*HELLO, CALLED, RESULT, reasoning_effort="high", options=options)
    assert lost["thinking"] == {"type": "disabled"}
    assert "reasoning_effort" not in lost
    fresh = asked(*HELLO, reasoning_effort="high", options=options)
    assert fresh["reasoning_effort"] == "high"
    assert "thinking" not in fresh


def test_a_server_that_takes_calls_without_reasoning_goes_on_thinking() -> None:
    options = AskingOptions(reasoning_echo="reasoning_content")
    body = asked(*HELLO, CALLED, RESULT, reasoning_effort="high", options=options)
    assert body["reasoning_effort"] == "high"
    assert "thinking" not in body
