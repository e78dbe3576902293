"""Finished turns, kept for their follow-up, in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import TurnCompleted, TurnNotFound
from cryptodesk.core.messages import Message
from cryptodesk.core.ports import Batch, Claim, StoredTurn, TurnState
from cryptodesk.core.tools import ToolSpec
from cryptodesk.storage.database import Database, StatementBatch

__all__ = ["DEFAULT_RETENTION_SECONDS", "DatabaseTurnStore"]

DEFAULT_RETENTION_SECONDS = 24 * 3600.0
_PURGE_ROWS = 500

_INSERT = "INSERT INTO turns (turn_id, key_id, state, created_at, body) VALUES (?, ?, ?, ?, ?)"
_SELECT_STATE = "SELECT state FROM turns WHERE turn_id = ? AND key_id = ? AND created_at > ?"
_CLAIM = """
UPDATE turns SET claim_id = ?, claim_lapses_at = ?
WHERE turn_id = ? AND key_id = ? AND created_at > ? AND state != 'completed'
  AND (claim_id IS NULL OR claim_lapses_at <= ?)
RETURNING state, created_at, body
"""
_COMPLETE = "UPDATE turns SET state = 'completed', body = ?, claim_id = NULL, claim_lapses_at = NULL WHERE turn_id = ?"
_RELEASE = "UPDATE turns SET claim_id = NULL, claim_lapses_at = NULL WHERE turn_id = ? AND claim_id = ?"
_RELEASE_ALL = "UPDATE turns SET claim_id = NULL, claim_lapses_at = NULL WHERE claim_id IS NOT NULL"
# Ids sort by the time at which their runs began, so the old ones come first and no index of their age has to say so: an
# index more would cost every run a page written.
_PURGE = """
DELETE FROM turns WHERE turn_id IN (SELECT turn_id FROM turns ORDER BY turn_id LIMIT ?)
AND created_at <= ? AND (claim_id IS NULL OR claim_lapses_at <= ?)
"""


class _Body(Struct, frozen=True, omit_defaults=True):
    """What of a turn is never searched by."""

    messages: tuple[Message, ...]
    built_in_tools: tuple[str, ...] = ()
    client_tools: tuple[ToolSpec, ...] = ()
    pending_call_ids: tuple[str, ...] = ()


# Of a run's id, its key and a moment: whether that run of that key was answered in full since then.
WasAnswered = Callable[[str, str, float], Awaitable[bool]]

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Body)
_NO_TEXTS = _encoder.encode(_Body(()))


class DatabaseTurnStore:
    """A turn can be followed up for `retention_seconds`, by its own key, once. Of one that was followed up nothing is
    kept but that it was. Most are never stored, because nothing can follow: of those `was_answered` knows."""

    def __init__(
        self,
        database: Database,
        *,
        retention_seconds: float = DEFAULT_RETENTION_SECONDS,
        was_answered: WasAnswered | None = None,
    ) -> None:
        self._database = database
        self._retention_seconds = retention_seconds
        self._was_answered = was_answered

    def save(self, batch: Batch, turn: StoredTurn) -> None:
        body = _encoder.encode(_Body(turn.messages, turn.built_in_tools, turn.client_tools, turn.pending_call_ids))
        StatementBatch.of(batch).add(_INSERT, (turn.turn_id, turn.key_id, turn.state, turn.created_at, body))

    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        """The right to follow the turn up, until `lapses_at`. Of any number of claims at once exactly one wins, also
        among processes.

        Raises: TurnNotFound if it is unknown, too old or another key's; TurnCompleted if nothing can follow it, it was
        followed up or somebody else holds the claim."""
        # Ids that nobody may claim are turned away by a read, so that they never wait for the disk.
        await self._refuse_unless_open(turn_id, key_id, now)
        parameters = (claim_id, lapses_at, turn_id, key_id, now - self._retention_seconds, now)
        row = (await self._database.execute(_CLAIM, parameters)).fetchone()
        if row is None:
            await self._refuse_unless_open(turn_id, key_id, now)
            raise _completed()
        state, created_at, body = row
        return Claim(claim_id, _to_turn(turn_id, key_id, state, created_at, body))

    async def release(self, claim: Claim) -> None:
        """Gives the right back; without effect if it lapsed and somebody else took it."""
        batch = self._database.batch()
        batch.add(_RELEASE, (claim.turn.turn_id, claim.claim_id))
        await batch.commit()

    def consume(self, batch: Batch, claim: Claim, *, completes: bool) -> None:
        """Ends the claim; the turn is then completed, or open again when the follow-up was cut short."""
        if completes:
            # Also when the claim lapsed meanwhile: a turn that was answered stays answered, and its texts go.
            StatementBatch.of(batch).add(_COMPLETE, (_NO_TEXTS, claim.turn.turn_id))
        else:
            StatementBatch.of(batch).add(_RELEASE, (claim.turn.turn_id, claim.claim_id))

    async def release_abandoned(self) -> int:
        """How many claims of processes that are gone were given back. Only for the sole process on this database,
        before it serves."""
        return (await self._database.execute(_RELEASE_ALL)).rowcount

    async def purge_expired(self, now: float) -> int:
        """How many turns were deleted because their retention ended; a held claim keeps its turn."""
        purged = 0
        parameters = (_PURGE_ROWS, now - self._retention_seconds, now)
        # In small steps, because other writes wait for each.
        while count := (await self._database.execute(_PURGE, parameters)).rowcount:
            purged += count
        return purged

    async def _refuse_unless_open(self, turn_id: str, key_id: str, now: float) -> None:
        since = now - self._retention_seconds
        rows = await self._database.fetch(_SELECT_STATE, (turn_id, key_id, since))
        if not rows and (self._was_answered is None or not await self._was_answered(turn_id, key_id, since)):
            raise TurnNotFound(f"Previous response with id {turn_id!r} not found.", turn_id=turn_id)
        if not rows or rows[0][0] == "completed":
            raise _completed()


def _completed() -> TurnCompleted:
    return TurnCompleted("conversation is already completed")


def _to_turn(turn_id: str, key_id: str, state: str, created_at: float, body: bytes) -> StoredTurn:
    parts = _decoder.decode(body)
    return StoredTurn(
        turn_id,
        key_id,
        cast(TurnState, state),
        created_at,
        parts.messages,
        parts.built_in_tools,
        parts.client_tools,
        parts.pending_call_ids,
    )
