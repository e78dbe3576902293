"""Token counts where nobody reported them. Always marked as estimated."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.messages import Message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage, estimate_tokens
from cryptodesk.core.worst_case import characters_of

__all__ = ["estimate_usage"]


def estimate_usage(messages: Sequence[Message], written_characters: int, tools: Sequence[ToolSpec] = ()) -> Usage:
    """Input from the messages and the tools sent, output from the characters that came back."""
    sent = characters_of(messages, tools)
    return Usage(input_tokens=estimate_tokens(sent), output_tokens=estimate_tokens(written_characters))
