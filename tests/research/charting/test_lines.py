"""Rows made from records: their order and units, shared moments, indices, and whether they show anything."""

from __future__ import annotations

from math import inf, nan

import pytest
from msgspec import structs

from cryptodesk.research.charting.lines import (
    Line,
    are_apart,
    candle_line,
    field_line,
    indexed,
    metric_line,
    shared,
    thinned,
    varies,
)
from tests.research.charting.fakes import DAY, START, bars, points, zigzag

SECONDS = int(START.timestamp())
DAY_SECONDS = 86_400


def _line(values: list[float], begins: int = 0, entity: int = 1) -> Line:
    return metric_line(entity, points("tvl", str(entity), values, START + begins * DAY))


def test_a_candle_is_time_open_high_low_close_and_value_traded() -> None:
    line = candle_line(1, bars(1, [10.0, 20.0]))
    assert line.rows == ((SECONDS, 9, 12, 7, 10, 1000), (SECONDS + DAY_SECONDS, 19, 22, 17, 20, 1001))
    assert (line.unit, line.instrument) == ("USD", "C1USD")


def test_where_a_bar_does_not_tell_its_value_all_volumes_are_in_coins() -> None:
    series = bars(1, [10.0, 20.0])
    blind = structs.replace(series.candles[1], quote_volume=None)
    line = candle_line(1, structs.replace(series, candles=(series.candles[0], blind)))
    assert [row[5] for row in line.rows] == [10, 11]
    assert line.unit == ""


def test_a_field_of_candles_leaves_out_what_is_unknown_or_no_number() -> None:
    series = bars(1, [10.0, nan, 30.0, inf])
    assert [row[1] for row in field_line(1, series, "close").rows] == [10, 30]
    assert field_line(1, bars(1, [1.0], has_values=False), "quote_volume").rows == ()
    assert [row[4] for row in candle_line(1, series).rows] == [10, 30]


def test_points_that_are_no_numbers_are_left_out() -> None:
    assert [row[1] for row in _line([1.0, nan, 3.0]).rows] == [1, 3]


def test_a_line_varies_if_its_second_column_does() -> None:
    assert varies(_line([1.0, 1.0, 2.0]))
    assert not varies(_line([1.0, 1.0, 1.0]))
    assert not varies(_line([]))


def test_shared_moments_are_those_of_all() -> None:
    first, second = shared([_line([1, 2, 3, 4]), _line([7, 8, 9, 10], begins=2, entity=2)])
    assert first.times == second.times == [SECONDS + 2 * DAY_SECONDS, SECONDS + 3 * DAY_SECONDS]
    assert (first.values, second.values) == ([3, 4], [7, 8])
    assert shared([]) == ()


def test_an_index_begins_at_a_hundred_and_keeps_the_changes() -> None:
    (line,) = indexed([_line([50.0, 55.0, 25.0])])
    assert line.values == [100, 110, 50]
    assert line.unit == "index"


@pytest.mark.parametrize("first", [0.0, -4.0])
def test_what_begins_at_zero_or_below_has_no_index(first: float) -> None:
    assert indexed([_line([first, 5.0, 6.0])]) == ()


def test_levels_are_apart_when_one_is_more_than_five_times_the_other() -> None:
    assert are_apart([_line([100, 110, 90]), _line([10, 11, 9], entity=2)])
    assert not are_apart([_line([100, 110, 90]), _line([30, 31, 29], entity=2)])
    assert not are_apart([_line([100, 110])])
    assert are_apart([_line([0.0, 0.0, 0.0]), _line([1, 2, 3], entity=2)])


def test_thinned_lines_of_the_same_moments_stay_together() -> None:
    lines = thinned([_line(zigzag(900)), _line(zigzag(900, 5.0)[::-1], entity=2)], 100)
    assert lines[0].times == lines[1].times
    assert 50 <= len(lines[0].rows) <= 100
    assert (lines[0].times[0], lines[0].times[-1]) == (SECONDS, SECONDS + 899 * DAY_SECONDS)


def test_thinned_lines_of_other_moments_are_thinned_each() -> None:
    lines = thinned([_line(zigzag(900)), _line(zigzag(500), begins=400, entity=2)], 100)
    assert [len(line.rows) for line in lines] == [100, 100]
    assert set(lines[1].rows) <= set(_line(zigzag(500), begins=400, entity=2).rows)
