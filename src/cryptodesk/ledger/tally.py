"""Running totals of the ledger, counted forward from where the last count ended: what a key and an account spent in
each day, month and in all, what an account was credited, what is held, and use by day, key and model.

Nothing is written here when a run ends; whoever asks counts what has been added since. All of it is derived, so it can
be thrown away and counted anew."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cryptodesk.ledger.amounts import NOTHING, add, subtract, to_text
from cryptodesk.ledger.calendar import starts_on
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["CREDITED", "Tally", "count_up"]

# The scope under which the totals have what an account was credited.
CREDITED = "credit"

# Other writes wait for a step: this many rows take about 10 ms.
_ROWS_AT_ONCE = 2_000
_DAY_SECONDS = 86_400

_ENTRIES = """
SELECT position, account_id, key_id, model_id, kind, amount_usd, created_at, entry_id LIKE '%:0:charge', input_tokens,
  output_tokens, cache_read_tokens, reasoning_tokens, cache_write_tokens, cache_write_1h_tokens
FROM ledger_entries WHERE position > ? ORDER BY position LIMIT ?
"""
_HOLDS = """
SELECT position, kind, run_id, account_id, key_id, amount_usd, created_at, lapses_at
FROM ledger_holds WHERE position > ? ORDER BY position LIMIT ?
"""
_TOTAL = "SELECT spent_usd FROM ledger_totals WHERE scope = ? AND scope_id = ? AND starts_on = ?"
_DAY = """
SELECT runs, input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, cache_write_tokens,
  cache_write_1h_tokens, charged_usd, refunded_usd
FROM ledger_days WHERE account_id = ? AND day = ? AND key_id = ? AND model_id = ?
"""

_DayKey = tuple[str, str, str, str]  # account, day, key, model


class _DaySum:
    """What entries add to one row of `ledger_days`."""

    __slots__ = ("charged", "counts", "refunded")

    def __init__(self) -> None:
        self.counts = [0] * 7
        self.charged = self.refunded = NOTHING

    def add(self, row: Any) -> None:
        kind, amount = row[4], Decimal(row[5])
        if kind == "charge":
            self.counts[0] += row[7]
            for index, count in enumerate(row[8:], 1):
                self.counts[index] += count
        if amount.is_nan():
            return
        if kind in ("charge", "surcharge"):
            self.charged = add(self.charged, amount)
        elif kind == "refund":
            self.refunded = subtract(self.refunded, amount)


class Tally:
    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def catch_up(self) -> None:
        """Counts everything that is on disk now. In steps, between which other writes go on."""
        while not await self._database.write(count_up):
            pass

    def catch_up_blocking(self) -> None:
        """As `catch_up`, for a command."""
        while not self._database.write_blocking(count_up):
            pass


def count_up(connection: sqlite3.Connection) -> bool:
    """One step, within the caller's transaction; whether nothing is left to count."""
    (entries_to, holds_to) = connection.execute("SELECT entries_to, holds_to FROM ledger_tally").fetchone()
    entries = connection.execute(_ENTRIES, (entries_to, _ROWS_AT_ONCE)).fetchall()
    holds = connection.execute(_HOLDS, (holds_to, _ROWS_AT_ONCE)).fetchall()
    if entries:
        _count_entries(connection, entries)
    if holds:
        _count_holds(connection, holds)
    if entries or holds:
        reached = (entries[-1][0] if entries else entries_to, holds[-1][0] if holds else holds_to)
        connection.execute("UPDATE ledger_tally SET entries_to = ?, holds_to = ?", reached)
    return len(entries) < _ROWS_AT_ONCE and len(holds) < _ROWS_AT_ONCE


def _count_entries(connection: sqlite3.Connection, rows: list[Any]) -> None:
    days: dict[_DayKey, _DaySum] = defaultdict(_DaySum)
    names: dict[int, str] = {}
    spent: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        if row[4] == "credit":  # is no use of anything; its amount is below zero
            credited = (CREDITED, row[1], "")
            spent[credited] = subtract(spent[credited], Decimal(row[5]))
            continue
        number = int(row[6] // _DAY_SECONDS)
        day = names.get(number) or names.setdefault(number, _day_name(number))
        days[(row[1], day, row[2], row[3])].add(row)
    for (account_id, day, key_id, model_id), found in days.items():
        _add_day(connection, (account_id, day, key_id, model_id), found)
        net = subtract(found.charged, found.refunded)
        if net:
            for scope, scope_id in (("account", account_id), ("key", key_id)):
                for period in (day, day[:7], ""):
                    spent[(scope, scope_id, period)] = add(spent[(scope, scope_id, period)], net)
    for key, amount in spent.items():
        known = connection.execute(_TOTAL, key).fetchone()
        total = amount if known is None else add(Decimal(known[0]), amount)
        connection.execute("INSERT OR REPLACE INTO ledger_totals VALUES (?, ?, ?, ?)", (*key, to_text(total)))


def _add_day(connection: sqlite3.Connection, key: _DayKey, found: _DaySum) -> None:
    known = connection.execute(_DAY, key).fetchone()
    counts, charged, refunded = found.counts, found.charged, found.refunded
    if known is not None:
        counts = [before + more for before, more in zip(known[:7], counts, strict=True)]
        charged, refunded = add(Decimal(known[7]), charged), add(Decimal(known[8]), refunded)
    row = (*key, *counts, to_text(charged), to_text(refunded))
    connection.execute(f"INSERT OR REPLACE INTO ledger_days VALUES ({', '.join('?' * 13)})", row)  # noqa: S608


def _count_holds(connection: sqlite3.Connection, rows: list[Any]) -> None:
    opened: dict[str, Any] = {}
    released: list[tuple[str]] = []
    for _, kind, run_id, *rest in rows:
        if kind == "hold":
            opened[run_id] = (run_id, *rest)
        elif opened.pop(run_id, None) is None:
            released.append((run_id,))
    connection.executemany("DELETE FROM ledger_open_holds WHERE run_id = ?", released)
    connection.executemany("INSERT OR REPLACE INTO ledger_open_holds VALUES (?, ?, ?, ?, ?, ?)", opened.values())


def _day_name(number: int) -> str:
    moment = datetime.fromtimestamp(number * _DAY_SECONDS, UTC)
    return starts_on("day", moment.date())
