"""What the Responses endpoint is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ReasoningEffort, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire._asking import AskingOptions
from cryptodesk.models.openai_wire.responses import _wire as wire
from cryptodesk.models.openai_wire.responses._asking import encode_response_request
from cryptodesk.models.openai_wire.responses._thoughts import Thoughts

REASONING = ModelProfile({"minimal": "low"}, False, True, tools="without_reasoning", reasons_over="responses")
SCHEMA = {"type": "object", "properties": {"symbol": {"type": "string"}}}
TOOL = ToolSpec("price", "A price.", SCHEMA)
BARE = ToolSpec("overview", "The market.", {}, strict=True)
USER = text_message("user", "BTC?")
CALL = ToolCallPart("call_1", "price", '{"symbol": "BTC"}')
LOOP = (
    text_message("system", "Be brief."),
    USER,
    Message("assistant", (TextPart("Let me look."), CALL)),
    Message("tool", (ToolResultPart("call_1", "64000"),)),
)


def asked(
    *messages: Message,
    profile: ModelProfile = REASONING,
    options: AskingOptions = AskingOptions(),  # noqa: B008  frozen
    thoughts: Thoughts | None = None,
    left_out: frozenset[Any] = frozenset(),
    **more: Any,
) -> dict[str, Any]:
    request = ModelRequest("m-1", messages or (USER,), **more)
    return json.loads(encode_response_request(request, profile, options, thoughts or Thoughts(), left_out).body)


def test_the_least_request_stores_nothing_and_takes_its_reasoning_along() -> None:
    assert asked() == {
        "model": "m-1",
        "input": [{"role": "user", "content": "BTC?"}],
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"summary": "auto"},
    }


def test_calls_and_their_results_are_items_of_their_own() -> None:
    assert asked(*LOOP)["input"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "BTC?"},
        {"role": "assistant", "content": "Let me look."},
        {"type": "function_call", "call_id": "call_1", "name": "price", "arguments": '{"symbol": "BTC"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "64000"},
    ]


def test_tools_say_whether_they_are_strict_because_the_endpoints_default_is_true() -> None:
    assert asked(tools=(TOOL, BARE))["tools"] == [
        {"type": "function", "name": "price", "description": "A price.", "parameters": SCHEMA, "strict": False},
        {
            "type": "function", "name": "overview", "description": "The market.", "strict": True,
            "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
        },
    ]  # fmt: skip
    lax = asked(tools=(BARE,), options=AskingOptions(strict_tools=False))
    assert lax["tools"][0]["strict"] is False


@pytest.mark.parametrize(("choice", "written"), [("auto", None), ("required", "required"), ("none", "none")])
def test_a_choice_of_tools_is_named_unless_it_is_free(choice: Any, written: str | None) -> None:
    assert asked(tools=(TOOL,), tool_choice=choice).get("tool_choice") == written
    assert "tool_choice" not in asked(tool_choice=choice)


def test_a_server_without_forced_tools_is_told_in_words() -> None:
    options = AskingOptions(forced_tools=False)
    told = asked(tools=(TOOL,), tool_choice="required", options=options)
    assert "tool_choice" not in told
    assert told["input"][-1]["role"] == "system"
    assert "tools" not in asked(tools=(TOOL,), tool_choice="none", options=options)


@pytest.mark.parametrize(
    ("effort", "reasoning"),
    [(None, {"summary": "auto"}), ("minimal", {"effort": "low", "summary": "auto"}),
     ("high", {"effort": "high", "summary": "auto"})],
)  # fmt: skip
def test_an_effort_is_written_in_the_models_own_word_even_beside_tools(
    effort: ReasoningEffort | None, reasoning: dict[str, str]
) -> None:
    assert asked(tools=(TOOL,), reasoning_effort=effort)["reasoning"] == reasoning


def test_a_model_that_is_told_not_to_reason_is_asked_for_no_reasoning() -> None:
    off = asked(profile=ModelProfile({"low": "none"}, False, True), reasoning_effort="low", temperature=0.3)
    assert off["reasoning"] == {"effort": "none"}
    assert off["temperature"] == 0.3
    assert "include" not in off


def test_summaries_are_an_option_and_left_out_where_they_were_refused() -> None:
    assert asked(options=AskingOptions(reasoning_summary="detailed"))["reasoning"] == {"summary": "detailed"}
    assert "reasoning" not in asked(options=AskingOptions(reasoning_summary="none"))
    assert "reasoning" not in asked(left_out=frozenset({"summary"}))


def test_limits_temperature_and_streaming() -> None:
    found = asked(max_output_tokens=99, temperature=0.2, stream=True)
    assert (found["max_output_tokens"], found["stream"]) == (99, True)
    assert found["stream_options"] == {"include_obfuscation": False}
    assert "temperature" not in found, "a model that reasons takes none"
    assert asked(temperature=0.2, profile=ModelProfile(reasons_over="responses"))["temperature"] == 0.2


def test_structured_output() -> None:
    schema = ResponseFormat("json_schema", "price", SCHEMA, strict=True)
    assert asked(response_format=schema)["text"] == {
        "format": {"type": "json_schema", "name": "price", "schema": SCHEMA, "strict": True}
    }
    assert asked(response_format=ResponseFormat("json_object"))["text"] == {"format": {"type": "json_object"}}
    loose = asked(response_format=schema, profile=ModelProfile(structured_output="json_object"))
    assert loose["text"] == {"format": {"type": "json_object"}}
    assert '"symbol"' in loose["input"][-1]["content"]
    assert "text" not in asked(response_format=schema, profile=ModelProfile(structured_output="none"))


def kept() -> tuple[Thoughts, bytes]:
    """Reasoning kept for the answer to the first two messages of the loop."""
    thoughts = Thoughts()
    first = encode_response_request(ModelRequest("m-1", LOOP[:2]), REASONING, AskingOptions(), thoughts)
    items = [
        wire.AskedReasoning("rs_1", [{"type": "summary_text", "text": "Look."}], None, "gAAA"),
        wire.AskedMessage("assistant", "Let me look.", "commentary"),
        wire.AskedCall("call_1", "price", '{"symbol":"BTC"}'),
    ]
    thoughts.keep(first.key, items)
    return thoughts, first.key


def test_encrypted_reasoning_goes_back_before_its_call_and_with_the_turn_as_it_came() -> None:
    thoughts, _ = kept()
    assert asked(*LOOP, thoughts=thoughts)["input"][2:5] == [
        {
            "type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}],
            "encrypted_content": "gAAA",
        },
        {"role": "assistant", "content": "Let me look.", "phase": "commentary"},
        {"type": "function_call", "call_id": "call_1", "name": "price", "arguments": '{"symbol":"BTC"}'},
    ]  # fmt: skip


def test_another_conversation_another_answer_or_another_model_finds_no_reasoning() -> None:
    thoughts, _ = kept()
    plain = asked(*LOOP)["input"]
    assert asked(*LOOP, thoughts=thoughts, left_out=frozenset({"reasoning"}))["input"] == plain
    other_question = (LOOP[0], text_message("user", "ETH?"), *LOOP[2:])
    assert asked(*other_question, thoughts=thoughts)["input"][2]["role"] == "assistant"
    other_call = Message("assistant", (TextPart("Let me look."), ToolCallPart("call_1", "price", "{}")))
    assert asked(LOOP[0], USER, other_call, LOOP[3], thoughts=thoughts)["input"][2]["role"] == "assistant"
    request = ModelRequest("m-2", LOOP)
    other_model = json.loads(encode_response_request(request, REASONING, AskingOptions(), thoughts).body)
    assert other_model["input"] == plain


def test_the_key_of_the_next_round_is_the_same_with_and_without_reasoning() -> None:
    thoughts, _ = kept()
    request = ModelRequest("m-1", LOOP)
    with_it = encode_response_request(request, REASONING, AskingOptions(), thoughts)
    without = encode_response_request(request, REASONING, AskingOptions(), Thoughts())
    assert with_it.key == without.key
    assert with_it.body != without.body


def test_a_turn_without_calls_or_without_reasoning_is_not_kept() -> None:
    thoughts, key = Thoughts(), b"k"
    call = wire.AskedCall("call_1", "price", "{}")
    thoughts.keep(key, [call])
    thoughts.keep(key, [wire.AskedReasoning("rs_1", [], None, "gAAA"), wire.AskedMessage("assistant", "Hi")])
    message = Message("assistant", (ToolCallPart("call_1", "price", "{}"),))
    assert thoughts.recall(key, message) is None
    thoughts.keep(key, [wire.AskedReasoning("rs_1", [], None, "gAAA"), call])
    assert thoughts.recall(key, message) is not None
