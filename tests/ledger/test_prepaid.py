"""Prepaid accounts: credit is counted exactly, binds every run of the account, and is never passed."""

from __future__ import annotations

import asyncio
from decimal import Decimal

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
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.ledger.tally import Tally
from cryptodesk.storage.database import Database
from tests.ledger.support import CALLER, NOW, MovableClock, a_charge, record, settle, tamper, wants

AT = NOW.timestamp()


@pytest.fixture
def accounts(database: Database) -> PrepaidAccounts:
    return PrepaidAccounts(database)


async def state_of(database: Database, caller: Caller = CALLER) -> tuple[BudgetState, ...]:
    return await BudgetBook(database).states(caller, AT)


async def test_a_credit_is_an_entry_below_zero_with_its_note(database: Database, accounts: PrepaidAccounts) -> None:
    entry = accounts.credit("acme", Decimal("50.10"), AT, note="invoice 7")
    assert DatabaseLedger(database).entries(account_id="acme") == (entry,)
    assert (entry.kind, entry.amount_usd, entry.note, entry.run_id) == ("credit", Decimal("-50.10"), "invoice 7", "")
    assert accounts.balance_usd("acme") == Decimal("50.10")
    assert next(iter(load_lines(database)))["note"] == "invoice 7"


async def test_of_one_reference_an_account_is_credited_once(accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT, reference="INV-1")
    with pytest.raises(InvalidRequest, match="'acme' was credited for 'INV-1' before"):
        accounts.credit("acme", Decimal(5), AT + 1, reference="INV-1")
    accounts.credit("other", Decimal(5), AT, reference="INV-1")
    assert (accounts.balance_usd("acme"), accounts.balance_usd("other")) == (5, 5)


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity"])
async def test_what_is_no_amount_is_not_credited(accounts: PrepaidAccounts, amount: str) -> None:
    with pytest.raises(ValueError, match="needs an account and an amount"):
        accounts.credit("acme", Decimal(amount), AT)


async def test_a_credit_given_by_mistake_is_taken_back_by_an_entry_of_its_own(
    database: Database, accounts: PrepaidAccounts
) -> None:
    accounts.credit("acme", Decimal(50), AT)
    accounts.credit("acme", Decimal(-20), AT, note="was 30")
    accounts.mark("acme", AT)
    assert await state_of(database) == (
        BudgetState(Budget("account", "acme", "credit", Decimal(30)), Decimal(0), Decimal(0)),
    )
    assert [entry.amount_usd for entry in DatabaseLedger(database).entries()] == [-50, 20]


async def test_credit_binds_nobody_who_is_not_prepaid(database: Database, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal("0.01"), AT)
    assert await state_of(database) == ()
    hold = await HoldDesk(database, MovableClock()).reserve(wants("r1", "100"))
    assert hold.amount_usd == 100
    accounts.mark("acme", AT)
    assert accounts.is_marked("acme")
    assert (accounts.unmark("acme"), accounts.unmark("acme")) == (True, False)


async def test_a_prepaid_account_without_credit_is_refused_before_anything_is_held(
    database: Database, accounts: PrepaidAccounts
) -> None:
    accounts.mark("acme", AT)
    with pytest.raises(OutOfCredit, match=r"^Out of credit: of the 0 USD credited to the account, 0 USD are spent"):
        await HoldDesk(database, MovableClock()).reserve(wants("r1", "1", least_usd="0.001"))
    assert DatabaseLedger(database).holds() == ()


async def test_spent_and_held_together_never_pass_the_credit_to_the_last_digit(
    database: Database, accounts: PrepaidAccounts
) -> None:
    desk = HoldDesk(database, MovableClock())
    accounts.credit("acme", Decimal("1.000000001"), AT)
    accounts.mark("acme", AT)
    first = wants("r1", "1")
    hold = await desk.reserve(first)
    assert (hold.amount_usd, hold.is_cap) == (Decimal(1), True)
    with pytest.raises(OutOfCredit, match="1 USD held by runs under way"):
        await desk.reserve(wants("r2", "0.000000002"))
    await settle(database, desk, first, hold, a_charge("r1", "0.6"))
    with pytest.raises(OutOfCredit, match=r"0\.6 USD are spent and 0 USD held"):
        await desk.reserve(wants("r3", "0.400000002"))
    assert (await desk.reserve(wants("r4", "0.400000001"))).amount_usd == Decimal("0.400000001")
    assert accounts.balance_usd("acme") == Decimal("0.400000001")


async def test_of_many_runs_at_once_only_those_are_let_in_that_the_credit_covers(
    database: Database, accounts: PrepaidAccounts
) -> None:
    desk = HoldDesk(database, MovableClock())
    accounts.credit("acme", Decimal("0.75"), AT)
    accounts.mark("acme", AT)
    asked = (desk.reserve(wants(f"r{n}", "0.1")) for n in range(40))
    results = await asyncio.gather(*asked, return_exceptions=True)
    held = sum((entry.amount_usd for entry in DatabaseLedger(database).holds()), Decimal(0))
    assert {type(result).__name__ for result in results} == {"Hold", "OutOfCredit"}
    assert Decimal("0.65") < held <= Decimal("0.75")


async def test_a_refund_is_credit_again(database: Database, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(1), AT)
    accounts.mark("acme", AT)
    refund = structs.replace(a_charge("r1", "0.9"), entry_id="r1:0:refund", kind="refund", amount_usd=Decimal("-0.9"))
    await record(database, a_charge("r1", "0.9"), refund)
    hold = await HoldDesk(database, MovableClock()).reserve(wants("r2", "1"))
    assert hold.amount_usd == 1


async def test_use_before_the_account_was_prepaid_counts_against_its_credit(
    database: Database, accounts: PrepaidAccounts
) -> None:
    await record(database, a_charge("r1", "3", created_at=AT - 40 * 86_400))
    accounts.credit("acme", Decimal(5), AT)
    accounts.mark("acme", AT)
    (state,) = await state_of(database)
    assert (state.budget.limit_usd, state.spent_usd) == (5, 3)


async def test_a_budget_of_the_key_binds_beside_the_credit(database: Database, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT)
    accounts.mark("acme", AT)
    BudgetBook(database).set(Budget("key", "key1", "day", Decimal("0.5")), AT)
    with pytest.raises(OutOfCredit, match=r"today's 0\.5 USD of the key"):
        await HoldDesk(database, MovableClock()).reserve(wants("r1", "1"))
    assert [state.budget.period for state in await state_of(database)] == ["day", "credit"]
    assert [state.budget.period for state in BudgetBook(database).list(AT)] == ["credit", "day"]


async def test_that_an_account_became_prepaid_is_known_a_second_later(
    database: Database, accounts: PrepaidAccounts
) -> None:
    clock = MovableClock()
    desk = HoldDesk(database, clock)
    await desk.reserve(wants("r1", "1"))
    accounts.mark("acme", AT)
    clock.moment = clock.moment.fromtimestamp(AT + KNOWN_SECONDS, clock.moment.tzinfo)
    with pytest.raises(OutOfCredit):
        await desk.reserve(wants("r2", "1"))
    assert not await BudgetBook(database).is_empty()


async def test_a_credit_is_no_use_of_any_day(database: Database, accounts: PrepaidAccounts) -> None:
    accounts.credit("acme", Decimal(5), AT)
    await Tally(database).catch_up()
    assert database.read("SELECT * FROM ledger_days") == []
    assert database.read("SELECT scope, scope_id, spent_usd FROM ledger_totals") == [("credit", "acme", "5")]


async def test_a_changed_note_is_found(database: Database, accounts: PrepaidAccounts) -> None:
    await record(database, a_charge("r1", "1"))
    accounts.credit("acme", Decimal(5), AT, note="paid by card")
    Sealer(database, lambda: AT).seal_blocking()
    assert verify(database, "entries").fault is None
    tamper(database, "entries", "UPDATE ledger_entries SET note = 'gift' WHERE position = 2")
    assert "position 2" in (verify(database, "entries").fault or "")
