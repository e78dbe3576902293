"""How many tokens the analyst says it read and wrote."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cryptodesk.core import usage
from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.core.tools import ToolSpec

__all__ = ["estimate_input_tokens", "estimate_tokens"]


def estimate_tokens(text: str) -> int:
    """A quarter of the characters, rounded up: 0 for nothing, 1 for one to four characters.

    The analyst has no tokenizer; the estimate is deterministic, so the same request always counts the same.
    """
    return usage.estimate_tokens(len(text))


def estimate_input_tokens(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> int:
    """The parts of every message, and name, description and schema of every tool offered."""
    return sum(_message_tokens(message) for message in messages) + sum(_tool_tokens(tool) for tool in tools)


def _message_tokens(message: Message) -> int:
    counted = 0
    for part in message.parts:
        if isinstance(part, TextPart):
            counted += estimate_tokens(part.text)
        elif isinstance(part, ToolCallPart):
            counted += estimate_tokens(part.name + part.arguments)
        else:
            counted += estimate_tokens(part.content)
    return counted


def _tool_tokens(tool: ToolSpec) -> int:
    return estimate_tokens(tool.name + tool.description + msgspec.json.encode(tool.parameters).decode())
