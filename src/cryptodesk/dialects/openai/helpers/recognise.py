"""Which helper a prompt asks for, by its structure: headings, markers of the conversation, the JSON that it wants.

The applications let people change the wording, so no sentence of theirs is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from msgspec import Struct

from cryptodesk.core.messages import Message
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolSpec

__all__ = ["Helper", "Kind", "Turn", "read_talk", "recognise"]

Kind = Literal["title", "tags", "follow_ups"]

_LONGEST = 200_000
_LONGEST_INSTRUCTION = 2_000

# Open WebUI: a task under its heading, the wanted object, the conversation between markers.
_TASK: Final = re.compile(r"\A\s*#{1,4} *Task\b", re.IGNORECASE)
_HISTORY: Final = re.compile(r"<chat_history>(.*)</chat_history>", re.DOTALL)
_WANTED: Final = re.compile(r"\{\s*\"(title|tags|follow_ups)\"\s*:")

# LibreChat: an instruction about a title, then the conversation under a heading, or before a last line to fill in.
_UNDER_HEADING: Final = re.compile(r"^[ \t]*Conversation:[ \t]*$", re.MULTILINE)
_TITLE_WORD: Final = re.compile(r"\btitle\b", re.IGNORECASE)
_TO_FILL_IN: Final = "title:"
_TITLE_MEMBERS: Final = frozenset({"title", "language"})

_SPEAKER: Final = re.compile(r"^(USER|HUMAN|ASSISTANT|AI|SYSTEM|TOOL): ?", re.IGNORECASE | re.MULTILINE)
_USERS: Final = frozenset({"user", "human"})


class Turn(Struct, frozen=True):
    is_user: bool
    text: str


class Helper(Struct, frozen=True):
    """`talk` is the conversation that the helper is about. `form` is how the answer is wanted: an object with one
    member named like `kind`, bare text, an object with `members`, or a call of `tool` with these."""

    kind: Kind
    talk: tuple[Turn, ...]
    form: Literal["object", "text", "members", "call"]
    members: tuple[str, ...] = ()
    tool: str = ""


def recognise(run: RunRequest) -> Helper | None:
    """None for every other request."""
    text = _only_text(run.messages)
    if text is None or "\n" not in text:
        return None
    if run.client_tools or run.response_format is not None:
        return _structured_title(run, text)
    return _task(text) or _plain_title(text)


def read_talk(text: str) -> tuple[Turn, ...]:
    """Turns behind their speakers' names, in order."""
    marks = [*_SPEAKER.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)] * bool(marks)
    return tuple(
        Turn(mark[1].lower() in _USERS, text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
        if mark[1].lower() not in ("system", "tool")
    )


def _only_text(messages: Sequence[Message]) -> str | None:
    """The one user message; None where there is more of a conversation."""
    talked = [message for message in messages if message.role != "system"]
    if len(talked) != 1 or talked[0].role != "user":
        return None
    text = talked[0].text
    return text if len(text) <= _LONGEST else None


def _task(text: str) -> Helper | None:
    if _TASK.match(text) is None:
        return None
    history = _HISTORY.search(text)
    if history is None:
        return None
    wanted = _WANTED.search(text[: history.start()] + text[history.end() :])
    if wanted is None:
        return None
    return Helper(cast(Kind, wanted[1]), read_talk(history[1]), "object")


def _plain_title(text: str) -> Helper | None:
    heading = _UNDER_HEADING.search(text)
    if heading is not None and _is_title_instruction(text[: heading.start()]):
        talk = text[heading.end() :].lstrip()
        return Helper("title", read_talk(talk), "text") if _SPEAKER.match(talk) else None
    talk, _, last_line = text.rstrip().rpartition("\n")
    if last_line.strip().lower() != _TO_FILL_IN:
        return None
    first = _SPEAKER.search(talk)
    if first is None or not _is_title_instruction(talk[: first.start()]):
        return None
    return Helper("title", read_talk(talk[first.start() :]), "text")


def _structured_title(run: RunRequest, text: str) -> Helper | None:
    schema, tool = _wanted_schema(run)
    members = schema.get("properties") if schema is not None else None
    if not isinstance(members, dict) or "title" not in members or not _TITLE_MEMBERS.issuperset(members):
        return None
    first = _SPEAKER.search(text)
    if first is None or not _is_title_instruction(text[: first.start()]):
        return None
    talk = read_talk(text[first.start() :])
    return Helper("title", talk, "call" if tool else "members", tuple(members), tool)


def _wanted_schema(run: RunRequest) -> tuple[dict[str, Any] | None, str]:
    """The schema of the answer, and the tool that has to be called with it."""
    wanted = run.response_format
    if wanted is not None:
        return (None, "") if run.client_tools else (wanted.schema, "")
    tools: tuple[ToolSpec, ...] = run.client_tools
    if len(tools) != 1 or run.tool_choice != "required":
        return None, ""
    return tools[0].parameters, tools[0].name


def _is_title_instruction(text: str) -> bool:
    return len(text) <= _LONGEST_INSTRUCTION and _TITLE_WORD.search(text) is not None
