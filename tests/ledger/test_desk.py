"""Receipts, use and budgets, each account its own alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from cryptodesk.core.money import Budget
from cryptodesk.core.ports import Entry
from cryptodesk.core.requests import Caller
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.desk import LedgerDesk
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.storage.database import Database
from tests.engine.fakes import FakeCatalog, FakeProvider, FakeTools
from tests.ledger.support import CALLER, NOW, MovableClock, a_charge, record, settle, wants

OTHER = Caller("other", "key9")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def desk(database: Database, clock: MovableClock) -> LedgerDesk:
    return a_desk(database, clock)


def a_desk(database: Database, clock: MovableClock) -> LedgerDesk:
    return LedgerDesk(database, clock, FakeCatalog(fake=FakeProvider([])), PriceBook(), FakeTools())  # type: ignore[arg-type]


async def test_a_run_under_way_is_open_and_then_settled(database: Database, desk: LedgerDesk) -> None:
    holds, wanted = HoldDesk(database, MovableClock()), wants("r1", "0.5")
    hold = await holds.reserve(wanted)
    receipt = await desk.receipt(CALLER, "r1")
    assert receipt is not None
    assert (receipt.status, receipt.outcome, receipt.total_usd, receipt.held_usd) == ("open", None, 0, Decimal("0.5"))
    surcharge = a_charge("r1", "0.0001", entry_id="r1:0:surcharge", kind="surcharge")
    await settle(database, holds, wanted, hold, a_charge("r1", "0.001"), surcharge)
    receipt = await desk.receipt(CALLER, "r1")
    assert receipt is not None
    assert (receipt.status, receipt.outcome, receipt.total_usd) == ("settled", "finished", Decimal("0.0011"))
    assert [entry.kind for entry in receipt.entries] == ["hold", "charge", "surcharge", "release"]
    assert (receipt.served_by, receipt.usage, receipt.is_estimated) == (("upstream",), Usage(100, 10), False)


async def test_a_cancelled_run_says_that_it_was_estimated(database: Database, desk: LedgerDesk) -> None:
    await record(database, a_charge("r1", "0.2", usage_is_estimated=True, outcome="cancelled"))
    receipt = await desk.receipt(CALLER, "r1")
    assert receipt is not None
    assert (receipt.status, receipt.outcome, receipt.is_estimated) == ("settled", "cancelled", True)


async def test_a_failed_run_cost_nothing_and_a_lapsed_one_is_no_longer_open(
    database: Database, desk: LedgerDesk, clock: MovableClock
) -> None:
    holds = HoldDesk(database, clock)
    wanted = wants("r1")
    batch = database.batch()
    hold = await holds.reserve(wanted)
    holds.release(batch, wanted, hold, "failed")
    await batch.commit()
    await holds.reserve(wants("r2"))
    clock.moment += timedelta(seconds=181)
    for run_id in ("r1", "r2"):
        receipt = await desk.receipt(CALLER, run_id)
        assert receipt is not None
        assert (receipt.status, receipt.outcome, receipt.total_usd) == ("settled", "failed", 0)


async def test_a_receipt_counts_what_was_given_back(database: Database, desk: LedgerDesk) -> None:
    refund = a_charge("r1", "-0.2", entry_id="r1:0:charge:refund", kind="refund", usage=Usage())
    await record(database, a_charge("r1", "0.2"), refund)
    receipt = await desk.receipt(CALLER, "r1")
    assert receipt is not None
    assert (receipt.total_usd, receipt.usage) == (0, Usage(100, 10))


class EndsBetween:
    """A database in which a run ends while its receipt is read."""

    def __init__(self, database: Database, end: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._ends = [end]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        found = await self._database.fetch(sql, parameters)
        while self._ends:
            await self._ends.pop()()
        return found


async def test_a_receipt_never_has_a_charge_without_the_release_that_came_with_it(
    database: Database, clock: MovableClock
) -> None:
    holds, wanted = HoldDesk(database, clock), wants("r1", "0.5")
    hold = await holds.reserve(wanted)
    between = EndsBetween(database, lambda: settle(database, holds, wanted, hold, a_charge("r1", "0.001")))
    receipt = await a_desk(cast("Database", between), clock).receipt(CALLER, "r1")
    assert receipt is not None
    assert [entry.kind for entry in receipt.entries] == ["hold", "charge", "release"]
    assert (receipt.status, receipt.total_usd) == ("settled", Decimal("0.001"))


async def test_nobody_sees_another_accounts_receipt(database: Database, desk: LedgerDesk) -> None:
    await HoldDesk(database, MovableClock()).reserve(wants("r1"))
    await record(database, a_charge("r2", "0.2"))
    assert [await desk.receipt(OTHER, run_id) for run_id in ("r1", "r2", "", "r", "r1:hold")] == [None] * 5


async def test_use_is_counted_by_day_key_and_model(database: Database, desk: LedgerDesk) -> None:
    yesterday = NOW.timestamp() - 86_400
    await record(
        database,
        a_charge("r1", "0.1"),
        a_charge("r1", "0.01", entry_id="r1:0:surcharge", kind="surcharge"),
        a_charge("r1", "0.2", entry_id="r1:1:charge"),
        a_charge("r2", "0.3", usage=Usage(1, 2, 3, 4, 5, 6)),
        a_charge("r2", "-0.3", entry_id="r2:0:charge:refund", kind="refund", usage=Usage()),
        a_charge("r3", "0.4", created_at=yesterday),
        a_charge("r4", "0.5", key_id="key2"),
        a_charge("r5", "9", account_id="other", key_id="key9"),
    )
    rows = await desk.usage(CALLER, date(2026, 11, 21), date(2026, 11, 22))
    assert [(row.day.day, row.key_id, row.runs, row.charged_usd, row.refunded_usd) for row in rows] == [
        (22, "key1", 2, Decimal("0.61"), Decimal("0.3")),
        (22, "key2", 1, Decimal("0.5"), Decimal(0)),
        (21, "key1", 1, Decimal("0.4"), Decimal(0)),
    ]
    assert rows[0].usage == Usage(201, 22, 3, 4, 5, 6)
    assert [row.day.day for row in await desk.usage(CALLER, date(2026, 11, 21), date(2026, 11, 21))] == [21]
    await record(database, a_charge("r6", "0.000000000000000000001"))
    again = await desk.usage(CALLER, date(2026, 11, 22), date(2026, 11, 22))
    assert (again[0].runs, again[0].charged_usd) == (3, Decimal("0.610000000000000000001"))


async def test_a_long_ledger_is_counted_in_steps(database: Database, desk: LedgerDesk) -> None:
    await record(database, *(a_charge(f"r{number}", "0.001") for number in range(4500)))
    (row,) = await desk.usage(CALLER, NOW.date(), NOW.date())
    assert (row.runs, row.charged_usd) == (4500, Decimal("4.5"))


async def test_more_keys_than_are_looked_up_at_once_are_counted(database: Database, desk: LedgerDesk) -> None:
    def charges(begin: int) -> Iterator[Entry]:
        for number in range(begin, begin + 150):
            yield a_charge(f"r{number}", f"0.{number:03}", key_id=f"key{number % 150}")

    for begin in (0, 150):  # the second time, all of them are there already
        await record(database, *charges(begin))
        rows = await desk.usage(CALLER, NOW.date(), NOW.date())
    sums = {row.key_id: row.charged_usd for row in rows}
    assert sums == {f"key{n}": Decimal(2 * n + 150) / 1000 for n in range(150)}
    found = database.read("SELECT spent_usd FROM ledger_totals WHERE scope = 'account' AND starts_on = '2026-11'")
    # 0 to 299, in thousandths
    assert [Decimal(spent) for (spent,) in found] == [Decimal("44.85")]


async def test_budgets_of_key_and_account_are_told(database: Database, desk: LedgerDesk) -> None:
    assert await desk.budgets(CALLER) == ()
    book = BudgetBook(database)
    await record(database, a_charge("r0", "0.25"))
    book.set(Budget("account", "acme", "month", Decimal(5)), 0.0)
    book.set(Budget("key", "key1", "day", Decimal(1)), 0.0)
    book.set(Budget("key", "key9", "day", Decimal(1)), 0.0)
    await HoldDesk(database, MovableClock()).reserve(wants("r1", "0.1"))
    told = [(s.budget.scope, s.budget.period, s.spent_usd, s.held_usd) for s in await desk.budgets(CALLER)]
    spent = (Decimal("0.25"), Decimal("0.1"))
    assert told == [("key", "day", *spent), ("account", "month", *spent)]
    assert len(book.list(NOW.timestamp())) == 3
    assert (book.clear("key", "key1", "month"), book.clear("key", "key1")) == (0, 1)
    assert [s.budget.scope for s in await desk.budgets(CALLER)] == ["account"]
