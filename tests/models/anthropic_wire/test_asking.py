"""Requests on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ReasoningEffort, ResponseFormat, ToolChoice
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.anthropic_wire._asking import Asked, AskingOptions, encode_request
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

PLAIN = AskingOptions(cache="off")
MARK = {"type": "ephemeral"}
ASK = (text_message("user", "hi"),)
TOOL = ToolSpec("price", "A price.", {"type": "object", "properties": {"symbol": {"type": "string"}}})
BUDGETS = ModelProfile(reasoning_efforts={"minimal": "disabled", "low": "2048", "high": "24000"})
CALL = Message("assistant", (TextPart("Let me look."), ToolCallPart("toolu_1", "price", '{"symbol":"BTC"}')))
RESULT = Message("tool", (ToolResultPart("toolu_1", "64000"),))


def asked(
    request: ModelRequest, profile: ModelProfile | None = None, options: AskingOptions = PLAIN, **more: Any
) -> dict[str, Any]:
    encoded: Asked = encode_request(request, profile or ModelProfile(), options, more.get("thoughts") or Thoughts())
    body: dict[str, Any] = json.loads(encoded.body)
    assert encoded.is_streamed is body.get("stream", False)
    return body


def sent_messages(*messages: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(ModelRequest("m", messages))["messages"]
    return found


def test_the_least_request() -> None:
    assert asked(ModelRequest("m", ASK, max_output_tokens=99)) == {
        "model": "m",
        "max_tokens": 99,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
    }


def test_the_output_limit_is_never_left_out() -> None:
    assert asked(ModelRequest("m", ASK))["max_tokens"] == 32_000
    assert asked(ModelRequest("m", ASK), options=AskingOptions(output_tokens=7))["max_tokens"] == 7


@pytest.mark.parametrize(("wants", "most", "expected"), [(True, 10, True), (False, 4096, False), (False, 4097, True)])
def test_a_long_answer_is_streamed_to_us_even_where_the_caller_waits_for_all(
    wants: bool, most: int, expected: bool
) -> None:
    assert asked(ModelRequest("m", ASK, max_output_tokens=most, stream=wants)).get("stream", False) is expected


def test_a_temperature_is_never_sent() -> None:
    assert "temperature" not in asked(ModelRequest("m", ASK, temperature=0.7))


def test_all_system_texts_go_to_the_top() -> None:
    body = asked(ModelRequest("m", (text_message("system", "A"), *ASK, text_message("system", "B"))))
    assert body["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert len(body["messages"]) == 1


def test_calls_and_results_of_parallel_tools_are_one_turn_each() -> None:
    first, second = ToolCallPart("a", "f", '{"x":1}'), ToolCallPart("b", "g", "{}")
    turns = sent_messages(
        *ASK,
        Message("assistant", (TextPart("Let me see."), first, second)),
        Message("tool", (ToolResultPart("a", "1"),)),
        Message("tool", (ToolResultPart("b", "no", is_error=True),)),
        text_message("user", "and?"),
    )
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "g", "input": {}},
    ]
    assert turns[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": True},
        {"type": "text", "text": "and?"},
    ]


def test_results_stand_before_what_was_said_meanwhile() -> None:
    turns = sent_messages(*ASK, CALL, text_message("user", "hurry"), RESULT)
    assert [block["type"] for block in turns[2]["content"]] == ["tool_result", "text"]


def test_blank_texts_are_left_out() -> None:
    blank = Message("assistant", (TextPart(" \n"), ToolCallPart("a", "f", "{}")))
    turns = sent_messages(*ASK, blank, Message("tool", (ToolResultPart("a", ""),)))
    assert [block["type"] for block in turns[1]["content"]] == ["tool_use"]
    assert turns[2]["content"] == [{"type": "tool_result", "tool_use_id": "a"}]


@pytest.mark.parametrize(
    "messages", [(), (text_message("system", "s"),), (text_message("user", " "),), (text_message("assistant", "a"),)]
)
def test_the_first_and_the_last_turn_are_always_the_users(messages: tuple[Message, ...]) -> None:
    turns = sent_messages(*messages)
    assert turns[0]["role"] == turns[-1]["role"] == "user"
    assert all(turn["content"][0]["text"].strip() for turn in turns)


@pytest.mark.parametrize("arguments", ['{"x":', "[1]", "", "null", "NaN", "[" * 50_000])
def test_arguments_that_are_no_object_are_shown_as_what_they_are(arguments: str) -> None:
    turns = sent_messages(*ASK, Message("assistant", (ToolCallPart("a", "f", arguments),)))
    assert turns[1]["content"][0]["input"] == {"unreadable_arguments": arguments}


def test_ids_of_other_vendors_are_made_to_fit_and_stay_pairs() -> None:
    turns = sent_messages(
        *ASK,
        Message("assistant", (ToolCallPart("call:1|ü", "f", "{}"), ToolCallPart("call:2|ü", "f", "{}"))),
        Message("tool", (ToolResultPart("call:2|ü", "2"),)),
        Message("tool", (ToolResultPart("call:1|ü", "1"),)),
    )
    first, second = (block["id"] for block in turns[1]["content"])
    assert first != second
    assert first.replace("_", "").isalnum()
    assert [block["tool_use_id"] for block in turns[2]["content"]] == [second, first]


def test_tools_as_they_are() -> None:
    bare = ToolSpec("now", "", {})
    assert asked(ModelRequest("m", ASK, tools=(TOOL, bare)))["tools"] == [
        {"name": "price", "input_schema": TOOL.parameters, "description": "A price."},
        {"name": "now", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_a_strict_tool_is_closed_and_one_that_cannot_be_strict_is_not() -> None:
    strict = ToolSpec("a", "", {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}, strict=True)
    loose = ToolSpec("b", "", {"type": "object", "properties": {"m": {"type": "object"}}}, strict=True)
    first, second = asked(ModelRequest("m", ASK, tools=(strict, loose)))["tools"]
    assert first["strict"] is True
    assert first["input_schema"]["additionalProperties"] is False
    assert "minimum" not in first["input_schema"]["properties"]["n"]
    assert second == {"name": "b", "input_schema": loose.parameters}


@pytest.mark.parametrize(
    ("choice", "expected"), [("auto", None), ("required", {"type": "any"}), ("none", {"type": "none"})]
)
def test_tool_choices(choice: ToolChoice, expected: Any) -> None:
    assert asked(ModelRequest("m", ASK, tools=(TOOL,), tool_choice=choice)).get("tool_choice") == expected
    assert "tool_choice" not in asked(ModelRequest("m", ASK, tool_choice=choice))


def test_a_model_that_refuses_a_forced_call_is_told_in_words() -> None:
    options = AskingOptions(cache="off", unforced_models=("m",))
    body = asked(ModelRequest("m", ASK, tools=(TOOL,), tool_choice="required"), options=options)
    assert "tool_choice" not in body
    assert "Call at least one of the tools" in body["system"][-1]["text"]
    assert "system" not in asked(ModelRequest("m", ASK, tools=(TOOL,)), options=options)
    assert asked(ModelRequest("n", ASK, tools=(TOOL,), tool_choice="required"), options=options)["tool_choice"]


def test_calls_of_earlier_turns_have_their_tools_defined_though_none_is_offered() -> None:
    body = asked(ModelRequest("m", (*ASK, CALL, RESULT)))
    assert body["tools"] == [{"name": "price", "input_schema": {"type": "object"}}]
    assert body["tool_choice"] == {"type": "none"}


# -- structured output -------------------------------------------------------------------------------------------


def test_a_schema_is_the_vendors_own_format() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    body = asked(ModelRequest("m", ASK, response_format=ResponseFormat("json_schema", schema=schema)))
    closed = {**schema, "additionalProperties": False}
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": closed}}
    assert "system" not in body


def test_a_format_and_an_effort_stand_beside_each_other() -> None:
    form = ResponseFormat("json_schema", schema={"enum": [1, 2]})
    body = asked(ModelRequest("m", ASK, response_format=form, reasoning_effort="low"))
    assert body["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": {"enum": [1, 2]}}}


@pytest.mark.parametrize(
    ("form", "words"),
    [(ResponseFormat("json_object"), "one JSON object"),
     (ResponseFormat("json_schema", schema={}), "one JSON object"),
     (ResponseFormat("json_schema", schema={"type": "object", "additionalProperties": {"type": "number"}}),
      '"additionalProperties":{"type":"number"}')],
)  # fmt: skip
def test_a_shape_without_grammar_is_asked_for_in_words(form: ResponseFormat, words: str) -> None:
    body = asked(ModelRequest("m", ASK, response_format=form))
    assert "output_config" not in body
    assert words in body["system"][-1]["text"]


def test_a_model_without_structured_output_is_asked_in_words() -> None:
    form = ResponseFormat("json_schema", schema={"type": "array", "items": {"type": "number"}})
    body = asked(ModelRequest("m", ASK, response_format=form), ModelProfile(structured_output="none"))
    assert "output_config" not in body
    assert '{"type":"array","items":{"type":"number"}}' in body["system"][-1]["text"]


# -- thinking ----------------------------------------------------------------------------------------------------


def thinking(effort: ReasoningEffort | None, profile: ModelProfile | None = None, **more: Any) -> tuple[Any, Any]:
    messages = more.pop("messages", ASK)
    body = asked(ModelRequest("m", messages, reasoning_effort=effort, **more), profile)
    return body.get("thinking"), body.get("output_config")


def test_without_an_effort_the_models_own_default_holds() -> None:
    assert thinking(None) == (None, None)


@pytest.mark.parametrize(
    ("effort", "word"), [("minimal", "low"), ("low", "low"), ("medium", "medium"), ("high", "high")]
)
def test_an_effort_is_adaptive_thinking(effort: ReasoningEffort, word: str) -> None:
    assert thinking(effort) == ({"type": "adaptive", "display": "summarized"}, {"effort": word})


def test_the_profile_has_the_last_word() -> None:
    profile = ModelProfile(reasoning_efforts={"high": "max", "minimal": "between_tools"})
    assert thinking("high", profile)[1] == {"effort": "max"}
    assert thinking("minimal", profile) == ({"type": "between_tools"}, None)


def test_the_display_of_thinking_is_the_operators() -> None:
    options = AskingOptions(thinking_display="omitted")
    body = asked(ModelRequest("m", ASK, reasoning_effort="low"), options=options)
    assert body["thinking"]["display"] == "omitted"


def test_a_number_is_a_budget_that_leaves_room_for_the_answer() -> None:
    assert thinking("high", BUDGETS) == ({"type": "enabled", "budget_tokens": 16_000}, None)
    assert thinking("low", BUDGETS) == ({"type": "enabled", "budget_tokens": 2048}, None)
    assert thinking("low", BUDGETS, max_output_tokens=2048)[0] == {"type": "enabled", "budget_tokens": 1024}
    assert thinking("low", BUDGETS, max_output_tokens=2047)[0] is None
    assert thinking("minimal", BUDGETS)[0] == {"type": "disabled"}


def test_a_budget_is_left_out_where_the_vendor_would_refuse_it() -> None:
    assert thinking("low", BUDGETS, tools=(TOOL,), tool_choice="required")[0] is None
    loop = (*ASK, CALL, RESULT)
    assert thinking("low", BUDGETS, tools=(TOOL,), messages=loop)[0] is None
    assert thinking("low", BUDGETS, tools=(TOOL,), messages=(*loop, text_message("assistant", "64000")))[0] is not None
    assert thinking("low", BUDGETS, tools=(TOOL,), messages=(*loop, *ASK))[0] is not None
    # An adaptive model takes such a loop.
    assert thinking("low", tools=(TOOL,), messages=loop)[0] is not None


# -- prompt caching ----------------------------------------------------------------------------------------------


def marks(request: ModelRequest, options: AskingOptions) -> dict[str, list[Any]]:
    body = asked(request, options=options)
    blocks = [block for turn in body["messages"] for block in turn["content"]]
    parts = {"tools": body.get("tools", []), "system": body.get("system", []), "messages": blocks}
    return {name: [part.get("cache_control") for part in found] for name, found in parts.items()}


def test_tools_system_and_the_conversation_of_a_tool_loop_are_kept() -> None:
    system = text_message("system", "s")
    request = ModelRequest("m", (system, system, *ASK, CALL, RESULT), tools=(TOOL, TOOL))
    assert marks(request, AskingOptions()) == {
        "tools": [None, MARK],
        "system": [None, MARK],
        "messages": [None, None, None, MARK],
    }
    hour = {"type": "ephemeral", "ttl": "1h"}
    assert marks(request, AskingOptions(cache="1h"))["tools"] == [None, hour]
    assert marks(request, PLAIN) == {"tools": [None, None], "system": [None, None], "messages": [None] * 4}


def test_a_single_question_is_not_kept() -> None:
    system = text_message("system", "s")
    assert marks(ModelRequest("m", (system, *ASK)), AskingOptions())["messages"] == [None]
    last_round = ModelRequest("m", (*ASK, CALL, RESULT), tools=(TOOL,), tool_choice="none")
    assert marks(last_round, AskingOptions())["messages"] == [None] * 4
