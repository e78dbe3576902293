"""What the desk subscribes to, how each fares, and what was not taken of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.store._moments import from_micros, to_micros
from cryptodesk.documents.store.records import Attempt, Identity, Problem, Subscription, SyncState
from cryptodesk.storage.database import Connection, Database

__all__ = ["SubscriptionStore"]

MOST_PROBLEMS = 50
_FIELDS = (
    "subscription_id, source, address, title, interval_seconds, added_at, due_at, options, is_enabled, state,"
    " identity, attempted_at, succeeded_at, failures, error"
)
_SELECT = f"SELECT {_FIELDS} FROM document_subscriptions"  # noqa: S608 - constants
_ALL = f"{_SELECT} ORDER BY subscription_id"


class SubscriptionStore:
    """Subscriptions and how they fare. What is awaited is for event loops; the rest blocks and is for threads and
    commands."""

    def __init__(self, database: Database) -> None:
        self._database = database.apart("documents")

    async def add(
        self, source: str, address: str, *, title: str, interval_seconds: int, now: datetime,
        options: Mapping[str, str] | None = None,
    ) -> tuple[Subscription, bool]:  # fmt: skip
        """The subscription, and whether it is new. One that was there is switched on, and due at once; options that
        are given replace its own."""
        moment, chosen = to_micros(now), _json(dict(options or {})).decode()

        def insert(connection: Connection) -> bool:
            done = connection.execute(
                "INSERT INTO document_subscriptions (source, address, options, title, interval_seconds, is_enabled,"
                " added_at, state, due_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING",
                (source, address, chosen, title, interval_seconds, moment, _json(SyncState()), moment),
            )
            if done.rowcount:
                return True
            connection.execute(
                "UPDATE document_subscriptions SET is_enabled = 1, due_at = ?, failures = 0, interval_seconds = ?,"
                " options = CASE WHEN CAST(? AS INTEGER) = 1 THEN ? ELSE options END WHERE source = ? AND address = ?",
                (moment, interval_seconds, int(bool(options)), chosen, source, address),
            )
            return False

        is_new = await self._database.write(insert)
        found = await self.find(source, address)
        if found is None:
            raise InternalError(f"the subscription {address!r} was removed while it was added")
        return found, is_new

    async def find(self, source: str, address: str) -> Subscription | None:
        return await self._one("source = ? AND address = ?", (source, address))

    async def get(self, subscription_id: int) -> Subscription | None:
        return await self._one("subscription_id = ?", (subscription_id,))

    async def fetch_all(self) -> list[Subscription]:
        """All of them, in the order they were added."""
        return [_subscription(row) for row in await self._database.fetch(_ALL)]

    def all(self) -> list[Subscription]:
        """The same."""
        return [_subscription(row) for row in self._database.read(_ALL)]

    async def claim(self, found: Subscription, until: datetime) -> bool:
        """Whether the caller may sync what it found to be due: of several that see it, one. Where nothing is recorded
        of the sync, it is due again at `until`."""
        done = await self._database.execute(
            "UPDATE document_subscriptions SET due_at = ? WHERE subscription_id = ? AND due_at = ?",
            (to_micros(until), found.subscription_id, to_micros(found.due_at)),
        )
        return done.rowcount > 0

    async def remove(self, subscription_id: int) -> bool:
        """Whether there was one. Its documents are another matter."""
        sql = "DELETE FROM document_subscriptions WHERE subscription_id = ?"
        return (await self._database.execute(sql, (subscription_id,))).rowcount > 0

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

    async def spent(self, day: str, source: str) -> int:
        """Requests made to a source in a day, `2026-09-09`."""
        rows = await self._database.fetch(
            "SELECT units FROM document_calls WHERE day = ? AND source = ?", (day, source)
        )
        return int(rows[0][0]) if rows else 0

    async def spend(self, day: str, source: str, units: int) -> None:
        sql = (
            "INSERT INTO document_calls (day, source, units) VALUES (?, ?, ?)"
            " ON CONFLICT (day, source) DO UPDATE SET units = document_calls.units + excluded.units"
        )
        await self._database.write_statements([(sql, (day, source, units))])

    async def _one(self, where: str, parameters: tuple[Any, ...]) -> Subscription | None:
        rows = await self._database.fetch(f"{_SELECT} WHERE {where}", parameters)
        return _subscription(rows[0]) if rows else None


def _record(connection: Connection, subscription_id: int, attempt: Attempt) -> None:
    at = to_micros(attempt.at)
    connection.execute(
        "UPDATE document_subscriptions SET attempted_at = ?, succeeded_at ="
        " CASE WHEN CAST(? AS INTEGER) = 1 THEN ? ELSE succeeded_at END,"
        " due_at = ?, state = ?, identity = coalesce(?, identity), title = coalesce(?, title), error = ?, failures = ?,"
        " is_enabled = ? WHERE subscription_id = ?",
        (
            at,
            int(attempt.error is None),
            at,
            to_micros(attempt.due_at),
            _json(attempt.state),
            None if attempt.identity is None else _json(attempt.identity),
            attempt.title,
            attempt.error,
            attempt.failures,
            int(attempt.is_enabled),
            subscription_id,
        ),
    )
    if attempt.problems is not None:
        connection.execute("DELETE FROM document_problems WHERE subscription_id = ?", (subscription_id,))
        connection.executemany(
            # A subscription that was removed meanwhile keeps no problems.
            "INSERT INTO document_problems"
            " SELECT CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS INTEGER)"
            " WHERE EXISTS"
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
