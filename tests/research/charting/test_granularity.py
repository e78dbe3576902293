"""Buckets fit the range: enough to see something, no more than a screen shows, none finer than is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.research.charting.granularity import coarser, fit_granularity, step_of
from cryptodesk.research.charting.specs import MOST_ROWS


@pytest.mark.parametrize(
    ("days", "granularity"),
    [(0.25, "5m"), (1, "15m"), (2, "15m"), (7, "1h"), (14, "4h"), (30, "1d"), (90, "1d"), (365, "1d"), (366, "1d")],
)
def test_the_usual_ranges(days: float, granularity: Granularity) -> None:
    for is_thinned in (True, False):
        assert fit_granularity(timedelta(days=days), "5m", is_thinned=is_thinned) == granularity


@pytest.mark.parametrize("days", [0.2, 0.5, 1, 2, 3, 7, 10, 14, 25, 30, 45, 90, 180, 365, 400, 700, 1500, 2800, 6000])
def test_bars_are_between_thirty_and_four_hundred(days: float) -> None:
    length = timedelta(days=days)
    assert 30 <= length / step_of(fit_granularity(length, "5m", is_thinned=False)) <= MOST_ROWS


@pytest.mark.parametrize("days", [700, 2078, 5000])
def test_a_long_line_is_read_by_the_day_and_thinned_later(days: int) -> None:
    assert fit_granularity(timedelta(days=days), "5m", is_thinned=True) == "1d"


def test_a_line_of_decades_is_read_by_the_week() -> None:
    assert fit_granularity(timedelta(days=6000), "5m", is_thinned=True) == "1w"


@pytest.mark.parametrize("is_thinned", [True, False])
def test_nothing_is_finer_than_what_is_kept(is_thinned: bool) -> None:
    assert fit_granularity(timedelta(hours=6), "1d", is_thinned=is_thinned) == "1d"
    assert fit_granularity(timedelta(hours=6), "1h", is_thinned=is_thinned) == "1h"


def test_a_whole_record_of_unknown_length_is_drawn_by_days_or_weeks() -> None:
    assert fit_granularity(None, "5m", is_thinned=True) == "1d"
    assert fit_granularity(None, "5m", is_thinned=False) == "1w"


def test_days_stand_in_for_what_is_finer_where_the_range_has_some() -> None:
    assert coarser("1h", timedelta(days=7)) == ("1d",)
    assert coarser("15m", timedelta(days=1)) == ()
    assert coarser("1d", timedelta(days=30)) == ()
    assert coarser("4h", None) == ("1d",)
