"""Token counts where nobody reported them. Always marked as estimated."""

from __future__ import annotations

from collections.abc import Iterable

from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.core.usage import Usage, estimate_tokens

__all__ = ["estimate_usage"]


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
    return Usage(input_tokens=estimate_tokens(sent), output_tokens=estimate_tokens(written_characters))
