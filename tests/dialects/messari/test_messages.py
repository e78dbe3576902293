"""The conversation of a request."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.messages import read_messages
from tests.dialects.messari.requirements import requirement


def user(content: Any = "hi", **fields: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **fields}


def assistant(content: Any = "hello", **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **fields}


def system(content: Any = "Be brief.") -> dict[str, Any]:
    return {"role": "system", "content": content}


def read(*messages: Any) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in read_messages({"messages": list(messages)})[0]]


def refused(messages: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        read_messages({"messages": messages})
    return caught.value


@requirement("MES-ROLES")
def test_a_conversation_of_all_roles_is_read_in_order_with_system_texts_first() -> None:
    found = read(user("a"), system("S"), assistant("b"), {"role": "developer", "content": "D"}, user("c"))
    assert found == [("system", "S\n\nD"), ("user", "a"), ("assistant", "b"), ("user", "c")]


@requirement("MES-ROLES")
def test_messages_that_a_page_keeps_for_itself_are_skipped() -> None:
    assert read(user("a"), {"role": "data", "content": "x"}) == [("user", "a")]


@requirement("MES-ROLES")
@pytest.mark.parametrize("role", ["tool", "function", "User", "", "<string>"])
def test_another_role_is_refused_with_those_there_are(role: str) -> None:
    error = refused([{"role": role, "content": "x"}, user()])
    assert error.param == "messages[0].role"
    assert "system, user, assistant" in error.message


@requirement("MES-MESSAGES")
@pytest.mark.parametrize(
    ("messages", "param", "message"),
    [
        (None, "messages", "messages is required"),
        ([], "messages", "messages must not be empty"),
        ({}, "messages", "messages must be an array, not an object"),
        ("hi", "messages", "messages must be an array, not a string"),
        (["hi"], "messages[0]", "messages[0] must be an object"),
        ([user(), None], "messages[1]", "messages[1] must be an object"),
        ([{"content": "x"}], "messages[0].role", "messages[0].role is required"),
        ([{"role": 1, "content": "x"}], "messages[0].role", "messages[0].role must be a string, not an integer"),
        ([user(), assistant()], "messages[1].role", "last message must be from the user role"),
        ([user(), system()], "messages[1].role", "last message must be from the user role"),
        ([system(), assistant()], "messages", "messages has no message from the user role; last message must be"),
        ([{"role": "data"}], "messages", "messages has no message from the user role"),
        ([user("  \n")], "messages[0].content", "messages[0].content is required and must not be empty"),
        ([{"role": "user"}], "messages[0].content", "messages[0].content is required"),
        ([user(), user([])], "messages[1].content", "messages[1].content is required"),
    ],
)
def test_a_conversation_that_asks_nothing_is_refused(messages: Any, param: str, message: str) -> None:
    error = refused(messages)
    assert error.param == param
    assert error.message.startswith(message)


# -- contents ----------------------------------------------------------------------------------------------------------


@requirement("MES-CONTENT", "MES-MULTI-CONTENT")
@pytest.mark.parametrize(
    "message",
    [
        user("a\n\nb"),
        user([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
        user([{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}]),
        {"role": "user", "MultiContent": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "user", "content": "", "MultiContent": [{"text": "a"}, {"type": "", "text": "b", "image_url": None}]},
        user("a", MultiContent=[{"type": "text", "text": "b"}]),
        user("a\n\nb", MultiContent=[{"type": "text", "text": "a\n\nb"}]),
    ],
)
def test_text_comes_as_a_string_or_in_parts(message: Any) -> None:
    assert read(message) == [("user", "a\n\nb")]


IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}


@requirement("MES-MULTI-CONTENT")
@pytest.mark.parametrize(
    ("message", "param"),
    [
        (user([{"type": "text", "text": "a"}, IMAGE]), "messages[0].content[1].image_url"),
        (user("a", MultiContent=[IMAGE]), "messages[0].MultiContent[0].image_url"),
        (user([{"image_url": {"url": "data:image/png;base64,AAAA"}}]), "messages[0].content[0].image_url"),
        (user("a", experimental_attachments=[{"url": "a.png"}]), "messages[0].experimental_attachments"),
        (user([{"type": "input_audio", "input_audio": {}}]), "messages[0].content[0].type"),
        (user([{"type": "file"}]), "messages[0].content[0].type"),
    ],
)
def test_what_is_not_text_is_refused_and_never_left_out_silently(message: Any, param: str) -> None:
    error = refused([message])
    assert error.param == param
    assert "only" in error.message


@requirement("MES-WRONG-TYPE")
@pytest.mark.parametrize(
    ("message", "param"),
    [
        (user(5), "messages[0].content"),
        (user({"type": "text"}), "messages[0].content"),
        (user(["a"]), "messages[0].content[0]"),
        (user([{"type": 1, "text": "a"}]), "messages[0].content[0].type"),
        (user([{"type": "text", "text": 1}]), "messages[0].content[0].text"),
        (user([{"type": "text"}]), "messages[0].content[0].text"),
        (user("a", MultiContent="b"), "messages[0].MultiContent"),
        (
            user("a", MultiContent=[{"type": "text", "text": "b", "image_url": 1}]),
            "messages[0].MultiContent[0].image_url",
        ),
        (user("a", MultiContent=[{"image_url": {"url": 1}}]), "messages[0].MultiContent[0].image_url.url"),
        (user("a", MultiContent=[{"image_url": {"detail": 1}}]), "messages[0].MultiContent[0].image_url.detail"),
        (user("a", name=1), "messages[0].name"),
        (user("a", refusal=False), "messages[0].refusal"),
        (user("a", reasoning_content=[]), "messages[0].reasoning_content"),
        (user("a", tool_call_id=1), "messages[0].tool_call_id"),
        (user("a", function_call="f"), "messages[0].function_call"),
        (user("a", function_call={"name": 1}), "messages[0].function_call.name"),
        (user("a", function_call={"arguments": {}}), "messages[0].function_call.arguments"),
        (user("a", tool_calls={}), "messages[0].tool_calls"),
        (user("a", tool_calls=[1]), "messages[0].tool_calls[0]"),
        (user("a", tool_calls=[{"id": 1}]), "messages[0].tool_calls[0].id"),
        (user("a", tool_calls=[{"index": "1"}]), "messages[0].tool_calls[0].index"),
        (user("a", tool_calls=[{"index": True}]), "messages[0].tool_calls[0].index"),
        (user("a", tool_calls=[{"type": 1}]), "messages[0].tool_calls[0].type"),
        (user("a", tool_calls=[{"function": []}]), "messages[0].tool_calls[0].function"),
        (user("a", tool_calls=[{"function": {"name": 1}}]), "messages[0].tool_calls[0].function.name"),
        (user("a", tool_calls=[{}, {"function": {"arguments": 1}}]), "messages[0].tool_calls[1].function.arguments"),
        (user("a", experimental_attachments="x"), "messages[0].experimental_attachments"),
    ],
)
def test_every_member_of_a_message_of_the_wrong_type_is_named(message: Any, param: str) -> None:
    error = refused([message])
    assert error.param == param
    assert error.message.startswith(param)


@requirement("MES-IGNORED-FIELDS")
def test_the_other_fields_of_the_published_message_are_accepted_and_not_used() -> None:
    call = {"id": "c", "index": 0, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    full = {
        "name": "n",
        "refusal": "",
        "reasoning_content": "r",
        "tool_call_id": "c",
        "function_call": {"name": "f", "arguments": "{}"},
        "tool_calls": [call],
        "annotations": [],
    }
    nulls = dict.fromkeys(full)
    silent = [{"type": "refusal", "refusal": "no"}, {"type": "reasoning", "text": "hm"}]
    found = read(user("a", **full), assistant(None, **full), assistant(silent), user("b", **nulls))
    assert found == [("user", "a"), ("user", "b")]


# -- how many ----------------------------------------------------------------------------------------------------------


@requirement("MES-MESSAGE-LIMIT")
def test_of_a_long_conversation_the_last_messages_from_a_users_on_are_kept_and_that_is_said() -> None:
    turns = [turn for number in range(5) for turn in (user(f"q{number}"), assistant(f"a{number}"))]
    messages, notice = read_messages({"messages": [system(), *turns, user("last")]})
    assert [message.text for message in messages] == ["Be brief.", "q3", "a3", "q4", "a4", "last"]
    assert notice == "answered from the last 5 of 11 messages"


@requirement("MES-MESSAGE-LIMIT")
def test_six_messages_beside_the_system_s_are_all_kept() -> None:
    turns = [user("1"), assistant("2"), user("3"), assistant("4"), user("5"), user("6")]
    messages, notice = read_messages({"messages": [system(), *turns]})
    assert (len(messages), notice) == (7, "")


@requirement("MES-MESSAGE-LIMIT")
def test_the_limit_can_be_made_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "OVER_LIMIT", "refuse")
    assert "at most 6" in refused([user(str(number)) for number in range(7)]).message
