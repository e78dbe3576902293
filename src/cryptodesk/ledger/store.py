"""The ledger: entries are appended and read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.core.ports import Batch, Entry
from cryptodesk.ledger.amounts import NOTHING, add, multiply
from cryptodesk.ledger.rows import (
    HOLD_COLUMNS,
    INSERT_ENTRY,
    INSERT_HOLD,
    INSERT_NOTED_ENTRY,
    READ_ENTRY_COLUMNS,
    hold_row,
    is_hold,
    to_entry,
    to_hold_entry,
    to_row,
)
from cryptodesk.storage.database import Database, Statement, StatementBatch

__all__ = ["DatabaseLedger"]

_ENTRIES = f"SELECT {READ_ENTRY_COLUMNS} FROM ledger_entries"  # noqa: S608 - the columns are ours
_ANSWERED = """
SELECT 1 FROM ledger_entries WHERE entry_id > ? AND entry_id < ? AND key_id = ? AND created_at > ?
  AND kind = 'charge' AND outcome = 'finished' LIMIT 1
"""
_HOLDS = f"SELECT {HOLD_COLUMNS} FROM ledger_holds"  # noqa: S608 - the columns are ours


class DatabaseLedger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, batch: Batch, entries: Sequence[Entry]) -> None:
        """The entries are in the ledger once the batch is committed. An entry of an id that is there already fails
        the whole batch, so nothing is charged twice.

        Raises: ValueError for an amount that is no finite number (save NaN at a price that is marked unknown), or an
        entry id that is not its run's."""
        rows = StatementBatch.of(batch)
        for entry in entries:
            if is_hold(entry):
                rows.add(INSERT_HOLD, hold_row(entry, 0.0))
            elif entry.note:
                rows.add(INSERT_NOTED_ENTRY, (*to_row(entry), entry.note))
            else:
                rows.add(INSERT_ENTRY, to_row(entry))

    def entries(
        self, *, account_id: str | None = None, key_id: str | None = None, run_id: str | None = None
    ) -> tuple[Entry, ...]:
        """As `load_entries`, on the calling thread: for commands."""
        return tuple(map(to_entry, self._database.read(*_select(_ENTRIES, account_id, key_id, run_id))))

    def holds(
        self, *, account_id: str | None = None, key_id: str | None = None, run_id: str | None = None
    ) -> tuple[Entry, ...]:
        """As `load_holds`, on the calling thread: for commands."""
        return tuple(map(to_hold_entry, self._database.read(*_select(_HOLDS, account_id, key_id, run_id))))

    async def load_entries(
        self, *, account_id: str | None = None, key_id: str | None = None, run_id: str | None = None
    ) -> tuple[Entry, ...]:
        """The charges, surcharges, credits and refunds that match all that is given, in the order they were recorded;
        all of them if nothing is."""
        return tuple(map(to_entry, await self._database.fetch(*_select(_ENTRIES, account_id, key_id, run_id))))

    async def load_holds(
        self, *, account_id: str | None = None, key_id: str | None = None, run_id: str | None = None
    ) -> tuple[Entry, ...]:
        """The holds and releases that match, in the order they were recorded."""
        return tuple(map(to_hold_entry, await self._database.fetch(*_select(_HOLDS, account_id, key_id, run_id))))

    async def was_answered(self, run_id: str, key_id: str, since: float) -> bool:
        """Whether a run of this key that began after `since`, in Unix seconds, came to its end: each that did was
        charged, be it nothing."""
        return bool(await self._database.fetch(_ANSWERED, (*_of_run(run_id), key_id, since)))

    def balance_usd(self, account_id: str) -> Decimal:
        """The exact sum of the account's amounts: above zero it used more than it was credited, below it has credit
        left; 0 for an unknown account; no number if an amount of it is not known. Takes time in proportion to the
        ledger's entries."""
        total = NOTHING
        # Grouping leaves few sums to do exactly: most runs of an account cost one of a few amounts, often 0.
        for amount, count in self._database.read(
            "SELECT amount_usd, count(*) FROM ledger_entries WHERE account_id = ? GROUP BY amount_usd", (account_id,)
        ):
            total = add(total, multiply(Decimal(amount), Decimal(count)))
        return total


def _select(select: str, account_id: str | None, key_id: str | None, run_id: str | None) -> Statement:
    wanted = {"run_id": run_id, "key_id": key_id, "account_id": account_id}
    given = {f"{column} = ?": value for column, value in wanted.items() if value is not None}
    if run_id is not None:
        first, last = _of_run(run_id)
        given |= {"entry_id > ?": first, "entry_id < ?": last}
    return f"{select} WHERE {' AND '.join(given) or 'TRUE'} ORDER BY position", tuple(given.values())


def _of_run(run_id: str) -> tuple[str, str]:
    """Between which entry ids those of a run lie: their index serves for runs too."""
    return f"{run_id}:", f"{run_id};"  # ";" is the character behind ":"
