"""Marks by which a writer finds out whether a transaction took place whose commit was not answered.

Each writer has a row, which each of its transactions sets to the next number. Whoever reads it behind a lock, after the
server ended the connection, sees for certain which number was committed last: an id of a transaction would not do,
because after a crash the server may give it away again."""

from __future__ import annotations

import secrets
from typing import Final

from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.postgres.connecting import RawConnection

__all__ = ["COMPONENT", "MIGRATIONS", "Marks"]

COMPONENT: Final = "storage"

_CREATE = """
CREATE TABLE write_marks (
    writer text PRIMARY KEY,
    number bigint NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT now()
)
"""
MIGRATIONS: Final = (Migration(1, "write marks", (), postgres=(_CREATE,)),)

# Rows of processes that were killed long ago.
_SETTLE = """
WITH forgotten AS (DELETE FROM write_marks WHERE marked_at < now() - interval '30 days' AND writer <> $1)
INSERT INTO write_marks (writer, number) VALUES ($1, 0) ON CONFLICT DO NOTHING
"""
# In one round trip with the lock of the writers. Locks of the same name in two schemas are two locks.
_BEGIN = """
WITH made AS (
    INSERT INTO write_marks AS mark (writer, number) VALUES ($1, $2)
    ON CONFLICT (writer) DO UPDATE SET number = excluded.number, marked_at = now()
)
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || $3, 0))
"""
# Waits until the transaction in question is over.
_FIND = "SELECT number FROM write_marks WHERE writer = $1 FOR UPDATE"
_FORGET = "DELETE FROM write_marks WHERE writer = $1"


class Marks:
    def __init__(self) -> None:
        self._writer = secrets.token_hex(16)
        self._number = 0
        self._is_settled = False

    async def settle(self, connection: RawConnection) -> None:
        """Makes the row, outside of a transaction: one that is not committed yet could not be waited for."""
        if not self._is_settled:
            await connection.execute(_SETTLE, self._writer)
            self._is_settled = True

    async def begin(self, connection: RawConnection, lock_name: str) -> None:
        """Marks the transaction that began, and lets it be the only one of all that take this lock."""
        self._number += 1
        await connection.execute(_BEGIN, self._writer, self._number, lock_name)

    async def is_made(self, connection: RawConnection) -> bool | None:
        """Whether the latest transaction that was marked took place; None where that cannot be known."""
        number = await connection.fetchval(_FIND, self._writer)
        return None if number is None else bool(number == self._number)

    async def forget(self, connection: RawConnection) -> None:
        if self._is_settled:
            await connection.execute(_FORGET, self._writer)
