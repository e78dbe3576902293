"""How the data of a chart are asked: ranges that roll back, coarser buckets, another currency, one clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.core.clock import FixedClock
from cryptodesk.market.metrics import MetricDesk
from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.market.records import CandleSeries
from cryptodesk.research.charting import ChartSpec
from cryptodesk.research.charting.gathering import Ask, Gathered, gather
from cryptodesk.research.charting.specs import ChartKind
from tests.market.feeds.fakes import MemoryFeed
from tests.research.charting.fakes import DAY, NOW, START, bars, feed_of, points, zigzag


async def _gather(
    feed: MemoryFeed,
    metric: str,
    start: datetime | None,
    *,
    granularity: Granularity = "1d",
    kind: ChartKind = "line",
    currency: str = "USD",
    as_of: datetime | None = None,
    end: datetime = NOW,
    **spec: Any,
) -> Gathered:
    record = find_metric(metric)
    assert record is not None
    made = ChartSpec(metric=metric, entities=(1,), asked_at=NOW, start=start, end=end, **spec)
    ask = Ask(
        spec=made,
        metric=record,
        names={1: 1},
        start=start,
        end=end,
        granularity=granularity,
        currency=currency,
        as_of=as_of,
        kind=kind,
    )
    return await gather(ask, MetricDesk(feed, FixedClock(NOW)), feed)


def _opened(found: Gathered) -> list[datetime]:
    return [candle.opened_at for candle in found.candles[0].candles]


async def test_a_range_counted_back_holds_so_many_whole_days() -> None:
    found = await _gather(feed_of(bars(1, zigzag(60))), "price", NOW - 30 * DAY, is_rolling=True)
    assert len(_opened(found)) == 30
    assert _opened(found)[-1] == NOW.replace(hour=0) - DAY


async def test_a_range_counted_back_ends_with_the_newest_datum_where_that_is_old() -> None:
    old = bars(1, zigzag(60), START - 100 * DAY)
    found = await _gather(feed_of(old), "price", NOW - 30 * DAY, is_rolling=True)
    assert len(_opened(found)) == 30
    assert _opened(found)[-1] == START - 41 * DAY


async def test_a_partly_filled_range_is_moved_back_as_well() -> None:
    found = await _gather(feed_of(bars(1, zigzag(50))), "price", NOW - 30 * DAY, is_rolling=True)
    assert len(_opened(found)) == 30
    assert _opened(found)[-1] == START + 49 * DAY


async def test_a_range_of_dates_stays_where_it_was_asked() -> None:
    old = bars(1, zigzag(60), START - 100 * DAY)
    found = await _gather(feed_of(old), "price", NOW - 30 * DAY)
    assert found.candles == ()
    assert found.notes == ()


async def test_a_series_is_moved_back_by_its_own_date() -> None:
    old = points("tvl", "1", zigzag(60), START - 100 * DAY)
    found = await _gather(feed_of(old), "tvl", NOW - 30 * DAY, is_rolling=True)
    assert len(found.series[0].points) == 30


async def test_a_market_cap_that_is_computed_from_candles_is_moved_back_with_them() -> None:
    old = bars(1, zigzag(60), START - 200 * DAY)
    found = await _gather(feed_of(old), "market_cap", NOW - 30 * DAY, is_rolling=True)
    assert len(found.series[0].points) == 30


async def test_days_stand_in_for_hours_that_nobody_has() -> None:
    found = await _gather(feed_of(bars(1, zigzag(60))), "price", NOW - 7 * DAY, granularity="1h", is_rolling=True)
    assert found.ask.granularity == "1d"
    assert len(_opened(found)) == 7
    assert found.notes == ("Drawn from values of a day each: none of 1h are at hand.",)


async def test_hours_are_used_where_they_are_kept() -> None:
    hours = bars(1, zigzag(24 * 60), interval="1h")
    found = await _gather(feed_of(hours), "price", NOW - 7 * DAY, granularity="1h", is_rolling=True)
    assert (found.ask.granularity, len(_opened(found)), found.notes) == ("1h", 168, ())


async def test_dollars_stand_in_for_a_currency_without_a_series() -> None:
    found = await _gather(feed_of(bars(1, zigzag(60))), "price", NOW - 30 * DAY, currency="EUR")
    assert found.ask.currency == "USD"
    assert found.notes == ("Drawn in USD: no series in EUR is at hand.",)


async def test_bars_that_are_too_many_are_joined_into_longer_ones() -> None:
    days = bars(1, zigzag(4000), START - 4000 * DAY)
    found = await _gather(feed_of(days), "price", None, granularity="1w", kind="candles")
    assert found.ask.granularity == "1mo"
    assert 120 < found.longest < 140
    few = await _gather(
        feed_of(bars(1, zigzag(700), START - 700 * DAY)), "price", None, granularity="1w", kind="candles"
    )
    assert (few.ask.granularity, few.longest) == ("1w", 100)


async def test_a_last_week_that_the_record_ends_in_is_not_drawn() -> None:
    found = await _gather(feed_of(bars(1, zigzag(52))), "volume", START, granularity="1w", kind="histogram")
    assert [candle.opened_at for candle in found.candles[0].candles] == [START + week * 7 * DAY for week in range(7)]
    sums = points("fees", "1", zigzag(52))
    of_series = await _gather(feed_of(sums), "fees", START, granularity="1w", kind="histogram")
    assert [point.at for point in of_series.series[0].points] == [START + week * 7 * DAY for week in range(7)]


async def test_nothing_after_the_moment_of_the_run_is_read() -> None:
    as_of = START + 20 * DAY + timedelta(hours=5)
    found = await _gather(feed_of(bars(1, zigzag(60))), "price", START, as_of=as_of, end=as_of)
    assert _opened(found)[-1] == START + 19 * DAY


async def test_a_feed_that_tells_too_much_is_cut_at_the_question() -> None:
    found = await _gather(MemoryFeed.of(bars(1, zigzag(90))), "price", START)
    assert _opened(found)[-1] + DAY <= NOW


async def test_of_two_records_of_one_asset_the_first_is_drawn() -> None:
    other = bars(1, zigzag(60, 7.0), source="kraken")
    found = await _gather(feed_of(bars(1, zigzag(60)), other), "price", START)
    (kept,) = found.candles
    assert isinstance(kept, CandleSeries)
    assert kept.provenance.source == "binance"


async def test_why_there_is_nothing_comes_back() -> None:
    found = await _gather(feed_of(), "price", START)
    assert (found.longest, found.reasons) == (0, ("nothing of the kind is stored",))
