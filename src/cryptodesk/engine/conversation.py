"""Joins what the caller sent with the turn it resumes, and checks that the two fit."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.errors import PendingToolCall
from cryptodesk.core.messages import Message, ToolResultPart
from cryptodesk.core.ports import StoredTurn

__all__ = ["resumed_conversation"]


def resumed_conversation(turn: StoredTurn, new: Sequence[Message]) -> tuple[Message, ...]:
    """The stored messages, then the new ones. The first system message of the whole wins, so later ones are dropped.

    Raises: PendingToolCall if a pending call got no result, or a result names no pending call.
    """
    answered = _answered_call_ids(new)
    for call_id in answered:
        if call_id not in turn.pending_call_ids:
            raise PendingToolCall(
                f"No tool call found for function call output with call_id {call_id}.", call_id=call_id, is_unknown=True
            )
    for call_id in turn.pending_call_ids:
        if call_id not in answered:
            raise PendingToolCall(f"No tool output found for function call {call_id}.", call_id=call_id)
    has_system = any(message.role == "system" for message in turn.messages)
    kept = [message for message in new if not (has_system and message.role == "system")]
    return (*turn.messages, *kept)


def _answered_call_ids(messages: Sequence[Message]) -> list[str]:
    return [part.call_id for message in messages for part in message.parts if isinstance(part, ToolResultPart)]
