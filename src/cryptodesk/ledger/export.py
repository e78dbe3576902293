"""The ledger as a table for others: CSV or JSON, every amount with every digit."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from cryptodesk.storage.database import Database

__all__ = ["COLUMNS", "ExportFormat", "load_latest", "load_lines", "write_export"]

ExportFormat = Literal["csv", "json"]

COLUMNS = (
    "book",
    "position",
    "entry_id",
    "account_id",
    "key_id",
    "run_id",
    "kind",
    "amount_usd",
    "created_at",
    "model_id",
    "served_by",
    "price_version",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reported_usd",
    "usage_is_estimated",
    "outcome",
    "note",
)
_ENTRIES = f"SELECT 'entries', {', '.join(COLUMNS[1:])} FROM ledger_entries"  # noqa: S608 - constants
_HOLDS = (
    "SELECT 'holds', position, entry_id, account_id, key_id, run_id, kind, amount_usd, created_at, model_id, '', "
    "price_version, 0, 0, 0, 0, 0, 0, NULL, 0, outcome, NULL FROM ledger_holds"
)
_ROWS_AT_ONCE = 5_000


def load_lines(
    database: Database, *, account_id: str = "", key_id: str = "", run_id: str = ""
) -> Iterator[dict[str, Any]]:
    """Entries in the order they were recorded, then holds and releases in theirs; of what is given alone."""
    where, values = _where(account_id, key_id, run_id)
    for book in (_ENTRIES, _HOLDS):
        position = 0
        while rows := database.read(
            f"{book} WHERE position > ? AND {where} ORDER BY position LIMIT {_ROWS_AT_ONCE}", (position, *values)
        ):
            position = rows[-1][1]
            yield from map(_line, rows)


def load_latest(
    database: Database, count: int, *, account_id: str = "", key_id: str = "", run_id: str = ""
) -> list[dict[str, Any]]:
    """So many of each book, in the order of their moments."""
    where, values = _where(account_id, key_id, run_id)
    found = [
        _line(row)
        for book in (_ENTRIES, _HOLDS)
        for row in database.read(f"{book} WHERE {where} ORDER BY position DESC LIMIT ?", (*values, count))[::-1]
    ]
    return sorted(found, key=lambda line: str(line["created_at"]))


def _where(account_id: str, key_id: str, run_id: str) -> tuple[str, list[str]]:
    wanted = {"account_id": account_id, "key_id": key_id, "run_id": run_id}
    given = {column: value for column, value in wanted.items() if value}
    return " AND ".join(("TRUE", *(f"{column} = ?" for column in given))), list(given.values())


def _line(row: Any) -> dict[str, Any]:
    line = dict(zip(COLUMNS, row, strict=True))
    line["created_at"] = _moment(line["created_at"])
    line["usage_is_estimated"] = bool(line["usage_is_estimated"])
    return line


def write_export(lines: Iterator[dict[str, Any]], file: TextIO, form: ExportFormat) -> int:
    """How many lines were written."""
    count = 0
    if form == "csv":
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for count, line in enumerate(lines, 1):  # noqa: B007 - the count is what is returned
            writer.writerow({name: _safe(value) for name, value in line.items()})
        return count
    file.write("[")
    for count, line in enumerate(lines, 1):
        file.write(("" if count == 1 else ",") + "\n" + json.dumps(line))
    file.write("\n]\n")
    return count


def _safe(value: Any) -> Any:
    """A spreadsheet runs a cell that begins so as a formula; amounts below zero are no texts of others."""
    if isinstance(value, str) and value[:1] in ("=", "@", "+", "\t", "\r"):
        return "'" + value
    return value


def _moment(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
