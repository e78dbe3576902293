"""The chain of hashes: whatever is done to the file behind the program's back, the first broken entry is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.seals import Sealer, verify
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.ledger.support import NOW, MovableClock, a_charge, open_ledger, record, settle, wants

TRIGGERS = ("changed", "deleted", "replaced")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with open_ledger(tmp_path) as database:
        yield database


def sealer(database: SqliteDatabase) -> Sealer:
    return Sealer(database, NOW.timestamp)


async def fill(database: SqliteDatabase, count: int = 10, begin: int = 1) -> None:
    await record(database, *(a_charge(f"r{number}", f"0.0{number}") for number in range(begin, begin + count)))


def tamper(database: SqliteDatabase, *statements: str, book: str = "entries") -> None:
    """As anyone can who may write the file."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as outsider:
        for name in TRIGGERS:
            outsider.execute(f"DROP TRIGGER IF EXISTS ledger_{book}_are_never_{name}")
        for statement in statements:
            assert outsider.execute(statement).rowcount != 0


async def test_an_untouched_ledger_is_whole_and_what_came_later_is_counted(database: SqliteDatabase) -> None:
    await fill(database)
    assert await sealer(database).seal() == 10
    await fill(database, 3, begin=11)
    found = verify(database, "entries")
    assert (found.sealed, found.unsealed, found.fault) == (10, 3, None)
    assert await sealer(database).seal() == 3
    assert await sealer(database).seal() == 0
    assert (verify(database, "entries").sealed, verify(database, "entries").unsealed) == (13, 0)


async def test_more_rows_than_one_seal_holds_are_chained(database: SqliteDatabase) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(1100)))
    assert await sealer(database).seal() == 1100
    assert verify(database, "entries").fault is None
    tamper(database, "UPDATE ledger_entries SET amount_usd = '0.5' WHERE position = 700")
    assert "position 700, 'r699:0:charge'" in (verify(database, "entries").fault or "")


@pytest.mark.parametrize(
    "change",
    [
        "amount_usd = '0.040'",
        "account_id = 'other'",
        "created_at = created_at + 0.001",
        "output_tokens = output_tokens - 1",
        "cache_write_tokens = 1",
        "reported_usd = '0'",
        "usage_is_estimated = 1",
        "price_version = 'v2'",
        "outcome = 'failed'",
        "entry_id = 'r4:1:charge'",
        "model_id = 'model' || char(0)",
    ],
)
async def test_a_changed_field_is_found_and_its_entry_named(database: SqliteDatabase, change: str) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(database, f"UPDATE ledger_entries SET {change} WHERE position = 4")
    fault = verify(database, "entries").fault or ""
    assert fault.startswith("the entry at position 4, 'r4:")
    assert fault.endswith("is not the one that was sealed")


@pytest.mark.parametrize("position", [1, 5, 10])
async def test_a_deleted_entry_is_found(database: SqliteDatabase, position: int) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(database, f"DELETE FROM ledger_entries WHERE position = {position}")
    assert verify(database, "entries").fault == f"the entry at position {position} is gone"


async def test_a_deletion_that_closes_the_gap_is_found(database: SqliteDatabase) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(
        database,
        "DELETE FROM ledger_entries WHERE position = 5",
        "UPDATE ledger_entries SET position = position - 1 WHERE position > 5",
    )
    assert "position 5, 'r6:0:charge'" in (verify(database, "entries").fault or "")


async def test_an_inserted_entry_is_found(database: SqliteDatabase) -> None:
    await fill(database)
    await sealer(database).seal()
    columns = [row[1] for row in database.read("PRAGMA table_info(ledger_entries)")][2:]
    copied = f"SELECT {{}}, 'forged:0:charge', {', '.join(columns)} FROM ledger_entries WHERE position = 1"
    tamper(
        database,
        "UPDATE ledger_entries SET position = -position WHERE position >= 6",
        "UPDATE ledger_entries SET position = 1 - position WHERE position < 0",
        f"INSERT INTO ledger_entries (position, entry_id, {', '.join(columns)}) {copied.format(6)}",
    )
    assert "position 6, 'forged:0:charge'" in (verify(database, "entries").fault or "")


async def test_an_entry_before_the_first_is_found(database: SqliteDatabase) -> None:
    await fill(database)
    await sealer(database).seal()
    columns = ", ".join(row[1] for row in database.read("PRAGMA table_info(ledger_entries)")[2:])
    tamper(database, f"INSERT INTO ledger_entries (position, entry_id, {columns}) SELECT 0, 'x:0:charge', {columns} "
                     "FROM ledger_entries WHERE position = 1")  # fmt: skip
    assert "position 0, 'x:0:charge', was put in" in (verify(database, "entries").fault or "")


async def test_two_entries_that_changed_places_are_found(database: SqliteDatabase) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(
        database,
        "UPDATE ledger_entries SET position = -1 WHERE position = 3",
        "UPDATE ledger_entries SET position = 3 WHERE position = 7",
        "UPDATE ledger_entries SET position = 7 WHERE position = -1",
    )
    assert "position 3, 'r7:0:charge'" in (verify(database, "entries").fault or "")


async def test_a_changed_or_missing_seal_is_found(database: SqliteDatabase) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(1100)))
    await sealer(database).seal()
    with closing(sqlite3.connect(database.path, isolation_level=None)) as outsider:
        for name in ("changed", "deleted"):
            outsider.execute(f"DROP TRIGGER ledger_seals_are_never_{name}")
        outsider.execute("UPDATE ledger_seals SET digest = zeroblob(32) WHERE number = 3")
        assert verify(database, "entries").fault == "seal 3 itself was changed"
        outsider.execute("DELETE FROM ledger_seals WHERE number = 2")
        assert verify(database, "entries").fault == "seal 2 is gone"


async def test_a_noted_hash_finds_that_the_end_was_cut_off_with_its_seals(database: SqliteDatabase) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(600)))
    await sealer(database).seal()
    noted = verify(database, "entries").head
    assert verify(database, "entries", noted).fault is None
    await fill(database, 2, begin=1000)
    await sealer(database).seal()
    assert verify(database, "entries", noted).fault is None
    with closing(sqlite3.connect(database.path, isolation_level=None)) as outsider:
        for statement in (
            "DROP TRIGGER ledger_seals_are_never_deleted",
            "DROP TRIGGER ledger_entries_are_never_deleted",
            "DELETE FROM ledger_seals WHERE number > 1",
            "DELETE FROM ledger_entries WHERE position > 512",
        ):
            outsider.execute(statement)
    assert verify(database, "entries").fault is None
    assert "that was noted" in (verify(database, "entries", noted).fault or "")


async def test_holds_are_sealed_as_entries_are(database: SqliteDatabase) -> None:
    desk = HoldDesk(database, MovableClock())
    wanted = wants("r1")
    await settle(database, desk, wanted, await desk.reserve(wanted))
    assert await sealer(database).seal() == 2
    assert verify(database, "holds").fault is None
    tamper(database, "UPDATE ledger_holds SET amount_usd = '0' WHERE kind = 'hold'", book="holds")
    assert "position 1, 'r1:hold'" in (verify(database, "holds").fault or "")


async def test_two_that_seal_at_once_make_one_chain(database: SqliteDatabase) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(700)))
    one, other = sealer(database), sealer(database)
    assert one._seal_some("entries") == 512
    assert other._seal_some("entries") == 188
    assert verify(database, "entries").fault is None


async def test_a_seal_cannot_be_changed_by_a_plain_statement(database: SqliteDatabase) -> None:
    await fill(database)
    await sealer(database).seal()
    with closing(sqlite3.connect(database.path)) as outsider:
        for statement in ("UPDATE ledger_seals SET sealed_at = 0", "DELETE FROM ledger_seals"):
            with pytest.raises(sqlite3.IntegrityError, match="a seal is never"):
                outsider.execute(statement)
