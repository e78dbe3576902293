"""Longer buckets are whole, dated by their start, and joined as the metric demands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.catalog.metrics import TimeBucket
from cryptodesk.market.metrics.buckets import Granularity, bucket_end, bucket_start, group_points, resample
from cryptodesk.market.records import MetricPoint

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def _days(*values: float, start: datetime = MONDAY) -> list[MetricPoint]:
    return [MetricPoint(start + index * DAY, value) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("granularity", "start", "end"),
    [
        ("5m", "2026-03-05T13:35", "2026-03-05T13:40"),
        ("4h", "2026-03-05T12:00", "2026-03-05T16:00"),
        ("1d", "2026-03-05T00:00", "2026-03-06T00:00"),
        ("1w", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("1mo", "2026-03-01T00:00", "2026-04-01T00:00"),
    ],
)
def test_a_bucket_has_a_start_and_an_end(granularity: Granularity, start: str, end: str) -> None:
    moment = datetime(2026, 3, 5, 13, 37, 12, tzinfo=UTC)
    begun = bucket_start(moment, granularity)
    assert begun == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert bucket_end(begun, granularity) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_december_ends_in_january() -> None:
    assert bucket_end(datetime(2026, 12, 1, tzinfo=UTC), "1mo") == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("how", "value"),
    [("last", 7.0), ("sum", 28.0), ("mean", 4.0), ("max", 7.0), ("min", 1.0), ("compound", 31.42)],
)
def test_a_week_is_joined_as_the_metric_demands(how: TimeBucket, value: float) -> None:
    points = resample(_days(1, 2, 3, 4, 5, 6, 7), "1w", how, MONDAY + 7 * DAY)
    assert [(point.at, round(point.value, 2)) for point in points] == [(MONDAY, value)]


def test_a_week_that_is_not_over_is_left_out() -> None:
    assert resample(_days(1, 2, 3), "1w", "last", MONDAY + 3 * DAY) == ()


def test_a_sum_of_half_a_week_is_not_given_but_its_last_value_is() -> None:
    thursday = MONDAY + 3 * DAY
    points = _days(*range(1, 12), start=thursday)
    until = thursday + 11 * DAY
    assert [point.value for point in resample(points, "1w", "sum", until)] == [5 + 6 + 7 + 8 + 9 + 10 + 11]
    assert [point.value for point in resample(points, "1w", "last", until)] == [4, 11]


@pytest.mark.parametrize("how", ["last", "sum", "mean", "max", "min", "compound"])
def test_a_week_that_the_points_stop_in_is_no_week_however_long_ago_it_was(how: TimeBucket) -> None:
    points = _days(*range(1, 11))
    later = MONDAY + 90 * DAY
    assert [point.at for point in resample(points, "1w", how, later, DAY)] == [MONDAY]
    whole = _days(*range(1, 15))
    assert [point.at for point in resample(whole, "1w", how, later, DAY)] == [MONDAY, MONDAY + 7 * DAY]


def test_points_as_long_as_a_bucket_are_all_whole() -> None:
    assert len(resample(_days(1, 2, 3), "1d", "last", MONDAY + 90 * DAY, DAY)) == 3


def test_only_moments_that_all_entities_have_are_joined() -> None:
    first, second = _days(1, 2, 3), _days(10, 20)
    assert [point.value for point in group_points([first, second], "sum")] == [11, 22]
    assert [point.value for point in group_points([first, second], "mean")] == [5.5, 11]
    assert group_points([], "sum") == ()
