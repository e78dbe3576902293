"""Thinking kept between the calls of a tool loop.

The vendor wants the thinking that led to a tool call back beside the call's result, byte for byte with its signature,
and refuses it after a changed prompt, tool or message.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.messages import Message
from cryptodesk.models._http.turns import KeptTurns, is_same_turn
from cryptodesk.models.anthropic_wire import _wire as wire

__all__ = ["Thoughts"]

_THINKING = (wire.ThinkingBlock, wire.RedactedThinkingBlock)


class Thoughts:
    """Assistant turns with thinking and tool calls."""

    __slots__ = ("_turns",)

    def __init__(self, max_bytes: int | None = None) -> None:
        self._turns: KeptTurns[Sequence[wire.AskedBlock]] = KeptTurns(max_bytes)

    def keep(self, key: bytes, blocks: Sequence[wire.AskedBlock]) -> None:
        """Keeps a turn in which tools were called after thinking; others need not be sent back."""
        calls = any(isinstance(block, wire.ToolUseBlock) for block in blocks)
        if calls and any(isinstance(block, _THINKING) for block in blocks):
            self._turns.keep(key, blocks)

    def recall(self, key: bytes, message: Message) -> Sequence[wire.AskedBlock] | None:
        """The whole turn as it came, if `message` is that turn."""
        return self._turns.recall(key, lambda blocks: _is_same(blocks, message))


def _is_same(blocks: Sequence[wire.AskedBlock], message: Message) -> bool:
    text = "".join(block.text for block in blocks if isinstance(block, wire.TextBlock))
    calls = [(block.id, block.name, bytes(block.input)) for block in blocks if type(block) is wire.ToolUseBlock]
    return is_same_turn(message, text, calls)
