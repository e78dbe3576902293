"""One clock: what a moment may see of a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.records import (
    Candle,
    CandleSeries,
    CoinListing,
    MetricPoint,
    MetricSeries,
    Provenance,
)
from cryptodesk.market.visibility import visible_at

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def _candles(days: int = 3, known_at: datetime | None = None) -> CandleSeries:
    bars = tuple(Candle(START + day * DAY, 1.0, 2.0, 0.5, 1.5 + day, 10.0) for day in range(days))
    origin = Provenance("somewhere", "live", START + days * DAY, known_at=known_at)
    return CandleSeries(1, "1d", "USD", "BTC-USD", START, origin, bars)


def _points(known_at: datetime | None = None) -> MetricSeries:
    points = tuple(MetricPoint(START + day * DAY, float(day)) for day in range(3))
    origin = Provenance("somewhere", "live", START + 2 * DAY, known_at=known_at)
    return MetricSeries(metric="tvl", entity="aave", unit="USD", granularity="1d", provenance=origin, points=points)


def test_a_bar_is_seen_from_its_close_on_and_not_a_microsecond_before() -> None:
    second_close = START + 2 * DAY
    before = visible_at(_candles(), second_close - timedelta(microseconds=1))
    after = visible_at(_candles(), second_close)
    assert before is not None
    assert after is not None
    assert [len(before.candles), len(after.candles)] == [1, 2]
    assert before.provenance.as_of == START + DAY
    assert after.provenance.as_of == second_close


def test_a_whole_series_is_given_back_as_it_is() -> None:
    series = _candles()
    assert visible_at(series, START + 3 * DAY) is series


def test_before_the_first_close_there_is_no_series() -> None:
    assert visible_at(_candles(), START + DAY / 2) is None


@pytest.mark.parametrize("record", [_candles(known_at=START + 9 * DAY), _points(known_at=START + 9 * DAY)])
def test_what_became_known_later_did_not_exist(record: CandleSeries | MetricSeries) -> None:
    assert visible_at(record, START + 8 * DAY) is None
    assert visible_at(record, START + 9 * DAY) is not None


def test_points_after_the_moment_are_cut_off_and_the_date_is_not_later_than_it() -> None:
    seen = visible_at(_points(), START + DAY)
    assert seen is not None
    assert [point.value for point in seen.points] == [0.0, 1.0]
    assert seen.provenance.as_of == START + DAY


def test_another_record_is_seen_whole_or_not_at_all() -> None:
    listing = CoinListing(
        asset_id=1, name="Bitcoin", symbol="BTC", slug="bitcoin", provenance=Provenance("somewhere", "live", START)
    )
    assert visible_at(listing, START) is listing
    assert visible_at(listing, START - timedelta(seconds=1)) is None


def test_knowing_before_the_time_described_does_not_make_it_the_past() -> None:
    origin = Provenance("somewhere", "live", START, known_at=START - DAY)
    assert origin.visible_from == START


def test_a_sum_is_known_when_its_day_is_over_and_a_reading_at_once() -> None:
    points = (MetricPoint(START, 1.0), MetricPoint(START + DAY, 2.0))
    origin = Provenance("somewhere", "live", START + 2 * DAY)
    for metric, known in (("dex_volume", [1.0]), ("tvl", [1.0, 2.0])):
        series = MetricSeries(
            metric=metric, entity="all", unit="USD", granularity="1d", provenance=origin, points=points
        )
        seen = visible_at(series, START + DAY + timedelta(hours=23))
        assert seen is not None
        assert [point.value for point in seen.points] == known
