"""What the SQLite ledger keeps to beside the contract of every ledger (tests/contracts/test_ledger.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.store import SqliteLedger
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

ENTRY = Entry("r1:charge", "acme", "key1", "r1", "charge", Decimal("0.1"), 5.0, "m", "s", "v1", Usage(1, 2, 3, 4))


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A file with one entry, left by a server that has stopped."""
    with SqliteDatabase(tmp_path / "desk.db") as database:
        apply_migrations(database.path, COMPONENT, MIGRATIONS)
        batch = database.batch()
        SqliteLedger(database).record(batch, [ENTRY])
        await batch.commit()
    return tmp_path / "desk.db"


@pytest.fixture
def outsider(path: Path) -> Iterator[sqlite3.Connection]:
    """Any program that opens the file, without our pragmas."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE ledger_entries SET amount_usd = '0'", "never changed"),
        ("UPDATE ledger_entries SET account_id = 'other' WHERE entry_id = 'r1:charge'", "never changed"),
        ("DELETE FROM ledger_entries", "never deleted"),
        ("INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries", "there already"),
        (
            "INSERT OR REPLACE INTO ledger_entries SELECT position, entry_id || '2', account_id, key_id, run_id, kind, "
            "'0', created_at, model_id, served_by, price_version, 0, 0, 0, 0, 0, outcome, 0, 0, NULL, NULL "
            "FROM ledger_entries",
            "there already",
        ),
    ],
)
def test_an_entry_cannot_be_changed_by_any_statement(outsider: sqlite3.Connection, statement: str, reason: str) -> None:
    before = outsider.execute("SELECT * FROM ledger_entries").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match=f"the ledger is append-only: .*{reason}"):
        outsider.execute(statement)
    assert outsider.execute("SELECT * FROM ledger_entries").fetchall() == before


def test_an_amount_is_kept_as_text_because_a_float_would_round_it(outsider: sqlite3.Connection) -> None:
    assert outsider.execute("SELECT amount_usd, typeof(amount_usd) FROM ledger_entries").fetchall() == [("0.1", "text")]


@pytest.mark.parametrize(("column", "value"), [("kind", "gift"), ("outcome", "unknown"), ("usage_is_estimated", 7)])
def test_a_value_that_no_entry_can_have_is_refused(outsider: sqlite3.Connection, column: str, value: object) -> None:
    names = [row[1] for row in outsider.execute("PRAGMA table_info(ledger_entries)") if row[1] != "position"]
    row = dict(zip(names, outsider.execute(f"SELECT {', '.join(names)} FROM ledger_entries").fetchone(), strict=True))
    row |= {"entry_id": "r2:charge", column: value}
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        outsider.execute(
            f"INSERT INTO ledger_entries ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )


def test_each_lookup_uses_an_index(outsider: sqlite3.Connection) -> None:
    for where, index in (
        ("account_id = 'x'", "ledger_entries_by_account (account_id=?)"),
        ("account_id = 'x' AND key_id = 'y'", "ledger_entries_by_account (account_id=? AND key_id=?)"),
        (
            "run_id = 'x' AND entry_id > 'x:' AND entry_id < 'x;'",
            "sqlite_autoindex_ledger_entries_1 (entry_id>? AND entry_id<?)",
        ),
    ):
        plan = outsider.execute(f"EXPLAIN QUERY PLAN SELECT * FROM ledger_entries WHERE {where}").fetchall()
        assert [row[3] for row in plan] == [f"SEARCH ledger_entries USING INDEX {index}"]
