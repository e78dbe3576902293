"""Prompts of chat applications are known by their structure, and nothing else is taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.generation import ResponseFormat
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.dialects.openai.helpers import recognise
from cryptodesk.dialects.openai.helpers.recognise import Turn, read_talk
from tests.dialects.openai.requirements import requirement
from tests.dialects.support import CALLER

HISTORY = "<chat_history>\nUSER: How volatile is Bitcoin?\nASSISTANT: Rather.\nVery.\n</chat_history>"
TALK = (Turn(is_user=True, text="How volatile is Bitcoin?"), Turn(is_user=False, text="Rather.\nVery."))


def webui(key: str, heading: str = "### Task:") -> str:
    """The sections of Open WebUI's prompts, in words of our own."""
    wanted_form = f'### Output:\nJSON: {{ "{key}": "x" }}'
    return f"{heading}\nDo it.\n### Guidelines:\n- Short.\n{wanted_form}\n### Chat History:\n{HISTORY}"


LIBRECHAT = "Give a title of few words.\n\nConversation:\nUser: How volatile is Bitcoin?\nAI: Rather.\nVery."
TO_FILL_IN = "A title for what starts like this:\nUser: How volatile is Bitcoin?\nAssistant: Rather.\nVery.\n\nTitle:"
ANALYSE = "Read this and give:\n1. its language\n2. a title\n\nUser: How volatile is Bitcoin?\nAI: Rather.\nVery."


def run(*texts: str, **fields: Any) -> RunRequest:
    roles: Any = ("user", "assistant")
    messages = tuple(text_message(roles[at % 2], text) for at, text in enumerate(texts))
    return RunRequest(CALLER, "openai", "t", "m", messages, **fields)


def wanted(*members: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in members}}


@requirement("OAI-HELPERS")
@pytest.mark.parametrize("key", ["title", "tags", "follow_ups"])
@pytest.mark.parametrize("heading", ["### Task:", "## Task", "\n### TASK: now"])
def test_a_task_of_open_webui_is_recognised(key: str, heading: str) -> None:
    helper = recognise(run(webui(key, heading)))
    assert helper is not None
    assert (helper.kind, helper.form, helper.talk) == (key, "object", TALK)


@requirement("OAI-HELPERS")
@pytest.mark.parametrize("prompt", [LIBRECHAT, TO_FILL_IN])
def test_a_bare_title_of_librechat_is_recognised(prompt: str) -> None:
    helper = recognise(run(prompt))
    assert helper is not None
    assert (helper.kind, helper.form, helper.talk) == ("title", "text", TALK)


@requirement("OAI-HELPERS")
def test_a_structured_title_is_recognised_as_schema_and_as_tool() -> None:
    schema = wanted("language", "title")
    by_schema = recognise(run(ANALYSE, response_format=ResponseFormat("json_schema", "t", schema)))
    by_tool = recognise(run(ANALYSE, client_tools=(ToolSpec("extract", "", schema),), tool_choice="required"))
    assert by_schema is not None
    assert by_tool is not None
    assert (by_schema.form, by_schema.members, by_schema.talk) == ("members", ("language", "title"), TALK)
    assert (by_tool.form, by_tool.tool) == ("call", "extract")


@requirement("OAI-HELPERS")
@pytest.mark.parametrize(
    "request_",
    [
        run("What is a good title for a poem about Bitcoin?"),
        run("### Task: explain Bitcoin"),
        run(webui("title").replace("<chat_history>", "<history>")),
        run(webui("queries")),
        run(webui("title"), "ok", "go on"),
        run("Conversation:\nUser: hi\nAI: ho"),
        run("Pick a title.\nConversation:\nIt was late."),
        run("title: " + "x" * 3000 + "\nConversation:\nUser: hi"),
        run("A title please\nTitle:"),
        run(ANALYSE, response_format=ResponseFormat("json_schema", "t", wanted("title", "body"))),
        run(ANALYSE, response_format=ResponseFormat("json_object")),
        run(ANALYSE, client_tools=(ToolSpec("f", "", wanted("title")),)),
        run(ANALYSE, client_tools=(ToolSpec("f", "", wanted("title")), ToolSpec("g", "", {})), tool_choice="required"),
        run("Title it.", response_format=ResponseFormat("json_schema", "t", wanted("title"))),
        run("x" * 200_001),
    ],
    ids=range(15),
)
def test_nothing_else_is_taken_for_a_helpers_prompt(request_: RunRequest) -> None:
    assert recognise(request_) is None


def test_a_hostile_text_is_read_in_one_pass() -> None:
    """Whitespace without end must not be searched again from each of its lines."""
    for blank in ("\n" * 190_000, " \n" * 90_000, "\n\t " * 60_000, "USER: " * 30_000, "{ " * 90_000):
        assert recognise(run("title" + blank)) is None
        assert recognise(run("### Task" + blank + HISTORY[:100])) is None


def test_turns_are_told_by_their_speakers() -> None:
    assert read_talk("System: x\nHuman: a\nAI: b\nUSER: c: d") == (
        Turn(is_user=True, text="a"),
        Turn(is_user=False, text="b"),
        Turn(is_user=True, text="c: d"),
    )
    assert read_talk("nobody speaks") == ()
