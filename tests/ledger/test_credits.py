"""Credits: counted once a run that ended well, by calendar month, and told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunStarted, TextDelta
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.ledger.credits import UNLIMITED_CREDITS, CreditBook, CreditTariff, MeteredEngine
from cryptodesk.storage.database import Database
from tests.ledger.support import open_ledger

NOW = datetime(2026, 9, 24, 16, 5, 10, tzinfo=UTC)
CALLER = Caller("acme", "key1")
STARTED = RunStarted("run1", 1, "m", "default")
END = RunFinished("stop", Usage(1, 1), Cost(Decimal(1)))


def a_request(trace_id: str = "t1", dialect: str = "messari_v1", account_id: str = "acme") -> RunRequest:
    caller = Caller(account_id, "key1")
    return RunRequest(caller, dialect, trace_id, "model", (text_message("user", "?"),))


async def remaining(book: CreditBook, account_id: str = "acme") -> int:
    return (await book.allowance(Caller(account_id, "key1"))).remaining


class FakeEngine:
    def __init__(self, *batches: list[RunEvent]) -> None:
        self.batches = batches
        self.closed = False

    async def run(self, request: RunRequest) -> AsyncIterator[list[RunEvent]]:
        try:
            for batch in self.batches:
                yield batch
        finally:
            self.closed = True


async def test_a_chat_takes_five_credits_and_a_deep_research_five_hundred(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=10_000)
    for number, dialect in enumerate(("messari_v1", "messari_v2", "messari_openai", "messari_vercel")):
        await book.use(a_request(f"t{number}", dialect))
    await book.use(a_request("job", "messari_deep_research"))
    # 10,000 - 4 x 5 - 500
    assert await remaining(book) == 9_480


@pytest.mark.parametrize("dialect", ["cmc", "local", "openai", ""])
async def test_other_dialects_take_none(database: Database, dialect: str) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100)
    await book.use(a_request(dialect=dialect))
    assert await remaining(book) == 100


async def test_a_run_counts_once_however_often_it_is_begun_again(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=1000)
    for _ in range(3):
        await book.use(a_request("job", "messari_deep_research"))
    assert await remaining(book) == 500


async def test_each_account_has_its_own(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100)
    await book.use(a_request())
    assert (await remaining(book), await remaining(book, "other")) == (95, 100)


async def test_the_allowance_is_of_the_calendar_month(database: Database) -> None:
    clock = FixedClock(NOW)
    book = CreditBook(database, clock, credits_a_month=100)
    for trace_id, moment in (
        ("august", datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC)),
        ("first", datetime(2026, 9, 1, tzinfo=UTC)),
        ("last", datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC)),
    ):
        clock.moment = moment
        await book.use(a_request(trace_id))
    allowance = await book.allowance(CALLER)
    assert (allowance.account_id, allowance.allocated, allowance.remaining) == ("acme", 100, 90)
    assert allowance.starts_at == datetime(2026, 9, 1, tzinfo=UTC).timestamp()
    assert allowance.ends_at == datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    clock.moment = datetime(2026, 10, 1, tzinfo=UTC)
    assert await remaining(book) == 100


async def test_december_ends_with_the_year(database: Database) -> None:
    book = CreditBook(database, FixedClock(datetime(2026, 12, 31, 12, tzinfo=UTC)))
    assert (await book.allowance(CALLER)).ends_at == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


async def test_what_remains_is_never_below_zero(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=7)
    for number in range(3):
        await book.use(a_request(f"t{number}"))
    assert await remaining(book) == 0


async def test_no_limit_is_told_as_a_large_number(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW))
    await book.use(a_request())
    allowance = await book.allowance(CALLER)
    assert (allowance.allocated, allowance.remaining) == (UNLIMITED_CREDITS, UNLIMITED_CREDITS - 5)


async def test_the_tariff_is_the_operators(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100, tariff=CreditTariff(chat=0, deep_research=60))
    await book.use(a_request())
    await book.use(a_request("job", "messari_deep_research"))
    assert await remaining(book) == 40


async def test_a_run_that_ends_well_is_counted_before_its_end_is_seen(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100)
    engine = FakeEngine([STARTED], [TextDelta("Yes.")], [END])
    batches = []
    async for batch in MeteredEngine(engine, book).run(a_request()):
        batches.append(batch)
        assert await remaining(book) == (95 if END in batch else 100)
    assert batches == list(engine.batches)
    assert engine.closed


async def test_a_failed_run_takes_no_credits(database: Database) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100)
    engine = FakeEngine([STARTED], [RunFailed(InternalError("x"))])
    assert [batch async for batch in MeteredEngine(engine, book).run(a_request())] == list(engine.batches)
    assert await remaining(book) == 100


async def test_a_run_that_is_closed_half_way_takes_no_credits_and_closes_the_engines(
    database: Database,
) -> None:
    book = CreditBook(database, FixedClock(NOW), credits_a_month=100)
    engine = FakeEngine([STARTED], [TextDelta("Yes.")], [END])
    events = MeteredEngine(engine, book).run(a_request())
    assert await anext(events) == [STARTED]
    await events.aclose()
    assert (engine.closed, await remaining(book)) == (True, 100)


async def test_an_answer_is_not_withheld_because_it_could_not_be_counted(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    book = CreditBook(database, FixedClock(NOW))
    database.close()
    engine = FakeEngine([STARTED], [END])
    assert [batch async for batch in MeteredEngine(engine, book).run(a_request())] == list(engine.batches)
    assert "could not be counted" in caplog.text


def test_a_months_sum_is_read_from_the_index_alone(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as database:
        (plan,) = database.read(
            "EXPLAIN QUERY PLAN SELECT sum(credits) FROM credit_uses WHERE account_id = 'a' AND used_at >= 1"
        )
    assert "COVERING INDEX credit_uses_by_account" in plan[3]
