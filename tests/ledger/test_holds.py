"""Holds: set aside before a run, given back with its charge, and never more of them than a budget has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from cryptodesk.core.errors import BudgetSpent, LedgerUnavailable, OutOfCredit
from cryptodesk.core.money import Budget, BudgetState
from cryptodesk.core.requests import Caller
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Connection, Database, Statement, StatementBatch
from tests.ledger.support import CALLER, NOW, MovableClock, a_charge, settle, wants


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def desk(database: Database, clock: MovableClock) -> HoldDesk:
    return HoldDesk(database, clock)


def limit(database: Database, limit_usd: str, scope: str = "account", period: str = "total") -> None:
    scope_id = "acme" if scope == "account" else "key1"
    BudgetBook(database).set(Budget(scope, scope_id, period, Decimal(limit_usd)), NOW.timestamp())  # type: ignore[arg-type]


async def state(database: Database, clock: MovableClock) -> BudgetState:
    (found,) = await BudgetBook(database).states(CALLER, clock.unix())
    return found


async def test_a_hold_is_on_disk_before_it_is_told(database: Database, desk: HoldDesk) -> None:
    hold = await desk.reserve(wants("r1", "0.25"))
    assert (hold.amount_usd, hold.lapses_at, hold.is_cap) == (Decimal("0.25"), NOW.timestamp() + 180, False)
    rows = database.read("SELECT entry_id, kind, amount_usd FROM ledger_holds")  # by another connection
    assert rows == [("r1:hold", "hold", "0.25")]


async def test_a_release_takes_back_exactly_what_was_held(database: Database, desk: HoldDesk) -> None:
    wanted = wants("r1", "0.123456789012345678901234567890123456789")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("r1", "0.01"))
    kept = DatabaseLedger(database).holds(run_id="r1")
    assert [entry.kind for entry in kept] == ["hold", "release"]
    assert kept[0].amount_usd == kept[1].amount_usd.copy_negate()
    assert DatabaseLedger(database).balance_usd("acme") == Decimal("0.01")


async def test_a_budget_counts_what_is_spent_and_what_is_held(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    limit(database, "10")
    wanted = wants("r1", "2")
    hold = await desk.reserve(wanted)
    assert hold.is_cap
    await desk.reserve(wants("r2", "1"))
    assert (await state(database, clock)).held_usd == 3
    await settle(database, desk, wanted, hold, a_charge("r1", "0.7"))
    now = await state(database, clock)
    assert (now.spent_usd, now.held_usd) == (Decimal("0.7"), Decimal(1))


async def test_a_request_that_may_pass_the_budget_is_refused_with_the_figures(
    database: Database, desk: HoldDesk
) -> None:
    limit(database, "1", period="day")
    await desk.reserve(wants("r1", "0.9"))
    with pytest.raises(OutOfCredit, match=r"today's 1 USD of the account, 0 USD are spent and 0\.9 USD held"):
        await desk.reserve(wants("r2", "0.2"))
    assert [entry.run_id for entry in DatabaseLedger(database).holds()] == ["r1"]


async def test_a_budget_may_be_used_to_its_last_digit(database: Database, desk: HoldDesk) -> None:
    limit(database, "0.000000003")
    for number in range(3):
        await desk.reserve(wants(f"r{number}", "0.000000001"))
    with pytest.raises(OutOfCredit):
        await desk.reserve(wants("r3", "0.000000000000000000001"))


async def test_where_little_is_left_a_run_gets_a_share_and_is_capped_by_it(database: Database, desk: HoldDesk) -> None:
    limit(database, "8")
    wanted = wants("r1", "5", least_usd="0.01", modest_usd="0.1")
    hold = await desk.reserve(wanted)
    assert (hold.amount_usd, hold.is_cap) == (Decimal(1), True)  # an eighth of 8
    second = await desk.reserve(wants("r2", "5", least_usd="0.01", modest_usd="3"))
    assert second.amount_usd == 3  # what a modest run takes, which is more than an eighth of 7


async def test_of_key_and_account_the_tighter_budget_binds(database: Database, desk: HoldDesk) -> None:
    limit(database, "100")
    limit(database, "1", scope="key", period="month")
    await desk.reserve(wants("r1", "1"))
    with pytest.raises(OutOfCredit, match="this month's 1 USD of the key"):
        await desk.reserve(wants("r2", "1"))
    other = Caller("acme", "key2")
    assert (await desk.reserve(wants("r3", "1", caller=other))).amount_usd == 1


async def test_a_period_ends_at_midnight_utc(database: Database, desk: HoldDesk, clock: MovableClock) -> None:
    limit(database, "1", period="day")
    wanted = wants("r1", "1")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("r1", "1"))
    with pytest.raises(OutOfCredit):
        await desk.reserve(wants("r2", "1"))
    clock.moment += timedelta(hours=12)
    later = {"created_at": clock.unix(), "lapses_at": clock.unix() + 180}
    assert (await desk.reserve(wants("r3", "1", **later))).amount_usd == 1


async def test_a_refund_makes_room_again(database: Database, desk: HoldDesk) -> None:
    limit(database, "1")
    wanted = wants("r1", "1")
    refund = a_charge("r1", "-1", entry_id="r1:0:charge:refund", kind="refund")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("r1", "1"), refund)
    assert (await desk.reserve(wants("r2", "1"))).amount_usd == 1


async def test_what_a_dead_process_held_counts_until_it_lapses(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    limit(database, "1")
    await desk.reserve(wants("r1", "1"))
    with pytest.raises(OutOfCredit):
        await desk.reserve(wants("r2", "1"))
    assert await desk.release_lapsed() == 0
    clock.moment += timedelta(seconds=181)
    assert (await state(database, clock)).held_usd == 0
    clock.moment += timedelta(seconds=60)
    assert await desk.release_lapsed() == 1
    assert await desk.release_lapsed() == 0
    assert [entry.kind for entry in DatabaseLedger(database).holds(run_id="r1")] == ["hold", "release"]


async def test_a_run_that_ends_after_its_hold_lapsed_is_still_charged(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    wanted = wants("r1", "1")
    hold = await desk.reserve(wanted)
    clock.moment += timedelta(hours=1)
    assert await desk.release_lapsed() == 1
    await settle(database, desk, wanted, hold, a_charge("r1", "0.5"))
    assert DatabaseLedger(database).balance_usd("acme") == Decimal("0.5")
    assert [entry.kind for entry in DatabaseLedger(database).holds(run_id="r1")] == ["hold", "release"]


async def test_a_cap_below_the_least_is_refused_before_anything_is_held(database: Database, desk: HoldDesk) -> None:
    with pytest.raises(BudgetSpent, match=r"cost limit of 0\.001 USD does not cover this request"):
        await desk.reserve(wants("r1", "1", least_usd="0.002", cost_usd=Decimal("0.001")))
    hold = await desk.reserve(wants("r2", "1", least_usd="0.002", cost_usd=Decimal("0.5")))
    assert (hold.amount_usd, hold.is_cap) == (Decimal("0.5"), True)
    assert len(DatabaseLedger(database).holds()) == 1


async def test_an_unknown_price_is_held_without_a_figure_and_refused_under_a_budget(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    unknown = {"worst_usd": "NaN", "least_usd": "NaN", "price_version": "unknown: m"}
    hold = await desk.reserve(wants("r1", **unknown))  # type: ignore[arg-type]
    assert hold.amount_usd.is_nan()
    limit(database, "10")
    clock.moment += timedelta(seconds=1)
    with pytest.raises(BudgetSpent, match="not known"):
        await desk.reserve(wants("r2", **unknown))  # type: ignore[arg-type]


async def test_a_budget_set_while_serving_binds_a_second_later(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    await desk.reserve(wants("r1", "1"))
    limit(database, "1")
    clock.moment += timedelta(seconds=1)
    with pytest.raises(OutOfCredit, match="1 USD held"):
        await desk.reserve(wants("r2", "1"))


async def test_a_budget_set_after_the_clock_was_put_back_binds_within_a_second(
    database: Database, desk: HoldDesk, clock: MovableClock
) -> None:
    await desk.reserve(wants("r1", "1"))
    clock.moment -= timedelta(hours=1)
    limit(database, "1")
    with pytest.raises(OutOfCredit, match="1 USD held"):
        await desk.reserve(wants("r2", "1"))


async def test_a_ledger_that_cannot_be_written_is_closed(database: Database, desk: HoldDesk) -> None:
    database.write_blocking(lambda connection: connection.execute("DROP TABLE ledger_holds").rowcount)
    with pytest.raises(LedgerUnavailable) as caught:
        await desk.reserve(wants("r1"))
    assert (caught.value.status, "database" in caught.value.message.lower()) == (503, False)


@pytest.mark.parametrize("seed", [1, 2])
async def test_parallel_requests_never_hold_more_than_the_budget(
    database: Database, clock: MovableClock, seed: int
) -> None:
    limit(database, "1.05")
    desks = [HoldDesk(database, clock) for _ in range(3)]

    async def ask(number: int) -> Decimal:
        try:
            wanted = wants(f"r{seed}-{number}", "0.1", least_usd="0.1")
            hold = await desks[number % 3].reserve(wanted)
        except OutOfCredit:
            return Decimal(0)
        if number % 2:
            await settle(database, desks[0], wanted, hold, a_charge(wanted.run_id, "0.1"))
        return hold.amount_usd

    held = await asyncio.gather(*(ask(number) for number in range(60)))
    assert sum(held) == Decimal("1.0")


@pytest.mark.parametrize("has_budget", [False, True])
async def test_a_caller_cancelled_before_its_hold_is_made_holds_nothing(
    database: Database, desk: HoldDesk, has_budget: bool
) -> None:
    if has_budget:
        limit(database, "10")
    for number in range(5):
        reserving = asyncio.ensure_future(desk.reserve(wants(f"r{number}")))
        for _ in range(number):
            await asyncio.sleep(0)
        reserving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reserving
    assert sum(entry.amount_usd for entry in DatabaseLedger(database).holds()) == 0


class Watched:
    """A database that says when something was handed to its writer."""

    def __init__(self, database: Database) -> None:
        self.was_given = asyncio.Event()
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def batch(self) -> StatementBatch:
        return StatementBatch(self)

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        self.was_given.set()
        await self._database.write_statements(statements)

    async def write(self, action: Callable[[Connection], Any]) -> Any:
        self.was_given.set()
        return await self._database.write(action)


@pytest.mark.parametrize("has_budget", [False, True])
async def test_holds_are_open_from_their_reservation_to_their_release(
    database: Database, desk: HoldDesk, has_budget: bool
) -> None:
    if has_budget:
        limit(database, "1")
    wanted = wants("r1", "0.9")
    hold = await desk.reserve(wanted)
    assert desk.open == 1
    with pytest.raises((OutOfCredit, BudgetSpent)):
        await desk.reserve(wants("r2", "0.2", cost_usd=None if has_budget else Decimal("0.1")))
    assert desk.open == 1
    await settle(database, desk, wanted, hold, a_charge("r1", "0.7"))
    assert desk.open == 0


@pytest.mark.parametrize("has_budget", [False, True])
async def test_a_caller_cancelled_while_its_hold_is_written_gives_it_back(database: Database, has_budget: bool) -> None:
    if has_budget:
        limit(database, "10")
    watched = Watched(database)
    desk = HoldDesk(cast("Database", watched), MovableClock())
    reserving = asyncio.ensure_future(desk.reserve(wants("r1")))
    await watched.was_given.wait()
    reserving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reserving
    assert desk.open == 0
    kept = DatabaseLedger(database).holds()
    assert [(entry.kind, entry.amount_usd) for entry in kept] == [("hold", 1), ("release", -1)]
