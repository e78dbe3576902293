"""What is done from time to time: lapsed holds given back, rows sealed."""

from __future__ import annotations

from datetime import timedelta

from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.keeper import LedgerKeeper
from cryptodesk.ledger.seals import verify
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from tests.ledger.support import MovableClock, a_charge, record, wants


async def test_a_round_gives_back_what_lapsed_and_seals_what_was_recorded(database: Database) -> None:
    clock = MovableClock()
    holds = HoldDesk(database, clock)
    keeper = LedgerKeeper(database, clock, holds)
    await keeper.keep()
    await record(database, a_charge("r1", "0.1"))
    await holds.reserve(wants("r2"))
    await keeper.keep()
    assert [(verify(database, book).sealed) for book in ("entries", "holds")] == [1, 1]
    clock.moment += timedelta(minutes=5)
    await keeper.keep()
    assert [entry.kind for entry in DatabaseLedger(database).holds()] == ["hold", "release"]
    assert verify(database, "holds").sealed == 2


async def test_totals_are_not_counted_where_nothing_rests_on_them(database: Database) -> None:
    clock = MovableClock()
    await record(database, a_charge("r1", "0"))
    await LedgerKeeper(database, clock, HoldDesk(database, clock)).keep()
    assert database.read("SELECT entries_to FROM ledger_tally") == [(0,)]
