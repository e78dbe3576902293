"""What the tables keep to by themselves, beside the contract of every ledger (tests/contracts/test_ledger.py)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from tests.ledger.support import a_charge, columns_of, open_ledger, record

ENTRY = Entry("r1:charge", "acme", "key1", "r1", "charge", Decimal("0.1"), 5.0, "m", "s", "v1", Usage(1, 2, 3, 4))
COPY = "INSERT INTO ledger_entries SELECT * FROM ledger_entries"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE ledger_entries SET amount_usd = '0'", "never changed"),
        ("UPDATE ledger_entries SET account_id = 'other' WHERE entry_id = 'r1:charge'", "never changed"),
        ("DELETE FROM ledger_entries", "never deleted"),
        (COPY, "there already"),
        (f"{COPY} WHERE TRUE ON CONFLICT DO NOTHING", "there already"),
        (f"{COPY} WHERE TRUE ON CONFLICT (entry_id) DO UPDATE SET amount_usd = '0'", "there already"),
    ],
)
async def test_an_entry_cannot_be_changed_by_any_statement(database: Database, statement: str, reason: str) -> None:
    await record(database, ENTRY)
    with pytest.raises(InternalError, match=f"the ledger is append-only: .*{reason}"):
        await database.execute(statement)
    assert DatabaseLedger(database).entries() == (ENTRY,)


async def test_an_entry_cannot_take_the_place_of_another(database: Database) -> None:
    await record(database, ENTRY)
    names = ", ".join(columns_of(database, "ledger_entries")[2:])
    copy = (
        f"INSERT INTO ledger_entries (position, entry_id, {names}) SELECT 1, 'r2:charge', {names} FROM ledger_entries"
    )
    for statement in (copy, f"{copy} WHERE TRUE ON CONFLICT (position) DO UPDATE SET amount_usd = '0'"):
        with pytest.raises(InternalError, match="refused a row that breaks a rule of its table"):
            await database.execute(statement)
    assert DatabaseLedger(database).entries() == (ENTRY,)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # SQLite has no such statement
@pytest.mark.parametrize("table", ["ledger_entries", "ledger_holds", "ledger_seals"])
async def test_a_table_cannot_be_emptied_at_once(database: Database, table: str) -> None:
    with pytest.raises(InternalError, match="never emptied"):
        await database.execute(f"TRUNCATE {table}")


@pytest.mark.parametrize(("column", "value"), [("kind", "gift"), ("outcome", "unknown"), ("usage_is_estimated", 7)])
async def test_a_value_that_no_entry_can_have_is_refused(database: Database, column: str, value: object) -> None:
    await record(database, ENTRY)
    names = columns_of(database, "ledger_entries")[1:]
    ((*found,),) = database.read(f"SELECT {', '.join(names)} FROM ledger_entries")
    row = dict(zip(names, found, strict=True)) | {"entry_id": "r2:charge", column: value}
    insert = f"INSERT INTO ledger_entries ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    with pytest.raises(InternalError, match="refused a row that breaks a rule of its table"):
        await database.execute(insert, [*row.values()])
    await database.execute(insert, [*(row | {column: found[names.index(column)]}).values()])


async def test_positions_have_no_gap_whatever_was_undone(database: Database) -> None:
    await record(database, ENTRY)
    for _ in range(3):
        with pytest.raises(InternalError):
            await record(database, a_charge("r2", "1"), a_charge("r3", "1"), ENTRY)
    spoilt = [record(database, a_charge(f"a{n}", "1"), *([ENTRY] if n % 3 == 0 else ())) for n in range(20)]
    undone = sum(isinstance(done, InternalError) for done in await asyncio.gather(*spoilt, return_exceptions=True))
    rows = await database.fetch("SELECT position FROM ledger_entries ORDER BY position")
    assert (undone, [position for (position,) in rows]) == (7, list(range(1, 15)))


async def test_a_position_that_is_given_is_kept_and_counted_on_from(database: Database) -> None:
    """As a copy of a ledger is made."""
    await record(database, ENTRY)
    names = ", ".join(columns_of(database, "ledger_entries")[2:])
    await database.execute(
        f"INSERT INTO ledger_entries (position, entry_id, {names}) SELECT 7, 'r7:charge', {names} FROM ledger_entries"
    )
    await record(database, a_charge("r8", "1"))
    rows = await database.fetch("SELECT position, entry_id FROM ledger_entries ORDER BY position")
    assert rows == [(1, "r1:charge"), (7, "r7:charge"), (8, "r8:0:charge")]


# -- a SQLite file alone -----------------------------------------------------------------------------------------------


OUTCOMES = ("finished", "cancelled", "failed")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A file with one entry, left by a server that has stopped."""
    with open_ledger(tmp_path) as database:
        await record(database, ENTRY)
    return tmp_path / "desk.db"


@pytest.fixture
def outsider(path: Path) -> Iterator[sqlite3.Connection]:
    """Any program that opens the file, without our pragmas."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries",
        "INSERT OR REPLACE INTO ledger_entries SELECT position, entry_id || '2', account_id, key_id, run_id, kind, "
        "'0', created_at, model_id, served_by, price_version, 0, 0, 0, 0, 0, outcome, 0, 0, NULL, NULL "
        "FROM ledger_entries",
    ],
)
def test_an_entry_cannot_be_replaced(outsider: sqlite3.Connection, statement: str) -> None:
    before = outsider.execute("SELECT * FROM ledger_entries").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match=r"the ledger is append-only: .*there already"):
        outsider.execute(statement)
    assert outsider.execute("SELECT * FROM ledger_entries").fetchall() == before


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("ledger_entries", {"kind": ("charge", "surcharge", "credit", "refund"), "outcome": OUTCOMES}),
        ("ledger_holds", {"kind": ("hold", "release"), "outcome": OUTCOMES}),
    ],
)
def test_a_row_has_one_of_the_kinds_and_outcomes_and_no_table_is_made_of_them(
    outsider: sqlite3.Connection, table: str, columns: dict[str, tuple[str, ...]]
) -> None:
    (sql,) = outsider.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    for column, values in columns.items():
        if len(values) > 2:
            assert f"CHECK ({' OR '.join(f'{column} = {value!r}' for value in values)})" in sql
        else:
            assert f"CHECK ({column} IN {values!r})" in sql
    steps = outsider.execute(f"EXPLAIN INSERT INTO {table} (entry_id) VALUES ('x')").fetchall()
    assert "OpenEphemeral" not in {step[1] for step in steps}


def test_an_amount_is_kept_as_text_because_a_float_would_round_it(outsider: sqlite3.Connection) -> None:
    assert outsider.execute("SELECT amount_usd, typeof(amount_usd) FROM ledger_entries").fetchall() == [("0.1", "text")]


@pytest.mark.parametrize("more", ["", "AND account_id = 'x'", "AND account_id = 'x' AND key_id = 'y'"])
def test_the_entries_of_a_run_are_found_by_their_ids_whoever_asks(outsider: sqlite3.Connection, more: str) -> None:
    where = f"run_id = 'x' AND entry_id > 'x:' AND entry_id < 'x;' {more}"
    plan = outsider.execute(f"EXPLAIN QUERY PLAN SELECT * FROM ledger_entries WHERE {where}").fetchall()
    by_id = "sqlite_autoindex_ledger_entries_1 (entry_id>? AND entry_id<?)"
    assert [row[3] for row in plan] == [f"SEARCH ledger_entries USING INDEX {by_id}"]


def test_the_entries_of_an_account_are_read_in_their_order(outsider: sqlite3.Connection) -> None:
    plan = outsider.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM ledger_entries WHERE account_id = 'x' ORDER BY position DESC LIMIT 20"
    ).fetchall()
    assert [row[3] for row in plan] == ["SCAN ledger_entries"]
