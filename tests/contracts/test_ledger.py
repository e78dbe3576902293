"""What every `Ledger` keeps to, whatever it is built on."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

Books = tuple[Database, DatabaseLedger]


@pytest.fixture
def books(database: Database) -> Books:
    database.migrate(COMPONENT, MIGRATIONS)
    return database, DatabaseLedger(database)


def an_entry(entry_id: str = "r1:charge", amount_usd: str = "0.00213375", **changes: object) -> Entry:
    facts: dict[str, object] = {
        "entry_id": entry_id,
        "account_id": "acme",
        "key_id": "key1",
        "run_id": entry_id.partition(":")[0],
        "kind": "charge",
        "amount_usd": Decimal(amount_usd),
        "created_at": 1_790_000_000.25,
        "model_id": "cmc-ai-v1-gpt-5.1",
        "served_by": "gpt-5.1-2025-11-13",
        "price_version": "2026-09-01",
        "usage": Usage(1843, 27, 1024, 5),
    }
    return Entry(**{**facts, **changes})  # type: ignore[arg-type]


async def record(books: Books, *entries: Entry) -> None:
    database, ledger = books
    batch = database.batch()
    ledger.record(batch, entries)
    await batch.commit()


async def test_an_entry_comes_back_exactly_as_it_was_recorded(books: Books) -> None:
    entries = (
        an_entry(),
        an_entry("r2:charge", "0", run_id="r2", usage=Usage(), usage_is_estimated=True, outcome="cancelled"),
        an_entry("r3:refund", "-123456789012345678901234567890.000000000000000001", run_id="r3", kind="refund"),
    )
    await record(books, *entries)
    assert books[1].entries() == entries


async def test_amounts_keep_every_digit_they_were_written_with(books: Books) -> None:
    await record(books, an_entry(amount_usd="1E-18"), an_entry("r1:b", "0.10"), an_entry("r1:c", "1E+3"))
    assert [format(entry.amount_usd, "f") for entry in books[1].entries()] == ["0.000000000000000001", "0.10", "1000"]


async def test_entries_are_in_the_order_they_were_recorded(books: Books) -> None:
    for number in (3, 1, 2):
        await record(books, an_entry(f"r{number}:charge"))
    assert [entry.entry_id for entry in books[1].entries()] == ["r3:charge", "r1:charge", "r2:charge"]


async def test_entries_are_found_by_account_key_and_run(books: Books) -> None:
    await record(
        books,
        an_entry("r1:a", account_id="acme", key_id="key1"),
        an_entry("r2:b", account_id="acme", key_id="key2"),
        an_entry("r3:c", account_id="other", key_id="key3"),
        an_entry("r4:d", account_id="acme", key_id="key1"),
    )

    def found(**wanted: str) -> list[str]:
        return [entry.entry_id for entry in books[1].entries(**wanted)]

    assert found() == ["r1:a", "r2:b", "r3:c", "r4:d"]
    assert found(account_id="acme") == ["r1:a", "r2:b", "r4:d"]
    assert found(key_id="key1") == ["r1:a", "r4:d"]
    assert found(run_id="r3") == ["r3:c"]
    assert found(account_id="acme", key_id="key1", run_id="r4") == ["r4:d"]
    assert found(account_id="other", key_id="key1") == []


async def test_an_entry_must_carry_the_id_of_its_run(books: Books) -> None:
    with pytest.raises(ValueError, match="must begin with its run's id 'r2' and a colon"):
        await record(books, an_entry("r1:charge", run_id="r2"))


async def test_what_is_loaded_on_a_requests_path_is_what_commands_read(books: Books) -> None:
    await record(books, an_entry("r1:a"), an_entry("r2:b", key_id="key2"), an_entry("r2:hold", kind="hold"))
    ledger = books[1]
    for wanted in ({}, {"run_id": "r2"}, {"key_id": "key1"}, {"account_id": "nobody"}):
        assert await ledger.load_entries(**wanted) == ledger.entries(**wanted)
        assert await ledger.load_holds(**wanted) == ledger.holds(**wanted)
    assert [entry.entry_id for entry in await ledger.load_holds(run_id="r2")] == ["r2:hold"]


async def test_a_run_was_answered_if_its_charge_says_so(books: Books) -> None:
    began = 1_790_000_000.25
    await record(
        books,
        an_entry("r1:0:charge", "0"),
        an_entry("r1:0:surcharge", kind="surcharge"),
        an_entry("r2:0:charge", outcome="cancelled"),
        an_entry("r3:0:charge", outcome="failed"),
        an_entry("r3:refund", kind="refund"),
        an_entry("r4:0:charge", key_id="key2"),
        an_entry(":credit", run_id="", kind="credit"),
    )
    ledger = books[1]
    answered = {run_id: await ledger.was_answered(run_id, "key1", began - 1) for run_id in ("r1", "r2", "r3", "r4", "")}
    assert answered == {"r1": True, "r2": False, "r3": False, "r4": False, "": False}
    assert not await ledger.was_answered("r1", "key1", began)
    assert not await ledger.was_answered("r", "key1", 0.0)


async def test_nothing_is_charged_before_the_commit(books: Books) -> None:
    database, ledger = books
    ledger.record(database.batch(), [an_entry()])
    assert ledger.entries() == ()


async def test_nothing_is_charged_twice(books: Books) -> None:
    await record(books, an_entry(amount_usd="1"))
    with pytest.raises(InternalError, match="an entry of this id is there already"):
        await record(books, an_entry(amount_usd="2"))
    assert [entry.amount_usd for entry in books[1].entries()] == [Decimal(1)]


async def test_of_the_same_charge_made_many_times_at_once_one_is_recorded(books: Books) -> None:
    outcomes = await asyncio.gather(*(record(books, an_entry()) for _ in range(20)), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, InternalError) for outcome in outcomes) == 19
    assert len(books[1].entries()) == 1


async def test_a_refused_entry_takes_its_whole_batch_with_it(books: Books) -> None:
    await record(books, an_entry())
    with pytest.raises(InternalError):
        await record(books, an_entry("r2:charge"), an_entry())
    assert [entry.entry_id for entry in books[1].entries()] == ["r1:charge"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_no_sum_of_money_is_refused(books: Books, amount: str) -> None:
    database, ledger = books
    with pytest.raises(ValueError, match="no sum of money"):
        ledger.record(database.batch(), [an_entry(amount_usd=amount)])


async def test_a_balance_is_the_exact_sum_of_charges_and_credits(books: Books) -> None:
    await record(
        books,
        an_entry("a:charge", "0.1"),
        an_entry("b:charge", "0.2"),
        an_entry("c:charge", "0.2", kind="surcharge"),
        an_entry("d:charge", "-10", kind="credit"),
        an_entry("e:charge", "1000", account_id="other"),
    )
    # 0.1 + 0.2 + 0.2 - 10 = -9.5
    assert books[1].balance_usd("acme") == Decimal("-9.5")


async def test_a_balance_does_not_round_where_ordinary_decimals_would(books: Books) -> None:
    await record(books, an_entry("a:charge", "1" + "0" * 30), an_entry("b:charge", "0." + "0" * 29 + "1"))
    # 10^30 + 10^-30 has 61 digits; the default decimal context keeps 28.
    assert str(books[1].balance_usd("acme")) == "1" + "0" * 30 + "." + "0" * 29 + "1"


async def test_a_thousand_small_charges_sum_up_exactly(books: Books) -> None:
    await asyncio.gather(*(record(books, an_entry(f"r{number}:charge", "0.00213375")) for number in range(1000)))
    # 1000 x 0.00213375 = 2.13375
    assert books[1].balance_usd("acme") == Decimal("2.13375")


async def test_an_unknown_account_has_nothing(books: Books) -> None:
    assert books[1].balance_usd("nobody") == Decimal(0)
