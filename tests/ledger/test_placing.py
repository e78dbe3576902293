"""Holds that wait at the same moment share a transaction, and each is placed as if it had one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.money import Budget, Hold, HoldWanted
from cryptodesk.core.requests import Caller
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.placing import HoldLine, Refusal
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from tests.ledger.support import NOW, MovableClock, wants

OTHER_KEY = Caller("acme", "key2")
STRANGER = Caller("other", "key9")


@pytest.fixture
def line(database: Database) -> HoldLine:
    return HoldLine(database, MovableClock())


def limit(database: Database, limit_usd: str, scope: str, scope_id: str, period: str = "total") -> None:
    budget = Budget(scope, scope_id, period, Decimal(limit_usd))  # type: ignore[arg-type]
    BudgetBook(database).set(budget, NOW.timestamp())


async def ask(line: HoldLine, wanted: Sequence[HoldWanted]) -> list[Hold | Refusal | BaseException]:
    return await asyncio.gather(*map(line.place, wanted), return_exceptions=True)


def let_in(answers: Sequence[Hold | Refusal | BaseException]) -> list[str]:
    assert all(isinstance(answer, Hold | Refusal) for answer in answers), answers
    return [answer.run_id for answer in answers if isinstance(answer, Hold)]


async def test_many_at_once_share_few_transactions(database: Database, line: HoldLine) -> None:
    limit(database, "100", "account", "acme")
    before = database.transactions
    assert len(let_in(await ask(line, [wants(f"r{number}") for number in range(90)]))) == 90
    assert database.transactions - before == 2  # 64 and 26
    assert len(DatabaseLedger(database).holds()) == 90


async def test_who_came_first_is_placed_first(database: Database, line: HoldLine) -> None:
    limit(database, "1", "account", "acme")
    first = [f"r{number}" for number in range(10)]
    assert let_in(await ask(line, [wants(f"r{number}", "0.1") for number in range(30)])) == first
    assert [entry.run_id for entry in DatabaseLedger(database).holds()] == first


async def test_what_one_takes_is_no_longer_there_for_the_next(database: Database, line: HoldLine) -> None:
    limit(database, "8", "account", "acme")
    answers = await ask(line, [wants(f"r{number}", "5", least_usd="0.01", modest_usd="0.1") for number in range(3)])
    # An eighth of 8, of 7 and of 6.125.
    assert [answer.amount_usd for answer in answers if isinstance(answer, Hold)] == [
        Decimal(1),
        Decimal("0.875"),
        Decimal("0.765625"),
    ]


async def test_keys_of_one_account_share_its_budget_and_no_other(database: Database, line: HoldLine) -> None:
    limit(database, "3", "account", "acme")
    limit(database, "1", "key", "key1", "day")
    limit(database, "1", "account", "other", "month")
    callers = (None, OTHER_KEY, STRANGER) * 4
    wanted = [wants(f"r{n}", **({} if caller is None else {"caller": caller})) for n, caller in enumerate(callers)]
    # One for key1, which may have no more; two for key2, with which the account has none left; one for the other.
    assert let_in(await ask(line, wanted)) == ["r0", "r1", "r2", "r4"]


async def test_runs_of_two_days_are_held_against_their_own(database: Database, line: HoldLine) -> None:
    limit(database, "1", "account", "acme", "day")
    yesterday = NOW.timestamp() - 86_400
    wanted = [wants(f"r{number}", created_at=yesterday if number % 2 else NOW.timestamp()) for number in range(6)]
    assert let_in(await ask(line, wanted)) == ["r0", "r1"]


async def test_one_that_cannot_be_written_does_not_take_the_others_with_it(database: Database, line: HoldLine) -> None:
    limit(database, "100", "account", "acme")
    await line.place(wants("r3"))
    answers = await ask(line, [wants(f"r{number}") for number in range(6)])
    assert [isinstance(answer, InternalError) for answer in answers] == [n == 3 for n in range(6)]
    assert sorted(entry.run_id for entry in DatabaseLedger(database).holds()) == [f"r{n}" for n in range(6)]


async def test_a_hold_that_has_lapsed_already_takes_no_room(database: Database, line: HoldLine) -> None:
    limit(database, "1", "account", "acme")
    lapsed = {"lapses_at": NOW.timestamp()}
    assert let_in(await ask(line, [wants("r0", **lapsed), wants("r1"), wants("r2")])) == ["r0", "r1"]


async def test_who_stops_waiting_is_placed_all_the_same(database: Database, line: HoldLine) -> None:
    """So whoever asked has to give it back, as the desk of holds does."""
    limit(database, "100", "account", "acme")
    waiting = asyncio.ensure_future(line.place(wants("r1")))
    await asyncio.sleep(0)
    waiting.cancel()
    assert let_in(await ask(line, [wants("r2")])) == ["r2"]
    assert waiting.cancelled()
    assert [entry.run_id for entry in DatabaseLedger(database).holds()] == ["r1", "r2"]
