"""Messages on the wire and in the core. A conversation is sent anew each time: nothing of it is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.messages import Message, Part, TextPart, ToolCallPart, ToolResultPart, text_message
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai.checks import invalid_value
from cryptodesk.dialects.openai.errors import missing
from cryptodesk.dialects.openai.request import ChatMessage, WireCall, WirePart

__all__ = ["last_question", "read_messages"]

_INSTRUCTIONS: Final = frozenset({"system", "developer"})
_ORPHAN = "Messages with role 'tool' must answer a call in 'tool_calls' of an assistant message before them."


def read_messages(wire: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """All instructions ("system", "developer") as one message in front: many models' chat templates refuse them
    anywhere else.

    Raises: InvalidRequest."""
    if not wire:
        raise InvalidRequest(
            "Invalid 'messages': empty array. Expected an array with minimum length 1.",
            param="messages",
            reason="empty_array",
        )
    reader = _Reader()
    for index, message in enumerate(wire):
        reader.read(message, index)
    reader.expect_no_call(len(wire))
    if not reader.instructions:
        return tuple(reader.messages)
    return (text_message("system", "\n\n".join(reader.instructions)), *reader.messages)


def last_question(messages: Sequence[Message]) -> str:
    """The last user text; empty without one."""
    return next((message.text for message in reversed(messages) if message.role == "user"), "")


class _Reader:
    """Reads messages in order; knows which calls still lack their result."""

    __slots__ = ("_names", "_open", "instructions", "messages")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.instructions: list[str] = []
        self._names: dict[str, str] = {}
        self._open: list[str] = []

    def read(self, message: ChatMessage, index: int) -> None:
        path = f"messages[{index}]"
        role = message.role
        if role == "tool":
            self._read_result(message, path)
            return
        self.expect_no_call(index)
        if role in _INSTRUCTIONS:
            self.instructions.append(_text(message, path))
        elif role == "assistant":
            self._read_answer(message, path)
        elif role == "user":
            self.messages.append(Message("user", (TextPart(_text(message, path)),)))
        else:
            raise invalid_value(role, f"{path}.role", "'system', 'developer', 'user', 'assistant', and 'tool'")

    def expect_no_call(self, index: int) -> None:
        if self._open:
            raise InvalidRequest(
                "An assistant message with 'tool_calls' must be followed by tool messages that answer each "
                f"'tool_call_id'. No answer was found for: {', '.join(map(clipped, self._open[:5]))}.",
                param=f"messages[{index - 1}]",
            )

    def _read_answer(self, message: ChatMessage, path: str) -> None:
        calls = [_call(call, f"{path}.tool_calls[{at}]") for at, call in enumerate(message.tool_calls or ())]
        text = _text(message, path, may_be_absent=bool(calls))
        self._open = [call.call_id for call in calls]
        self._names.update((call.call_id, call.name) for call in calls)
        parts: tuple[Part, ...] = (*((TextPart(text),) if text or not calls else ()), *calls)
        self.messages.append(Message("assistant", parts))

    def _read_result(self, message: ChatMessage, path: str) -> None:
        call_id = message.tool_call_id
        if not call_id:
            raise missing(f"{path}.tool_call_id")
        if call_id not in self._open:
            raise InvalidRequest(_ORPHAN, param=f"{path}.tool_call_id" if self._open else f"{path}.role")
        self._open.remove(call_id)
        text = _text(message, path, may_be_absent=True)
        self.messages.append(Message("tool", (ToolResultPart(call_id, text, self._names[call_id]),)))


def _call(wire: WireCall, path: str) -> ToolCallPart:
    if wire.type not in (None, "function"):
        raise invalid_value(wire.type, f"{path}.type", "'function'")
    if wire.function is None:
        raise missing(f"{path}.function")
    return ToolCallPart(wire.id, wire.function.name, wire.function.arguments or "{}")


def _text(message: ChatMessage, path: str, *, may_be_absent: bool = False) -> str:
    content = message.content
    if type(content) is str:
        return content
    if content is None:
        if message.refusal is not None:
            return message.refusal
        if may_be_absent:
            return ""
        raise missing(f"{path}.content")
    return "\n".join(_part(part, f"{path}.content[{at}]") for at, part in enumerate(content))  # type: ignore[arg-type]


def _part(part: WirePart, path: str) -> str:
    text = part.text if part.type == "text" else part.refusal if part.type == "refusal" else None
    if text is not None:
        return text
    if part.type in ("text", "refusal"):
        raise missing(f"{path}.{part.type}")
    raise InvalidRequest(
        f"Content of type '{clipped(part.type)}' is not supported here: models are given text alone.",
        param=f"{path}.type",
        reason="unsupported_content_type",
    )
