"""Candles keep when each became known, and what is held in memory never outlives a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.records import Candle, CandleSeries
from cryptodesk.market.store import DatabaseCandleStore
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY, HOUR, candles

__all__ = ["database", "postgres_server"]

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> DatabaseCandleStore:
    return DatabaseCandleStore(database)


def closes(series: CandleSeries | None) -> list[float]:
    assert series is not None
    return [candle.close for candle in series.candles]


async def test_saving_the_same_again_writes_nothing(database: Database, store: DatabaseCandleStore) -> None:
    assert await store.save_candles(candles(BEGAN, [1, 2, 3])) == 3
    assert await store.save_candles(candles(BEGAN, [1, 2, 3])) == 0
    assert await store.save_candles(candles(BEGAN + DAY, [2, 3, 4])) == 1
    assert database.read("SELECT count(*) FROM candles") == [(4,)]


@pytest.mark.parametrize("whole_first", [True, False])
async def test_a_correction_does_not_change_what_an_earlier_moment_sees(
    store: DatabaseCandleStore, whole_first: bool
) -> None:
    corrected_at = BEGAN + 10 * DAY
    await store.save_candles(candles(BEGAN, [1, 2, 3]))
    if whole_first:
        await store.load_candles(1, "1d")
    assert await store.save_candles(candles(BEGAN, [1, 20, 3]), corrected_at) == 1
    before = corrected_at - timedelta(seconds=1)
    assert closes(await store.load_candles(1, "1d", as_of=before)) == [1, 2, 3]
    assert closes(await store.load_candles(1, "1d", as_of=corrected_at)) == [1, 20, 3]
    assert closes(await store.load_candles(1, "1d")) == [1, 20, 3]
    assert closes(await store.load_candles(1, "1d", BEGAN + DAY, BEGAN + 2 * DAY, before)) == [2]


async def test_a_second_correction_counts_from_its_own_moment(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [1]))
    for days, close in ((5, 2.0), (7, 3.0)):
        await store.save_candles(candles(BEGAN, [close]), BEGAN + days * DAY)
    seen = {days: closes(await store.load_candles(1, "1d", as_of=BEGAN + days * DAY)) for days in (1, 5, 6, 7)}
    assert seen == {1: [1], 5: [2], 6: [2], 7: [3]}


async def test_candles_that_became_known_late_are_not_seen_before(store: DatabaseCandleStore) -> None:
    known_at = BEGAN + 30 * DAY
    await store.save_candles(candles(BEGAN, [1, 2], known_at=known_at))
    assert await store.load_candles(1, "1d", as_of=known_at - HOUR) is None
    assert await store.latest(1, known_at - HOUR) is None
    assert closes(await store.load_candles(1, "1d", as_of=known_at)) == [1, 2]


async def test_what_is_in_memory_is_read_anew_after_a_change_by_anybody(
    database: Database, store: DatabaseCandleStore
) -> None:
    await store.save_candles(candles(BEGAN, [1, 2]))
    first = await store.load_candles(1, "1d")
    again = await store.load_candles(1, "1d")
    assert first is not None
    assert again is not None
    assert again.candles is first.candles
    await DatabaseCandleStore(database).save_candles(candles(BEGAN + 2 * DAY, [3]))
    assert closes(await store.load_candles(1, "1d")) == [1, 2, 3]


async def test_a_part_reads_the_same_before_and_after_the_whole_was_read(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [float(day + 1) for day in range(40)]))
    asked = (BEGAN + 5 * DAY, BEGAN + 8 * DAY, BEGAN + 7 * DAY)
    cold = await store.load_candles(1, "1d", *asked)
    await store.load_candles(1, "1d")
    assert await store.load_candles(1, "1d", *asked) == cold
    assert closes(cold) == [6, 7]


async def test_a_series_of_one_source_may_be_in_several_currencies(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [1], currency="EUR", instrument="BTC-EUR"))
    assert await store.load_candles(1, "1d") is None
    await store.save_candles(candles(BEGAN, [2]))
    assert closes(await store.load_candles(1, "1d")) == [2]
    assert closes(await store.load_candles(1, "1d", quote_currency="eur")) == [1]


async def test_a_dollar_comes_before_a_dollar_stablecoin(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [1], currency="USDT", instrument="BTC-USDT"))
    await store.save_candles(candles(BEGAN, [2]))
    assert closes(await store.load_candles(1, "1d")) == [2]
    assert closes(await store.load_candles(1, "1d", quote_currency="USDT")) == [1]


async def test_the_fullest_series_is_chosen_and_of_equals_the_latest(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [1, 2, 3], source="binance_usdm"))
    await store.save_candles(candles(BEGAN + 2 * DAY, [30, 40], source="other"))
    assert closes(await store.load_fullest(1, "1d", (None, None, None))) == [1, 2, 3]
    assert closes(await store.load_fullest(1, "1d", (BEGAN + 2 * DAY, None, None))) == [30, 40]
    assert closes(await store.load_fullest(1, "1d", (BEGAN + 2 * DAY, BEGAN + 3 * DAY, None))) == [3]
    assert closes(await store.load_candles(1, "1d")) == [1, 2, 3]


async def test_onchain_tokens_have_candles_too(store: DatabaseCandleStore) -> None:
    token = "ethereum:0x514910771af9ca656af840dff83e8264ecf986ca"
    await store.save_candles(candles(BEGAN, [1], asset_id=token))
    series = await store.load_candles(token, "1d")
    assert series is not None
    assert series.asset_id == token
    await store.save_candles(candles(BEGAN, [1], asset_id="5"))
    assert await store.covered() == (5, token)
    assert await store.load_candles(5, "1d") == await store.load_candles("5", "1d")


async def test_intraday_series_are_read_by_span(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [float(place + 1) for place in range(48)], "1h"))
    series = await store.load_candles(1, "1h", BEGAN + 2 * HOUR, BEGAN + 5 * HOUR, BEGAN + 4 * HOUR)
    assert closes(series) == [3, 4]
    assert series is not None
    assert series.record_began_at == BEGAN
    assert closes(await store.load_candles(1, "1h"))[-1] == 48


async def test_what_was_live_is_a_snapshot_when_it_comes_back(store: DatabaseCandleStore) -> None:
    await store.save_candles(candles(BEGAN, [1]))
    series = await store.latest(1)
    assert series is not None
    assert (series.provenance.mode, series.provenance.as_of) == ("snapshot", BEGAN + DAY)
    (holding,) = store.holdings()
    assert (holding.kind, holding.mode, holding.rows, holding.last) == ("Candle 1d", "live", 1, BEGAN + DAY)


async def test_a_candle_without_turnover_stays_without(store: DatabaseCandleStore) -> None:
    series = candles(BEGAN, [1])
    bare = CandleSeries(1, "1d", "USD", "X", BEGAN, series.provenance, (Candle(BEGAN, 1, 2, 0.5, 1, 3.0),))
    await store.save_candles(bare)
    held = await store.load_candles(1, "1d")
    assert held is not None
    assert held.candles == bare.candles
