"""The ledger beside others' books: a provider's bill, the stored turns, and its own rules."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal, TextIO

from msgspec import Struct

from cryptodesk.ledger.amounts import NOTHING, add, subtract
from cryptodesk.ledger.calendar import day_of
from cryptodesk.storage.database import Database

__all__ = ["Difference", "check_books", "compare_bill", "read_bill"]

_CHARGES = """
SELECT position, run_id, created_at, amount_usd, served_by FROM ledger_entries
WHERE position > ? AND kind = 'charge' ORDER BY position LIMIT ?
"""
_ROWS_AT_ONCE = 20_000
_BEFORE_ALL = -(1 << 63)
_UNCHARGED_TURNS = """
SELECT turn_id FROM turns t WHERE NOT EXISTS
  (SELECT 1 FROM ledger_entries e WHERE e.entry_id > t.turn_id || ':' AND e.entry_id < t.turn_id || ';')
ORDER BY t.created_at, t.turn_id
"""
_SURCHARGES = """
SELECT s.run_id, s.amount_usd, c.amount_usd FROM ledger_entries s LEFT JOIN ledger_entries c
  ON c.entry_id = substr(s.entry_id, 1, CASE WHEN length(s.entry_id) > 9 THEN length(s.entry_id) - 9 ELSE 0 END)
    || 'charge'
WHERE s.kind = 'surcharge' AND s.usage_is_estimated = 0 ORDER BY s.position
"""
_RELEASES = """
SELECT r.run_id, h.amount_usd, r.amount_usd FROM ledger_holds r LEFT JOIN ledger_holds h
  ON h.entry_id = r.run_id || ':hold' WHERE r.kind = 'release' ORDER BY r.position
"""

BillKey = Literal["run_id", "day"]


class Difference(Struct, frozen=True):
    """`ledger_usd` and `bill_usd` are None where the one or the other has no such line."""

    name: str
    ledger_usd: Decimal | None
    bill_usd: Decimal | None

    @property
    def by_usd(self) -> Decimal:
        """What the bill asks beyond the ledger."""
        return subtract(self.bill_usd or NOTHING, self.ledger_usd or NOTHING)


def read_bill(file: TextIO) -> tuple[BillKey, dict[str, Decimal]]:
    """What a CSV file with the columns `run_id` or `day`, and `amount`, adds up to for each.

    Raises: ValueError for another file, naming the line."""
    reader = csv.DictReader(file)
    names = reader.fieldnames or ()
    key: BillKey = "run_id" if "run_id" in names else "day"
    if key not in names or "amount" not in names:
        raise ValueError(
            f"a bill has the columns run_id or day, and amount; this file has {', '.join(names) or 'none'}"
        )
    sums: dict[str, Decimal] = {}
    for row in reader:
        name = (row[key] or "").strip().removeprefix("chatcmpl-")
        try:
            amount = Decimal((row["amount"] or "").strip())
        except ArithmeticError:
            raise ValueError(f"line {reader.line_num}: {row['amount']!r} is no amount") from None
        if not name or not amount.is_finite():
            raise ValueError(f"line {reader.line_num}: a line needs a {key} and an amount")
        sums[name] = add(sums.get(name, NOTHING), amount)
    return key, sums


def compare_bill(
    database: Database, key: BillKey, bill: dict[str, Decimal], served_by: str = "%"
) -> tuple[Difference, ...]:
    """Every line on which ledger and bill differ. Charges alone count: the surcharge is ours, not the provider's.

    `served_by` is a pattern of the upstream models that the provider's bill is about: % stands for anything, _ for one
    character, and small letters for capital ones."""
    ours: dict[str, Decimal] = {}
    for run_id, created_at, amount in _charges(database, _compile(served_by)):
        name = run_id if key == "run_id" else day_of(created_at).isoformat()
        ours[name] = add(ours.get(name, NOTHING), Decimal(amount))
    return tuple(
        Difference(name, ours.get(name), bill.get(name))
        for name in sorted({*ours, *bill})
        if ours.get(name) != bill.get(name) and (ours.get(name) or bill.get(name))
    )


def _charges(database: Database, is_meant: re.Pattern[str]) -> Iterator[tuple[str, float, str]]:
    position = _BEFORE_ALL
    while rows := database.read(_CHARGES, (position, _ROWS_AT_ONCE)):
        position = rows[-1][0]
        yield from (row[1:4] for row in rows if is_meant.fullmatch(row[4]))


def _compile(pattern: str) -> re.Pattern[str]:
    """As SQLite's LIKE; that of PostgreSQL tells capitals apart."""
    wild = {"%": ".*", "_": "."}
    return re.compile(
        "".join(wild.get(each) or re.escape(each) for each in pattern), re.IGNORECASE | re.ASCII | re.DOTALL
    )


def check_books(database: Database) -> tuple[str, ...]:
    """What of the books does not agree with itself; empty where all is well."""
    problems = [f"the stored answer {run_id} has no charge" for (run_id,) in database.read(_UNCHARGED_TURNS)]
    problems += _unequal(
        "surcharge",
        "a tenth of its charge",
        ((run, s, c and Decimal(c) / 10) for run, s, c in database.read(_SURCHARGES)),
    )
    problems += _unequal(
        "release", "what was held", ((run, r, h and Decimal(h).copy_negate()) for run, h, r in database.read(_RELEASES))
    )
    return tuple(problems)


def _unequal(kind: str, what: str, rows: Iterable[tuple[str, str, Any]]) -> list[str]:
    return [
        f"the {kind} of run {run_id} is {found} and not {what}"
        for run_id, found, expected in rows
        if expected is None or (Decimal(found) != expected and not Decimal(found).is_nan())
    ]
