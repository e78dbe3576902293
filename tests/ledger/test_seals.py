"""The chain of hashes: whatever is done to the tables behind the program's back, the first broken entry is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.seals import BOOKS, Book, Sealer, load_sealed_texts, verify
from cryptodesk.storage.database import Database
from tests.ledger.support import (
    NOW,
    MovableClock,
    a_charge,
    columns_of,
    open_ledger,
    record,
    settle,
    tamper,
    wants,
)


def sealer(database: Database) -> Sealer:
    return Sealer(database, NOW.timestamp)


async def fill(database: Database, count: int = 10, begin: int = 1) -> None:
    await record(database, *(a_charge(f"r{number}", f"0.0{number}") for number in range(begin, begin + count)))


async def test_an_untouched_ledger_is_whole_and_what_came_later_is_counted(database: Database) -> None:
    await fill(database)
    assert await sealer(database).seal() == 10
    await fill(database, 3, begin=11)
    found = verify(database, "entries")
    assert (found.sealed, found.unsealed, found.fault) == (10, 3, None)
    assert await sealer(database).seal() == 3
    assert await sealer(database).seal() == 0
    assert (verify(database, "entries").sealed, verify(database, "entries").unsealed) == (13, 0)


async def test_more_rows_than_one_seal_holds_are_chained(database: Database) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(1100)))
    assert await sealer(database).seal() == 1100
    assert verify(database, "entries").fault is None
    tamper(database, "entries", "UPDATE ledger_entries SET amount_usd = '0.5' WHERE position = 700")
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
        "model_id = 'model '",
        "note = 'x'",
    ],
)
async def test_a_changed_field_is_found_and_its_entry_named(database: Database, change: str) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(database, "entries", f"UPDATE ledger_entries SET {change} WHERE position = 4")
    fault = verify(database, "entries").fault or ""
    assert fault.startswith("the entry at position 4, 'r4:")
    assert fault.endswith("is not the one that was sealed")


@pytest.mark.parametrize("position", [1, 5, 10])
async def test_a_deleted_entry_is_found(database: Database, position: int) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(database, "entries", f"DELETE FROM ledger_entries WHERE position = {position}")
    assert verify(database, "entries").fault == f"the entry at position {position} is gone"


async def test_a_deletion_that_closes_the_gap_is_found(database: Database) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(
        database,
        "entries",
        "DELETE FROM ledger_entries WHERE position = 5",
        "UPDATE ledger_entries SET position = position - 1 WHERE position > 5",
    )
    assert "position 5, 'r6:0:charge'" in (verify(database, "entries").fault or "")


async def test_an_inserted_entry_is_found(database: Database) -> None:
    await fill(database)
    await sealer(database).seal()
    columns = columns_of(database, "ledger_entries")[2:]
    copied = f"SELECT {{}}, 'forged:0:charge', {', '.join(columns)} FROM ledger_entries WHERE position = 1"
    tamper(
        database,
        "entries",
        "UPDATE ledger_entries SET position = -position WHERE position >= 6",
        "UPDATE ledger_entries SET position = 1 - position WHERE position < 0",
        f"INSERT INTO ledger_entries (position, entry_id, {', '.join(columns)}) {copied.format(6)}",
    )
    assert "position 6, 'forged:0:charge'" in (verify(database, "entries").fault or "")


async def test_an_entry_before_the_first_is_found(database: Database) -> None:
    await fill(database)
    await sealer(database).seal()
    columns = ", ".join(columns_of(database, "ledger_entries")[2:])
    copied = f"SELECT 0, 'x:0:charge', {columns} FROM ledger_entries WHERE position = 1"
    tamper(database, "entries", f"INSERT INTO ledger_entries (position, entry_id, {columns}) {copied}")
    assert "position 0, 'x:0:charge', was put in" in (verify(database, "entries").fault or "")


async def test_two_entries_that_changed_places_are_found(database: Database) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(
        database,
        "entries",
        "UPDATE ledger_entries SET position = -1 WHERE position = 3",
        "UPDATE ledger_entries SET position = 3 WHERE position = 7",
        "UPDATE ledger_entries SET position = 7 WHERE position = -1",
    )
    assert "position 3, 'r7:0:charge'" in (verify(database, "entries").fault or "")


async def test_a_changed_or_missing_seal_is_found(database: Database) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(1100)))
    await sealer(database).seal()
    tamper(database, "seals", ("UPDATE ledger_seals SET digest = ? WHERE number = 3", (bytes(32),)))
    assert verify(database, "entries").fault == "seal 3 itself was changed"
    tamper(database, "seals", "DELETE FROM ledger_seals WHERE number = 2")
    assert verify(database, "entries").fault == "seal 2 is gone"


async def test_a_noted_hash_finds_that_the_end_was_cut_off_with_its_seals(database: Database) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(600)))
    await sealer(database).seal()
    noted = verify(database, "entries").head
    assert verify(database, "entries", noted).fault is None
    await fill(database, 2, begin=1000)
    await sealer(database).seal()
    assert verify(database, "entries", noted).fault is None
    tamper(database, "seals", "DELETE FROM ledger_seals WHERE number > 1")
    tamper(database, "entries", "DELETE FROM ledger_entries WHERE position > 512")
    assert verify(database, "entries").fault is None
    assert "that was noted" in (verify(database, "entries", noted).fault or "")


async def test_holds_are_sealed_as_entries_are(database: Database) -> None:
    desk = HoldDesk(database, MovableClock())
    wanted = wants("r1")
    await settle(database, desk, wanted, await desk.reserve(wanted))
    assert await sealer(database).seal() == 2
    assert verify(database, "holds").fault is None
    tamper(database, "holds", "UPDATE ledger_holds SET amount_usd = '0' WHERE kind = 'hold'")
    assert "position 1, 'r1:hold'" in (verify(database, "holds").fault or "")


async def test_two_that_seal_at_once_make_one_chain(database: Database) -> None:
    await record(database, *(a_charge(f"r{number}", "1") for number in range(700)))
    one, other = sealer(database), sealer(database)
    assert one._seal_some("entries") == 512
    assert other._seal_some("entries") == 188
    assert verify(database, "entries").fault is None


@pytest.mark.parametrize("statement", ["UPDATE ledger_seals SET sealed_at = 0", "DELETE FROM ledger_seals"])
async def test_a_seal_cannot_be_changed_by_a_plain_statement(database: Database, statement: str) -> None:
    await fill(database)
    await sealer(database).seal()
    with pytest.raises(InternalError, match="a seal is never"):
        await database.execute(statement)
    assert verify(database, "entries").fault is None


# What SQLite itself wrote for the entries below: with notes and without, with moments half-way between microseconds.
TEXTS = {
    "entries": (
        "1|72313A303A636861726765|61636D65|6B657931|7231|636861726765|302E3130|6D6F64656C|7631|66696E6973686564"
        "|757073747265616D|1790000000000001|1|2|3|4|5|6|302E31|0|",
        "2|72333A303A636861726765|61636D65||7233|636861726765|2D30|6D6F64656C|7631|6661696C6564"
        "|E282BF|4|100|10|0|0|0|0||0|",
        "3|727C323A303A636861726765|61636D65|6B657931|727C32|636861726765|302E303030303030303031|6DC3A97C5C|7631"
        "|66696E6973686564|757073747265616D|3|100|10|0|0|0|0||1|666F727C20746561",
    ),
    "holds": (
        "1|72343A686F6C64|61636D65|6B657931|7234|686F6C64|31|6D6F64656C|7631|66696E6973686564|5|1790000000123457",
    ),
}
HEADS = {
    "entries": "2d29825783ae3b442192f755bb7b2d4967ec6744e1a0ab4bc12b964e7f20eb1b",
    "holds": "b03a383efc90e64c625066aec029c45385d18ae4c0f5a6ddee8bd9f6a402ec06",
}


@pytest.mark.parametrize("book", BOOKS)
async def test_what_is_hashed_is_the_same_in_every_database(database: Database, book: Book) -> None:
    await record(
        database,
        a_charge("r1", "0.10", created_at=1_790_000_000.0000005, usage=Usage(1, 2, 3, 4, 5, 6, Decimal("0.1"))),
        a_charge("r|2", "1E-9", created_at=2.5e-6, model_id="m\u00e9|\\", usage_is_estimated=True, note="for| tea"),
        a_charge("r3", "-0", created_at=3.5e-6, outcome="failed", key_id="", served_by="\u20bf"),
    )
    await HoldDesk(database, MovableClock()).reserve(wants("r4", created_at=4.5e-6, lapses_at=1_790_000_000.1234565))
    await sealer(database).seal()
    assert tuple(text for _, text in load_sealed_texts(database, book, 0, 10)) == TEXTS[book]
    assert verify(database, book).head == HEADS[book]


@pytest.mark.parametrize(
    "change",
    ["model_id = 'model' || char(0)", "account_id = CAST(x'ff' AS TEXT)", "entry_id = CAST(x'7234ff' AS TEXT)",
     "created_at = 'never'", "created_at = 9e999"],
)  # fmt: skip
async def test_what_only_a_file_can_hold_is_found_too(tmp_path: Path, change: str) -> None:
    with open_ledger(tmp_path) as database:
        await fill(database)
        await sealer(database).seal()
        tamper(database, "entries", f"UPDATE ledger_entries SET {change} WHERE position = 4")
        assert (verify(database, "entries").fault or "").startswith("the entry at position 4, 'r4")
        assert verify(database, "entries").sealed == 10


async def test_a_moment_that_is_none_is_found(database: Database) -> None:
    await fill(database)
    await sealer(database).seal()
    tamper(database, "entries", ("UPDATE ledger_entries SET created_at = ? WHERE position = 4", (float("inf"),)))
    assert (verify(database, "entries").fault or "").startswith("the entry at position 4, 'r4")
