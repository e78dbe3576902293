"""What limits cost: what is remembered, what needs no look at the database, and how requests share a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError, LedgerUnavailable, RateLimited
from cryptodesk.core.limits import Ask, Limit, Measure
from cryptodesk.core.requests import Caller
from cryptodesk.state.limits import DefaultLimits, LimitBook, StoredLimit
from cryptodesk.state.limits_desk import LimitDesk
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = datetime(2026, 9, 24, 12, 0, 30, tzinfo=UTC)
CALLER = Caller("acme", "k1")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "desk.db")
    opened.open()
    opened.migrate(COMPONENT, MIGRATIONS)
    yield opened
    opened.close()


def desk_of(database: SqliteDatabase, **key: int) -> LimitDesk:
    defaults = cast("dict[Measure, int]", key)
    return LimitDesk(database, FixedClock(NOW), LimitBook(database, DefaultLimits(key=defaults)))


def ask(number: int = 0, tokens: int = 0) -> Ask:
    return Ask(f"ask-{number}", CALLER, tokens, tokens)


async def test_a_caller_over_a_full_window_is_refused_without_a_look_at_the_database(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=1)
    desk.refuse_early(CALLER)
    await desk.admit(ask())
    before = database.transactions
    with pytest.raises(RateLimited, match="Resets in 30s"):
        desk.refuse_early(CALLER)
    for number in range(100):
        with pytest.raises(RateLimited):
            await desk.admit(ask(number))
    assert database.transactions == before
    desk.refuse_early(Caller("acme", "k2"))


async def test_a_limit_that_is_set_after_the_clock_was_put_back_binds_within_a_second(database: SqliteDatabase) -> None:
    book = LimitBook(database)
    at = NOW.timestamp()
    assert await book.of(CALLER, at + 86_400) == ()
    book.set(StoredLimit("key", "k1", "requests_a_minute", 1), at)
    assert len(await book.of(CALLER, at)) == 1


async def test_a_limit_that_is_raised_binds_no_longer_though_its_window_was_full(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=1)
    await desk.admit(ask())
    LimitBook(database).set(StoredLimit("key", "k1", "requests_a_minute", 2), 0.0)
    desk._clock.moment = NOW + timedelta(seconds=1.5)  # type: ignore[attr-defined]
    assert await desk.admit(ask(1)) is not None
    with pytest.raises(RateLimited):
        await desk.admit(ask(2))


async def test_requests_that_wait_share_transactions(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=1000, tokens_a_day=10**6)
    before = database.transactions
    admissions = await asyncio.gather(*(desk.admit(ask(number, 100)) for number in range(200)))
    assert database.transactions - before <= 2
    written = [desk.put_right(admission, 50) for admission in admissions if admission is not None]
    assert len(written) == 200
    await asyncio.gather(*(each for each in written if each is not None))
    assert database.transactions - before <= 3
    assert [state.used for state in await desk.look(CALLER)] == [200, 10_000]


async def test_looking_counts_nothing(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=3, streams=2, tokens_a_day=9)
    assert [state.used for state in [*await desk.look(CALLER), *await desk.look(CALLER)]] == [0] * 6
    assert await desk.look(Caller("nobody", "k")) != ()
    assert await desk_of(database).look(CALLER) == ()


async def test_a_database_that_fails_admits_nobody(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=3)
    database.write_blocking(lambda connection: connection.execute("DROP TABLE limit_uses").rowcount)
    with pytest.raises(LedgerUnavailable, match="nothing was run"):
        await desk.admit(ask())


async def test_what_cannot_be_given_back_is_logged_and_no_error(
    database: SqliteDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    desk = desk_of(database, tokens_a_day=300)
    admission = await desk.admit(ask(tokens=100))
    database.write_blocking(lambda connection: connection.execute("DROP TABLE limit_uses").rowcount)
    assert admission is not None
    written = desk.put_right(admission, 50)
    assert written is not None
    await written
    assert "1 runs gave back" in caplog.text


async def test_nothing_that_was_given_back_is_lost_when_a_server_ends(database: SqliteDatabase) -> None:
    desk = desk_of(database, streams=9, tokens_a_day=10_000)
    admissions = [await desk.admit(Ask(f"s{number}", CALLER, 100, 100, is_stream=True)) for number in range(3)]
    for admission in admissions:
        assert admission is not None
        desk.put_right(admission, 10)
    desk.count(CALLER, 500)
    await desk.drain()
    assert database.read("SELECT used FROM limit_uses") == [(530,)]
    assert database.read("SELECT count(*) FROM limit_streams") == [(0,)]
    await desk.drain()


async def test_states_of_windows_that_are_over_are_not_told(database: SqliteDatabase) -> None:
    desk = desk_of(database, requests_a_minute=3, requests_a_day=9)
    assert desk.states(CALLER) == ()
    await desk.admit(ask())
    assert [state.remaining for state in desk.states(CALLER)] == [2, 8]
    desk._clock.moment = NOW + timedelta(seconds=30)  # type: ignore[attr-defined]
    assert [state.limit.measure for state in desk.states(CALLER)] == ["requests_a_day"]


async def test_a_measure_of_a_newer_program_is_passed_over(database: SqliteDatabase) -> None:
    database.write_blocking(
        lambda connection: (
            connection.execute(
                "INSERT INTO limits VALUES ('key', 'k1', 'words_a_minute', 1, 0.0), ('key', 'k1', 'streams', 4, 0.0)"
            ).rowcount
        )
    )
    assert await LimitBook(database).of(CALLER, 0.0) == (Limit("key", "k1", "streams", 4),)


async def test_no_amount_below_zero_is_stored(database: SqliteDatabase) -> None:
    with pytest.raises(InternalError):
        LimitBook(database).set(StoredLimit("key", "k1", "streams", -1), 0.0)
