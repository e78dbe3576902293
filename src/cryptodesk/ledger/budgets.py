"""Budgets: the most a key or an account may spend in a day, a month or in all, and of a prepaid account what it was
credited. Stored; that there are none for a caller
is remembered for a second, so what one process sets binds every run of every other that begins a second later."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.core.money import Budget, BudgetState
from cryptodesk.core.requests import Caller
from cryptodesk.ledger.amounts import NOTHING, add, subtract, to_text
from cryptodesk.ledger.calendar import day_of, starts_on
from cryptodesk.ledger.tally import CREDITED, Tally
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["KNOWN_SECONDS", "BudgetBook", "BudgetRoom", "budgets_of", "rooms"]

KNOWN_SECONDS = 1.0
_MOST_REMEMBERED = 10_000

_COLUMNS = "scope, scope_id, period, limit_usd"
# A prepaid account's credit as a budget like any other.
_CREDITS = (
    "SELECT 'account', account_id, 'credit', coalesce((SELECT spent_usd FROM ledger_totals "  # noqa: S608 - constants
    f"WHERE scope = '{CREDITED}' AND scope_id = account_id AND starts_on = ''), '0') FROM prepaid_accounts"
)
_OF_CALLER = (
    f"SELECT {_COLUMNS} FROM budgets WHERE scope = 'key' AND scope_id = ?1 UNION ALL "  # noqa: S608 - constants
    f"SELECT {_COLUMNS} FROM budgets WHERE scope = 'account' AND scope_id = ?2 UNION ALL "
    f"{_CREDITS} WHERE account_id = ?2"
)
_EVERY = f"SELECT {_COLUMNS} FROM budgets UNION ALL {_CREDITS} ORDER BY 1, 2, 3"  # noqa: S608 - constants
_SET = "INSERT OR REPLACE INTO budgets (scope, scope_id, period, limit_usd, set_at) VALUES (?, ?, ?, ?, ?)"
_CLEAR = "DELETE FROM budgets WHERE scope = ? AND scope_id = ?"
_SPENT = "SELECT spent_usd FROM ledger_totals WHERE scope = ? AND scope_id = ? AND starts_on = ?"
_HELD = "SELECT key_id, amount_usd, created_at FROM ledger_open_holds WHERE account_id = ? AND lapses_at > ?"
_HELD_BY_KEY = "SELECT key_id, amount_usd, created_at FROM ledger_open_holds WHERE key_id = ? AND lapses_at > ?"


class BudgetRoom(Struct, frozen=True):
    state: BudgetState

    @property
    def left_usd(self) -> Decimal:
        """Below zero where a budget was set lower than what is spent already."""
        state = self.state
        return subtract(subtract(state.budget.limit_usd, state.spent_usd), state.held_usd)


class BudgetBook:
    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._tally = Tally(database)
        self._free_until: dict[Caller, float] = {}

    def set(self, budget: Budget, now: float) -> None:
        """Blocks until it is on disk and the totals it is held against are counted; runs that begin `KNOWN_SECONDS`
        later keep to it, in every process."""
        row = (budget.scope, budget.scope_id, budget.period, to_text(budget.limit_usd), now)
        self._database.write_blocking(lambda connection: connection.execute(_SET, row).rowcount)
        self._tally.catch_up_blocking()

    def clear(self, scope: str, scope_id: str, period: str | None = None) -> int:
        """How many budgets there were. Blocks until it is on disk."""
        sql = _CLEAR if period is None else f"{_CLEAR} AND period = ?"
        parameters = [scope, scope_id] if period is None else [scope, scope_id, period]
        return self._database.write_blocking(lambda connection: connection.execute(sql, parameters).rowcount)

    def list(self, now: float) -> tuple[BudgetState, ...]:
        """Every budget with what is spent and held of it now."""
        self._tally.catch_up_blocking()
        return self._database.write_blocking(lambda connection: _states(connection, _all(connection), now))

    @property
    def is_empty(self) -> bool:
        return not self._database.read("SELECT 1 FROM budgets UNION ALL SELECT 1 FROM prepaid_accounts LIMIT 1")

    def binds(self, caller: Caller) -> bool:
        """Whether any budget holds for the key or its account."""
        return bool(self._database.read(_OF_CALLER, (caller.key_id, caller.account_id)))

    def may_bind(self, caller: Caller, now: float) -> bool:
        """As `binds`, but that there is none is remembered for a second: a read that lets go of the interpreter lock
        costs a busy event loop 30 us."""
        if now < self._free_until.get(caller, 0.0):
            return False
        if self.binds(caller):
            return True
        if len(self._free_until) >= _MOST_REMEMBERED:
            self._free_until.clear()
        self._free_until[caller] = now + KNOWN_SECONDS
        return False

    async def states(self, caller: Caller, now: float) -> tuple[BudgetState, ...]:
        """Of the caller's key and account."""
        await self._tally.catch_up()
        return await self._database.write(lambda connection: _states(connection, budgets_of(connection, caller), now))


def budgets_of(connection: sqlite3.Connection, caller: Caller) -> tuple[Budget, ...]:
    rows = connection.execute(_OF_CALLER, (caller.key_id, caller.account_id)).fetchall()
    return tuple(map(_to_budget, rows))


def rooms(
    connection: sqlite3.Connection, budgets: Sequence[Budget], account_id: str, moment: float, now: float
) -> tuple[BudgetRoom, ...]:
    """What is left of each for a run of the account that begins at `moment`; exact where everything is counted."""
    held = connection.execute(_HELD, (account_id, now)).fetchall()
    return tuple(BudgetRoom(_state(connection, budget, held, moment)) for budget in budgets)


def _all(connection: sqlite3.Connection) -> tuple[Budget, ...]:
    return tuple(map(_to_budget, connection.execute(_EVERY).fetchall()))


def _states(connection: sqlite3.Connection, budgets: Sequence[Budget], now: float) -> tuple[BudgetState, ...]:
    found = []
    for budget in budgets:
        sql = _HELD if budget.scope == "account" else _HELD_BY_KEY
        held = connection.execute(sql, (budget.scope_id, now)).fetchall()
        found.append(_state(connection, budget, held, now))
    return tuple(found)


def _state(connection: sqlite3.Connection, budget: Budget, held: Sequence[Any], moment: float) -> BudgetState:
    """A run is charged to the period in which it began, and so is what is held for it."""
    begins = starts_on(budget.period, day_of(moment))
    known = connection.execute(_SPENT, (budget.scope, budget.scope_id, begins)).fetchone()
    total = NOTHING
    for key_id, amount, created_at in held:
        # What is held at an unknown price is held without a figure; no budget lets such a run begin.
        is_in_scope = amount != "NaN" and (budget.scope == "account" or key_id == budget.scope_id)
        if is_in_scope and starts_on(budget.period, day_of(created_at)) == begins:
            total = add(total, Decimal(amount))
    return BudgetState(budget, NOTHING if known is None else Decimal(known[0]), total)


def _to_budget(row: Any) -> Budget:
    scope, scope_id, period, limit_usd = row
    return Budget(scope, scope_id, period, Decimal(limit_usd))
