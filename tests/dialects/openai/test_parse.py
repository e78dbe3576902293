"""What is wrong with a request, told as OpenAI tells it: message, parameter, code."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects.openai.parse import read_chat
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import Client, tool
from tests.dialects.support import chat

USER = {"role": "user", "content": "hi"}


@requirement("OAI-REQUIRED", "OAI-TYPES", "OAI-ERROR")
@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": []}, "messages", "empty_array"),
        ({"model": 5}, "model", "invalid_type"),
        ({"messages": "hi"}, "messages", "invalid_type"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_type"),
        ({"messages": [USER, {"role": "robot", "content": "x"}]}, "messages[1].role", "invalid_value"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "invalid_type"),
        ({"stop": 5}, "stop", "invalid_type"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_required_parameter"),
        ({"response_format": "json"}, "response_format", "invalid_type"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage", "invalid_type"),
        ({"cryptodesk": {"color": 1}}, "cryptodesk.color", "unknown_parameter"),
        ({"cryptodesk": {"research": 1}}, "cryptodesk.research", "invalid_type"),
    ],
)
async def test_a_malformed_request_is_told_by_its_parameter(fields: Any, param: str, code: str) -> None:
    body = {"model": "m", "messages": [USER], **fields}
    answer = await Client().ask({name: value for name, value in body.items() if value is not None})
    assert answer.status == 400
    assert (answer.error["param"], answer.error["code"]) == (param, code)
    assert param in answer.error["message"] or code == "invalid_value"
    assert answer.error["type"] == "invalid_request_error"


@requirement("OAI-TYPES")
def test_a_wrong_type_is_told_in_words() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_chat(b'{"model":"m","messages":[{"role":"user","content":{"a":1}}]}')
    words = "Invalid type for 'messages[0].content': expected a string or an array, but got an object instead."
    assert caught.value.message == words


@requirement("OAI-TYPES")
async def test_null_is_as_good_as_absent() -> None:
    names = ("temperature", "tools", "tool_choice", "stop", "stream", "response_format", "n", "cryptodesk", "user")
    client = Client()
    answer = await client.ask(chat(**{}) | dict.fromkeys(names))
    assert answer.status == 200
    assert client.asked.built_in_tools == tuple(sorted(client.ports.built_in_tools))


@requirement("OAI-RANGES")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"temperature": 2.1}, "decimal_above_max_value"),
        ({"temperature": -0.1}, "decimal_below_min_value"),
        ({"top_p": 1.01}, "decimal_above_max_value"),
        ({"frequency_penalty": -2.5}, "decimal_below_min_value"),
        ({"presence_penalty": 3}, "decimal_above_max_value"),
        ({"max_completion_tokens": 0}, "integer_below_min_value"),
        ({"max_tokens": 2**31}, "integer_above_max_value"),
        ({"stop": ["a"] * 5}, "array_above_max_length"),
        ({"stop": [""]}, "empty_string"),
        ({"reasoning_effort": "extreme"}, "invalid_value"),
        ({"verbosity": "loud"}, "invalid_value"),
    ],
)
async def test_a_value_out_of_range_is_refused(fields: Any, code: str) -> None:
    status, error = await Client().refused(**fields)
    assert (status, error["param"], error["code"]) == (400, next(iter(fields)), code)


@requirement("OAI-RANGES")
@pytest.mark.parametrize("fields", [{"temperature": 0}, {"temperature": 2}, {"top_p": 1}, {"presence_penalty": -2}])
async def test_a_bound_is_within_the_range(fields: Any) -> None:
    await Client().whole(**fields)


@requirement("OAI-REFUSED", "OAI-N", "OAI-LOGPROBS")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"n": 2}, "unsupported_value"),
        ({"n": 0}, "unsupported_value"),
        ({"logprobs": True}, "unsupported_parameter"),
        ({"top_logprobs": 3}, "unsupported_parameter"),
        ({"logit_bias": {"50256": -100}}, "unsupported_parameter"),
        ({"audio": {"voice": "alloy", "format": "mp3"}}, "unsupported_parameter"),
        ({"functions": [{"name": "f"}]}, "unsupported_parameter"),
        ({"function_call": "auto"}, "unsupported_parameter"),
        ({"modalities": ["text", "audio"]}, "invalid_value"),
    ],
)
async def test_what_cannot_be_honoured_is_refused(fields: Any, code: str) -> None:
    status, error = await Client().refused(**fields)
    assert (status, error["param"], error["code"]) == (400, next(iter(fields)), code)


@requirement("OAI-IGNORED", "OAI-UNKNOWN-FIELDS", "OAI-N", "OAI-LOGPROBS")
async def test_sampling_and_bookkeeping_are_passed_over() -> None:
    client = Client()
    await client.whole()
    plain = client.asked
    await client.whole(
        n=1,
        seed=7,
        user="u",
        metadata={"a": "b"},
        store=True,
        top_p=0.5,
        frequency_penalty=1,
        presence_penalty=-1,
        logprobs=False,
        logit_bias={},
        modalities=["text"],
        prediction={"type": "content", "content": "x"},
        service_tier="auto",
        safety_identifier="s",
        prompt_cache_key="k",
        web_search_options={},
        no_such_parameter=[1],
    )
    assert {**as_dict(client.asked), "trace_id": ""} == {**as_dict(plain), "trace_id": ""}


def as_dict(request: Any) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__struct_fields__}


@requirement("OAI-BAD-JSON")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b'{"model":"\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"model":"m","messages":[],"x":' + b"[" * 100_000, "nested too deeply"),
    ],
)
async def test_a_body_that_is_no_json_object_is_told_so(body: bytes, words: str) -> None:
    answer = await Client().ask(body)
    assert answer.status == 400
    assert words in answer.error["message"]


STRICT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def deep(levels: int) -> Any:
    schema: Any = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@requirement("OAI-TOOLS", "OAI-FORMAT")
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [tool(f"f{n}") for n in range(129)]}, "tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [tool("no spaces")]}, "tools[0].function.name"),
        ({"tools": [tool("")]}, "tools[0].function.name"),
        ({"tools": [tool("f" * 65)]}, "tools[0].function.name"),
        ({"tools": [tool(parameters={"type": "array"})]}, "tools[0].function.parameters"),
        ({"tools": [tool(parameters={"type": "object"}, strict=True)]}, "tools[0].function.parameters"),
        ({"tools": [tool(parameters=deep(40))]}, "tools[0].function.parameters"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True}}},
            "response_format.json_schema.schema",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True},
                }
            },
            "response_format",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}},
            "response_format.json_schema.name",
        ),
    ],
)
async def test_tools_and_formats_are_checked(fields: Any, param: str) -> None:
    status, error = await Client().refused(**fields)
    assert (status, error["param"]) == (400, param)


@requirement("OAI-TOOLS", "OAI-FORMAT")
async def test_tools_and_formats_reach_the_model() -> None:
    client = Client()
    await client.whole(
        tools=[tool("f", description="d", parameters=STRICT, strict=True), tool("g")],
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": STRICT, "strict": True}},
    )
    first, second = client.asked.client_tools
    assert (first.name, first.description, first.parameters, first.strict) == ("f", "d", STRICT, True)
    assert second.parameters == {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    wanted = client.asked.response_format
    assert wanted is not None
    assert (wanted.kind, wanted.name, wanted.schema, wanted.strict) == ("json_schema", "a", STRICT, True)
    await client.whole(response_format={"type": "json_object"})
    assert client.asked.response_format is not None
    assert client.asked.response_format.kind == "json_object"
    await client.whole(response_format={"type": "text"})
    assert client.asked.response_format is None


@requirement("OAI-MAX-TOKENS", "OAI-EFFORT")
async def test_limits_and_effort_reach_the_model() -> None:
    client = Client()
    await client.whole(max_tokens=50, reasoning_effort="none", temperature=0)
    assert (client.asked.max_output_tokens, client.asked.reasoning_effort) == (50, "minimal")
    assert client.asked.temperature == 0
    await client.whole(max_tokens=50, max_completion_tokens=70, reasoning_effort="xhigh")
    assert (client.asked.max_output_tokens, client.asked.reasoning_effort) == (70, "high")
