"""Budgets: the most a key or an account may spend in a day, a month or in all, and of a prepaid account what it was
credited. Stored; that there are none for a caller is remembered for a second, so what one process sets binds every run
of every other that begins a second later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.core.money import Budget, BudgetState
from cryptodesk.core.requests import Caller
from cryptodesk.ledger.amounts import NOTHING, add, subtract, to_text
from cryptodesk.ledger.calendar import day_of, starts_on
from cryptodesk.ledger.tally import CREDITED, Tally
from cryptodesk.storage.database import Connection, Database

__all__ = ["KNOWN_SECONDS", "BudgetBook", "BudgetRoom", "Rooms"]

KNOWN_SECONDS = 1.0
_MOST_REMEMBERED = 10_000

# Each with what is spent of it in the day and the month that the parameters name.
_BUDGETS = """
SELECT b.scope, b.scope_id, b.period, b.limit_usd, coalesce(t.spent_usd, '0') FROM budgets b
LEFT JOIN ledger_totals t ON t.scope = b.scope AND t.scope_id = b.scope_id
  AND t.starts_on = CASE b.period WHEN 'day' THEN ? WHEN 'month' THEN ? ELSE '' END
"""
# A prepaid account's credit as a budget like any other.
_CREDITS = f"""
SELECT 'account', p.account_id, 'credit', coalesce(c.spent_usd, '0'), coalesce(t.spent_usd, '0') FROM prepaid_accounts p
LEFT JOIN ledger_totals c ON c.scope = '{CREDITED}' AND c.scope_id = p.account_id AND c.starts_on = ''
LEFT JOIN ledger_totals t ON t.scope = 'account' AND t.scope_id = p.account_id AND t.starts_on = ''
"""  # noqa: S608 - constants
_EVERY = f"{_BUDGETS} UNION ALL {_CREDITS}"
_OF_CALLER = (
    f"{_BUDGETS} WHERE (b.scope = 'key' AND b.scope_id = ?) OR (b.scope = 'account' AND b.scope_id = ?) "
    f"UNION ALL {_CREDITS} WHERE p.account_id = ?"
)
_BINDS = (
    "SELECT 1 FROM budgets WHERE (scope = 'key' AND scope_id = ?) OR (scope = 'account' AND scope_id = ?) "
    "UNION ALL SELECT 1 FROM prepaid_accounts WHERE account_id = ?"
)
_ANY = "SELECT 1 FROM budgets UNION ALL SELECT 1 FROM prepaid_accounts LIMIT 1"
_SET = """
INSERT INTO budgets (scope, scope_id, period, limit_usd, set_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (scope, scope_id, period) DO UPDATE SET limit_usd = excluded.limit_usd, set_at = excluded.set_at
"""
_CLEAR = "DELETE FROM budgets WHERE scope = ? AND scope_id = ?"
_HELD = "SELECT account_id, key_id, amount_usd, created_at FROM ledger_open_holds WHERE lapses_at > ?"


class BudgetRoom(Struct, frozen=True):
    state: BudgetState

    @property
    def left_usd(self) -> Decimal:
        """Below zero where a budget was set lower than what is spent already."""
        state = self.state
        return subtract(subtract(state.budget.limit_usd, state.spent_usd), state.held_usd)


class BudgetBook:
    def __init__(self, database: Database) -> None:
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
        return self._database.write_blocking(lambda connection: _every_state(connection, now))

    async def is_empty(self) -> bool:
        return not await self._database.fetch(_ANY)

    async def binds(self, caller: Caller) -> bool:
        """Whether any budget holds for the key or its account."""
        return bool(await self._database.fetch(_BINDS, (caller.key_id, caller.account_id, caller.account_id)))

    def is_known_free(self, caller: Caller, now: float) -> bool:
        """Whether `binds_now` found none within the last second: a read that lets go of the interpreter lock costs a
        busy event loop 30 us."""
        until = self._free_until.get(caller, 0.0)
        return until - KNOWN_SECONDS <= now < until  # a clock that was put back asks anew

    async def binds_now(self, caller: Caller, now: float) -> bool:
        """As `binds`; that there is none is remembered."""
        if await self.binds(caller):
            return True
        if len(self._free_until) >= _MOST_REMEMBERED:
            self._free_until.clear()
        self._free_until[caller] = now + KNOWN_SECONDS
        return False

    async def states(self, caller: Caller, now: float) -> tuple[BudgetState, ...]:
        """Of the caller's key and account."""
        await self._tally.catch_up()
        found = await self._database.write(lambda connection: Rooms(connection, now).of(caller, now))
        return tuple(room.state for room in found)


class Rooms:
    """What is left of callers' budgets, within one transaction in which everything is counted."""

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection = connection
        self._now = now
        self._rows: dict[tuple[Caller, Sequence[str]], Sequence[Any]] = {}
        self._held: dict[str, list[Any]] = {}
        self._taken: list[Any] = []

    def of(self, caller: Caller, moment: float) -> tuple[BudgetRoom, ...]:
        """For a run that begins at `moment`; the key's before the account's."""
        rows = self._budgets(caller, _begins(moment))
        if not rows:
            return ()
        held = [*self._held_of(caller.account_id), *self._taken]
        return tuple(BudgetRoom(_state(row, held, moment)) for row in rows)

    def take(self, caller: Caller, amount_usd: Decimal, moment: float, lapses_at: float) -> None:
        """A hold that is to be written in the same transaction, after all that is read."""
        if lapses_at > self._now:
            self._taken.append((caller.account_id, caller.key_id, to_text(amount_usd), moment))

    def _budgets(self, caller: Caller, begins: Sequence[str]) -> Sequence[Any]:
        rows = self._rows.get((caller, begins))
        if rows is None:
            values = (*begins, caller.key_id, caller.account_id, caller.account_id)
            found = self._connection.execute(_OF_CALLER, values).fetchall()
            rows = sorted(found, key=lambda row: (row[0] != "key", row[2] == "credit", row[2]))
            self._rows[caller, begins] = rows
        return rows

    def _held_of(self, account_id: str) -> list[Any]:
        held = self._held.get(account_id)
        if held is None:
            held = self._connection.execute(f"{_HELD} AND account_id = ?", (self._now, account_id)).fetchall()
            self._held[account_id] = held
        return held


def _every_state(connection: Connection, now: float) -> tuple[BudgetState, ...]:
    rows = connection.execute(_EVERY, _begins(now)).fetchall()
    held = connection.execute(_HELD, (now,)).fetchall()
    return tuple(_state(row, held, now) for row in sorted(rows))


def _begins(moment: float) -> Sequence[str]:
    day = day_of(moment)
    return starts_on("day", day), starts_on("month", day)


def _state(row: Any, held: Iterable[Any], moment: float) -> BudgetState:
    """A run is charged to the period in which it began, and so is what is held for it."""
    scope, scope_id, period, limit_usd, spent_usd = row
    begins = starts_on(period, day_of(moment))
    total = NOTHING
    for account_id, key_id, amount, created_at in held:
        # What is held at an unknown price is held without a figure; no budget lets such a run begin.
        is_in_scope = amount != "NaN" and scope_id == (account_id if scope == "account" else key_id)
        if is_in_scope and starts_on(period, day_of(created_at)) == begins:
            total = add(total, Decimal(amount))
    return BudgetState(Budget(scope, scope_id, period, Decimal(limit_usd)), Decimal(spent_usd), total)
