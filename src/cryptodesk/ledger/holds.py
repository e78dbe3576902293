"""Holds: money set aside before a run's first model call, so that no number of runs at once can pass a budget.

Where no budget binds, a hold is one row more in a transaction that other requests share. Where one does, counting,
checking and inserting are one transaction (placing.py), and a database has one of those at a time, whatever the number
of processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from decimal import Decimal
from typing import Final

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import BudgetSpent, CryptodeskError, InternalError, LedgerUnavailable, OutOfCredit
from cryptodesk.core.money import Hold, HoldWanted, Outcome
from cryptodesk.core.ports import Batch, Entry
from cryptodesk.core.usage import Usage, decimal_text
from cryptodesk.ledger.budgets import BudgetBook, BudgetRoom
from cryptodesk.ledger.placing import HoldLine, Refusal, capped, hold_columns, wanted_columns
from cryptodesk.ledger.rows import INSERT_HOLD, INSERT_HOLD_ONCE, hold_row
from cryptodesk.ledger.tally import Tally, count_up
from cryptodesk.storage.database import Connection, Database, StatementBatch

__all__ = ["HoldDesk"]

log = logging.getLogger("cryptodesk.ledger")

# A hold that lapsed is given back on disk this much later, when nobody can be settling it any more.
_GRACE_SECONDS: Final = 60.0
_LAPSED_AT_ONCE: Final = 500

_LAPSED = (
    "SELECT h.account_id, h.key_id, h.run_id, h.amount_usd, h.model_id, h.price_version FROM ledger_open_holds o "
    "JOIN ledger_holds h ON h.entry_id = o.run_id || ':hold' WHERE o.lapses_at <= ? LIMIT ?"
)


class HoldDesk:
    """`core.money.Holds`. `open` were taken by this process and not given back yet."""

    def __init__(self, database: Database, clock: Clock, budgets: BudgetBook | None = None) -> None:
        self.open = 0
        self._database = database
        self._clock = clock
        self._budgets = budgets or BudgetBook(database)
        self._tally = Tally(database)
        self._line = HoldLine(database, clock)

    async def reserve(self, wanted: HoldWanted) -> Hold:
        """Returns once the hold is on disk and counts against every budget of its key and account.

        Raises: OutOfCredit over budget, BudgetSpent where the run's own cap is too low, LedgerUnavailable."""
        _refuse_low_cap(wanted)
        caller, now = wanted.caller, self._clock.unix()
        try:
            if self._budgets.is_known_free(caller, now) or not await self._budgets.binds_now(caller, now):
                hold = await self._reserve_freely(wanted)
            else:
                hold = await self._reserve_within_budgets(wanted)
        except InternalError as error:
            log.exception("no hold could be recorded for run %s", wanted.run_id)
            raise LedgerUnavailable("The ledger cannot be written now, so nothing was run or charged.") from error
        self.open += 1
        return hold

    def release(self, batch: Batch, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        """Gives it back in the transaction that charges the run."""
        self.open -= 1
        self._release(batch, wanted, hold, outcome)

    def _release(self, batch: Batch, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        now = self._clock.unix()
        row = hold_columns(wanted, "release", hold.amount_usd.copy_negate(), now, 0.0, outcome)
        if now < hold.lapses_at:
            StatementBatch.of(batch).add(INSERT_HOLD, row)
        else:  # it may have been given back meanwhile, and the charge must not fail for that
            StatementBatch.of(batch).add(INSERT_HOLD_ONCE, (*row, row[0]))

    async def release_lapsed(self) -> int:
        """How many holds of processes that are gone were given back now."""
        await self._tally.catch_up()
        released = count = await self._database.write(self._release_some)
        while count == _LAPSED_AT_ONCE:
            await self._tally.catch_up()
            count = await self._database.write(self._release_some)
            released += count
        return released

    def _release_some(self, connection: Connection) -> int:
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
        hold = Hold(wanted.run_id, capped(wanted), wanted.lapses_at, wanted.cost_usd is not None)
        batch = self._database.batch()
        batch.add(INSERT_HOLD, wanted_columns(wanted, hold))
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
            self._release(batch, wanted, hold, "cancelled")
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
        found = await self._line.place(wanted)
        if isinstance(found, Refusal):
            raise OutOfCredit(_no_room(wanted.needs().least_usd, found.room))
        return found


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
