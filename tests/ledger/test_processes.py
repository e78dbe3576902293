"""Four processes on one ledger never pass a budget by a cent, and a process that is killed takes nothing with it that
was told to be on disk."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest

from cryptodesk.core.money import Budget
from cryptodesk.ledger.budgets import BudgetBook
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.prepaid import PrepaidAccounts
from cryptodesk.ledger.seals import BOOKS, Sealer, verify
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from tests.contracts.databases import OtherProcess
from tests.ledger.support import NOW, MovableClock, a_charge, most_at_once, settle, wants

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

PROCESSES = 4
ASKED = 50  # by each process, all at once
LIMIT = Decimal("1.0000000000000000000000005")  # more digits than a float has

OTHER = """
import asyncio, os, signal, sys
from decimal import Decimal
from cryptodesk.core.errors import OutOfCredit
from tests.ledger.support import HoldDesk, MovableClock, a_charge, settle, wants

async def ask(database, desk, run_id, is_settled):
    # The worst is twice what the run will cost, as it often is.
    wanted = wants(run_id, "0.04", least_usd="0.02")
    try:
        hold = await desk.reserve(wanted)
    except OutOfCredit:
        return None
    assert Decimal("0.02") <= hold.amount_usd <= Decimal("0.04")
    if is_settled:
        await settle(database, desk, wanted, hold, a_charge(run_id, "0.02"))
    return run_id

async def race(database, desk, name, count, is_settled):
    done = await asyncio.gather(*(ask(database, desk, f"{name}-{n}", is_settled) for n in range(count)))
    print(" ".join(each for each in done if each), flush=True)

async def die(database, desk, name, count):
    # Runs that are told of one by one, until the process is killed in the middle of a transaction that others share.
    for number in range(count):
        print(await ask(database, desk, f"{name}-{number}", True), flush=True)

    def half(connection):
        connection.execute("UPDATE ledger_tally SET entries_to = 0, holds_to = 0")
        os.kill(os.getpid(), signal.SIGKILL)

    others = [ask(database, desk, f"{name}-lost-{n}", True) for n in range(20)]
    await asyncio.gather(*others[:10], database.write(half), *others[10:])

async def main(where, task, name, count):
    database = opened(where)
    desk = HoldDesk(database, MovableClock())
    print("ready", flush=True)
    sys.stdin.readline()
    await (die(database, desk, name, count) if task == "die" else race(database, desk, name, count, task == "settled"))
    sys.stdin.readline()
    await database.aclose()

asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
"""


def race(database: Database, task: str) -> list[str]:
    """The runs that were let in, all processes beginning at once."""
    others = [OtherProcess(OTHER, database, task, f"p{number}", ASKED) for number in range(PROCESSES)]
    try:
        assert [other.read() for other in others] == ["ready"] * PROCESSES
        for other in others:
            other.go_on()
        return [run_id for other in others for run_id in other.read().split()]
    finally:
        for other in others:
            other.kill()


async def assert_whole(database: Database) -> None:
    """No row is missing or twice, and what is sealed is what was written."""
    for book in BOOKS:
        rows = await database.fetch(f"SELECT position FROM ledger_{book} ORDER BY position")
        assert [position for (position,) in rows] == list(range(1, len(rows) + 1))
        await Sealer(database, NOW.timestamp).seal()
        found = verify(database, book)
        assert (found.sealed, found.unsealed, found.fault) == (len(rows), 0, None)


@pytest.mark.parametrize("is_prepaid", [False, True])
async def test_four_processes_hold_no_more_than_there_is(database: Database, is_prepaid: bool) -> None:
    if is_prepaid:
        PrepaidAccounts(database).credit("acme", LIMIT, NOW.timestamp())
        PrepaidAccounts(database).mark("acme", NOW.timestamp())
    else:
        BudgetBook(database).set(Budget("account", "acme", "day", LIMIT), NOW.timestamp())
    admitted = race(database, "held")
    held = {entry.run_id: entry.amount_usd for entry in DatabaseLedger(database).holds()}
    assert sorted(held) == sorted(admitted)
    # What is left is less than the least that any of the 200 would have taken.
    assert LIMIT - Decimal("0.02") < sum(held.values()) <= LIMIT
    await assert_whole(database)


async def test_four_processes_spend_no_more_than_there_is_at_any_moment(database: Database) -> None:
    BudgetBook(database).set(Budget("account", "acme", "total", LIMIT), NOW.timestamp())
    admitted = race(database, "settled")
    ledger = DatabaseLedger(database)
    assert sorted(entry.run_id for entry in ledger.entries()) == sorted(admitted)
    assert ledger.balance_usd("acme") == Decimal("0.02") * len(admitted) <= LIMIT
    assert most_at_once(ledger) <= LIMIT
    (state,) = BudgetBook(database).list(NOW.timestamp())
    assert (state.spent_usd, state.held_usd) == (ledger.balance_usd("acme"), 0)
    await assert_whole(database)


@pytest.mark.parametrize("has_budget", [False, True])
async def test_a_process_killed_in_the_middle_of_a_transaction_loses_nothing_that_was_told(
    database: Database, has_budget: bool
) -> None:
    if has_budget:
        BudgetBook(database).set(Budget("account", "acme", "total", Decimal(10)), NOW.timestamp())
    other = OtherProcess(OTHER, database, "die", "p", 10)
    assert other.read() == "ready"
    other.go_on()
    told = list(iter(other.read, ""))
    other.kill()
    assert told == [f"p-{number}" for number in range(10)]
    ledger = DatabaseLedger(database)
    charged = [entry.run_id for entry in ledger.entries()]
    # Whatever else was written was written whole: a charge with the release of its hold.
    assert charged[:10] == told
    assert [entry.run_id for entry in ledger.holds() if entry.kind == "release"] == charged
    (counted,) = await database.fetch("SELECT entries_to, holds_to FROM ledger_tally")
    assert (counted == (0, 0)) is not has_budget
    desk, wanted = HoldDesk(database, MovableClock()), wants("after", "1")
    await settle(database, desk, wanted, await desk.reserve(wanted), a_charge("after", "1"))
    assert [entry.run_id for entry in ledger.entries()] == [*charged, "after"]
    await assert_whole(database)
