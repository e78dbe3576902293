"""Limits as they are set: the operator's defaults, and what is stored for one key or account in their place.

What holds for a caller is remembered for a second, so what one process sets binds every run of every other that begins
a second later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from msgspec import Struct

from cryptodesk.core.limits import MEASURES, Limit, Measure, Scope
from cryptodesk.core.requests import Caller
from cryptodesk.storage.database import Database

__all__ = ["KNOWN_SECONDS", "DefaultLimits", "LimitBook", "StoredLimit"]

KNOWN_SECONDS = 1.0
_MOST_REMEMBERED = 10_000

_OF_CALLER = """
SELECT scope, measure, amount FROM limits WHERE scope = 'key' AND scope_id = ?
UNION ALL SELECT scope, measure, amount FROM limits WHERE scope = 'account' AND scope_id = ?
"""
_SET = """
INSERT INTO limits (scope, scope_id, measure, amount, set_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (scope, scope_id, measure) DO UPDATE SET amount = excluded.amount, set_at = excluded.set_at
"""
_CLEAR = "DELETE FROM limits WHERE scope = ? AND scope_id = ?"
_CLEAR_ONE = f"{_CLEAR} AND measure = ?"
_ALL = "SELECT scope, scope_id, measure, amount FROM limits ORDER BY scope, scope_id, measure"


class DefaultLimits(Struct, frozen=True):
    """What holds for every key and every account for which nothing else is stored."""

    key: Mapping[Measure, int] = {}
    account: Mapping[Measure, int] = {}


class StoredLimit(Struct, frozen=True):
    """`amount` None says that there is no such limit, whatever the default."""

    scope: Scope
    scope_id: str
    measure: Measure
    amount: int | None


class LimitBook:
    def __init__(self, database: Database, defaults: DefaultLimits | None = None) -> None:
        self._database = database
        self._defaults = defaults or DefaultLimits()
        self._known: dict[Caller, tuple[tuple[Limit, ...], float]] = {}

    def set(self, limit: StoredLimit, now: float) -> None:
        """Blocks until it is on disk; runs that begin `KNOWN_SECONDS` later keep to it, in every process."""
        row = (limit.scope, limit.scope_id, limit.measure, limit.amount, now)
        self._database.write_blocking(lambda connection: connection.execute(_SET, row).rowcount)

    def clear(self, scope: Scope, scope_id: str, measure: Measure | None = None) -> int:
        """How many there were. Blocks until it is on disk."""
        sql, parameters = (_CLEAR, [scope, scope_id]) if measure is None else (_CLEAR_ONE, [scope, scope_id, measure])
        return self._database.write_blocking(lambda connection: connection.execute(sql, parameters).rowcount)

    def list(self) -> tuple[StoredLimit, ...]:
        """What is stored, without the defaults."""
        return tuple(StoredLimit(*row) for row in self._database.read(_ALL))

    def known(self, caller: Caller, now: float) -> tuple[Limit, ...] | None:
        """What was found to hold for the caller within the last second; None where that has to be looked up."""
        found = self._known.get(caller)
        # A clock that was put back must not keep old limits until it has caught up.
        return found[0] if found is not None and found[1] - KNOWN_SECONDS <= now < found[1] else None

    async def of(self, caller: Caller, now: float) -> tuple[Limit, ...]:
        """What holds for the caller's key and account."""
        known = self.known(caller, now)
        if known is not None:
            return known
        rows = await self._database.fetch(_OF_CALLER, (caller.key_id, caller.account_id))
        limits = _merged(caller, self._defaults, rows)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[caller] = (limits, now + KNOWN_SECONDS)
        return limits


def _merged(caller: Caller, defaults: DefaultLimits, rows: list[Any]) -> tuple[Limit, ...]:
    amounts: dict[tuple[Scope, Measure], int | None] = {
        **{("key", measure): amount for measure, amount in defaults.key.items()},
        **{("account", measure): amount for measure, amount in defaults.account.items()},
    }
    for scope, measure, amount in rows:
        if measure in MEASURES:  # a newer program may know more of them
            amounts[cast("Scope", scope), cast("Measure", measure)] = amount
    ids: dict[Scope, str] = {"key": caller.key_id, "account": caller.account_id}
    return tuple(
        Limit(scope, ids[scope], measure, amount) for (scope, measure), amount in amounts.items() if amount is not None
    )
