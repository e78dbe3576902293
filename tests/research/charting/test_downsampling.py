"""Thinned lines keep their shape and their ends; joined candles keep open, high, low, close and volume."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from math import fsum, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptodesk.market.records import Candle
from cryptodesk.research.charting.downsampling import join_candles, thin
from tests.research.charting.fakes import DAY, NOW, START, bars, zigzag

_VALUES = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(_VALUES, min_size=1, max_size=300), st.integers(min_value=3, max_value=60))
def test_what_is_kept_is_a_part_in_order_with_both_ends(values: list[float], most: int) -> None:
    kept = thin(range(len(values)), [values], most)
    assert (kept[0], kept[-1]) == (0, len(values) - 1)
    assert all(before < after for before, after in pairwise(kept))
    assert set(kept) <= set(range(len(values)))
    assert len(kept) <= max(most, 1)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(_VALUES, _VALUES, st.integers(min_value=1, max_value=90_000)), min_size=3, max_size=200),
    st.integers(min_value=6, max_value=40),
)
def test_several_columns_at_uneven_moments_share_their_places(rows: list[tuple[float, float, int]], most: int) -> None:
    times = [sum(step for _, _, step in rows[: at + 1]) for at in range(len(rows))]
    kept = thin(times, [[row[0] for row in rows], [row[1] for row in rows]], most)
    assert (kept[0], kept[-1]) == (0, len(rows) - 1)
    assert len(kept) == len(set(kept)) <= most


def test_a_spike_among_thousands_survives() -> None:
    values = [sin(at / 90) for at in range(5000)]
    values[3217] = 40.0
    kept = thin(range(5000), [values], 100)
    assert len(kept) == 100
    assert 3217 in kept


def test_few_points_are_all_kept() -> None:
    assert thin([1, 2, 3], [[5.0, 6.0, 7.0]], 400) == [0, 1, 2]


def test_too_few_places_for_the_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        thin(range(10), [[0.0] * 10, [1.0] * 10], 5)


def test_a_week_has_the_first_open_the_extremes_the_last_close_and_all_that_was_traded() -> None:
    closes = [10, 30, 20, 5, 15, 12, 11, *zigzag(7)]
    days = bars(1, closes).candles
    first, second = join_candles(days, "1w", START + 14 * DAY)
    assert (first.opened_at, first.open, first.high, first.low, first.close) == (START, 9, 32, 2, 11)
    assert (first.volume, first.quote_volume) == (sum(range(10, 17)), 7000 + sum(range(7)))
    assert second.close == closes[-1]


def test_a_week_that_is_not_over_and_one_the_record_begins_in_are_left_out() -> None:
    days = bars(1, zigzag(20), START + 2 * DAY).candles  # Wednesday to Monday in three weeks
    weeks = join_candles(days, "1w", START + 22 * DAY)
    assert [week.opened_at for week in weeks] == [START + 7 * DAY, START + 14 * DAY]


def test_a_part_of_one_bucket_alone_is_kept_if_the_bucket_is_over() -> None:
    days = bars(1, zigzag(3), START + 2 * DAY).candles
    assert len(join_candles(days, "1w", NOW)) == 1


def test_values_are_not_added_where_some_are_unknown() -> None:
    days = bars(1, zigzag(7), has_values=False).candles
    assert join_candles(days, "1w", NOW)[0].quote_volume is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(min_value=1, max_value=1e6), min_size=1, max_size=120), st.sampled_from(["1w", "1mo"]))
def test_joined_candles_hold_the_extremes_and_the_volume_of_the_days_in_them(closes: list[float], name: str) -> None:
    days = bars(1, closes).candles
    joined = join_candles(days, name, START + 400 * DAY)  # type: ignore[arg-type]
    inside = [day for day in days if any(one.opened_at <= day.opened_at for one in joined)]
    assert max((one.high for one in joined), default=0) == max((day.high for day in inside), default=0)
    assert fsum(one.volume for one in joined) == pytest.approx(fsum(day.volume for day in inside))
    assert all(one.low <= min(one.open, one.close) <= max(one.open, one.close) <= one.high for one in joined)
    assert all(after.opened_at - before.opened_at >= timedelta(days=7) for before, after in pairwise(joined))


def test_nothing_joins_into_nothing() -> None:
    none: tuple[Candle, ...] = ()
    assert join_candles(none, "1w", NOW) == ()
