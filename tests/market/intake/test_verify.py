"""The check finds what is wrong and keeps quiet about what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.intake.verify import Finding, verify
from cryptodesk.market.records import Asset
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY, HOUR, candles, coin

__all__ = ["database", "postgres_server"]

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
NOW = BEGAN + 21 * DAY


def problems(database: Database, max_age: timedelta | None = None, now: datetime = NOW) -> list[Finding]:
    return [finding for finding in verify(database, now, max_age) if finding.level == "problem"]


async def change(database: Database, sql: str, *values: object) -> None:
    await database.execute(sql, values)


async def test_what_ships_and_what_is_saved_properly_has_no_problem(database: Database) -> None:
    await ensure_snapshot(
        database, [Asset(1, "Bitcoin", "BTC", "bitcoin", exchange_symbols={"binance_usdm": "BTCUSDT"})]
    )
    feed = StoredFeed(database)
    await feed.save_records([coin(number) for number in range(100)], "first", is_list=True)
    for interval in ("5m", "1h", "1d", "1w"):
        await feed.save_candles(candles(BEGAN, [1.0, 2.0, 3.0], interval))  # type: ignore[arg-type]
    assert problems(database, now=BEGAN + 365 * DAY) == []


async def test_missing_candles_are_counted(database: Database) -> None:
    await StoredFeed(database).save_candles(candles(BEGAN, [1.0] * 20))
    await change(
        database,
        "DELETE FROM candles WHERE opened_at BETWEEN ? AND ?",
        *(int((BEGAN + days * DAY).timestamp()) for days in (3, 5)),
    )
    (gap,) = problems(database)
    assert gap.subject == "somewhere BTC-USD 1d (asset 1)"
    assert gap.what == "3 candles are missing from 2026-01-08 00:00 UTC on"


@pytest.mark.parametrize("assignment", ["high = 0.1", "low = -1", "close = 99", "volume = -1", "low = 50"])
async def test_impossible_candles_are_found(database: Database, assignment: str) -> None:
    await StoredFeed(database).save_candles(candles(BEGAN, [1.0] * 3))
    await change(database, f"UPDATE candles SET {assignment} WHERE opened_at = ?", int((BEGAN + DAY).timestamp()))
    (found,) = problems(database)
    assert found.what.startswith("1 candles cannot be")
    assert found.what.endswith("the first at 2026-01-06 00:00 UTC")


async def test_candles_that_overlap_are_found(database: Database) -> None:
    await StoredFeed(database).save_candles(candles(BEGAN, [1.0] * 3))
    await change(database, "INSERT INTO candles SELECT series_id, opened_at + 3600, 0, 1, 2, 0.5, 1, 1, 1 FROM candles")
    assert [found.what[:42] for found in problems(database)] == ["3 candles do not begin at a whole 1d, or o"]


async def test_age_is_a_note_until_a_limit_is_given(database: Database) -> None:
    await StoredFeed(database).save_candles(candles(BEGAN, [1.0] * 3))
    (note,) = verify(database, NOW)
    assert (note.level, note.what) == ("note", "the last candle closed 18 days ago")
    assert [found.what for found in problems(database, 5 * DAY)] == ["the last candle closed 18 days ago"]
    assert problems(database, 19 * DAY) == []
    assert verify(database, BEGAN + 4 * DAY) == []
    assert [found.what for found in problems(database, now=BEGAN + HOUR)] == ["the last candle closes in the future"]


async def test_a_damaged_page_and_lost_pages_are_found(database: Database) -> None:
    await StoredFeed(database).save_records([coin(number) for number in range(100)], "first", is_list=True)
    ((body,),) = database.read("SELECT body FROM record_pages LIMIT 1")
    damaged = bytearray(body)
    damaged[len(damaged) // 2] ^= 0x01
    await change(database, "UPDATE record_pages SET body = ? WHERE body = ?", bytes(damaged), body)
    assert [found.what for found in problems(database)] == ["1 pages fail their checksum; pull or fetch them again"]
    await change(database, "DELETE FROM record_pages")
    assert [found.what for found in problems(database)] == [
        "100 keys lead to no page",
        "1 batches have lost their pages",
    ]


async def test_an_empty_series_is_found(database: Database) -> None:
    await StoredFeed(database).save_candles(candles(BEGAN, [1.0]))
    await change(database, "DELETE FROM candles")
    assert [found.what for found in problems(database)] == ["the series is empty"]
