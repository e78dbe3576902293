"""Rows that were sealed before entries had notes: whole after an upgrade, and what was done to them is found."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.seals import Sealer, load_sealed_texts, verify
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.ledger.support import (
    NOW,
    a_charge,
    open_ledger,
    record,
    record_before_notes,
    tamper,
    text_before_notes,
)

__all__ = ["database", "postgres_server"]

FULL = a_charge("r1", "0.10", usage=Usage(1, 2, 3, 4, 5, 6, Decimal("0.1")), usage_is_estimated=True)
OLD = (FULL, *(a_charge(f"r{number}", f"0.0{number}") for number in range(2, 7)))


async def upgraded(database: Database, *entries: Entry) -> str:
    """The head that was noted before the upgrade."""
    await record_before_notes(database, *(entries or OLD))
    ((head,),) = database.read("SELECT digest FROM ledger_seals", ())
    assert database.migrate(COMPONENT, MIGRATIONS)[0] == 8
    return bytes(head).hex()


async def add_newer(database: Database) -> None:
    await record(database, a_charge("n1", "1"), a_charge("n2", "3"), a_charge("n3", "2", kind="credit", note="for tea"))
    assert await Sealer(database, NOW.timestamp).seal() == 3


def test_the_text_of_that_time_is_as_it_was_written_then() -> None:
    assert text_before_notes(1, FULL) == (
        "1|72313A303A636861726765|61636D65|6B657931|7231|636861726765|302E3130|6D6F64656C|7631|66696E6973686564"
        "|757073747265616D|1795348800000000|1|2|3|4|5|6|302E31|1"
    )


async def test_they_are_whole_after_an_upgrade_and_under_the_head_that_was_noted(database: Database) -> None:
    noted = await upgraded(database)
    found = verify(database, "entries", noted)
    assert (found.sealed, found.unsealed, found.head, found.fault) == (6, 0, noted, None)


async def test_what_is_sealed_after_the_upgrade_goes_on_from_them(database: Database) -> None:
    noted = await upgraded(database)
    await add_newer(database)
    found = verify(database, "entries", noted)
    assert (found.sealed, found.unsealed, found.fault) == (9, 0, None)
    assert found.head != noted


@pytest.mark.parametrize("position", [1, 3, 6])
@pytest.mark.parametrize(
    "change",
    ["amount_usd = '0.5'", "account_id = 'other'", "created_at = created_at + 0.001", "cache_write_1h_tokens = 7",
     "reported_usd = '0'", "usage_is_estimated = 1 - usage_is_estimated", "outcome = 'failed'", "note = 'x'"],
)  # fmt: skip
async def test_a_changed_field_is_found_and_its_entry_named(database: Database, change: str, position: int) -> None:
    await upgraded(database)
    await add_newer(database)
    tamper(database, "entries", f"UPDATE ledger_entries SET {change} WHERE position = {position}")
    fault = verify(database, "entries").fault
    assert fault == f"the entry at position {position}, 'r{position}:0:charge', is not the one that was sealed"


@pytest.mark.parametrize("position", [1, 3, 6])
async def test_a_deleted_entry_is_found(database: Database, position: int) -> None:
    await upgraded(database)
    tamper(database, "entries", f"DELETE FROM ledger_entries WHERE position = {position}")
    assert verify(database, "entries").fault == f"the entry at position {position} is gone"


async def test_a_changed_seal_is_found(database: Database) -> None:
    await upgraded(database)
    tamper(database, "seals", ("UPDATE ledger_seals SET digest = ?", (bytes(32),)))
    assert verify(database, "entries").fault == "seal 1 itself was changed"


@pytest.mark.parametrize("change", ["note = NULL", "note = ''", "note = 'for two teas'"])
async def test_a_note_cannot_be_taken_away_by_the_form_that_had_none(database: Database, change: str) -> None:
    await upgraded(database)
    await add_newer(database)
    tamper(database, "entries", f"UPDATE ledger_entries SET {change} WHERE position = 9")
    assert "position 9, 'n3:0:charge'" in (verify(database, "entries").fault or "")


@pytest.mark.parametrize(
    ("entry", "change"),
    [
        (a_charge("n1", "1"), "usage_is_estimated = '0|'"),
        (a_charge("n1", "1", kind="credit", note="1"), "usage_is_estimated = '0|31', note = NULL"),
        (a_charge("n1", "1", kind="credit", note="1"), "usage_is_estimated = '0|3', note = '1'"),
    ],
)
async def test_a_field_that_holds_two_is_not_taken_for_the_other_form(
    tmp_path: Path, entry: Entry, change: str
) -> None:
    with open_ledger(tmp_path) as file:
        await record(file, entry)
        await Sealer(file, NOW.timestamp).seal()
        file.write_blocking(lambda connection: connection.execute("PRAGMA ignore_check_constraints = ON"))
        tamper(file, "entries", f"UPDATE ledger_entries SET {change} WHERE position = 1")
        assert "position 1, 'n1:0:charge'" in (verify(file, "entries").fault or "")


async def test_rows_of_today_are_sealed_with_the_field_of_a_note(database: Database) -> None:
    await upgraded(database)
    await add_newer(database)
    texts = [text for _, text in load_sealed_texts(database, "entries", 6, 3)]
    assert [text.rsplit("|", 1)[1] for text in texts] == ["", "", b"for tea".hex().upper()]
