"""Running totals of the ledger, counted forward from where the last count ended: what a key and an account spent in
each day, month and in all, what an account was credited, what is held, and use by day, key and model.

Nothing is written here when a run ends; whoever asks counts what has been added since. All of it is derived, so it can
be thrown away and counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cryptodesk.ledger.amounts import NOTHING, add, subtract, to_text
from cryptodesk.ledger.calendar import starts_on
from cryptodesk.storage.database import Connection, Database

__all__ = ["CREDITED", "Tally", "count_up"]

# The scope under which the totals have what an account was credited.
CREDITED = "credit"

# Other writes wait for a step: this many rows take about 10 ms.
_ROWS_AT_ONCE = 2_000
_DAY_SECONDS = 86_400

_ENTRIES = """
SELECT position, account_id, key_id, model_id, kind, amount_usd, created_at, entry_id, input_tokens, output_tokens,
  cache_read_tokens, reasoning_tokens, cache_write_tokens, cache_write_1h_tokens
FROM ledger_entries WHERE position > (SELECT entries_to FROM ledger_tally) ORDER BY position LIMIT ?
"""
_HOLDS = """
SELECT position, kind, run_id, account_id, key_id, amount_usd, created_at, lapses_at
FROM ledger_holds WHERE position > (SELECT holds_to FROM ledger_tally) ORDER BY position LIMIT ?
"""
_REACHED = (
    "UPDATE ledger_tally SET entries_to = coalesce(CAST(? AS INTEGER), entries_to), "
    "holds_to = coalesce(CAST(? AS INTEGER), holds_to)"
)
_TOTAL_KEY = "scope, scope_id, starts_on"
_SET_TOTAL = (
    f"INSERT INTO ledger_totals ({_TOTAL_KEY}, spent_usd) VALUES (?, ?, ?, ?) "  # noqa: S608 - constants
    f"ON CONFLICT ({_TOTAL_KEY}) DO UPDATE SET spent_usd = excluded.spent_usd"
)
_DAY_KEY = "account_id, day, key_id, model_id"
_DAY_SUMS = (
    "runs, input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, cache_write_tokens, "
    "cache_write_1h_tokens, charged_usd, refunded_usd"
)
_SET_DAY = (
    f"INSERT INTO ledger_days ({_DAY_KEY}, {_DAY_SUMS}) VALUES ({', '.join('?' * 13)}) "  # noqa: S608 - constants
    f"ON CONFLICT ({_DAY_KEY}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _DAY_SUMS.split(', '))}"
)
_CLOSE_HOLD = "DELETE FROM ledger_open_holds WHERE run_id = ?"
_OPEN_HOLD = """
INSERT INTO ledger_open_holds (run_id, account_id, key_id, amount_usd, created_at, lapses_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id) DO UPDATE SET account_id = excluded.account_id, key_id = excluded.key_id,
  amount_usd = excluded.amount_usd, created_at = excluded.created_at, lapses_at = excluded.lapses_at
"""
# Rows are looked up by so many keys at a time, in few sizes, so that the statements stay prepared.
_MOST_KEYS = 64

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
            self.counts[0] += row[7].endswith(":0:charge")
            for index, count in enumerate(row[8:], 1):
                self.counts[index] += count
        if amount.is_nan():
            return
        if kind in ("charge", "surcharge"):
            self.charged = add(self.charged, amount)
        elif kind == "refund":
            self.refunded = subtract(self.refunded, amount)


class Tally:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def catch_up(self) -> None:
        """Counts everything that is on disk now. In steps, between which other writes go on."""
        while not await self._database.write(count_up):
            pass

    def catch_up_blocking(self) -> None:
        """As `catch_up`, for a command."""
        while not self._database.write_blocking(count_up):
            pass


def count_up(connection: Connection) -> bool:
    """One step, within the caller's transaction; whether nothing is left to count. Few statements, because each is a
    round trip where the database is a server, and all writers of all processes wait for it."""
    entries = connection.execute(_ENTRIES, (_ROWS_AT_ONCE,)).fetchall()
    holds = connection.execute(_HOLDS, (_ROWS_AT_ONCE,)).fetchall()
    if entries:
        _count_entries(connection, entries)
    if holds:
        _count_holds(connection, holds)
    if entries or holds:
        connection.execute(_REACHED, (entries[-1][0] if entries else None, holds[-1][0] if holds else None))
    return len(entries) < _ROWS_AT_ONCE and len(holds) < _ROWS_AT_ONCE


def _count_entries(connection: Connection, rows: list[Any]) -> None:
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
    for (account_id, day, key_id, _), found in days.items():
        net = subtract(found.charged, found.refunded)
        if net:
            for scope, scope_id in (("account", account_id), ("key", key_id)):
                for period in (day, day[:7], ""):
                    spent[(scope, scope_id, period)] = add(spent[(scope, scope_id, period)], net)
    _add_days(connection, days)
    _add_totals(connection, spent)


def _add_totals(connection: Connection, spent: dict[tuple[str, str, str], Decimal]) -> None:
    rows = _find(connection, "ledger_totals", _TOTAL_KEY, "spent_usd", list(spent))
    known = {row[:3]: Decimal(row[3]) for row in rows}
    totals = [(*key, to_text(add(known.get(key, NOTHING), amount))) for key, amount in spent.items()]
    connection.executemany(_SET_TOTAL, totals)


def _add_days(connection: Connection, days: dict[_DayKey, _DaySum]) -> None:
    rows = _find(connection, "ledger_days", _DAY_KEY, _DAY_SUMS, list(days))
    known = {row[:4]: row[4:] for row in rows}
    connection.executemany(_SET_DAY, [_day_row(key, found, known.get(key)) for key, found in days.items()])


def _day_row(key: _DayKey, found: _DaySum, known: Any) -> tuple[Any, ...]:
    counts, charged, refunded = found.counts, found.charged, found.refunded
    if known is not None:
        counts = [before + more for before, more in zip(known[:7], counts, strict=True)]
        charged, refunded = add(Decimal(known[7]), charged), add(Decimal(known[8]), refunded)
    return (*key, *counts, to_text(charged), to_text(refunded))


def _find(
    connection: Connection, table: str, key: str, sums: str, keys: Sequence[tuple[str, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Keys and sums of the rows that are there, in any order, some perhaps twice."""
    for begin in range(0, len(keys), _MOST_KEYS):
        wanted = list(keys[begin : begin + _MOST_KEYS])
        size = 1 << (len(wanted) - 1).bit_length()
        wanted += wanted[-1:] * (size - len(wanted))
        yield from connection.execute(
            _lookup(table, key, sums, size), [value for each in wanted for value in each]
        ).fetchall()


@lru_cache(maxsize=32)
def _lookup(table: str, key: str, sums: str, size: int) -> str:
    names = key.split(", ")
    each = f"({', '.join('?' * len(names))})"
    is_wanted = " AND ".join(f"found.{name} = wanted.{name}" for name in names)
    columns = ", ".join(f"found.{name}" for name in (*names, *sums.split(", ")))
    # A plain join would let SQLite read the whole table once for all keys.
    return (
        f"WITH wanted ({key}) AS (VALUES {', '.join([each] * size)}) "  # noqa: S608 - constants
        f"SELECT {columns} FROM wanted CROSS JOIN {table} found WHERE {is_wanted}"
    )


def _count_holds(connection: Connection, rows: list[Any]) -> None:
    opened: dict[str, Any] = {}
    released: list[tuple[str]] = []
    for _, kind, run_id, *rest in rows:
        if kind == "hold":
            opened[run_id] = (run_id, *rest)
        elif opened.pop(run_id, None) is None:
            released.append((run_id,))
    if released:
        connection.executemany(_CLOSE_HOLD, released)
    if opened:
        connection.executemany(_OPEN_HOLD, list(opened.values()))


def _day_name(number: int) -> str:
    moment = datetime.fromtimestamp(number * _DAY_SECONDS, UTC)
    return starts_on("day", moment.date())
