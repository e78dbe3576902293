"""Token counts where nobody reported them: about four characters a token. Always marked as estimated."""

from __future__ import annotations

from collections.abc import Iterable

from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.core.usage import Usage

__all__ = ["estimate_usage"]

_CHARACTERS_PER_TOKEN = 4


def _tokens(characters: int) -> int:
    return -(-characters // _CHARACTERS_PER_TOKEN)


def estimate_usage(messages: Iterable[Message], written_characters: int) -> Usage:
    """Input from the messages sent, output from the characters that came back."""
    sent = 0
    for message in messages:
        for part in message.parts:
            if isinstance(part, TextPart):
                sent += len(part.text)
            elif isinstance(part, ToolCallPart):
                sent += len(part.name) + len(part.arguments)
            else:
                sent += len(part.content)
    return Usage(input_tokens=_tokens(sent), output_tokens=_tokens(written_characters))
