"""The reading of the books after kills: good books pass, and each kind of loss is named."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from bench.survival.books import Finding, check
from bench.survival.clients import Acknowledged
from bench.survival.upstream import OUTPUT_USD, cost_usd

from cryptodesk.core.money import HoldWanted
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.ledger.support import NOW, MovableClock, a_charge, open_ledger, wants

AT = NOW.timestamp()
HELD_FOR_READING = Decimal("0.0004")


async def begin(database: SqliteDatabase, number: int) -> None:
    """A run that is held and never ends."""
    await HoldDesk(database, MovableClock()).reserve(_wanted(number))


def _wanted(number: int) -> HoldWanted:
    return wants(f"r{number}", str(HELD_FOR_READING + number * OUTPUT_USD))


async def answer(database: SqliteDatabase, number: int, outcome: str = "finished") -> Acknowledged:
    """A run from its hold to its charge."""
    desk, wanted = HoldDesk(database, MovableClock()), _wanted(number)
    hold = await desk.reserve(wanted)
    batch = database.batch()
    desk.release(batch, wanted, hold, "finished")
    DatabaseLedger(database).record(batch, [a_charge(f"r{number}", str(cost_usd(number)), outcome=outcome)])
    await batch.commit()
    return Acknowledged(number, f"r{number}", cost_usd(number))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    with open_ledger(tmp_path) as database:
        apply_migrations(database.path, "state", STATE_MIGRATIONS)
        yield database.path


def after(path: Path, *answered: int, killed: tuple[int, ...] = ()) -> list[Acknowledged]:
    async def run() -> list[Acknowledged]:
        with SqliteDatabase(path) as database:
            for number in killed:
                await begin(database, number)
            return [await answer(database, number) for number in answered]

    return asyncio.run(run())


def told(path: Path, acknowledged: list[Acknowledged], *billed: int) -> Finding:
    return check(path, acknowledged, {number: billed.count(number) for number in billed}, AT)


def test_answered_runs_and_killed_ones_are_told_apart_to_the_cent(path: Path) -> None:
    found = told(path, after(path, 100, 101, killed=(102, 103)), 100, 101, 102)
    assert found.faults == ()
    assert (found.held, found.charged, found.open_holds, found.lapsed) == (4, 2, 2, 2)
    assert (found.differences, found.explained, found.killed_usd) == (1, 1, cost_usd(102))
    assert found.billed_usd - found.charged_usd == found.killed_usd


def test_an_acknowledged_answer_without_its_charge_is_lost(path: Path) -> None:
    acknowledged = [*after(path, 100, killed=(101,)), Acknowledged(101, "r101", cost_usd(101))]
    found = told(path, acknowledged, 100, 101)
    assert "lost: the answer to question 101, run r101" in found.faults
    assert any("unexplained" in fault for fault in found.faults)
    assert found.explained == 0


def test_an_acknowledged_answer_whose_books_say_that_it_was_cut_is_lost(path: Path) -> None:
    acknowledged = after(path, 100)
    with SqliteDatabase(path) as database:
        acknowledged.append(asyncio.run(answer(database, 101, "cancelled")))
    assert told(path, acknowledged, 100, 101).faults == ("lost: the answer to question 101, run r101",)


def test_what_reached_the_provider_before_it_was_held_is_named(path: Path) -> None:
    found = told(path, after(path, 100), 100, 777)
    assert found.faults == ("question 777 reached the provider without a hold",)


def test_what_was_asked_twice_is_named(path: Path) -> None:
    faults = told(path, after(path, 100), 100, 100).faults
    assert faults[0] == "question 100 was asked 2 times"
    assert faults[1].startswith("unexplained: Difference(name='r100'")


def test_an_answer_that_said_another_price_is_named(path: Path) -> None:
    (answered,) = after(path, 100)
    found = told(path, [Acknowledged(100, answered.run_id, Decimal("0.5"))], 100)
    assert found.faults == (f"run r100 was charged {cost_usd(100)}, its answer said 0.5",)


def test_a_charge_that_was_changed_behind_the_seal_is_named(path: Path) -> None:
    acknowledged = after(path, 100, 101)
    told(path, acknowledged, 100, 101)
    with closing(sqlite3.connect(path, isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ledger_entries_are_never_changed")
        outsider.execute("UPDATE ledger_entries SET model_id = 'other' WHERE position = 1")
    assert told(path, acknowledged, 100, 101).faults[0].startswith("entries: the entry at position 1")


def test_books_without_any_answer_prove_nothing(path: Path) -> None:
    assert "no acknowledged answer was held" in told(path, []).faults
