"""A model request as what generateContent is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.gemini_wire._asking import as_asked
from cryptodesk.models.gemini_wire._signatures import UNSIGNED, Signatures

HI = (text_message("user", "hi"),)
TOOL = ToolSpec("price", "Price of a coin.", {"type": "object", "properties": {"symbol": {"type": "string"}}})
STRICT = ToolSpec("ohlcv", "Candles.", {"type": "object", "properties": {"n": {"type": "integer"}}}, strict=True)
SCHEMA = {"type": "object", "properties": {"a": {"const": "x"}}, "required": ["a"]}


def asked(
    *messages: Message, profile: ModelProfile | None = None, call_ids: bool = True, **options: Any
) -> dict[str, Any]:
    request = ModelRequest("gemini-x", messages or HI, **options)
    found = as_asked(request, profile or ModelProfile(), Signatures(), call_ids=call_ids)
    body: dict[str, Any] = json.loads(found.encode())
    return body


def contents(*messages: Message, **options: Any) -> Any:
    return asked(*messages, **options)["contents"]


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def called(*calls: ToolCallPart, text: str = "") -> Message:
    return Message("assistant", (*((TextPart(text),) if text else ()), *calls))


def result(call_id: str, content: str, *, is_error: bool = False, name: str = "") -> Message:
    return Message("tool", (ToolResultPart(call_id, content, name, is_error),))


def test_a_plain_question_is_all_that_is_sent() -> None:
    assert asked() == {"contents": [user({"text": "hi"})]}


def test_system_texts_go_elsewhere_wherever_they_stood() -> None:
    body = asked(text_message("system", "A"), *HI, text_message("system", "B"), text_message("system", " "))
    assert body == {
        "contents": [user({"text": "hi"})],
        "systemInstruction": {"parts": [{"text": "A"}, {"text": "B"}]},
    }


def test_a_conversation_alternates() -> None:
    said = contents(
        text_message("user", "a"),
        text_message("user", "b"),
        text_message("assistant", "c"),
        text_message("assistant", "d"),
        text_message("user", "e"),
    )
    assert said == [user({"text": "a"}, {"text": "b"}), model({"text": "c"}, {"text": "d"}), user({"text": "e"})]


def test_the_user_begins_and_ends() -> None:
    assert contents(text_message("assistant", "Hello!")) == [
        user({"text": "Begin."}), model({"text": "Hello!"}), user({"text": "Continue."}),
    ]  # fmt: skip
    assert contents(text_message("user", " ")) == [user({"text": "Begin."})]
    assert contents(text_message("system", "only")) == [user({"text": "Begin."})]


def test_calls_and_results_with_ids_and_names() -> None:
    said = contents(
        *HI,
        called(
            ToolCallPart("c1", "price", '{"symbol":"BTC"}'), ToolCallPart("c2", "price", '{"symbol":"ETH"}'), text="So:"
        ),
        result("c1", '{"usd": 1.10}'),
        result("c2", "no such coin", is_error=True),
    )
    assert said[1:] == [
        model(
            {"text": "So:"},
            {"functionCall": {"name": "price", "args": {"symbol": "BTC"}, "id": "c1"}, "thoughtSignature": UNSIGNED},
            {"functionCall": {"name": "price", "args": {"symbol": "ETH"}, "id": "c2"}},
        ),
        user(
            {"functionResponse": {"name": "price", "response": {"output": '{"usd": 1.10}'}, "id": "c1"}},
            {"functionResponse": {"name": "price", "response": {"error": "no such coin"}, "id": "c2"}},
        ),
    ]


def test_ids_are_left_out_where_models_do_not_know_them() -> None:
    said = contents(*HI, called(ToolCallPart("c1", "f", "{}")), result("c1", "1"), call_ids=False)
    assert said[1]["parts"][0]["functionCall"] == {"name": "f", "args": {}}
    assert said[2]["parts"][0]["functionResponse"] == {"name": "f", "response": {"output": "1"}}


def test_results_stand_before_what_else_the_user_says() -> None:
    said = contents(*HI, called(ToolCallPart("c1", "f", "{}")), text_message("user", "and?"), result("c1", "1"))
    assert [next(iter(part)) for part in said[2]["parts"]] == ["functionResponse", "text"]


def test_a_result_without_its_call_keeps_the_name_it_has() -> None:
    said = contents(*HI, result("c9", "1", name="price"), result("c8", "2"))
    names = [part["functionResponse"]["name"] for part in said[0]["parts"] if "functionResponse" in part]
    assert names == ["price", "tool"]


def test_only_calls_of_the_current_turn_are_signed_and_of_several_at_once_the_first() -> None:
    loop = (called(ToolCallPart("a", "f", "{}"), ToolCallPart("b", "f", "{}")), result("a", "1"), result("b", "2"))
    again = (called(ToolCallPart("c", "f", "{}")), result("c", "3"))
    said = contents(*HI, *loop, *again)
    signed = [[part.get("thoughtSignature") for part in content["parts"]] for content in said]
    assert signed == [[None], [UNSIGNED, None], [None, None], [UNSIGNED], [None]]
    later = contents(*HI, *loop, *again, text_message("user", "thanks"))
    assert all("thoughtSignature" not in part for content in later for part in content["parts"])


def test_calls_that_no_question_came_before_are_signed() -> None:
    said = contents(called(ToolCallPart("a", "f", "{}")), result("a", "1"))
    assert said[0] == user({"text": "Begin."})
    assert said[1]["parts"][0]["thoughtSignature"] == UNSIGNED


@pytest.mark.parametrize("broken", ['{"a', "[1]", "text", "", "\ud800"])
def test_arguments_that_are_no_object_are_shown_as_what_they_are(broken: str) -> None:
    said = contents(*HI, called(ToolCallPart("c1", "f", broken)), result("c1", "1"))
    shown = broken.encode(errors="replace").decode()
    assert said[1]["parts"][0]["functionCall"]["args"] == {"unreadable_arguments": shown}


def test_numbers_in_arguments_keep_their_digits() -> None:
    written = '{"id":12345678901234567890,"usd":1.10}'
    request = ModelRequest("m", (*HI, called(ToolCallPart("c", "f", written)), result("c", "1")))
    assert written.encode() in as_asked(request, ModelProfile(), Signatures(), call_ids=True).encode()


def test_tools_are_declared_by_json_schema() -> None:
    bare = ToolSpec("now", "The time.", {"type": "object", "properties": {}})
    body = asked(tools=(TOOL, bare))
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {"name": "price", "description": "Price of a coin.", "parametersJsonSchema": TOOL.parameters},
                {"name": "now", "description": "The time."},
            ]
        }
    ]
    assert "toolConfig" not in body


@pytest.mark.parametrize(
    ("choice", "tools", "mode"),
    [("auto", (TOOL,), None), ("required", (TOOL,), "ANY"), ("none", (TOOL,), "NONE"), ("required", (), None),
     ("auto", (TOOL, STRICT), "VALIDATED"), ("required", (STRICT,), "ANY"), ("none", (STRICT,), "NONE")],
)  # fmt: skip
def test_tool_choice(choice: str, tools: tuple[ToolSpec, ...], mode: str | None) -> None:
    expected = None if mode is None else {"functionCallingConfig": {"mode": mode}}
    assert asked(tools=tools, tool_choice=choice).get("toolConfig") == expected


def test_structured_output() -> None:
    assert asked(response_format=ResponseFormat("json_object"))["generationConfig"] == {
        "responseMimeType": "application/json"
    }
    assert asked(response_format=ResponseFormat("json_schema", schema=SCHEMA))["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"]},
    }


def test_limits_and_temperature() -> None:
    assert asked(temperature=0.0, max_output_tokens=7)["generationConfig"] == {
        "temperature": 0.0, "maxOutputTokens": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("effort", "efforts", "thinking"),
    [
        ("minimal", {}, {"includeThoughts": True, "thinkingLevel": "MINIMAL"}),
        ("minimal", {"minimal": "low"}, {"includeThoughts": True, "thinkingLevel": "LOW"}),
        ("high", {}, {"includeThoughts": True, "thinkingLevel": "HIGH"}),
        ("high", {"high": "24576"}, {"includeThoughts": True, "thinkingBudget": 24576}),
        ("medium", {"medium": "-1"}, {"includeThoughts": True, "thinkingBudget": -1}),
        ("minimal", {"minimal": "0"}, {"thinkingBudget": 0}),
    ],
)  # fmt: skip
def test_reasoning_effort_is_a_level_or_a_budget(effort: Any, efforts: Any, thinking: dict[str, Any]) -> None:
    profile = ModelProfile(reasoning_efforts=efforts)
    assert asked(reasoning_effort=effort, profile=profile)["generationConfig"] == {"thinkingConfig": thinking}


@pytest.mark.parametrize(
    ("profile", "effort", "is_sent"),
    [
        (ModelProfile(), "low", True),
        (ModelProfile(temperature_with_reasoning=False), "low", False),
        (ModelProfile(temperature_with_reasoning=False), None, True),
        (ModelProfile(temperature_with_reasoning=False, reasons_by_default=True), None, False),
        (ModelProfile(temperature_with_reasoning=False, reasoning_efforts={"low": "0"}), "low", True),
        (ModelProfile(temperature=False), None, False),
    ],
)
def test_a_temperature_goes_by_the_profile(profile: ModelProfile, effort: Any, is_sent: bool) -> None:
    config = asked(reasoning_effort=effort, temperature=0.5, profile=profile).get("generationConfig", {})
    assert ("temperature" in config) is is_sent


def test_a_model_that_calls_tools_without_reasoning_alone_is_told_not_to_reason() -> None:
    profile = ModelProfile(tools="without_reasoning")
    body = asked(reasoning_effort="high", tools=(TOOL,), profile=profile)
    assert body["generationConfig"] == {"thinkingConfig": {"thinkingBudget": 0}}


@pytest.mark.parametrize(
    ("held_to", "schema", "config", "words"),
    [
        ("json_object", SCHEMA, {"responseMimeType": "application/json"}, True),
        ("json_object", None, {"responseMimeType": "application/json"}, False),
        ("none", SCHEMA, None, True),
        ("none", None, None, True),
    ],
)
def test_a_format_that_a_model_cannot_be_held_to_is_said_in_words(
    held_to: Any, schema: Any, config: Any, words: bool
) -> None:
    form = ResponseFormat("json_schema" if schema else "json_object", schema=schema)
    body = asked(response_format=form, profile=ModelProfile(structured_output=held_to))
    assert body.get("generationConfig") == config
    said = "".join(part["text"] for part in body.get("systemInstruction", {"parts": []})["parts"])
    assert ("one JSON object" in said) is words
    assert ('"required":["a"]' in said) is (schema is not None)


@pytest.mark.parametrize(
    ("stream", "limit", "is_streamed"),
    [(True, None, True), (False, None, False), (False, 32_768, False), (False, 32_769, True)],
)
def test_an_answer_too_long_for_one_piece_is_streamed(stream: bool, limit: int | None, is_streamed: bool) -> None:
    request = ModelRequest("m", HI, stream=stream, max_output_tokens=limit)
    assert as_asked(request, ModelProfile(), Signatures(), call_ids=True).is_streamed is is_streamed


def test_going_on_is_the_same_request_with_the_token() -> None:
    request = ModelRequest("m", HI, max_output_tokens=100_000)
    found = as_asked(request, ModelProfile(), Signatures(), call_ids=True)
    assert json.loads(found.encode("dG9r")) == {**json.loads(found.encode()), "continuationToken": "dG9r"}
