"""The Responses format over the same runs, held against the official library's types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.core.events import RunEvent, RunFailed, TextDelta, ToolCallDelta
from cryptodesk.core.messages import TextPart, ToolCallPart, ToolResultPart
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import END, RESPONSES, STARTED, TEXT, TOOL_RUN, Client
from tests.dialects.support import MODEL, FakeEngine

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
FUNCTION = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": False}
CALLS: list[list[RunEvent]] = [
    [STARTED],
    [TextDelta("Let me see."), ToolCallDelta(0, "c1", "f", ""), ToolCallDelta(0, None, None, '{"a"')],
    [ToolCallDelta(0, None, None, ":1}"), ToolCallDelta(1, "c2", "f", "{}")],
    [structs.replace(END, finish_reason="tool_calls")],
]


async def whole(client: Client, **fields: Any) -> Any:
    answer = await client.ask({"model": MODEL, "input": "hi", **fields}, path=RESPONSES)
    assert answer.status == 200, answer.body
    Response.model_validate_json(answer.body)
    return answer.json


async def streamed(client: Client, **fields: Any) -> list[Any]:
    answer = await client.ask({"model": MODEL, "input": "hi", "stream": True, **fields}, path=RESPONSES)
    assert answer.status == 200
    *frames, rest = answer.body.decode().split("\n\n")
    assert rest == ""
    events = []
    for number, frame in enumerate(frames):
        name, payload = frame.split("\n")
        event = json.loads(payload.removeprefix("data: "))
        assert (name, event["sequence_number"]) == (f"event: {event['type']}", number)
        EVENT.validate_json(payload.removeprefix("data: "))
        events.append(event)
    return events


@requirement("OAI-RESPONSES")
async def test_a_response_has_its_text_links_usage_and_our_object() -> None:
    body = await whole(Client(FakeEngine(TOOL_RUN)), instructions="Be brief.")
    (message,) = body["output"]
    (content,) = message["content"]
    assert (content["text"], message["role"], body["status"]) == (TEXT, "assistant", "completed")
    assert content["annotations"][0]["url"] == "https://www.example.org/halving"
    assert body["usage"]["total_tokens"] == body["usage"]["input_tokens"] + body["usage"]["output_tokens"] == 138
    assert body["cryptodesk"]["verification"]["status"] == "verified"
    assert (body["store"], body["instructions"]) == (False, "Be brief.")


@requirement("OAI-RESPONSES", "OAI-SAME")
@pytest.mark.parametrize("run", [TOOL_RUN, CALLS, [[STARTED], [END]]])
async def test_the_last_event_is_the_buffered_response(run: Any) -> None:
    client = Client(FakeEngine(run))
    events = await streamed(client)
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"] == await whole(client)


@requirement("OAI-RESPONSES")
async def test_pieces_add_up_to_their_items() -> None:
    events = await streamed(Client(FakeEngine(CALLS)))
    text = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done[0]["content"][0]["text"] == text == "Let me see."
    assert [(item["call_id"], item["arguments"]) for item in done[1:]] == [("c1", '{"a":1}'), ("c2", "{}")]
    pieces = [
        e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta" and e["item_id"] == "fc_c1"
    ]
    assert "".join(pieces) == '{"a":1}'
    added = [e["output_index"] for e in events if e["type"] == "response.output_item.added"]
    assert added == [0, 1, 2]


@requirement("OAI-RESPONSES")
async def test_items_become_the_conversation() -> None:
    client = Client()
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "b", "annotations": []}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
        {"type": "function_call", "call_id": "c2", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "2"}]},
        {"role": "developer", "content": "d"},
    ]
    await whole(client, input=items, instructions="i", tools=[FUNCTION])
    system, user, assistant, *results = client.asked.messages
    assert (system.text, user.text) == ("i\n\nd", "a")
    assert assistant.parts == (TextPart("b"), ToolCallPart("c1", "f", '{"a":1}'), ToolCallPart("c2", "f", "{}"))
    assert [each.parts[0] for each in results] == [ToolResultPart("c1", "1", "f"), ToolResultPart("c2", "2", "f")]


@requirement("OAI-RESPONSES")
async def test_parameters_mean_what_they_mean_in_the_chat() -> None:
    client = Client()
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]}
    schema = {"type": "json_schema", "name": "s", "schema": {"type": "object"}, "strict": False}
    await whole(
        client,
        tools=[FUNCTION],
        tool_choice=choice,
        reasoning={"effort": "low"},
        max_output_tokens=99,
        text={"format": schema, "verbosity": "low"},
        temperature=1,
    )
    asked = client.asked
    assert [spec.name for spec in asked.client_tools] == ["f"]
    assert (asked.tool_choice, asked.reasoning_effort, asked.max_output_tokens) == ("required", "low", 99)
    assert asked.response_format is not None
    assert asked.response_format.schema == {"type": "object"}
    await whole(client, tools=[FUNCTION], tool_choice={"type": "function", "name": "f"})
    assert (client.asked.built_in_tools, client.asked.tool_choice) == ((), "required")


@requirement("OAI-RESPONSES")
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": []}, "input"),
        ({"input": 5}, "input"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].type"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0].name"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0].call_id"),
        (
            {
                "instructions": "i",
                "input": [
                    {"role": "user", "content": "x"},
                    {"type": "function_call_output", "call_id": "c", "output": "x"},
                ],
            },
            "input[1].role",
        ),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.name"),
        ({"model": None}, "model"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_own_place(fields: Any, param: str) -> None:
    body = {name: value for name, value in {"model": MODEL, "input": "hi", **fields}.items() if value is not None}
    answer = await Client().ask(body, path=RESPONSES)
    assert (answer.status, answer.error["param"]) == (400, param)


@requirement("OAI-RESPONSES")
async def test_an_answer_that_was_cut_is_incomplete() -> None:
    run: Any = [[STARTED], [TextDelta("Bit")], [structs.replace(END, finish_reason="length")]]
    body = await whole(Client(FakeEngine(run)))
    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert (await streamed(Client(FakeEngine(run))))[-1]["type"] == "response.incomplete"


@requirement("OAI-RESPONSES", "OAI-STREAM-ERROR")
async def test_a_failure_in_mid_stream_ends_it() -> None:
    run: Any = [[STARTED], [TextDelta("Bit")], [RunFailed(UpstreamBadAnswer("cut short", upstream="u"))]]
    events = await streamed(Client(FakeEngine(run)))
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    assert (events[-2]["message"], events[-1]["response"]["status"]) == ("cut short", "failed")
