"""Entries as rows of their two tables, and back: charges and what belongs to them, holds and releases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.amounts import to_text

__all__ = [
    "ENTRY_COLUMNS",
    "HOLD_COLUMNS",
    "INSERT_ENTRY",
    "INSERT_HOLD",
    "INSERT_HOLD_ONCE",
    "INSERT_NOTED_ENTRY",
    "READ_ENTRY_COLUMNS",
    "amount_text",
    "hold_row",
    "is_hold",
    "to_entry",
    "to_hold_entry",
    "to_row",
]

ENTRY_COLUMNS = (
    "entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, served_by, price_version, "
    "input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, cache_write_tokens, cache_write_1h_tokens, "
    "reported_usd, usage_is_estimated, outcome"
)
HOLD_COLUMNS = (
    "entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, price_version, lapses_at, outcome"
)
INSERT_ENTRY = f"INSERT INTO ledger_entries ({ENTRY_COLUMNS}) VALUES ({', '.join('?' * 19)})"  # noqa: S608 - constants
READ_ENTRY_COLUMNS = f"{ENTRY_COLUMNS}, note"
# Apart, so that a run's own rows do not carry a column that none of them has.
INSERT_NOTED_ENTRY = f"INSERT INTO ledger_entries ({READ_ENTRY_COLUMNS}) VALUES ({', '.join('?' * 20)})"  # noqa: S608
INSERT_HOLD = f"INSERT INTO ledger_holds ({HOLD_COLUMNS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608 - constants
# For a release that may be there already; the last parameter is the entry's id once more.
INSERT_HOLD_ONCE = (
    f"INSERT INTO ledger_holds ({HOLD_COLUMNS}) SELECT {', '.join('?' * 11)} "  # noqa: S608 - constants
    "WHERE NOT EXISTS (SELECT 1 FROM ledger_holds WHERE entry_id = ?)"
)


def is_hold(entry: Entry) -> bool:
    return entry.kind in ("hold", "release")


def to_row(entry: Entry) -> tuple[Any, ...]:
    """Raises: ValueError for an amount that is no sum of money, or an entry id that is not its run's."""
    usage = entry.usage
    return (
        *_opening(entry),
        entry.served_by,
        entry.price_version,
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.reasoning_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
        None if usage.reported_usd is None else to_text(usage.reported_usd),
        int(entry.usage_is_estimated),
        entry.outcome,
    )


def hold_row(entry: Entry, lapses_at: float) -> tuple[Any, ...]:
    """Raises: as `to_row`."""
    return (*_opening(entry), entry.price_version, lapses_at, entry.outcome)


def _opening(entry: Entry) -> tuple[Any, ...]:
    """The columns with which the rows of both books begin."""
    _check_id(entry)
    return (
        entry.entry_id,
        entry.account_id,
        entry.key_id,
        entry.run_id,
        entry.kind,
        amount_text(entry.entry_id, entry.amount_usd, entry.price_version),
        entry.created_at,
        entry.model_id,
    )


def to_entry(row: Any) -> Entry:
    entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, served_by, price_version = row[:10]
    reported = None if row[16] is None else Decimal(row[16])
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
        Usage(row[10], row[11], row[12], row[13], row[14], row[15], reported),
        usage_is_estimated=bool(row[17]),
        outcome=row[18],
        note=row[19] or "",
    )


def to_hold_entry(row: Any) -> Entry:
    entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, price_version = row[:9]
    return Entry(
        entry_id,
        account_id,
        key_id,
        run_id,
        kind,
        Decimal(amount_usd),
        created_at,
        model_id,
        "",
        price_version,
        Usage(),
        outcome=row[10],
    )


def amount_text(entry_id: str, amount: Decimal, price_version: str) -> str:
    """Raises: ValueError for an amount that is no finite number, save NaN at a price that is marked unknown."""
    if not (amount.is_finite() or (amount.is_qnan() and price_version.startswith("unknown: "))):
        raise ValueError(f"entry {entry_id!r} has the amount {amount!r}, which is no sum of money")
    return to_text(amount)


def _check_id(entry: Entry) -> None:
    if not entry.entry_id.startswith(f"{entry.run_id}:"):
        raise ValueError(f"entry {entry.entry_id!r} must begin with its run's id {entry.run_id!r} and a colon")
