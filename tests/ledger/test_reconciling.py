"""The ledger beside a provider's bill, the stored answers and its own rules; and as a table for others."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from cryptodesk.core.ports import StoredTurn
from cryptodesk.ledger.export import load_latest, load_lines, write_export
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.reconciling import Difference, check_books, compare_bill, read_bill
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.database import Database
from tests.ledger.support import NOW, MovableClock, a_charge, record, settle, wants


async def fill(database: Database) -> None:
    await record(
        database,
        a_charge("r1", "0.10"),
        a_charge("r1", "0.01", entry_id="r1:0:surcharge", kind="surcharge"),
        a_charge("r2", "0.2", served_by="other-model"),
        a_charge("r3", "0"),
        a_charge("r4", "0.000000000000000000004", created_at=NOW.timestamp() - 86_400),
    )


async def test_a_bill_by_run_is_compared_to_the_last_digit(database: Database) -> None:
    await fill(database)
    key, bill = read_bill(io.StringIO("amount,run_id\n0.1,chatcmpl-r1\n0.1,r2\n0.1,r2\n7,r9\n"))
    assert compare_bill(database, key, bill) == (
        Difference("r4", Decimal("0.000000000000000000004"), None),
        Difference("r9", None, Decimal(7)),
    )
    (only,) = compare_bill(database, key, {"r1": Decimal("0.11")}, "upstream%")[:1]
    assert (only.name, only.by_usd) == ("r1", Decimal("0.01"))


async def test_a_bill_by_day_is_compared_with_the_days_sums(database: Database) -> None:
    await fill(database)
    key, bill = read_bill(io.StringIO("day,amount\n2026-11-22,0.25\n"))
    found = compare_bill(database, key, bill)
    assert [(line.name, line.ledger_usd, line.by_usd) for line in found] == [
        ("2026-11-21", Decimal("0.000000000000000000004"), Decimal("-0.000000000000000000004")),
        ("2026-11-22", Decimal("0.30"), Decimal("-0.05")),
    ]


@pytest.mark.parametrize(
    ("pattern", "runs"),
    [("gpt%", ["r1", "r2", "r5"]), ("GPT_5", ["r1", "r2"]), ("gpt.5", []), ("%", ["r1", "r2", "r3", "r4", "r5"]),
     ("b\\%", ["r3"]), ("Ä", []), ("ä", ["r4"]), ("%5\n%", ["r5"])],
)  # fmt: skip
async def test_a_bill_may_be_about_some_models_alone(database: Database, pattern: str, runs: list[str]) -> None:
    names = ("gpt-5", "GPT-5", "b\\c", "ä", "gpt-5\nx")
    await record(database, *(a_charge(f"r{n}", "1", served_by=name) for n, name in enumerate(names, 1)))
    assert [line.name for line in compare_bill(database, "run_id", {}, pattern)] == runs


async def test_a_surcharge_of_any_name_is_looked_at(database: Database) -> None:
    database.migrate("state", STATE_MIGRATIONS)
    await record(database, a_charge("r1", "0.5", entry_id="r1:x", kind="surcharge"))
    assert check_books(database) == ("the surcharge of run r1 is 0.5 and not a tenth of its charge",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "this file has none"), ("a,b\n1,2\n", "has a, b"), ("day,amount\n2026-01-01,much\n", "line 2: 'much'"),
     ("run_id,amount\n,1\n", "line 2"), ("run_id,amount\nr1,NaN\n", "line 2")],
)  # fmt: skip
def test_a_file_that_is_no_bill_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_bill(io.StringIO(text))


async def test_books_that_do_not_agree_with_themselves_are_told(database: Database) -> None:
    database.migrate("state", STATE_MIGRATIONS)
    desk = HoldDesk(database, MovableClock())
    wanted = wants("r7", "0.5")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("r7", "0.1"))
    await fill(database)
    assert check_books(database) == ()
    await record(database, a_charge("r5", "0.5", entry_id="r5:0:surcharge", kind="surcharge"), a_charge("r5", "0.5"))
    await record(database, a_charge("r8", "-0.4", entry_id="r8:release", kind="release"))
    batch = database.batch()
    for turn_id, moment in (("r6", NOW.timestamp()), ("r9", NOW.timestamp() - 1)):
        DatabaseTurnStore(database).save(batch, StoredTurn(turn_id, "key1", "completed", moment, ()))
    await batch.commit()
    assert check_books(database) == (
        "the stored answer r9 has no charge",
        "the stored answer r6 has no charge",
        "the surcharge of run r5 is 0.5 and not a tenth of its charge",
        "the release of run r8 is -0.4 and not what was held",
    )


async def test_an_export_has_every_line_and_every_digit(database: Database) -> None:
    await fill(database)
    await HoldDesk(database, MovableClock()).reserve(wants("r7", "0.5"))
    file = io.StringIO()
    assert write_export(load_lines(database), file, "csv") == 6
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [(row["book"], row["position"], row["run_id"]) for row in rows[-2:]] == [
        ("entries", "5", "r4"),
        ("holds", "1", "r7"),
    ]
    assert (rows[0]["amount_usd"], rows[4]["amount_usd"]) == ("0.10", "0.000000000000000000004")
    assert rows[0]["created_at"] == "2026-11-22T12:00:00.000000Z"
    file = io.StringIO()
    assert write_export(load_lines(database, run_id="r1"), file, "json") == 2
    assert [line["kind"] for line in json.loads(file.getvalue())] == ["charge", "surcharge"]
    empty = io.StringIO()
    assert (write_export(load_lines(database, account_id="nobody"), empty, "json"), json.loads(empty.getvalue())) == (
        0,
        [],
    )


async def test_the_latest_lines_stand_in_the_order_of_their_moments(database: Database) -> None:
    await fill(database)
    assert [line["run_id"] for line in load_latest(database, 2)] == ["r4", "r3"]
    assert [line["run_id"] for line in load_latest(database, 9, key_id="key1", run_id="r2")] == ["r2"]


async def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(database: Database) -> None:
    await record(database, a_charge("r1", "0.1", model_id="=cmd()"), a_charge("r2", "-0.1", kind="credit"))
    file = io.StringIO()
    write_export(load_lines(database), file, "csv")
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert (rows[0]["model_id"], rows[1]["amount_usd"]) == ("'=cmd()", "-0.1")
