"""What is kept of a conversation on the desk: its facts, its messages as bytes, and what a browser hands over to be
merged."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["ConversationFacts", "HistoryPage", "KeptConversation", "KeptMessage", "Merge", "Merged"]


class ConversationFacts(Struct, frozen=True):
    """What two browsers may see differently. Times are unix milliseconds by the browsers' clocks; `renamed_at` is 0
    while the title is its first question's; `head_id` is the message that is shown last."""

    title: str
    created_at: float
    updated_at: float
    renamed_at: float = 0.0
    head_id: str | None = None


class KeptConversation(Struct, frozen=True):
    """`sequence` grows with each change of anything of the same key; `deleted_at` is unix seconds, of a conversation
    of which nothing else is left."""

    conversation_id: str
    facts: ConversationFacts
    sequence: int
    messages: int
    size: int
    deleted_at: float | None = None


class KeptMessage(Struct, frozen=True):
    """`body` is the whole message as JSON. Of two bodies the one of the higher `revision` holds. `position` is the
    order in which messages came, `sequence` that of their last changes."""

    message_id: str
    revision: int
    body: bytes
    position: int = 0
    sequence: int = 0


class Merge(Struct, frozen=True):
    """Messages are added to those that are kept, and none is ever taken away by it. `restores` brings a conversation
    back that was deleted elsewhere."""

    conversation_id: str
    facts: ConversationFacts
    messages: tuple[KeptMessage, ...] = ()
    restores: bool = False


class Merged(Struct, frozen=True):
    """`is_new` says that the desk had nothing of it, so whoever sent a part should send the rest. `before` is its
    sequence until then: another than the browser knows says that there is more to fetch."""

    conversation: KeptConversation
    is_new: bool
    before: int = 0


class HistoryPage(Struct, frozen=True):
    """Conversations in the order of their last changes, deleted ones too. `latest` is the key's newest sequence (one
    that is lower than what a browser remembers, or another `epoch`, says that the desk lost something), `size` what the
    key has in all. A key that never had anything has no epoch."""

    conversations: tuple[KeptConversation, ...]
    has_more: bool
    latest: int
    size: int
    epoch: str = ""
