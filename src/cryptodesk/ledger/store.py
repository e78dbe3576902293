"""The ledger in SQLite: entries are appended and read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact
from typing import Any

from cryptodesk.core.ports import Batch, Entry
from cryptodesk.core.usage import Usage
from cryptodesk.storage.sqlite import SqliteBatch, SqliteDatabase

__all__ = ["SqliteLedger"]

_COLUMNS = (
    "entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, served_by, price_version, "
    "input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, usage_is_estimated, outcome"
)
_INSERT = f"INSERT INTO ledger_entries ({_COLUMNS}) VALUES ({', '.join('?' * 16)})"  # noqa: S608 - constants
# Raises rather than rounds.
_EXACT = Context(prec=200, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact])


class SqliteLedger:
    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def record(self, batch: Batch, entries: Sequence[Entry]) -> None:
        """The entries are in the ledger once the batch is committed. An entry of an id that is there already fails
        the whole batch, so nothing is charged twice.

        Raises: ValueError for an amount that is no finite number, or an entry id that is not its run's."""
        rows = SqliteBatch.of(batch)
        for entry in entries:
            rows.add(_INSERT, _to_row(entry))

    def entries(
        self, *, account_id: str | None = None, key_id: str | None = None, run_id: str | None = None
    ) -> tuple[Entry, ...]:
        """The entries that match all that is given, in the order they were recorded; all entries if nothing is."""
        wanted = {"run_id": run_id, "key_id": key_id, "account_id": account_id}
        given = {f"{column} = ?": value for column, value in wanted.items() if value is not None}
        if run_id is not None:
            # The index on entry ids serves for runs too; ";" is the character behind ":".
            given |= {"entry_id > ?": f"{run_id}:", "entry_id < ?": f"{run_id};"}
        where = " AND ".join(given) or "TRUE"
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM ledger_entries WHERE {where} ORDER BY position",  # noqa: S608 - the columns are ours
            tuple(given.values()),
        )
        return tuple(_to_entry(row) for row in rows)

    def balance_usd(self, account_id: str) -> Decimal:
        """The exact sum of the account's amounts: above zero it used more than it was credited, below it has credit
        left; 0 for an unknown account. Takes time in proportion to its entries."""
        total = Decimal(0)
        # Grouping leaves few sums to do exactly: most runs of an account cost one of a few amounts, often 0.
        for amount, count in self._database.read(
            "SELECT amount_usd, count(*) FROM ledger_entries WHERE account_id = ? GROUP BY amount_usd", (account_id,)
        ):
            total = _EXACT.add(total, _EXACT.multiply(Decimal(amount), Decimal(count)))
        return total


def _to_row(entry: Entry) -> tuple[Any, ...]:
    if not entry.amount_usd.is_finite():
        raise ValueError(f"entry {entry.entry_id!r} has the amount {entry.amount_usd!r}, which is no sum of money")
    if not entry.entry_id.startswith(f"{entry.run_id}:"):
        raise ValueError(f"entry {entry.entry_id!r} must begin with its run's id {entry.run_id!r} and a colon")
    return (
        entry.entry_id,
        entry.account_id,
        entry.key_id,
        entry.run_id,
        entry.kind,
        format(entry.amount_usd, "f"),
        entry.created_at,
        entry.model_id,
        entry.served_by,
        entry.price_version,
        entry.usage.input_tokens,
        entry.usage.output_tokens,
        entry.usage.cache_read_tokens,
        entry.usage.reasoning_tokens,
        int(entry.usage_is_estimated),
        entry.outcome,
    )


def _to_entry(row: Any) -> Entry:
    entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, served_by, price_version = row[:10]
    return Entry(
        entry_id,
        account_id,
        key_id,
        run_id,
        kind,
        Decimal(amount_usd),
        created_at,
        model_id,
        served_by,
        price_version,
        Usage(*row[10:14]),
        usage_is_estimated=bool(row[14]),
        outcome=row[15],
    )
