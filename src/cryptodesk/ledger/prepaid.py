"""Prepaid accounts: what is spent and held never passes what was credited.

Credit is a kind of entry, so the ledger alone says what an account has left: all that was credited, less all that was
charged and not refunded, ever. That the account is prepaid is a mark beside it, under which its credit binds its runs
as a budget does."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.core.ids import new_id
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.amounts import subtract
from cryptodesk.ledger.rows import INSERT_ENTRY, INSERT_NOTED_ENTRY, to_row
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Connection, Database

__all__ = ["MOST_NOTE_CHARACTERS", "PrepaidAccounts"]

MOST_NOTE_CHARACTERS = 500
_MOST_REFERENCE_CHARACTERS = 100

_MARK = "INSERT INTO prepaid_accounts VALUES (?, ?) ON CONFLICT DO NOTHING"
_UNMARK = "DELETE FROM prepaid_accounts WHERE account_id = ?"
_IS_MARKED = "SELECT 1 FROM prepaid_accounts WHERE account_id = ?"


class PrepaidAccounts:
    """For commands: everything blocks until it is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledger = DatabaseLedger(database)

    def credit(self, account_id: str, amount_usd: Decimal, now: float, *, note: str = "", reference: str = "") -> Entry:
        """Appends a credit; an amount below zero takes back one that was given by mistake. Of one `reference`, such as
        an invoice's number, an account is credited once.

        Raises: InvalidRequest for a reference that was credited before; ValueError for an amount or a text that is
        none."""
        if not account_id or not amount_usd.is_finite() or not amount_usd:
            raise ValueError("a credit needs an account and an amount that is not 0")
        if len(note) > MOST_NOTE_CHARACTERS or len(reference) > _MOST_REFERENCE_CHARACTERS:
            raise ValueError("the note or the reference is too long")
        entry = _entry(account_id, amount_usd, now, note, f"{account_id}:{reference}" if reference else new_id())
        if not self._database.write_blocking(lambda connection: _append(connection, entry)):
            raise InvalidRequest(f"The account {account_id!r} was credited for {reference!r} before.")
        return entry

    def balance_usd(self, account_id: str) -> Decimal:
        """What is left, what is held not yet taken off; no number where a price was not known."""
        return subtract(Decimal(0), self._ledger.balance_usd(account_id))

    def mark(self, account_id: str, now: float) -> None:
        """Runs that begin `budgets.KNOWN_SECONDS` later keep to the credit, in every process."""
        self._database.write_blocking(lambda connection: connection.execute(_MARK, (account_id, now)).rowcount)

    def unmark(self, account_id: str) -> bool:
        """Whether it was prepaid."""
        return bool(self._database.write_blocking(lambda found: found.execute(_UNMARK, (account_id,)).rowcount))

    def is_marked(self, account_id: str) -> bool:
        return bool(self._database.read(_IS_MARKED, (account_id,)))


def _append(connection: Connection, entry: Entry) -> bool:
    """Whether it was not there yet."""
    if connection.execute("SELECT 1 FROM ledger_entries WHERE entry_id = ?", (entry.entry_id,)).fetchone():
        return False
    if entry.note:
        connection.execute(INSERT_NOTED_ENTRY, (*to_row(entry), entry.note))
    else:
        connection.execute(INSERT_ENTRY, to_row(entry))
    return True


def _entry(account_id: str, amount_usd: Decimal, now: float, note: str, name: str) -> Entry:
    return Entry(
        entry_id=f":{name}:credit",
        account_id=account_id,
        key_id="",
        run_id="",
        kind="credit",
        # The plain minus would round to 28 digits.
        amount_usd=amount_usd.copy_negate(),
        created_at=now,
        model_id="",
        served_by="",
        price_version="",
        usage=Usage(),
        note=note,
    )
