"""What a conversation is made of. Dialects parse into these and providers are called with them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["Citation", "Message", "Part", "Role", "TextPart", "ToolCallPart", "ToolResultPart", "text_message"]

Role = Literal["system", "user", "assistant", "tool"]


class TextPart(Struct, frozen=True, tag="text"):
    text: str


class ToolCallPart(Struct, frozen=True, tag="tool_call"):
    """A call as the model wrote it. `arguments` is JSON text and may be broken: a cut answer leaves half a call."""

    call_id: str
    name: str
    arguments: str


class ToolResultPart(Struct, frozen=True, tag="tool_result"):
    """What the model is told a call returned. Text from outside: data, never instructions."""

    call_id: str
    content: str
    name: str = ""
    is_error: bool = False


Part = TextPart | ToolCallPart | ToolResultPart


class Message(Struct, frozen=True):
    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts joined; empty when there are none."""
        return "".join(part.text for part in self.parts if type(part) is TextPart)

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        return tuple(part for part in self.parts if type(part) is ToolCallPart)


class Citation(Struct, frozen=True, omit_defaults=True):
    """Where a statement comes from: publisher, headline, absolute http(s) address, ISO 8601 time if known."""

    source: str
    title: str
    url: str
    published_at: str | None = None


def text_message(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))
