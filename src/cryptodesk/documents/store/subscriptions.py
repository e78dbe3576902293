"""What the desk subscribes to, how each fares, and what was not taken of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.store._moments import from_micros, to_micros
from cryptodesk.documents.store.records import Attempt, Identity, Problem, Subscription, SyncState
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["SubscriptionStore"]

MOST_PROBLEMS = 50
_FIELDS = (
    "subscription_id, source, address, title, interval_seconds, added_at, due_at, options, is_enabled, state,"
    " identity, attempted_at, succeeded_at, failures, error"
)
_SELECT = f"SELECT {_FIELDS} FROM document_subscriptions"  # noqa: S608 - constants


class SubscriptionStore:
    """Subscriptions in the SQLite file."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add(
        self, source: str, address: str, *, title: str, interval_seconds: int, now: datetime,
        options: Mapping[str, str] | None = None,
    ) -> tuple[Subscription, bool]:  # fmt: skip
        """The subscription, and whether it is new. One that was there is switched on, and due at once; options that
        are given replace its own."""
        moment, chosen = to_micros(now), _json(dict(options or {}))

        def insert(connection: sqlite3.Connection) -> bool:
            done = connection.execute(
                "INSERT INTO document_subscriptions (source, address, options, title, interval_seconds, is_enabled,"
                " added_at, state, due_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    source,
                    address,
                    _json(dict(options or {})),
                    title,
                    interval_seconds,
                    moment,
                    _json(SyncState()),
                    moment,
                ),
            )
            if done.rowcount:
                return True
            connection.execute(
                "UPDATE document_subscriptions SET is_enabled = 1, due_at = ?, failures = 0, interval_seconds = ?,"
                " options = CASE WHEN ? THEN ? ELSE options END WHERE source = ? AND address = ?",
                (moment, interval_seconds, bool(options), chosen, source, address),
            )
            return False

        is_new = await self._database.write(insert)
        found = self.find(source, address)
        if found is None:
            raise InternalError(f"the subscription {address!r} was removed while it was added")
        return found, is_new

    def find(self, source: str, address: str) -> Subscription | None:
        return self._one("source = ? AND address = ?", (source, address))

    def get(self, subscription_id: int) -> Subscription | None:
        return self._one("subscription_id = ?", (subscription_id,))

    def all(self) -> list[Subscription]:
        """All of them, in the order they were added."""
        rows = self._database.read(f"{_SELECT} ORDER BY subscription_id")
        return [_subscription(row) for row in rows]

    async def remove(self, subscription_id: int) -> bool:
        """Whether there was one. Its documents are another matter."""

        def delete(connection: sqlite3.Connection) -> bool:
            sql = "DELETE FROM document_subscriptions WHERE subscription_id = ?"
            return bool(connection.execute(sql, (subscription_id,)).rowcount)

        return await self._database.write(delete)

    async def record(self, subscription_id: int, attempt: Attempt) -> None:
        """How a sync ended. Success forgets the earlier failures."""
        await self._database.write(lambda connection: _record(connection, subscription_id, attempt))

    async def forget_identity(self, subscription_id: int, now: datetime) -> None:
        """The feed is taken for what it says it is next time."""
        sql = "UPDATE document_subscriptions SET identity = NULL, state = ?, due_at = ? WHERE subscription_id = ?"
        await self._database.write_statements([(sql, (_json(SyncState()), to_micros(now), subscription_id))])

    def problems(self, subscription_id: int) -> list[Problem]:
        """What was not taken of the last answer that brought anything."""
        sql = "SELECT item, reason FROM document_problems WHERE subscription_id = ? ORDER BY number"
        return [Problem(*row) for row in self._database.read(sql, (subscription_id,))]

    def spent(self, day: str, source: str) -> int:
        """Requests made to a source in a day, `2026-09-09`."""
        rows = self._database.read("SELECT units FROM document_calls WHERE day = ? AND source = ?", (day, source))
        return int(rows[0][0]) if rows else 0

    async def spend(self, day: str, source: str, units: int) -> None:
        sql = (
            "INSERT INTO document_calls (day, source, units) VALUES (?, ?, ?)"
            " ON CONFLICT (day, source) DO UPDATE SET units = units + excluded.units"
        )
        await self._database.write_statements([(sql, (day, source, units))])

    def _one(self, where: str, parameters: tuple[Any, ...]) -> Subscription | None:
        rows = self._database.read(f"{_SELECT} WHERE {where}", parameters)
        return _subscription(rows[0]) if rows else None


def _record(connection: sqlite3.Connection, subscription_id: int, attempt: Attempt) -> None:
    at = to_micros(attempt.at)
    connection.execute(
        "UPDATE document_subscriptions SET attempted_at = ?, succeeded_at = CASE WHEN ? THEN ? ELSE succeeded_at END,"
        " due_at = ?, state = ?, identity = coalesce(?, identity), title = coalesce(?, title), error = ?, failures = ?,"
        " is_enabled = ? WHERE subscription_id = ?",
        (
            at,
            attempt.error is None,
            at,
            to_micros(attempt.due_at),
            _json(attempt.state),
            None if attempt.identity is None else _json(attempt.identity),
            attempt.title,
            attempt.error,
            attempt.failures,
            attempt.is_enabled,
            subscription_id,
        ),
    )
    if attempt.problems is not None:
        connection.execute("DELETE FROM document_problems WHERE subscription_id = ?", (subscription_id,))
        connection.executemany(
            # A subscription that was removed meanwhile keeps no problems.
            "INSERT INTO document_problems SELECT ?, ?, ?, ?, ? WHERE EXISTS"
            " (SELECT 1 FROM document_subscriptions WHERE subscription_id = ?)",
            [
                (subscription_id, number, problem.item, problem.reason, at, subscription_id)
                for number, problem in enumerate(attempt.problems[:MOST_PROBLEMS])
            ],
        )


def _subscription(row: tuple[Any, ...]) -> Subscription:
    moments = {name: None if row[at] is None else from_micros(row[at]) for name, at in _MOMENTS.items()}
    return Subscription(
        subscription_id=row[0],
        source=row[1],
        address=row[2],
        title=row[3],
        interval_seconds=row[4],
        added_at=from_micros(row[5]),
        due_at=from_micros(row[6]),
        options=msgspec.json.decode(row[7], type=dict[str, str]),
        is_enabled=bool(row[8]),
        state=msgspec.json.decode(row[9], type=SyncState),
        identity=None if row[10] is None else msgspec.json.decode(row[10], type=Identity),
        attempted_at=moments["attempted_at"],
        succeeded_at=moments["succeeded_at"],
        failures=row[13],
        error=row[14],
    )


_MOMENTS = {"attempted_at": 11, "succeeded_at": 12}


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
