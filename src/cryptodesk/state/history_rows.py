"""Conversations and messages as rows, in the order of their columns."""

from __future__ import annotations

from typing import Any

from cryptodesk.state.history_records import ConversationFacts, KeptConversation, KeptMessage

__all__ = ["CONVERSATION_COLUMNS", "MESSAGE_COLUMNS", "to_conversation", "to_message"]

CONVERSATION_COLUMNS = (
    "conversation_id, title, created_at, updated_at, renamed_at, head_id, sequence, messages, size, deleted_at"
)
MESSAGE_COLUMNS = "message_id, revision, body, position, sequence"


def to_conversation(row: Any) -> KeptConversation:
    conversation_id, title, created_at, updated_at, renamed_at, head_id, sequence, messages, size, deleted_at = row
    facts = ConversationFacts(title, created_at, updated_at, renamed_at, head_id)
    return KeptConversation(conversation_id, facts, sequence, messages, size, deleted_at)


def to_message(row: Any) -> KeptMessage:
    message_id, revision, body, position, sequence = row
    return KeptMessage(message_id, revision, bytes(body), position, sequence)
