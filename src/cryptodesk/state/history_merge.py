"""How what a browser has is laid over what the desk keeps, inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest, NotFound, TooLarge
from cryptodesk.state.history_records import ConversationFacts, KeptConversation, KeptMessage, Merge, Merged
from cryptodesk.state.history_rows import CONVERSATION_COLUMNS, to_conversation
from cryptodesk.storage.database import Connection

__all__ = ["Bounds", "delete_conversation", "forget_conversation", "later_facts", "merge", "rename"]

MOST_MESSAGES = 20_000

_OWNER = "SELECT sequence, size FROM history_owners WHERE key_id = ?"
_COUNT = "SELECT count(*) FROM history_conversations WHERE key_id = ? AND deleted_at IS NULL"
_ADD_OWNER = """
INSERT INTO history_owners (key_id, epoch, sequence, size) VALUES (?, ?, 0, 0) ON CONFLICT (key_id) DO NOTHING
"""
_SET_OWNER = "UPDATE history_owners SET sequence = ?, size = ? WHERE key_id = ?"
_GET = f"SELECT {CONVERSATION_COLUMNS} FROM history_conversations WHERE key_id = ? AND conversation_id = ?"  # noqa: S608
_SET = """
INSERT INTO history_conversations (key_id, conversation_id, title, created_at, updated_at, renamed_at, head_id,
  sequence, messages, size, kept_at, deleted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key_id, conversation_id) DO UPDATE SET title = excluded.title, created_at = excluded.created_at,
  updated_at = excluded.updated_at, renamed_at = excluded.renamed_at, head_id = excluded.head_id,
  sequence = excluded.sequence, messages = excluded.messages, size = excluded.size, kept_at = excluded.kept_at,
  deleted_at = excluded.deleted_at
"""
_KNOWN = """
SELECT message_id, revision, length(body) FROM history_messages
WHERE key_id = ? AND conversation_id = ? AND message_id IN ({marks})
"""
_ADD = """
INSERT INTO history_messages (key_id, conversation_id, message_id, position, sequence, revision, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_REPLACE = """
UPDATE history_messages SET sequence = ?, revision = ?, body = ?
WHERE key_id = ? AND conversation_id = ? AND message_id = ?
"""
_DROP_MESSAGES = "DELETE FROM history_messages WHERE key_id = ? AND conversation_id = ?"
_DROP = "DELETE FROM history_conversations WHERE key_id = ? AND conversation_id = ?"


class Bounds(Struct, frozen=True):
    """Of one key."""

    size: int
    conversations: int


def merge(connection: Connection, key_id: str, merged: Merge, now: float, bounds: Bounds, epoch: str) -> Merged:
    """`epoch` is the key's if it has none yet. Raises: NotFound, TooLarge, InvalidRequest."""
    known = _find(connection, key_id, merged.conversation_id)
    if known is not None and known.deleted_at is not None:
        if not merged.restores:
            raise NotFound("This conversation was deleted; `restore` brings it back.")
        known = None
    sequence, total = _owner(connection, key_id)
    if known is None:
        _check_count(connection, key_id, bounds)
    before = known or KeptConversation(merged.conversation_id, merged.facts, 0, 0, 0)
    writing = _Writing(connection, key_id, merged.conversation_id, sequence)
    added, grown = writing.write(merged.messages)
    _check_room(before.messages + added, total + grown, grown, bounds)
    facts = merged.facts if known is None else later_facts(known.facts, merged.facts)
    if known is not None and facts == known.facts and writing.sequence == sequence:
        return Merged(known, is_new=False, before=known.sequence)
    kept = KeptConversation(
        merged.conversation_id, facts, writing.sequence + 1, before.messages + added, before.size + grown
    )
    _save(connection, key_id, kept, now)
    connection.execute(_ADD_OWNER, (key_id, epoch))
    connection.execute(_SET_OWNER, (kept.sequence, total + grown, key_id))
    return Merged(kept, is_new=known is None, before=before.sequence)


def later_facts(kept: ConversationFacts, told: ConversationFacts) -> ConversationFacts:
    """Of two names the one that was given last; what is shown is what was worked on last."""
    renamed = told if told.renamed_at > kept.renamed_at else kept
    worked_on = told if told.updated_at >= kept.updated_at else kept
    return ConversationFacts(
        title=renamed.title,
        created_at=min(kept.created_at, told.created_at),
        updated_at=worked_on.updated_at,
        renamed_at=renamed.renamed_at,
        head_id=worked_on.head_id,
    )


def rename(connection: Connection, key_id: str, conversation_id: str, title: str, now: float) -> KeptConversation:
    """Raises: NotFound."""
    known = _find(connection, key_id, conversation_id)
    if known is None or known.deleted_at is not None:
        raise NotFound("No such conversation is kept for this key.")
    sequence, total = _owner(connection, key_id)
    old = known.facts
    # Later than the name it has, whatever clock that was given by.
    renamed_at = max(now * 1000.0, old.renamed_at + 1)
    facts = ConversationFacts(title, old.created_at, old.updated_at, renamed_at, old.head_id)
    kept = KeptConversation(conversation_id, facts, sequence + 1, known.messages, known.size)
    _save(connection, key_id, kept, now)
    connection.execute(_SET_OWNER, (kept.sequence, total, key_id))
    return kept


def delete_conversation(
    connection: Connection, key_id: str, conversation_id: str, now: float, seen: int | None = None
) -> bool:
    """Whether there was one. Its id is kept, so that other browsers learn of it.

    Raises: InvalidRequest where it was changed after sequence `seen`."""
    known = _find(connection, key_id, conversation_id)
    if known is None or known.deleted_at is not None:
        return False
    if seen is not None and known.sequence > seen:
        raise InvalidRequest(
            "Another browser has gone on with this conversation; look at it before it is deleted.",
            param="sequence",
            reason="changed_meanwhile",
        )
    sequence, total = _owner(connection, key_id)
    nothing = ConversationFacts("", 0.0, 0.0)
    connection.execute(_DROP_MESSAGES, (key_id, conversation_id))
    _save(connection, key_id, KeptConversation(conversation_id, nothing, sequence + 1, 0, 0, now), now)
    connection.execute(_SET_OWNER, (sequence + 1, total - known.size, key_id))
    return True


def forget_conversation(connection: Connection, key_id: str, conversation_id: str) -> None:
    """Nothing is left of it, and no browser is told: each keeps what it has."""
    known = _find(connection, key_id, conversation_id)
    if known is None:
        return
    sequence, total = _owner(connection, key_id)
    connection.execute(_DROP_MESSAGES, (key_id, conversation_id))
    connection.execute(_DROP, (key_id, conversation_id))
    connection.execute(_SET_OWNER, (sequence, total - known.size, key_id))


class _Writing:
    """Messages on their way into one conversation."""

    def __init__(self, connection: Connection, key_id: str, conversation_id: str, sequence: int) -> None:
        self._connection = connection
        self._where = (key_id, conversation_id)
        self.sequence = sequence

    def write(self, messages: Sequence[KeptMessage]) -> tuple[int, int]:
        """How many are new, and by how many bytes the conversation grew."""
        known = self._known([message.message_id for message in messages])
        added, replaced, grown = [], [], 0
        for message in messages:
            revision, size = known.get(message.message_id, (-1, 0))
            if message.revision <= revision:
                continue
            self.sequence += 1
            is_new = message.message_id not in known
            known[message.message_id] = (message.revision, len(message.body))
            grown += len(message.body) - size
            if is_new:
                place = (message.message_id, self.sequence, self.sequence)
                added.append((*self._where, *place, message.revision, message.body))
            else:
                replaced.append((self.sequence, message.revision, message.body, *self._where, message.message_id))
        self._connection.executemany(_ADD, added)
        self._connection.executemany(_REPLACE, replaced)
        return len(added), grown

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        if not ids:
            return {}
        query = _KNOWN.format(marks=", ".join("?" * len(ids)))
        rows = self._connection.execute(query, (*self._where, *ids)).fetchall()
        return {message_id: (revision, size) for message_id, revision, size in rows}


def _find(connection: Connection, key_id: str, conversation_id: str) -> KeptConversation | None:
    row = connection.execute(_GET, (key_id, conversation_id)).fetchone()
    return None if row is None else to_conversation(row)


def _owner(connection: Connection, key_id: str) -> tuple[int, int]:
    row = connection.execute(_OWNER, (key_id,)).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def _save(connection: Connection, key_id: str, kept: KeptConversation, now: float) -> None:
    facts = kept.facts
    told = (facts.title, facts.created_at, facts.updated_at, facts.renamed_at, facts.head_id)
    counts = (kept.sequence, kept.messages, kept.size, now, kept.deleted_at)
    connection.execute(_SET, (key_id, kept.conversation_id, *told, *counts))


def _check_count(connection: Connection, key_id: str, bounds: Bounds) -> None:
    (count,) = connection.execute(_COUNT, (key_id,)).fetchone()
    if count >= bounds.conversations:
        raise TooLarge(f"This key has {count} conversations, and the desk keeps no more; delete some first.")


def _check_room(messages: int, total: int, grown: int, bounds: Bounds) -> None:
    if messages > MOST_MESSAGES:
        raise InvalidRequest(f"A conversation has at most {MOST_MESSAGES} messages.", param="messages")
    # What makes nothing larger is always taken, so that a bound that was lowered stops no rename.
    if grown > 0 and total > bounds.size:
        raise TooLarge(f"The desk keeps {bounds.size} bytes of conversations for a key; delete some first.")
