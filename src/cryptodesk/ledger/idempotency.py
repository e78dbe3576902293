"""Answers kept under the key that a client gave its request: the same request sent again is answered by the same
bytes and charged once."""

from __future__ import annotations

import sqlite3
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["DEFAULT_RETENTION_SECONDS", "AnswerClaim", "AnswerStore", "StoredAnswer"]

DEFAULT_RETENTION_SECONDS = 24 * 3600.0
_PURGE_ROWS = 200

_FIND = (
    "SELECT request_hash, status, headers, body, lapses_at, created_at FROM idempotent_answers "
    "WHERE key_id = ? AND name = ?"
)
_CLAIM = (
    "INSERT OR REPLACE INTO idempotent_answers (key_id, name, request_hash, claim_id, created_at, lapses_at) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_FINISH = (
    "UPDATE idempotent_answers SET status = ?, headers = ?, body = ? WHERE key_id = ? AND name = ? AND claim_id = ?"
)
_FORGET = "DELETE FROM idempotent_answers WHERE key_id = ? AND name = ? AND claim_id = ? AND status IS NULL"
_PURGE = (
    "DELETE FROM idempotent_answers WHERE rowid IN "
    "(SELECT rowid FROM idempotent_answers WHERE created_at <= ? AND lapses_at <= ? LIMIT ?)"
)

Headers = tuple[tuple[bytes, bytes], ...]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Headers).decode


class StoredAnswer(Struct, frozen=True):
    """A finished answer as it was sent."""

    status: int
    headers: Headers
    body: bytes


class AnswerClaim(Struct, frozen=True):
    """A request under a key of the client's own. `name` is that key, `key_id` the API key's id; `claim_id` tells this
    attempt from others. While it runs the claim is held until `lapses_at`."""

    key_id: str
    name: str
    request_hash: bytes
    claim_id: str
    now: float
    lapses_at: float


class AnswerStore:
    """Answers can be had again for `retention_seconds`."""

    def __init__(self, database: SqliteDatabase, *, retention_seconds: float = DEFAULT_RETENTION_SECONDS) -> None:
        self._database = database
        self._retention_seconds = retention_seconds

    async def begin(self, claim: AnswerClaim) -> StoredAnswer | Literal["begun", "running", "other"]:
        """The answer if there is one; else "begun" for the one attempt that may run, "running" while another does, and
        "other" where the key was given to another request. Of any number of attempts at once one begins."""

        def take(connection: sqlite3.Connection) -> Any:
            row = connection.execute(_FIND, (claim.key_id, claim.name)).fetchone()
            if row is not None and not self._is_over(row, claim.now):
                request_hash, status, headers, body, _, _ = row
                if request_hash != claim.request_hash:
                    return "other"
                return "running" if status is None else (status, headers, body)
            facts = (claim.key_id, claim.name, claim.request_hash, claim.claim_id, claim.now, claim.lapses_at)
            connection.execute(_CLAIM, facts)
            return "begun"

        found = await self._database.write(take)
        if isinstance(found, tuple):
            status, headers, body = found
            return StoredAnswer(status, _decode(headers), body)
        word: Literal["begun", "running", "other"] = found
        return word

    async def finish(self, claim: AnswerClaim, answer: StoredAnswer) -> None:
        """Returns once the answer is on disk; without effect if the claim lapsed and somebody else took it."""
        facts = (answer.status, _encode(answer.headers), answer.body, claim.key_id, claim.name, claim.claim_id)
        await self._database.write(lambda connection: connection.execute(_FINISH, facts).rowcount)

    async def forget(self, claim: AnswerClaim) -> None:
        """For an attempt that failed: the next one may run."""
        facts = (claim.key_id, claim.name, claim.claim_id)
        await self._database.write(lambda connection: connection.execute(_FORGET, facts).rowcount)

    async def purge_expired(self, now: float) -> int:
        """How many answers were deleted because their retention ended."""
        facts = (now - self._retention_seconds, now, _PURGE_ROWS)
        purged = 0
        while count := await self._database.write(lambda connection: connection.execute(_PURGE, facts).rowcount):
            purged += count
        return purged

    def _is_over(self, row: Any, now: float) -> bool:
        """Whether the claim lapsed unfinished, or the answer's retention ended."""
        _, status, _, _, lapses_at, created_at = row
        return bool(lapses_at <= now) if status is None else bool(created_at + self._retention_seconds <= now)
