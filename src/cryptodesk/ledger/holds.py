"""Holds: money set aside before a run's first model call, so that no number of runs at once can pass a budget.

Where no budget binds, a hold is one row more in a transaction that other requests share. Where one does, counting,
checking and inserting are one transaction, and a file has one of those at a time, whatever the number of processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from decimal import Decimal
from typing import Final

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import BudgetSpent, CryptodeskError, InternalError, LedgerUnavailable, OutOfCredit
from cryptodesk.core.money import Hold, HoldWanted, Outcome
from cryptodesk.core.ports import Batch, Entry
from cryptodesk.core.usage import Usage, decimal_text
from cryptodesk.ledger.amounts import divide_down
from cryptodesk.ledger.budgets import BudgetBook, BudgetRoom, budgets_of, rooms
from cryptodesk.ledger.rows import INSERT_HOLD, INSERT_HOLD_ONCE, amount_text, hold_row
from cryptodesk.ledger.tally import Tally, count_up
from cryptodesk.storage.sqlite import SqliteBatch, SqliteDatabase

__all__ = ["HoldDesk"]

log = logging.getLogger("cryptodesk.ledger")

# A run gets its whole worst case while this many of them would fit into what is left of a budget; less than that is
# shared out, so that a few runs, which will hardly ever cost their worst, do not lock out all others.
_AMPLE: Final = 4
_SHARE: Final = 8
# A hold that lapsed is given back on disk this much later, when nobody can be settling it any more.
_GRACE_SECONDS: Final = 60.0
_LAPSED_AT_ONCE: Final = 500

_LAPSED = (
    "SELECT h.account_id, h.key_id, h.run_id, h.amount_usd, h.model_id, h.price_version FROM ledger_open_holds o "
    "JOIN ledger_holds h ON h.entry_id = o.run_id || ':hold' WHERE o.lapses_at <= ? LIMIT ?"
)


class _Refusal(Struct, frozen=True):
    """The budget that has no room left."""

    room: BudgetRoom


class HoldDesk:
    """`core.money.Holds`."""

    def __init__(self, database: SqliteDatabase, clock: Clock, budgets: BudgetBook | None = None) -> None:
        self._database = database
        self._clock = clock
        self._budgets = budgets or BudgetBook(database)
        self._tally = Tally(database)

    async def reserve(self, wanted: HoldWanted) -> Hold:
        """Returns once the hold is on disk and counts against every budget of its key and account.

        Raises: OutOfCredit over budget, BudgetSpent where the run's own cap is too low, LedgerUnavailable."""
        _refuse_low_cap(wanted)
        try:
            if self._budgets.may_bind(wanted.caller, self._clock.unix()):
                return await self._reserve_within_budgets(wanted)
            return await self._reserve_freely(wanted)
        except InternalError as error:
            log.exception("no hold could be recorded for run %s", wanted.run_id)
            raise LedgerUnavailable("The ledger cannot be written now, so nothing was run or charged.") from error

    def release(self, batch: Batch, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        """Gives it back in the transaction that charges the run."""
        now = self._clock.unix()
        row = _columns(wanted, "release", hold.amount_usd.copy_negate(), now, 0.0, outcome)
        if now < hold.lapses_at:
            SqliteBatch.of(batch).add(INSERT_HOLD, row)
        else:  # it may have been given back meanwhile, and the charge must not fail for that
            SqliteBatch.of(batch).add(INSERT_HOLD_ONCE, (*row, row[0]))

    async def release_lapsed(self) -> int:
        """How many holds of processes that are gone were given back now."""
        await self._tally.catch_up()
        released = count = await self._database.write(self._release_some)
        while count == _LAPSED_AT_ONCE:
            await self._tally.catch_up()
            count = await self._database.write(self._release_some)
            released += count
        return released

    def _release_some(self, connection: sqlite3.Connection) -> int:
        count_up(connection)  # so that what another process gave back is not seen here
        now = self._clock.unix()
        rows = connection.execute(_LAPSED, (now - _GRACE_SECONDS, _LAPSED_AT_ONCE)).fetchall()
        for account_id, key_id, run_id, amount, model_id, price_version in rows:
            entry = Entry(
                f"{run_id}:release",
                account_id,
                key_id,
                run_id,
                "release",
                Decimal(amount).copy_negate(),
                now,
                model_id,
                "",
                price_version,
                Usage(),
                outcome="failed",
            )
            connection.execute(INSERT_HOLD_ONCE, (*hold_row(entry, 0.0), entry.entry_id))
        return len(rows)

    async def _reserve_freely(self, wanted: HoldWanted) -> Hold:
        hold = _hold(wanted, _capped(wanted), is_cap=wanted.cost_usd is not None)
        batch = self._database.batch()
        batch.add(INSERT_HOLD, _row(wanted, hold))
        try:
            await batch.commit()
        except asyncio.CancelledError:
            # Its writes were handed over, so they are on disk before any that follow.
            await asyncio.shield(self._take_back(wanted, hold))
            raise
        return hold

    async def _take_back(self, wanted: HoldWanted, hold: Hold) -> None:
        with contextlib.suppress(InternalError):  # then it lapses
            batch = self._database.batch()
            self.release(batch, wanted, hold, "cancelled")
            await batch.commit()

    async def _reserve_within_budgets(self, wanted: HoldWanted) -> Hold:
        placing = asyncio.ensure_future(self._find_room(wanted))
        try:
            return await asyncio.shield(placing)
        except asyncio.CancelledError:
            with contextlib.suppress(CryptodeskError):
                await self._take_back(wanted, await placing)
            raise

    async def _find_room(self, wanted: HoldWanted) -> Hold:
        if wanted.worst_usd.is_nan():
            raise BudgetSpent("The price of this model is not known, so no budget can bound it.")
        found: Hold | _Refusal | None = None
        while found is None:
            found = await self._database.write(lambda connection: self._place(connection, wanted))
        if isinstance(found, _Refusal):
            raise OutOfCredit(_no_room(wanted.needs().least_usd, found.room))
        return found

    def _place(self, connection: sqlite3.Connection, wanted: HoldWanted) -> Hold | _Refusal | None:
        """None while there is more to count. Refusals are returned, because raising would undo what others wrote in the
        same transaction."""
        if not count_up(connection):
            return None
        budgets = budgets_of(connection, wanted.caller)
        left = rooms(connection, budgets, wanted.caller.account_id, wanted.created_at, self._clock.unix())
        amount, needs = _capped(wanted), wanted.needs()
        for room in left:
            amount = min(amount, _share(room.left_usd, wanted.worst_usd, needs.modest_usd))
            if room.left_usd < needs.least_usd:
                return _Refusal(room)
        hold = _hold(wanted, amount, is_cap=bool(left) or wanted.cost_usd is not None)
        connection.execute(INSERT_HOLD, _row(wanted, hold))
        return hold


def _refuse_low_cap(wanted: HoldWanted) -> None:
    if wanted.cost_usd is None:
        return
    if wanted.worst_usd.is_nan():
        raise BudgetSpent("The price of this model is not known, so no cost limit can bound it.")
    least_usd = wanted.needs().least_usd
    if wanted.cost_usd < least_usd:
        raise BudgetSpent(
            f"The cost limit of {decimal_text(wanted.cost_usd)} USD does not cover this request: reading it and a few "
            f"words of answer may cost {decimal_text(least_usd)} USD."
        )


def _capped(wanted: HoldWanted) -> Decimal:
    return wanted.worst_usd if wanted.cost_usd is None else min(wanted.worst_usd, wanted.cost_usd)


def _share(left_usd: Decimal, worst_usd: Decimal, modest_usd: Decimal) -> Decimal:
    """How much of a budget one run may set aside."""
    if left_usd >= worst_usd * _AMPLE:
        return worst_usd
    return min(left_usd, max(divide_down(left_usd, _SHARE), modest_usd))


def _hold(wanted: HoldWanted, amount: Decimal, *, is_cap: bool) -> Hold:
    return Hold(wanted.run_id, amount, wanted.lapses_at, is_cap)


def _row(wanted: HoldWanted, hold: Hold) -> tuple[object, ...]:
    return _columns(wanted, "hold", hold.amount_usd, wanted.created_at, hold.lapses_at, "finished")


def _columns(
    wanted: HoldWanted, kind: str, amount: Decimal, moment: float, lapses_at: float, outcome: Outcome
) -> tuple[object, ...]:
    """As `rows.hold_row` of an entry, which every run would make twice for this alone."""
    run_id, caller, price_version = wanted.run_id, wanted.caller, wanted.price_version
    entry_id = f"{run_id}:{kind}"
    text = amount_text(entry_id, amount, price_version)
    opening = (entry_id, caller.account_id, caller.key_id, run_id, kind, text, moment, wanted.model_id)
    return (*opening, price_version, lapses_at, outcome)


def _no_room(least_usd: Decimal, room: BudgetRoom) -> str:
    state = room.state
    budget = state.budget
    if budget.period == "credit":
        return (
            f"Out of credit: of the {decimal_text(budget.limit_usd)} USD credited to the account, "
            f"{decimal_text(state.spent_usd)} USD are spent and {decimal_text(state.held_usd)} USD held by runs under "
            f"way; this request may cost {decimal_text(least_usd)} USD or more."
        )
    period = {"day": "today's", "month": "this month's", "total": "the"}[budget.period]
    return (
        f"Over budget: of {period} {decimal_text(budget.limit_usd)} USD of the {budget.scope}, "
        f"{decimal_text(state.spent_usd)} USD are spent and {decimal_text(state.held_usd)} USD held by runs under way; "
        f"this request may cost {decimal_text(least_usd)} USD or more."
    )
