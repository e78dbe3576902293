"""Giving back what a run was charged: exactly, once, and by entries of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.ports import Entry, EntryKind
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.refunds import Refunds
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database

NOW = datetime(2026, 9, 24, tzinfo=UTC)
LONG = "123456789012345678901234567890.000000000000000001"


def an_entry(name: str, amount_usd: str, run_id: str = "run1", kind: EntryKind = "charge") -> Entry:
    entry_id = f"{run_id}:{name}"
    return Entry(entry_id, "acme", "key1", run_id, kind, Decimal(amount_usd), 5.0, "m", "s", "v1", Usage(1, 2, 3, 4))


async def record(database: Database, *entries: Entry) -> tuple[DatabaseLedger, Refunds]:
    ledger, batch = DatabaseLedger(database), database.batch()
    ledger.record(batch, entries)
    await batch.commit()
    return ledger, Refunds(database, ledger, FixedClock(NOW))


async def test_charges_and_surcharges_of_the_run_are_given_back_to_the_last_digit(database: Database) -> None:
    ledger, refunds = await record(
        database,
        an_entry("0:charge", LONG),
        an_entry("0:surcharge", "0.2", kind="surcharge"),
        an_entry("0:charge", "3", run_id="run2"),
    )
    assert await refunds.refund_run("run1") == 2
    assert ledger.balance_usd("acme") == Decimal(3)
    refunded = ledger.entries(run_id="run1")[2:]
    assert [(entry.entry_id, entry.kind, str(entry.amount_usd)) for entry in refunded] == [
        ("run1:0:charge:refund", "refund", f"-{LONG}"),
        ("run1:0:surcharge:refund", "refund", "-0.2"),
    ]
    # The tokens were used all the same, and are counted where they were charged.
    assert [entry.usage for entry in refunded] == [Usage(), Usage()]
    assert {entry.created_at for entry in refunded} == {NOW.timestamp()}


async def test_nothing_is_given_back_twice(database: Database) -> None:
    ledger, refunds = await record(database, an_entry("0:charge", "1"))
    assert [await refunds.refund_run("run1") for _ in range(3)] == [1, 0, 0]
    assert ledger.balance_usd("acme") == 0


async def test_what_was_charged_after_a_refund_is_given_back_too(database: Database) -> None:
    ledger, refunds = await record(database, an_entry("0:charge", "1"))
    await refunds.refund_run("run1")
    await record(database, an_entry("1:charge", "2"))
    assert await refunds.refund_run("run1") == 1
    assert ledger.balance_usd("acme") == 0


async def test_where_nothing_was_charged_nothing_is_written(database: Database) -> None:
    _, refunds = await record(database, an_entry("0:charge", "0"), an_entry("0:credit", "-5", kind="credit"))
    before = database.transactions
    assert (await refunds.refund_run("run1"), await refunds.refund_run("nobody")) == (0, 0)
    assert database.transactions == before
