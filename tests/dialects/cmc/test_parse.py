"""What the checked request becomes, and what is refused with which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.generation import ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolResultPart
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.dialects.cmc import checks, choices
from cryptodesk.dialects.cmc.parse import parse_request, read_usual
from cryptodesk.dialects.cmc.request import ChatRequest
from tests.dialects.cmc.requirements import requirement
from tests.dialects.support import BUILT_INS, CALLER, MODEL, Client, built_in, chat, custom_tool, make_ports

USER = {"role": "user", "content": "What is Bitcoin?"}
REPLAYED = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'"


def parse(**fields: Any) -> RunRequest:
    return parse_request(json.dumps(chat(**fields)).encode(), CALLER, "t" * 32, make_ports())


async def refusal(body: Any, status: int = 400) -> Any:
    """The OpenAI envelope's members that a body is answered with; the engine is never reached."""
    client = Client()
    answer = await client.post(body)
    assert (answer.status, client.engine.requests) == (status, [])
    assert set(answer.json) == {"error"}
    assert list(answer.error) == ["message", "type", "param", "code"]
    assert answer.error["type"] == "invalid_request_error"
    return answer.error


async def is_busy(body: Any) -> bool:
    client = Client()
    answer = await client.post(body)
    busy = {
        "timestamp": "2026-09-24T16:05:10.255Z",
        "error_code": "500",
        "error_message": "The system is busy, please try again later!",
        "elapsed": 0,
        "credit_count": 0,
    }
    return (answer.status, answer.json, client.engine.requests) == (200, {"status": busy}, [])


# -- what becomes of a request -----------------------------------------------------------------------------------------


@requirement("CMC-QUICK-START", "CMC-STREAM-DEFAULT")
def test_the_quick_start_body_becomes_a_run_that_returns_after_tools() -> None:
    body = b'{"model":"cmc-ai-v1-gpt-5.1","messages":[{"role":"user","content":"What is Bitcoin?"}]}'
    request = parse_request(body, CALLER, "t" * 32, make_ports())
    assert request == RunRequest(
        caller=CALLER,
        dialect="cmc",
        trace_id="t" * 32,
        model_id="cmc-ai-v1-gpt-5.1",
        messages=(Message("user", (TextPart("What is Bitcoin?"),)),),
        after_tools="return",
    )


@requirement("CMC-FIRST-SYSTEM")
def test_only_the_first_system_message_counts_wherever_it_stands() -> None:
    wire = [
        USER,
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "Money."},
        {"role": "system", "content": "Be long."},
        {"role": "user", "content": "And?"},
    ]
    messages = parse(messages=wire).messages
    assert [(m.role, m.text) for m in messages] == [
        ("system", "Be brief."),
        ("user", "What is Bitcoin?"),
        ("assistant", "Money."),
        ("user", "And?"),
    ]


@pytest.mark.parametrize("value", ["auto", "required", "none"])
@requirement("CMC-TOOL-CHOICE")
def test_a_known_tool_choice_reaches_the_run(value: str) -> None:
    assert parse(tools=[built_in()], tool_choice=value).tool_choice == value


@pytest.mark.parametrize("value", ["banana", "", "AUTO", 7, True])
@requirement("CMC-TOOL-CHOICE")
def test_any_other_tool_choice_that_is_no_object_is_the_default(value: object) -> None:
    assert parse(tools=[built_in()], tool_choice=value).tool_choice is None


@requirement("CMC-TOOL-CHOICE-NO-TOOLS")
def test_required_without_tools_is_ignored() -> None:
    assert parse(tool_choice="required").tool_choice is None
    assert parse(tool_choice="required", tools=[]).tool_choice is None


@pytest.mark.parametrize(("value", "effort"), [("minimal", "minimal"), ("high", "high"), ("ultra", None), ("", None)])
@requirement("CMC-EFFORT")
def test_an_unknown_reasoning_effort_is_the_default(value: str, effort: str | None) -> None:
    assert parse(reasoning_effort=value).reasoning_effort == effort


@pytest.mark.parametrize("value", [0, 2, 1.5, 2.0])
@requirement("CMC-TEMPERATURE")
def test_a_temperature_within_its_bounds_reaches_the_run(value: float) -> None:
    assert parse(temperature=value).temperature == value


@requirement("CMC-CAP")
def test_the_smallest_useful_cap_reaches_the_run() -> None:
    assert parse(max_completion_tokens=15).max_output_tokens == 15
    whole = parse(max_completion_tokens=15.0).max_output_tokens
    assert (whole, type(whole)) == (15, int)


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@requirement("CMC-RESPONSE-FORMAT")
def test_response_formats_reach_the_run() -> None:
    assert parse(response_format={"type": "json_object"}).response_format == ResponseFormat("json_object")
    asked = {"type": "json_schema", "json_schema": {"name": "price", "schema": SCHEMA, "strict": True}}
    assert parse(response_format=asked).response_format == ResponseFormat("json_schema", "price", SCHEMA, True)
    loose = {"type": "json_schema", "json_schema": {"name": "price", "schema": {"type": "object"}}}
    assert parse(response_format=loose).response_format == ResponseFormat("json_schema", "price", {"type": "object"})
    assert parse(response_format={"type": "text"}).response_format is None


@requirement("CMC-STREAM-OPTIONS", "CMC-IGNORED-FIELDS", "CMC-ONE-CHOICE")
def test_fields_that_are_not_honoured_change_nothing() -> None:
    ignored = {
        "stream_options": {"include_usage": False},
        "n": 3,
        "stop": ["."],
        "logprobs": True,
        "top_logprobs": 5,
        "parallel_tool_calls": False,
        "max_tokens": 1,
        "seed": "not a number",
        "user": 7,
        "store": True,
        "metadata": [[]],
        "top_p": 9,
        "presence_penalty": "x",
        "service_tier": None,
        "functions": [{"name": 1}],
        "unheard_of": {"a": [1]},
    }
    assert parse(**ignored) == parse()


@requirement("CMC-NULL-IS-ABSENT")
def test_null_is_as_good_as_absent() -> None:
    optional = [name for name in ChatRequest.__struct_fields__ if name not in ("model", "messages")]
    assert len(optional) == 10
    body = {**chat(), **dict.fromkeys(optional)}
    assert parse_request(json.dumps(body).encode(), CALLER, "t" * 32, make_ports()) == parse()


@requirement("CMC-REASONING-IGNORED", "CMC-CONTENT")
def test_members_of_messages_that_are_not_listed_are_ignored() -> None:
    replayed = {"role": "assistant", "content": "Money.", "reasoning_content": 7, "name": [], "refusal": None}
    messages = parse(messages=[USER, replayed, USER]).messages
    assert messages[1] == Message("assistant", (TextPart("Money."),))


@requirement("CMC-TOOL-CUSTOM", "CMC-ZERO-ARGUMENTS")
def test_a_custom_tool_reaches_the_run_as_it_is() -> None:
    plain = custom_tool("get_balance", description="Balance of a wallet", parameters=SCHEMA, strict=True)
    assert parse(tools=[plain]).client_tools == (ToolSpec("get_balance", "Balance of a wallet", SCHEMA, strict=True),)
    bare = parse(tools=[custom_tool("ping")]).client_tools
    assert bare == (ToolSpec("ping", "", choices.ARGUMENTS_OF_NOTHING),)
    assert bare[0].parameters["properties"] == {}


@requirement("CMC-TOOL-BUILT-IN", "CMC-TOOL-NO-TYPE")
@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "cmc_id_lookup"}},
        {"function": {"name": "cmc_id_lookup"}},
        {"type": "banana", "function": {"name": "cmc_id_lookup"}},
        {"function": {"name": "cmc_id_lookup", "description": 7, "parameters": "junk", "strict": "yes"}},
        {"function": {"name": "cmc_id_lookup", "strict": True, "parameters": {"type": "object"}}},
    ],
)
def test_a_built_in_is_known_by_its_name_alone(tool: dict[str, Any]) -> None:
    request = parse(tools=[tool, tool])
    assert (request.built_in_tools, request.client_tools) == (("cmc_id_lookup",), ())


@requirement("CMC-TOOL-NO-TYPE")
def test_a_custom_tool_without_type_is_tolerated() -> None:
    tool = {"function": {"name": "ping", "description": ""}}
    assert [spec.name for spec in parse(tools=[tool]).client_tools] == ["ping"]


@requirement("CMC-TOOL-PREFIX")
def test_an_unknown_name_with_the_prefix_is_the_callers_own() -> None:
    request = parse(tools=[custom_tool("cmc_ping"), built_in("cmc_math_eval")])
    assert request.built_in_tools == ("cmc_math_eval",)
    assert [spec.name for spec in request.client_tools] == ["cmc_ping"]


@requirement("CMC-TOOL-TWICE")
def test_of_two_tools_with_one_name_the_later_holds() -> None:
    tools = [custom_tool("ping", description="first"), custom_tool("ping", description="second")]
    assert [spec.description for spec in parse(tools=tools).client_tools] == ["second"]


@requirement("CMC-RESUME")
def test_a_resumption_names_the_run_and_carries_the_results() -> None:
    results = [
        {"role": "tool", "tool_call_id": "call_1", "content": '{"btc":0.42}'},
        {"role": "tool", "tool_call_id": "call_2", "content": ""},
    ]
    request = parse(previous_response_id="chatcmpl-B1", messages=results)
    assert request.resume_from == "B1"
    assert request.messages == (
        Message("tool", (ToolResultPart("call_1", '{"btc":0.42}'),)),
        Message("tool", (ToolResultPart("call_2", ""),)),
    )
    assert (request.built_in_tools, request.client_tools, request.tool_choice) == ((), (), None)


# -- what is refused ---------------------------------------------------------------------------------------------------

OBJECT_IN_A = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}}
STRICT_ROOT = {"additionalProperties": False, "required": ["a"]}
NEST: dict[str, Any] = {"type": "object"}
for _ in range(200):
    NEST = {"type": "object", "properties": {"a": NEST}}

REFUSALS: dict[str, tuple[str, dict[str, Any], str, str | None, str | None]] = {
    "no model": (
        "CMC-MODEL-REQUIRED",
        {"model": None},
        "Missing required parameter: 'model'.",
        "model",
        "missing_required_parameter",
    ),
    "no messages": (
        "CMC-MESSAGES-REQUIRED",
        {"messages": None},
        "Missing required parameter: 'messages'.",
        "messages",
        "missing_required_parameter",
    ),
    "empty messages": (
        "CMC-MESSAGES-EMPTY",
        {"messages": []},
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        "messages",
        "empty_array",
    ),
    "temperature too high": (
        "CMC-TEMPERATURE",
        {"temperature": 3},
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
        "temperature",
        "decimal_above_max_value",
    ),
    "temperature barely too high": (
        "CMC-TEMPERATURE",
        {"temperature": 2.01},
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.01 instead.",
        "temperature",
        "decimal_above_max_value",
    ),
    "temperature too low": (
        "CMC-TEMPERATURE",
        {"temperature": -1},
        "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
        "temperature",
        "decimal_below_min_value",
    ),
    "cap too low": (
        "CMC-CAP",
        {"max_completion_tokens": 1},
        "Could not finish the message because max_tokens or model output limit was reached. "
        "Please try again with higher max_tokens.",
        None,
        None,
    ),
    "cap of fourteen": (
        "CMC-CAP",
        {"max_completion_tokens": 14},
        "Could not finish the message because max_tokens or model output limit was reached. "
        "Please try again with higher max_tokens.",
        None,
        None,
    ),
    "cap of zero": (
        "CMC-CAP-BOUNDS",
        {"max_completion_tokens": 0},
        "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        "max_completion_tokens",
        "integer_below_min_value",
    ),
    "cap beyond all bounds": (
        "CMC-CAP-BOUNDS",
        {"max_completion_tokens": 10**30},
        "Invalid 'max_completion_tokens': integer above maximum value. Expected a value <= 2147483647, "
        "but got 1000000000000000000000000000000 instead.",
        "max_completion_tokens",
        "integer_above_max_value",
    ),
    "wrong role": (
        "CMC-ROLE",
        {"messages": [{"role": "x", "content": "hi"}]},
        "Invalid value: 'x'. Supported values are: 'system', 'user', 'assistant', and 'tool'.",
        "messages[0].role",
        "invalid_value",
    ),
    "developer": (
        "CMC-ROLE",
        {"messages": [USER, {"role": "developer", "content": "hi"}]},
        "Invalid value: 'developer'. Supported values are: 'system', 'user', 'assistant', and 'tool'.",
        "messages[1].role",
        "invalid_value",
    ),
    "no role": (
        "CMC-ROLE",
        {"messages": [{"content": "hi"}]},
        "Missing required parameter: 'messages[0].role'.",
        "messages[0].role",
        "missing_required_parameter",
    ),
    "content parts": (
        "CMC-CONTENT-PARTS",
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        "Invalid type for 'messages[0].content': expected a string, but got an array instead.",
        "messages[0].content",
        "invalid_type",
    ),
    "no content": (
        "CMC-CONTENT",
        {"messages": [{"role": "user", "content": None}]},
        "Missing required parameter: 'messages[0].content'.",
        "messages[0].content",
        "missing_required_parameter",
    ),
    "tool message without id": (
        "CMC-TOOL-CALL-ID",
        {"messages": [USER, {"role": "tool", "content": "1"}], "previous_response_id": "chatcmpl-B1"},
        "Missing required parameter: 'messages[1].tool_call_id'.",
        "messages[1].tool_call_id",
        "missing_required_parameter",
    ),
    "calls of a user": (
        "CMC-TOOL-CALLS-ROLE",
        {"messages": [{**USER, "tool_calls": [{"id": "call_1"}]}]},
        "Invalid parameter: 'tool_calls' is only valid on messages with role 'assistant'.",
        "messages[0].tool_calls",
        None,
    ),
    "replay with the assistant": (
        "CMC-REPLAY",
        {
            "messages": [
                USER,
                {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "1"},
            ]
        },
        REPLAYED,
        "messages.[2].role",
        None,
    ),
    "replay without the assistant": (
        "CMC-REPLAY",
        {"messages": [USER, {"role": "tool", "tool_call_id": "call_1", "content": "1"}]},
        REPLAYED,
        "messages.[1].role",
        None,
    ),
    "calls left open in the history": (
        "CMC-REPLAY",
        {"messages": [{"role": "assistant", "content": "", "tool_calls": [{"id": "call_1"}]}, USER]},
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'; "
        "send the tool result with 'previous_response_id' instead.",
        "messages.[0].role",
        None,
    ),
    "calls sent again on resumption": (
        "CMC-RESUME-CALLS",
        {
            "previous_response_id": "chatcmpl-B1",
            "messages": [
                {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "1"},
            ],
        },
        "Send only the new messages with 'previous_response_id'; the assistant's 'tool_calls' are kept here.",
        "messages[0].tool_calls",
        None,
    ),
    "an id that is none of ours": (
        "CMC-RESUME-UNKNOWN",
        {"previous_response_id": "resp_1"},
        "Previous response with id 'resp_1' not found.",
        "previous_response_id",
        "previous_response_not_found",
    ),
    "too many tools": (
        "CMC-TOOLS-128",
        {"tools": [custom_tool(f"t{i}") for i in range(150)]},
        "Invalid 'tools': array too long. Expected an array with maximum length 128, "
        "but got an array with length 150 instead.",
        "tools",
        "array_above_max_length",
    ),
    "tool without name": (
        "CMC-TOOL-NO-NAME",
        {"tools": [{"type": "function", "function": {"description": ""}}]},
        "Missing required parameter: 'tools[0].function.name'.",
        "tools[0].function.name",
        "missing_required_parameter",
    ),
    "tool without function": (
        "CMC-TOOL-NO-NAME",
        {"tools": [built_in(), {"type": "function"}]},
        "Missing required parameter: 'tools[1].function'.",
        "tools[1].function",
        "missing_required_parameter",
    ),
    "tool of another type": (
        "CMC-TOOL-CUSTOM",
        {"tools": [{"type": "web_search", "function": {"name": "a", "description": ""}}]},
        "Invalid value: 'web_search'. Supported values are: 'function'.",
        "tools[0].type",
        "invalid_value",
    ),
    "tool with an odd name": (
        "CMC-TOOL-NAME-FORM",
        {"tools": [custom_tool("get balance")]},
        "Invalid 'tools[0].function.name': string does not match pattern. "
        "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
        "tools[0].function.name",
        "invalid_value",
    ),
    "tool with an empty name": (
        "CMC-TOOL-NAME-FORM",
        {"tools": [custom_tool("")]},
        "Invalid 'tools[0].function.name': empty string. Expected a string with minimum length 1, "
        "but got an empty string instead.",
        "tools[0].function.name",
        "empty_string",
    ),
    "tool with a long name": (
        "CMC-TOOL-NAME-FORM",
        {"tools": [custom_tool("a" * 65)]},
        "Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64, "
        "but got a string with length 65 instead.",
        "tools[0].function.name",
        "string_above_max_length",
    ),
    "strict without additionalProperties": (
        "CMC-TOOL-STRICT",
        {"tools": [custom_tool("f", strict=True, parameters={"type": "object", "properties": {}})]},
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be "
        "false.",
        "tools[0].function.parameters",
        "invalid_function_parameters",
    ),
    "strict with an optional property": (
        "CMC-TOOL-STRICT",
        {"tools": [built_in(), custom_tool("f", strict=True, parameters={**SCHEMA, "required": []})]},
        "Invalid schema for function 'f': In context=(), 'required' is required to be supplied and to be an array "
        "including every key in properties. Missing 'a'.",
        "tools[1].function.parameters",
        "invalid_function_parameters",
    ),
    "strict broken deep inside": (
        "CMC-TOOL-STRICT",
        {"tools": [custom_tool("f", strict=True, parameters={**OBJECT_IN_A, **STRICT_ROOT})]},
        "Invalid schema for function 'f': In context=('properties', 'a', 'items'), 'additionalProperties' is required "
        "to be supplied and to be false.",
        "tools[0].function.parameters",
        "invalid_function_parameters",
    ),
    "parameters of another type": (
        "CMC-TOOL-SCHEMA",
        {"tools": [custom_tool("f", parameters={"type": "string"})]},
        "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"string\"'.",
        "tools[0].function.parameters",
        "invalid_function_parameters",
    ),
    "parameters nested too deeply": (
        "CMC-TOOL-SCHEMA",
        {"tools": [custom_tool("f", parameters=NEST)]},
        "Invalid schema for function 'f': nested deeper than 64 levels.",
        "tools[0].function.parameters",
        "invalid_function_parameters",
    ),
    "strict format": (
        "CMC-FORMAT-STRICT",
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "price", "strict": True, "schema": {"type": "object"}},
            }
        },
        "Invalid schema for response_format 'price': In context=(), 'additionalProperties' is required to be supplied "
        "and to be false.",
        "response_format",
        None,
    ),
    "format of another type": (
        "CMC-RESPONSE-FORMAT",
        {"response_format": {"type": "xml"}},
        "Invalid value: 'xml'. Supported values are: 'json_object', 'json_schema', and 'text'.",
        "response_format.type",
        "invalid_value",
    ),
    "format without its schema": (
        "CMC-RESPONSE-FORMAT",
        {"response_format": {"type": "json_schema"}},
        "Missing required parameter: 'response_format.json_schema'.",
        "response_format.json_schema",
        "missing_required_parameter",
    ),
}


@requirement(*sorted({row[0] for row in REFUSALS.values()}))
@pytest.mark.parametrize("case", REFUSALS)
async def test_a_request_that_does_not_fit_is_refused_in_the_documented_words(case: str) -> None:
    _, fields, message, param, code = REFUSALS[case]
    error = await refusal(chat(**fields))
    assert error == {"message": message, "type": "invalid_request_error", "param": param, "code": code}


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"model": 7}, "Invalid type for 'model': expected a string, but got an integer instead."),
    ({"messages": "hi"}, "Invalid type for 'messages': expected an array, but got a string instead."),
    ({"messages": ["hi"]}, "Invalid type for 'messages[0]': expected an object, but got a string instead."),
    ({"stream": "yes"}, "Invalid type for 'stream': expected a boolean, but got a string instead."),
    ({"temperature": "hot"}, "Invalid type for 'temperature': expected a decimal, but got a string instead."),
    ({"temperature": True}, "Invalid type for 'temperature': expected a decimal, but got a boolean instead."),
    (
        {"max_completion_tokens": 20.5},
        "Invalid type for 'max_completion_tokens': expected an integer, but got a decimal instead.",
    ),
    ({"tools": {}}, "Invalid type for 'tools': expected an array, but got an object instead."),
    ({"tools": [7]}, "Invalid type for 'tools[0]': expected an object, but got an integer instead."),
    ({"response_format": "json"}, "Invalid type for 'response_format': expected an object, but got a string instead."),
    ({"stream_options": []}, "Invalid type for 'stream_options': expected an object, but got an array instead."),
    ({"reasoning_effort": 3}, "Invalid type for 'reasoning_effort': expected a string, but got an integer instead."),
    (
        {"previous_response_id": 3},
        "Invalid type for 'previous_response_id': expected a string, but got an integer instead.",
    ),
]


@requirement("CMC-WRONG-TYPE")
@pytest.mark.parametrize(("fields", "message"), WRONG_TYPES)
async def test_a_wrong_type_is_named_with_its_path(fields: dict[str, Any], message: str) -> None:
    error = await refusal(chat(**fields))
    assert (error["message"], error["code"]) == (message, "invalid_type")
    assert error["param"] == message.split("'")[1]


@requirement("CMC-TOOL-CHOICE-OBJECT")
@pytest.mark.parametrize("value", [{"type": "function", "function": {"name": "f"}}, {}, ["auto"]])
async def test_an_object_as_tool_choice_gets_the_busy_envelope(value: object) -> None:
    assert await is_busy(chat(tool_choice=value))
    assert await is_busy(chat(tool_choice=value, stream=True))


@requirement("CMC-TOOL-NO-DESCRIPTION")
async def test_a_custom_tool_without_description_gets_the_busy_envelope() -> None:
    assert await is_busy(chat(tools=[{"type": "function", "function": {"name": "ping"}}]))
    assert await is_busy(chat(tools=[{"type": "function", "function": {"name": "ping", "description": None}}]))


@requirement("CMC-MODEL-UNKNOWN")
async def test_an_unknown_model_is_told_before_faults_of_tools_and_replays() -> None:
    text = "The model `gpt-4o` does not exist or you do not have access to it."
    expected = {"message": text, "type": "invalid_request_error", "param": None, "code": "model_not_found"}
    assert await refusal(chat(model="gpt-4o", tools=[{"function": {"name": "ping"}}]), 404) == expected
    assert await refusal(chat(model="gpt-4o", tools=[custom_tool("")]), 404) == expected
    replay = [USER, {"role": "tool", "tool_call_id": "call_1", "content": "1"}]
    assert await refusal(chat(model="gpt-4o", messages=replay), 404) == expected
    assert await refusal(chat(model="gpt-4o", previous_response_id="resp_1"), 404) == expected


@requirement("CMC-ORDER")
async def test_each_check_hides_the_ones_behind_it() -> None:
    """One body that breaks every rule; the faults are mended one after the other, in the documented order."""
    body: dict[str, Any] = {
        "model": "gpt-4o",
        "temperature": 3,
        "tool_choice": {},
        "tools": [custom_tool("")],
        "messages": [USER, {"role": "tool", "tool_call_id": "call_1", "content": "1"}],
    }
    broken = json.dumps(body)[:-1].encode()
    assert (await refusal(broken))["message"].startswith("The request body is not valid JSON")
    assert await is_busy(body)
    del body["tool_choice"]
    assert (await refusal(body))["param"] == "temperature"
    del body["temperature"]
    assert (await refusal(body, 404))["code"] == "model_not_found"
    body["model"] = MODEL
    assert (await refusal(body))["param"] == "tools[0].function.name"
    body["tools"] = [custom_tool("f")]
    assert (await refusal({**body, "previous_response_id": "resp_1"}))["param"] == "previous_response_id"
    assert (await refusal(body))["message"] == REPLAYED


# -- bodies ------------------------------------------------------------------------------------------------------------

QUICK = json.dumps(chat()).encode()
BAD_BODIES = {
    "empty": b"",
    "broken": b'{"model":',
    "two documents": QUICK + QUICK,
    "NaN": QUICK[:-1] + b',"temperature":NaN}',
    "Infinity": QUICK[:-1] + b',"temperature":-Infinity}',
    "a number without bounds": QUICK[:-1] + b',"temperature":1e999}',
    "a very long integer": QUICK[:-1] + b',"max_completion_tokens":' + b"9" * 5000 + b"}",
    "invalid UTF-8": QUICK.replace(b"Bitcoin", b"\xff\xfe"),
    "invalid UTF-8 in an ignored field": QUICK[:-1] + b',"user":"\xff"}',
    "invalid UTF-8 in an ignored name": QUICK[:-1] + b',"\xff":1}',
    "a lone high surrogate": QUICK.replace(b"Bitcoin", b"\\ud800"),
    "a lone low surrogate": QUICK.replace(b"Bitcoin", b"\\udc00"),
    "UTF-16": json.dumps(chat()).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + QUICK,
    "deep nesting": QUICK[:-1] + b',"metadata":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep nesting, never closed": b'{"a":' * 100_000,
    "an array": b"[" + QUICK + b"]",
    "a string": b'"hi"',
    "null": b"null",
    "zeros": b"\x00" * 50,
}


@requirement("CMC-BAD-JSON")
@pytest.mark.parametrize("case", BAD_BODIES)
async def test_a_body_that_is_no_json_object_is_refused(case: str) -> None:
    error = await refusal(BAD_BODIES[case])
    assert (error["param"], error["code"]) == (None, None)
    assert error["message"].startswith("The request body is ")


@requirement("CMC-BAD-JSON")
def test_of_duplicate_members_the_last_holds() -> None:
    body = b'{"model":7,"stream":"x","model":"' + MODEL.encode() + b'","stream":true,"messages":[{"role":"x","role":'
    body += b'"user","content":"a","content":"b"}]}'
    request = parse_request(body, CALLER, "t" * 32, make_ports())
    assert (request.model_id, request.stream, request.messages[0].text) == (MODEL, True, "b")


def test_quoted_text_of_the_client_is_cut_short() -> None:
    body = json.dumps(chat(messages=[{"role": "x" * 10_000, "content": ""}])).encode()
    with pytest.raises(checks.InvalidRequest) as caught:
        parse_request(body, CALLER, "t" * 32, make_ports())
    assert len(caught.value.message) < 400


USUAL: list[dict[str, Any]] = [
    {},
    {"stream": True, "temperature": 1, "max_completion_tokens": 100, "tool_choice": "none"},
    {"tools": [built_in(), custom_tool("f", parameters=SCHEMA)], "tool_choice": "required"},
    {"response_format": {"type": "json_object"}, "reasoning_effort": "low", "stream_options": {"include_usage": True}},
    {"previous_response_id": "chatcmpl-B1", "messages": [{"role": "tool", "tool_call_id": "c", "content": "1"}]},
]


@pytest.mark.parametrize("fields", USUAL)
def test_usual_requests_take_the_typed_reading_alone(fields: dict[str, Any]) -> None:
    assert read_usual(json.dumps(chat(**fields)).encode(), BUILT_INS) is not None
