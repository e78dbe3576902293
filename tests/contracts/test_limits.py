"""What limits keep to, whatever the database: nobody is admitted past one, and what is given back can be used again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import LargerThanLimit, RateLimited
from cryptodesk.core.limits import Ask, Measure, Scope
from cryptodesk.core.requests import Caller
from cryptodesk.state.limits import DefaultLimits, LimitBook, StoredLimit
from cryptodesk.state.limits_desk import STREAM_LAPSE_SECONDS, Admission, LimitDesk
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

NOW = datetime(2026, 9, 24, 12, 0, 30, tzinfo=UTC)
CALLER = Caller("acme", "k1")
SIBLING = Caller("acme", "k2")
STRANGER = Caller("other", "k3")


class Desk:
    """The desk of one process on the database, with a clock that can be moved."""

    def __init__(self, database: Database, **defaults: dict[Measure, int]) -> None:
        self.clock = FixedClock(NOW)
        self.book = LimitBook(database, DefaultLimits(**defaults))
        self.limits = LimitDesk(database, self.clock, self.book)
        self._asked = 0

    def set(self, scope: Scope, scope_id: str, measure: Measure, amount: int | None) -> None:
        self.book.set(StoredLimit(scope, scope_id, measure, amount), 0.0)

    async def ask(
        self, caller: Caller = CALLER, *, tokens: int = 0, least: int = 0, stream: bool = False
    ) -> Admission | None:
        self._asked += 1
        return await self.limits.admit(Ask(f"{id(self)}-{self._asked}", caller, tokens, least, stream))

    async def admitted(self, count: int, caller: Caller = CALLER, *, tokens: int = 0) -> int:
        """How many of so many requests at once were let in."""
        asked = await asyncio.gather(*(self.ask(caller, tokens=tokens) for _ in range(count)), return_exceptions=True)
        assert all(isinstance(each, Admission | RateLimited) for each in asked)
        return sum(isinstance(each, Admission) for each in asked)

    async def used(self, caller: Caller = CALLER) -> dict[str, int]:
        return {f"{each.limit.scope}:{each.limit.measure}": each.used for each in await self.limits.look(caller)}


@pytest.fixture
def migrated(database: Database) -> Database:
    database.migrate(COMPONENT, MIGRATIONS)
    return database


async def test_a_caller_without_limits_is_free_and_nothing_is_written(migrated: Database) -> None:
    desk = Desk(migrated)
    before = migrated.transactions
    assert not desk.limits.is_free(CALLER)  # nobody has looked yet
    assert await desk.ask(tokens=10**9, stream=True) is None
    assert (desk.limits.is_free(CALLER), migrated.transactions - before) == (True, 0)


async def test_exactly_the_limit_is_admitted_of_many_at_once(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 7})
    assert await desk.admitted(50) == 7
    assert await desk.admitted(10) == 0
    assert await desk.admitted(10, SIBLING) == 7


async def test_two_desks_share_one_window(migrated: Database) -> None:
    first, second = (Desk(migrated, account={"requests_a_day": 20}) for _ in range(2))
    counts = await asyncio.gather(first.admitted(15), second.admitted(15, SIBLING))
    assert sum(counts) == 20


async def test_the_next_window_begins_at_nothing(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 2, "requests_a_day": 3})
    assert await desk.admitted(5) == 2
    desk.clock.moment = NOW + timedelta(seconds=29.999)
    assert await desk.admitted(5) == 0
    desk.clock.moment = NOW + timedelta(seconds=30)
    assert await desk.admitted(5) == 1
    with pytest.raises(RateLimited) as refused:
        await desk.ask()
    assert refused.value.measure == "requests_a_day"
    assert refused.value.resets_at == datetime(2026, 9, 25, tzinfo=UTC)


async def test_a_clock_that_is_put_back_finds_the_window_it_left(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 2})
    assert await desk.admitted(2) == 2
    desk.clock.moment = NOW + timedelta(minutes=5)
    assert await desk.admitted(2) == 2
    await desk.limits.keep()
    desk.clock.moment = NOW
    assert await desk.admitted(2) == 0


async def test_what_is_refused_by_one_limit_counts_against_none(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 1}, account={"requests_a_day": 10})
    assert await desk.admitted(5) == 1
    assert await desk.used() == {"key:requests_a_minute": 1, "account:requests_a_day": 1}


async def test_a_key_and_its_account_are_counted_each(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 3}, account={"requests_a_minute": 4})
    assert [await desk.admitted(9, caller) for caller in (CALLER, SIBLING, STRANGER)] == [3, 1, 3]


async def test_what_is_stored_stands_in_place_of_the_default(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 2})
    desk.set("key", "k1", "requests_a_minute", 5)
    desk.set("key", "k2", "requests_a_minute", None)
    assert await desk.admitted(9) == 5
    assert await desk.ask(SIBLING) is None
    assert desk.book.clear("key", "k1") == 1
    desk.clock.moment = NOW + timedelta(seconds=2)  # what was known of the caller is forgotten by then
    assert await desk.admitted(1) == 0
    desk.set("key", "k1", "requests_a_minute", 6)
    desk.clock.moment = NOW + timedelta(seconds=4)
    assert await desk.admitted(9) == 1


async def test_a_limit_of_nothing_admits_nothing(migrated: Database) -> None:
    desk = Desk(migrated)
    desk.set("account", "acme", "requests_a_month", 0)
    assert await desk.admitted(3) == 0


async def test_tokens_are_set_aside_and_put_right(migrated: Database) -> None:
    desk = Desk(migrated, key={"tokens_a_minute": 1000, "tokens_a_day": 5000})
    first = await desk.ask(tokens=600, least=600)
    with pytest.raises(RateLimited, match="600 of the key's 1,000 tokens a minute"):
        await desk.ask(tokens=600, least=600)
    assert first is not None
    await desk.limits.settle(first, 350)
    assert await desk.used() == {"key:tokens_a_minute": 350, "key:tokens_a_day": 350}
    second = await desk.ask(tokens=600, least=600)
    assert second is not None
    await desk.limits.settle(second, 900)
    assert await desk.used() == {"key:tokens_a_minute": 1250, "key:tokens_a_day": 1250}
    assert [state.remaining for state in desk.limits.states(CALLER)] == [0, 3750]


async def test_what_nobody_knows_stays_as_it_was_set_aside(migrated: Database) -> None:
    desk = Desk(migrated, key={"tokens_a_day": 1000})
    admission = await desk.ask(tokens=400)
    assert admission is not None
    await desk.limits.settle(admission, None)
    assert await desk.used() == {"key:tokens_a_day": 400}


async def test_tokens_are_put_right_in_the_window_in_which_they_were_set_aside(migrated: Database) -> None:
    desk = Desk(migrated, key={"tokens_a_minute": 1000})
    admission = await desk.ask(tokens=900)
    desk.clock.moment = NOW + timedelta(minutes=1)
    assert await desk.admitted(1, tokens=300) == 1
    assert admission is not None
    await desk.limits.settle(admission, 100)
    assert await desk.used() == {"key:tokens_a_minute": 300}
    desk.clock.moment = NOW
    assert await desk.used() == {"key:tokens_a_minute": 100}


async def test_a_request_larger_than_its_limit_is_told_so(migrated: Database) -> None:
    desk = Desk(migrated, key={"tokens_a_minute": 1000})
    with pytest.raises(LargerThanLimit):
        await desk.ask(tokens=1001, least=1001)
    assert await desk.ask(tokens=5000, least=900) is not None  # the rest was only a guess
    assert await desk.used() == {"key:tokens_a_minute": 1000}


async def test_what_was_used_without_asking_is_counted_all_the_same(migrated: Database) -> None:
    desk = Desk(migrated, key={"tokens_a_day": 1000, "requests_a_day": 5})
    desk.limits.count(CALLER, 4000)
    await asyncio.gather(*desk.limits._counting)
    assert await desk.used() == {"key:tokens_a_day": 4000, "key:requests_a_day": 0}
    assert await desk.admitted(1, tokens=1) == 0


async def test_a_stream_that_ends_makes_room_for_the_next_at_once(migrated: Database) -> None:
    desk = Desk(migrated, key={"streams": 1})
    for _ in range(3):
        stream = await desk.ask(stream=True)
        with pytest.raises(RateLimited, match="1 of at most 1 streams open"):
            await desk.ask(stream=True)
        assert await desk.ask(stream=False) is not None
        assert stream is not None
        await desk.limits.settle(stream, None)


async def test_streams_of_an_account_are_counted_over_its_keys(migrated: Database) -> None:
    desk = Desk(migrated, key={"streams": 2}, account={"streams": 3})
    callers = [CALLER] * 5 + [SIBLING] * 5
    asked = await asyncio.gather(*(desk.ask(caller, stream=True) for caller in callers), return_exceptions=True)
    admitted = [isinstance(each, Admission) for each in asked]
    assert (sum(admitted), max(sum(admitted[:5]), sum(admitted[5:]))) == (3, 2)


async def test_streams_of_a_process_that_is_gone_free_themselves(migrated: Database) -> None:
    gone, desk = (Desk(migrated, key={"streams": 2}) for _ in range(2))
    await gone.ask(stream=True)
    kept = await desk.ask(stream=True)
    desk.clock.moment = NOW + timedelta(seconds=STREAM_LAPSE_SECONDS - 1)
    with pytest.raises(RateLimited):
        await desk.ask(stream=True)
    await desk.limits.keep()
    desk.clock.moment = NOW + timedelta(seconds=STREAM_LAPSE_SECONDS + 1)
    assert await desk.used() == {"key:streams": 1}
    assert await desk.ask(stream=True) is not None
    with pytest.raises(RateLimited):
        await desk.ask(stream=True)
    assert kept is not None
    await desk.limits.settle(kept, None)
    assert await desk.used() == {"key:streams": 1}


async def test_the_sole_process_frees_all_streams_at_its_start(migrated: Database) -> None:
    desk = Desk(migrated, key={"streams": 5})
    for _ in range(3):
        await desk.ask(stream=True)
    assert await desk.limits.release_abandoned() == 3
    assert await desk.used() == {"key:streams": 0}


async def test_windows_that_are_long_over_are_deleted(migrated: Database) -> None:
    desk = Desk(migrated, key={"requests_a_minute": 5, "requests_a_month": 50})
    for minute in range(4):
        desk.clock.moment = NOW + timedelta(minutes=minute)
        await desk.admitted(1)
    desk.clock.moment = NOW + timedelta(hours=1, minutes=2)
    await desk.limits.keep()
    left = sorted(row[0] for row in await migrated.fetch("SELECT counter FROM limit_uses"))
    assert [name.split(":")[1] for name in left] == ["requests_a_minute"] * 2 + ["requests_a_month"]


async def test_an_ask_that_is_cancelled_gives_back_its_stream_and_its_tokens(migrated: Database) -> None:
    desk = Desk(migrated, key={"streams": 1, "tokens_a_day": 100, "requests_a_day": 9})
    await desk.used()  # so that its limits are known and it is on its way with its first step
    asking = asyncio.create_task(desk.ask(stream=True, tokens=80))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await desk.used()  # by then it was counted, and is given back with whatever is written next
    assert await desk.used() == {"key:streams": 0, "key:tokens_a_day": 0, "key:requests_a_day": 1}
