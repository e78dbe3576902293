"""Prepaid accounts: credit is counted exactly, binds every run of the account, and is never passed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from cryptodesk.core.errors import InvalidRequest, OutOfCredit
from cryptodesk.core.money import Budget, BudgetState
from cryptodesk.core.requests import Caller
from cryptodesk.ledger.budgets import KNOWN_SECONDS, BudgetBook
from cryptodesk.ledger.export import load_lines
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.prepaid import PrepaidAccounts
from cryptodesk.ledger.seals import Sealer, verify
from cryptodesk.ledger.store import SqliteLedger
from cryptodesk.ledger.tally import Tally
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.ledger.support import CALLER, NOW, MovableClock, a_charge, open_ledger, record, settle, wants

AT = NOW.timestamp()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with open_ledger(tmp_path) as database:
        yield database


@pytest.fixture
def accounts(database: SqliteDatabase) -> PrepaidAccounts:
    return PrepaidAccounts(database)


def state_of(database: SqliteDatabase, caller: Caller = CALLER) -> tuple[BudgetState, ...]:
    return asyncio.run(BudgetBook(database).states(caller, AT))


def test_a_credit_is_an_entry_below_zero_with_its_note(database: SqliteDatabase, accounts: PrepaidAccounts) -> None:
    entry = accounts.credit("acme", Decimal("50.10"), AT, note="invoice 7")
    assert SqliteLedger(database).entries(account_id="acme") == (entry,)
    assert (entry.kind, entry.amount_usd, entry.note, entry.run_id) == ("credit", Decimal("-50.10"), "invoice 7", "")
    assert accounts.balance_usd("acme") == Decimal("50.10")
    assert next(iter(load_lines(database)))["note"] == "invoice 7"


def test_of_one_reference_an_account_is_credited_once(accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT, reference="INV-1")
    with pytest.raises(InvalidRequest, match="'acme' was credited for 'INV-1' before"):
        accounts.credit("acme", Decimal(5), AT + 1, reference="INV-1")
    accounts.credit("other", Decimal(5), AT, reference="INV-1")
    assert (accounts.balance_usd("acme"), accounts.balance_usd("other")) == (5, 5)


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity"])
def test_what_is_no_amount_is_not_credited(accounts: PrepaidAccounts, amount: str) -> None:
    with pytest.raises(ValueError, match="needs an account and an amount"):
        accounts.credit("acme", Decimal(amount), AT)


def test_a_credit_given_by_mistake_is_taken_back_by_an_entry_of_its_own(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    accounts.credit("acme", Decimal(50), AT)
    accounts.credit("acme", Decimal(-20), AT, note="was 30")
    accounts.mark("acme", AT)
    assert state_of(database) == (
        BudgetState(Budget("account", "acme", "credit", Decimal(30)), Decimal(0), Decimal(0)),
    )
    assert [entry.amount_usd for entry in SqliteLedger(database).entries()] == [-50, 20]


def test_credit_binds_nobody_who_is_not_prepaid(database: SqliteDatabase, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal("0.01"), AT)
    assert state_of(database) == ()
    assert asyncio.run(HoldDesk(database, MovableClock()).reserve(wants("r1", "100"))).amount_usd == 100
    accounts.mark("acme", AT)
    assert accounts.is_marked("acme")
    assert (accounts.unmark("acme"), accounts.unmark("acme")) == (True, False)


def test_a_prepaid_account_without_credit_is_refused_before_anything_is_held(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    accounts.mark("acme", AT)
    with pytest.raises(OutOfCredit, match=r"^Out of credit: of the 0 USD credited to the account, 0 USD are spent"):
        asyncio.run(HoldDesk(database, MovableClock()).reserve(wants("r1", "1", least_usd="0.001")))
    assert SqliteLedger(database).holds() == ()


def test_spent_and_held_together_never_pass_the_credit_to_the_last_digit(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    desk = HoldDesk(database, MovableClock())
    accounts.credit("acme", Decimal("1.000000001"), AT)
    accounts.mark("acme", AT)

    async def run() -> None:
        first = wants("r1", "1")
        hold = await desk.reserve(first)
        assert (hold.amount_usd, hold.is_cap) == (Decimal(1), True)
        with pytest.raises(OutOfCredit, match="1 USD held by runs under way"):
            await desk.reserve(wants("r2", "0.000000002"))
        await settle(database, desk, first, hold, a_charge("r1", "0.6"))
        with pytest.raises(OutOfCredit, match=r"0\.6 USD are spent and 0 USD held"):
            await desk.reserve(wants("r3", "0.400000002"))
        assert (await desk.reserve(wants("r4", "0.400000001"))).amount_usd == Decimal("0.400000001")

    asyncio.run(run())
    assert accounts.balance_usd("acme") == Decimal("0.400000001")


def test_of_many_runs_at_once_only_those_are_let_in_that_the_credit_covers(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    desk = HoldDesk(database, MovableClock())
    accounts.credit("acme", Decimal("0.75"), AT)
    accounts.mark("acme", AT)

    async def run() -> list[object]:
        return await asyncio.gather(*(desk.reserve(wants(f"r{n}", "0.1")) for n in range(40)), return_exceptions=True)

    results = asyncio.run(run())
    held = sum((entry.amount_usd for entry in SqliteLedger(database).holds()), Decimal(0))
    assert {type(result).__name__ for result in results} == {"Hold", "OutOfCredit"}
    assert Decimal("0.65") < held <= Decimal("0.75")


def test_a_refund_is_credit_again(database: SqliteDatabase, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(1), AT)
    accounts.mark("acme", AT)
    refund = structs.replace(a_charge("r1", "0.9"), entry_id="r1:0:refund", kind="refund", amount_usd=Decimal("-0.9"))
    asyncio.run(record(database, a_charge("r1", "0.9"), refund))
    assert asyncio.run(HoldDesk(database, MovableClock()).reserve(wants("r2", "1"))).amount_usd == 1


def test_use_before_the_account_was_prepaid_counts_against_its_credit(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    asyncio.run(record(database, a_charge("r1", "3", created_at=AT - 40 * 86_400)))
    accounts.credit("acme", Decimal(5), AT)
    accounts.mark("acme", AT)
    (state,) = state_of(database)
    assert (state.budget.limit_usd, state.spent_usd) == (5, 3)


def test_a_budget_of_the_key_binds_beside_the_credit(database: SqliteDatabase, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT)
    accounts.mark("acme", AT)
    BudgetBook(database).set(Budget("key", "key1", "day", Decimal("0.5")), AT)
    with pytest.raises(OutOfCredit, match=r"today's 0\.5 USD of the key"):
        asyncio.run(HoldDesk(database, MovableClock()).reserve(wants("r1", "1")))
    assert [state.budget.period for state in state_of(database)] == ["day", "credit"]
    assert [state.budget.period for state in BudgetBook(database).list(AT)] == ["credit", "day"]


def test_that_an_account_became_prepaid_is_known_a_second_later(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    clock = MovableClock()
    desk = HoldDesk(database, clock)
    asyncio.run(desk.reserve(wants("r1", "1")))
    accounts.mark("acme", AT)
    clock.moment = clock.moment.fromtimestamp(AT + KNOWN_SECONDS, clock.moment.tzinfo)
    with pytest.raises(OutOfCredit):
        asyncio.run(desk.reserve(wants("r2", "1")))
    assert not BudgetBook(database).is_empty


def test_a_credit_is_no_use_of_any_day(database: SqliteDatabase, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT)
    asyncio.run(Tally(database).catch_up())
    assert database.read("SELECT * FROM ledger_days") == []
    assert database.read("SELECT scope, scope_id, spent_usd FROM ledger_totals") == [("credit", "acme", "5")]


def test_what_was_sealed_before_there_were_notes_still_verifies_and_a_changed_note_does_not(
    database: SqliteDatabase, accounts: PrepaidAccounts
) -> None:
    asyncio.run(record(database, a_charge("r1", "1")))
    accounts.credit("acme", Decimal(5), AT, note="paid by card")
    Sealer(database, lambda: AT).seal_blocking()
    assert verify(database, "entries").fault is None
    with closing(sqlite3.connect(database.path, isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ledger_entries_are_never_changed")
        outsider.execute("UPDATE ledger_entries SET note = 'gift' WHERE position = 2")
    assert "position 2" in (verify(database, "entries").fault or "")
