"""What a server said is remembered exactly as long as nothing of its area was changed, by whomever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.store import reading
from cryptodesk.market.store.moments import FAR_FUTURE
from cryptodesk.market.store.reading import CANDLES, SERIES, Reads, count_change, records_area
from cryptodesk.storage.database import Connection, Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.market.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

COUNT = "SELECT count(*) FROM ingested_files"
LATEST = "SELECT max(ingested_at) FROM ingested_files"


class Watched:
    """A server, by its looks, that counts what it is asked."""

    def __init__(self, database: Database) -> None:
        self.asked: list[str] = []
        self._database = database

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        self.asked.append(sql)
        return await self._database.fetch(sql, parameters)

    def questions(self, sql: str) -> int:
        return self.asked.count(sql)


@pytest.fixture
def watched(database: Database) -> Watched:
    return Watched(database)


@pytest.fixture
def reads(watched: Watched) -> Reads:
    return Reads(watched)  # type: ignore[arg-type]


async def add(database: Database, name: str, at: int = 0, area: str | None = CANDLES) -> None:
    def write(connection: Connection) -> None:
        connection.execute("INSERT INTO ingested_files VALUES (?, ?, 1, ?)", (name, name, at))
        if area is not None:
            count_change(connection, area)

    await database.write(write)


async def test_the_same_question_is_asked_once_until_its_area_changes(
    database: Database, watched: Watched, reads: Reads
) -> None:
    for expected in (0, 0, 0):
        assert await (await reads.begin(CANDLES)).fetch(COUNT) == [(expected,)]
    assert watched.questions(COUNT) == 1
    await add(database, "one")
    assert await (await reads.begin(CANDLES)).fetch(COUNT) == [(1,)]
    assert watched.questions(COUNT) == 2


async def test_a_change_elsewhere_makes_nothing_forgotten(database: Database, watched: Watched, reads: Reads) -> None:
    await (await reads.begin(CANDLES)).fetch(COUNT)
    await add(database, "one", area=SERIES)
    assert await (await reads.begin(CANDLES)).fetch(COUNT) == [(0,)]
    assert watched.questions(COUNT) == 1
    assert await (await reads.begin(SERIES)).fetch(COUNT) == [(1,)]


async def test_what_was_read_behind_a_change_is_not_taken_for_what_was_before(
    database: Database, watched: Watched, reads: Reads
) -> None:
    begun_before = await reads.begin(CANDLES)
    await add(database, "one")
    begun_after = await reads.begin(CANDLES)
    assert await begun_before.fetch(COUNT) == [(1,)]
    assert await begun_after.fetch(COUNT) == [(1,)]
    assert watched.questions(COUNT) == 2


async def test_a_change_that_was_undone_is_not_counted(database: Database, watched: Watched, reads: Reads) -> None:
    await (await reads.begin(CANDLES)).fetch(COUNT)

    def fail(connection: Connection) -> None:
        count_change(connection, CANDLES)
        raise InvalidRequest("on second thoughts, no")

    with pytest.raises(InvalidRequest, match="second thoughts"):
        await database.write(fail)
    await (await reads.begin(CANDLES)).fetch(COUNT)
    assert watched.questions(COUNT) == 1


async def test_what_is_not_worth_remembering_is_asked_each_time(watched: Watched, reads: Reads) -> None:
    begun = await reads.begin(CANDLES)
    for _ in range(2):
        await begun.fetch_anew(COUNT)
    assert watched.questions(COUNT) == 2


async def test_a_bound_that_changes_nothing_becomes_the_same_for_all(database: Database, reads: Reads) -> None:
    assert await (await reads.begin(CANDLES)).bound(5, LATEST, ()) == FAR_FUTURE
    await add(database, "one", at=10)
    begun = await reads.begin(CANDLES)
    assert [await begun.bound(until, LATEST, ()) for until in (9, 10, 11, FAR_FUTURE)] == [9, *[FAR_FUTURE] * 3]


async def test_memory_is_bounded_and_what_was_not_asked_for_the_longest_goes_first(
    database: Database, watched: Watched, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = reading._Memory(most_bytes=1000)
    monkeypatch.setattr(reads, "_memory", memory)
    begun = await reads.begin(CANDLES)
    texts = [f"SELECT '{letter * 40}'" for letter in "abcdefgh"]
    for text in texts[:3]:
        await begun.fetch(text)
    await begun.fetch(texts[0])
    for text in texts[3:]:
        await begun.fetch(text)
        await begun.fetch(texts[0])
    assert memory._bytes <= 1000
    assert watched.questions(texts[0]) == 1
    await begun.fetch(texts[1])
    assert watched.questions(texts[1]) == 2
    await begun.fetch("SELECT '" + "x" * 2000 + "'")
    assert watched.questions(texts[0]) == 1, "what is larger than a quarter of the memory is not kept at all"
    await begun.fetch(texts[0])
    assert watched.questions(texts[0]) == 1


async def test_a_file_is_read_each_time_for_that_costs_nothing(database: Database) -> None:
    begun = await Reads(database).begin(CANDLES)
    is_file = isinstance(database, SqliteDatabase)
    await begun.fetch(COUNT)
    await add(database, "one", area=None)
    assert await begun.fetch(COUNT) == [(1,)] if is_file else [(0,)]
    assert await begun.bound(5, LATEST, ()) == (5 if is_file else FAR_FUTURE)
    assert await begun.fetch_much(COUNT) == await begun.fetch(COUNT)


def test_each_kind_of_record_is_an_area_of_its_own() -> None:
    assert len({records_area("CoinListing"), records_area("Profile"), CANDLES, SERIES}) == 4
