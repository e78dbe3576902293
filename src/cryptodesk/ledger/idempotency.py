"""Answers kept under the key that a client gave its request: the same request sent again is answered by the same
bytes and charged once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from cryptodesk.storage.database import Database

__all__ = ["DEFAULT_RETENTION_SECONDS", "AnswerClaim", "AnswerStore", "StoredAnswer"]

DEFAULT_RETENTION_SECONDS = 24 * 3600.0
_PURGE_ROWS = 200

_FIND = "SELECT request_hash, status, headers, body FROM idempotent_answers WHERE key_id = ? AND name = ?"
# Takes the place of a claim that lapsed unfinished and of an answer whose retention, the last parameter, ended.
_CLAIM = """
INSERT INTO idempotent_answers AS held (key_id, name, request_hash, claim_id, created_at, lapses_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key_id, name) DO UPDATE SET request_hash = excluded.request_hash, claim_id = excluded.claim_id,
  created_at = excluded.created_at, lapses_at = excluded.lapses_at, status = NULL, headers = NULL, body = NULL
WHERE CASE WHEN held.status IS NULL THEN held.lapses_at ELSE held.created_at + ? END <= excluded.created_at
RETURNING 1
"""
_FINISH = (
    "UPDATE idempotent_answers SET status = ?, headers = ?, body = ? WHERE key_id = ? AND name = ? AND claim_id = ?"
)
_FORGET = "DELETE FROM idempotent_answers WHERE key_id = ? AND name = ? AND claim_id = ? AND status IS NULL"
_PURGE = (
    "DELETE FROM idempotent_answers WHERE (key_id, name) IN "
    "(SELECT key_id, name FROM idempotent_answers WHERE created_at <= ? AND lapses_at <= ? LIMIT ?)"
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

    def __init__(self, database: Database, *, retention_seconds: float = DEFAULT_RETENTION_SECONDS) -> None:
        self._database = database
        self._retention_seconds = retention_seconds

    async def begin(self, claim: AnswerClaim) -> StoredAnswer | Literal["begun", "running", "other"]:
        """The answer if there is one; else "begun" for the one attempt that may run, "running" while another does, and
        "other" where the key was given to another request. Of any number of attempts at once one begins."""
        facts = (claim.key_id, claim.name, claim.request_hash, claim.claim_id, claim.now, claim.lapses_at)
        while True:
            if (await self._database.execute(_CLAIM, (*facts, self._retention_seconds))).fetchall():
                return "begun"
            if found := await self._database.fetch(_FIND, (claim.key_id, claim.name)):
                return _judge(found[0], claim)
            # Whoever held it gave it up in between.

    async def finish(self, claim: AnswerClaim, answer: StoredAnswer) -> None:
        """Returns once the answer is on disk; without effect if the claim lapsed and somebody else took it."""
        facts = (answer.status, _encode(answer.headers), answer.body, claim.key_id, claim.name, claim.claim_id)
        await self._database.execute(_FINISH, facts)

    async def forget(self, claim: AnswerClaim) -> None:
        """For an attempt that failed: the next one may run."""
        facts = (claim.key_id, claim.name, claim.claim_id)
        await self._database.execute(_FORGET, facts)

    async def purge_expired(self, now: float) -> int:
        """How many answers were deleted because their retention ended."""
        facts = (now - self._retention_seconds, now, _PURGE_ROWS)
        purged = 0
        while count := (await self._database.execute(_PURGE, facts)).rowcount:
            purged += count
        return purged


def _judge(row: Any, claim: AnswerClaim) -> StoredAnswer | Literal["running", "other"]:
    request_hash, status, headers, body = row
    if request_hash != claim.request_hash:
        return "other"
    return "running" if status is None else StoredAnswer(status, _decode(headers), body)
