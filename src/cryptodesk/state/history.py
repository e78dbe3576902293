"""Conversations that the desk keeps for a key, so that several browsers have the same ones.

Messages are only ever added, or replaced by a later revision of themselves: what two browsers wrote while they did not
know of each other stands side by side as branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.core.errors import NotFound
from cryptodesk.core.ids import new_id
from cryptodesk.state.history_merge import Bounds, delete_conversation, forget_conversation, merge, rename
from cryptodesk.state.history_records import HistoryPage, KeptConversation, KeptMessage, Merge, Merged
from cryptodesk.state.history_rows import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, to_conversation, to_message
from cryptodesk.storage.database import Connection, Database

__all__ = ["DatabaseHistory"]

_MEGABYTE = 2**20
_MOST_CONVERSATIONS = 10_000
_MOST_AT_ONCE = 500
_PURGE_ROWS = 20

_LIST = f"""
SELECT {CONVERSATION_COLUMNS} FROM history_conversations WHERE key_id = ? AND sequence > ? ORDER BY sequence LIMIT ?
"""  # noqa: S608 - constants
_GET = f"""
SELECT {CONVERSATION_COLUMNS} FROM history_conversations
WHERE key_id = ? AND conversation_id = ? AND deleted_at IS NULL
"""  # noqa: S608 - constants
_OWNER = "SELECT sequence, size, epoch FROM history_owners WHERE key_id = ?"
_CHANGED = f"""
SELECT {MESSAGE_COLUMNS} FROM history_messages WHERE key_id = ? AND conversation_id = ? AND sequence > ?
ORDER BY sequence LIMIT ?
"""  # noqa: S608 - constants
_PLACED = f"""
SELECT {MESSAGE_COLUMNS} FROM history_messages WHERE key_id = ? AND conversation_id = ? AND position > ?
ORDER BY position LIMIT ?
"""  # noqa: S608 - constants
_EXPIRED = "SELECT key_id, conversation_id FROM history_conversations WHERE kept_at <= ? LIMIT ?"
_ORPHANED = """
SELECT key_id, conversation_id FROM history_conversations WHERE key_id IN (
  SELECT key_id FROM api_keys WHERE revoked_at IS NOT NULL OR expires_at <= ?
) LIMIT ?
"""
_FORGET_OWNERS = """
DELETE FROM history_owners WHERE key_id IN (
  SELECT key_id FROM api_keys WHERE revoked_at IS NOT NULL OR expires_at <= ?
)
"""


class DatabaseHistory:
    """Of one key each: no method tells one key of another's. What was not changed for `retention_seconds` is deleted,
    and so is everything of a key that was revoked or has expired."""

    def __init__(
        self,
        database: Database,
        *,
        retention_seconds: float,
        most_megabytes: int,
        most_conversations: int = _MOST_CONVERSATIONS,
    ) -> None:
        self._database = database
        self._retention_seconds = retention_seconds
        self._bounds = Bounds(most_megabytes * _MEGABYTE, most_conversations)

    @property
    def most_bytes(self) -> int:
        return self._bounds.size

    async def list(self, key_id: str, *, since: int, limit: int) -> HistoryPage:
        """What was changed after `since`, at most so many, in that order; deleted ones are told as such."""
        most = min(limit, _MOST_AT_ONCE)
        # Before the rows: what is added in between is then told again, never left out.
        owner = await self._database.fetch(_OWNER, (key_id,))
        latest, size, epoch = owner[0] if owner else (0, 0, "")
        rows = await self._database.fetch(_LIST, (key_id, since, most + 1))
        found = tuple(to_conversation(row) for row in rows[:most])
        return HistoryPage(found, len(rows) > most, latest, size, epoch)

    async def get(self, key_id: str, conversation_id: str) -> KeptConversation:
        """Raises: NotFound, also for a deleted one and another key's."""
        rows = await self._database.fetch(_GET, (key_id, conversation_id))
        if not rows:
            raise NotFound("No such conversation is kept for this key.")
        return to_conversation(rows[0])

    async def changed(
        self, key_id: str, conversation_id: str, *, since: int, limit: int
    ) -> tuple[Sequence[KeptMessage], bool]:
        """Messages that came or were replaced after `since`, in that order; and whether there are more."""
        return await self._page(_CHANGED, (key_id, conversation_id, since), limit)

    async def placed(
        self, key_id: str, conversation_id: str, *, after: int, limit: int
    ) -> tuple[Sequence[KeptMessage], bool]:
        """Messages in the order in which they came first, so that none comes before what it answers."""
        return await self._page(_PLACED, (key_id, conversation_id, after), limit)

    async def merge(self, key_id: str, told: Merge, now: float) -> Merged:
        """On disk when it returns; of several at once each is laid over the one before.

        Raises: NotFound for a deleted conversation that is not restored, TooLarge where the key has no room left,
        InvalidRequest for more messages than a conversation may have."""
        bounds, epoch = self._bounds, new_id()
        return await self._database.write(lambda connection: merge(connection, key_id, told, now, bounds, epoch))

    async def rename(self, key_id: str, conversation_id: str, title: str, now: float) -> KeptConversation:
        """Raises: NotFound."""
        return await self._database.write(lambda connection: rename(connection, key_id, conversation_id, title, now))

    async def delete(self, key_id: str, conversation_id: str, now: float, *, seen: int | None = None) -> bool:
        """False, and nothing is changed, if there is none. Raises: InvalidRequest where it was changed after `seen`."""
        return await self._database.write(
            lambda connection: delete_conversation(connection, key_id, conversation_id, now, seen)
        )

    async def purge_expired(self, now: float) -> int:
        """How many conversations were deleted: those past their retention, and those of keys that are gone."""
        purged = 0
        for query, moment in ((_EXPIRED, now - self._retention_seconds), (_ORPHANED, now)):
            # In small steps, because other writes wait for each.
            while rows := await self._database.fetch(query, (moment, _PURGE_ROWS)):
                await self._forget(rows)
                purged += len(rows)
        await self._database.execute(_FORGET_OWNERS, (now,))
        return purged

    async def _forget(self, rows: Sequence[Any]) -> None:
        def forget(connection: Connection) -> None:
            for key_id, conversation_id in rows:
                forget_conversation(connection, key_id, conversation_id)

        await self._database.write(forget)

    async def _page(self, query: str, where: tuple[Any, ...], limit: int) -> tuple[Sequence[KeptMessage], bool]:
        most = min(limit, _MOST_AT_ONCE)
        rows = await self._database.fetch(query, (*where, most + 1))
        return tuple(to_message(row) for row in rows[:most]), len(rows) > most
