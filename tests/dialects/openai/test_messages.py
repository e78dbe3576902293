"""Conversations as clients replay them, whole, in every request."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.messages import Message, TextPart, ToolCallPart, ToolResultPart
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import Client

USER = {"role": "user", "content": "hi"}
CALLS = [
    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
    {"id": "c2", "type": "function", "function": {"name": "g", "arguments": ""}},
]


def result(call_id: str, content: Any = "1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


async def read(*messages: Any) -> tuple[Message, ...]:
    client = Client()
    await client.whole(messages=list(messages))
    return client.asked.messages


@requirement("OAI-ROLES", "OAI-INSTRUCTIONS")
async def test_all_instructions_go_in_front_as_one_message() -> None:
    found = await read(
        {"role": "system", "content": "Be brief."}, USER, {"role": "developer", "content": "No tables."}, USER
    )
    assert [message.role for message in found] == ["system", "user", "user"]
    assert found[0].text == "Be brief.\n\nNo tables."


@requirement("OAI-CONTENT")
async def test_parts_of_text_are_lines_of_one_text() -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    (message,) = await read({"role": "user", "content": parts})
    assert message.parts == (TextPart("one\ntwo"),)


@requirement("OAI-CONTENT")
@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file", "video"])
async def test_other_parts_are_refused_with_their_place(kind: str) -> None:
    content = [{"type": "text", "text": "see"}, {"type": kind, kind: {}}]
    status, error = await Client().refused(messages=[{"role": "user", "content": content}])
    assert (status, error["param"]) == (400, "messages[0].content[1].type")
    assert error["code"] == "unsupported_content_type"


@requirement("OAI-CONTENT")
async def test_a_refusal_is_what_the_assistant_said() -> None:
    found = await read(USER, {"role": "assistant", "refusal": "I will not."}, USER)
    assert found[1].text == "I will not."
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    assert (await read(USER, part, USER))[1].text == "No."


@requirement("OAI-REPLAY")
async def test_calls_and_results_are_replayed() -> None:
    assistant = {"role": "assistant", "content": None, "tool_calls": CALLS}
    found = await read(USER, assistant, result("c2", [{"type": "text", "text": "2"}]), result("c1"))
    assert found[1].parts == (ToolCallPart("c1", "f", '{"a":1}'), ToolCallPart("c2", "g", "{}"))
    assert [message.parts for message in found[2:]] == [
        (ToolResultPart("c2", "2", "g"),),
        (ToolResultPart("c1", "1", "f"),),
    ]


@requirement("OAI-REPLAY")
async def test_text_beside_calls_is_kept() -> None:
    found = await read(USER, {"role": "assistant", "content": "Wait.", "tool_calls": CALLS[:1]}, result("c1"))
    assert found[1].parts == (TextPart("Wait."), ToolCallPart("c1", "f", '{"a":1}'))


ASSISTANT = {"role": "assistant", "content": None, "tool_calls": CALLS}


@requirement("OAI-REPLAY", "OAI-CONTENT")
@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([USER, result("c1")], "messages[1].role"),
        ([USER, ASSISTANT, result("c3")], "messages[2].tool_call_id"),
        ([USER, ASSISTANT, result("c1"), result("c1")], "messages[3].tool_call_id"),
        ([USER, ASSISTANT, result("c1")], "messages[2]"),
        ([USER, ASSISTANT, USER], "messages[1]"),
        ([USER, ASSISTANT, {"role": "tool", "content": "1"}], "messages[2].tool_call_id"),
        ([USER, {"role": "assistant", "content": None}], "messages[1].content"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "text"}]}], "messages[0].content[0].text"),
        ([{"role": "function", "name": "f", "content": "1"}], "messages[0].role"),
        (
            [USER, {"role": "assistant", "tool_calls": [{"id": "c", "type": "custom"}]}],
            "messages[1].tool_calls[0].type",
        ),
        ([USER, {"role": "assistant", "tool_calls": [{"id": "c"}]}], "messages[1].tool_calls[0].function"),
    ],
)
async def test_messages_that_do_not_fit_are_refused(messages: Any, param: str) -> None:
    status, error = await Client().refused(messages=messages)
    assert (status, error["param"]) == (400, param)


async def test_a_conversation_of_instructions_alone_is_answered() -> None:
    (message,) = await read({"role": "system", "content": "Say hi."})
    assert message.role == "system"
