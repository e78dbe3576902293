"""Risk and return, against values worked out by hand and against the standard library."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from statistics import stdev

import pytest

from cryptodesk.market.statistics import (
    align_closes,
    bars_per_year,
    compute_annualised_return_pct,
    compute_beta,
    compute_correlation,
    compute_log_returns,
    compute_max_drawdown,
    compute_returns,
    compute_rolling_volatility_pct,
    compute_sharpe,
    compute_total_return_pct,
    compute_volatility_pct,
)
from tests.market.indicators.bars import bars_of, made_bars

START = datetime(2025, 1, 1, tzinfo=UTC)


def days(count: int) -> list[datetime]:
    return [START + timedelta(days=day) for day in range(count)]


def test_returns_are_each_close_over_the_one_before() -> None:
    assert compute_returns([100.0, 110.0, 99.0]) == pytest.approx([0.1, -0.1])
    assert compute_log_returns([1.0, math.e]) == pytest.approx([1.0])
    assert compute_returns([5.0]) == []


def test_total_return_in_percent() -> None:
    assert compute_total_return_pct([80.0, 3.0, 100.0]) == pytest.approx(25)
    assert compute_total_return_pct([80.0]) is None


def test_annualised_return_compounds_to_the_whole() -> None:
    # two years of yearly bars at 21 % in all: 10 % a year
    assert compute_annualised_return_pct([100.0, 50.0, 121.0], 1) == pytest.approx(10)
    assert compute_annualised_return_pct([100.0], 365) is None
    assert compute_annualised_return_pct([1.0, 100.0], bars_per_year("5m")) is None


def test_rolling_volatility_is_that_of_each_window() -> None:
    closes = [100.0, 103.0, 99.0, 101.5, 0.0, 98.0, 104.0, 104.0, 90.0, 95.0]
    rolled = compute_rolling_volatility_pct(closes, 3, 365)
    assert len(rolled) == len(closes) - 3
    for place, value in enumerate(rolled):
        single = compute_volatility_pct(closes[place : place + 4], 365)
        assert (value is None) == (single is None)
        assert value is None or value == pytest.approx(single, rel=1e-12)


def test_volatility_is_the_sample_deviation_of_log_returns_times_the_root_of_the_year() -> None:
    closes = [100.0, 110.0, 100.0, 110.0]
    step = math.log(1.1)
    assert compute_volatility_pct(closes, 365) == pytest.approx(stdev([step, -step, step]) * math.sqrt(365) * 100)
    assert compute_volatility_pct([100.0, 110.0], 365) is None
    assert compute_volatility_pct([5.0] * 10, 365) == 0


def test_a_year_has_as_many_bars_as_fit_into_365_days() -> None:
    assert (bars_per_year("1d"), bars_per_year("1h")) == (365, 8760)
    assert bars_per_year("1w") == pytest.approx(52.142857)


def test_drawdown_is_dated_from_peak_to_trough_to_recovery() -> None:
    closes = [10.0, 20.0, 15.0, 18.0, 5.0, 12.0, 20.0, 30.0, 24.0]
    drawdown = compute_max_drawdown(closes, days(9))
    assert drawdown is not None
    assert (drawdown.depth_pct, drawdown.peak, drawdown.trough) == (75, 20, 5)
    assert (drawdown.peak_at, drawdown.trough_at, drawdown.recovered_at) == (days(9)[1], days(9)[4], days(9)[6])


def test_a_fall_that_never_recovered_says_so() -> None:
    drawdown = compute_max_drawdown([10.0, 4.0, 9.0], days(3))
    assert drawdown is not None
    assert drawdown.recovered_at is None


def test_a_later_higher_peak_does_not_hide_the_deeper_fall_before_it() -> None:
    drawdown = compute_max_drawdown([10.0, 1.0, 100.0, 50.0], days(4))
    assert drawdown is not None
    assert (drawdown.depth_pct, drawdown.peak_at) == (90, days(4)[0])


def test_a_price_that_never_fell_has_no_drawdown() -> None:
    assert compute_max_drawdown([1.0, 1.0, 2.0], days(3)) is None
    assert compute_max_drawdown([], []) is None


def test_closes_and_times_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 closes but 3 times"):
        compute_max_drawdown([1.0, 2.0], days(3))


def test_bitcoins_fall_of_2021_and_2022_is_found_in_the_record() -> None:
    bars = bars_of("BTCUSDT", "2022-12-31")
    drawdown = compute_max_drawdown([bar.close for bar in bars], [bar.opened_at for bar in bars])
    assert drawdown is not None
    assert drawdown.depth_pct == pytest.approx(76.6, abs=0.5)
    assert (drawdown.peak_at.date().isoformat(), drawdown.trough_at.date().isoformat()) == ("2021-11-08", "2022-11-21")


def test_correlation_and_beta_of_a_leveraged_copy() -> None:
    moves = [0.01, -0.02, 0.03, 0.005, -0.01]
    market, copy = [100.0], [50.0]
    for move in moves:
        market.append(market[-1] * (1 + move))
        copy.append(copy[-1] * (1 + 2 * move))
    assert compute_beta(copy, market) == pytest.approx(2)
    assert compute_beta(market, market) == pytest.approx(1)
    assert compute_correlation(market, market) == pytest.approx(1)
    assert compute_correlation(market, [1 / close for close in market]) == pytest.approx(-1)


def test_correlation_never_leaves_its_range() -> None:
    closes = [1.0 + 1e-9 * (step % 3) for step in range(50)]
    correlation = compute_correlation(closes, closes)
    assert correlation is not None
    assert 1 - 1e-9 < correlation <= 1


def test_what_never_moved_correlates_with_nothing() -> None:
    assert compute_correlation([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]) is None
    assert compute_beta([1.0, 2.0, 1.5], [5.0, 5.0, 5.0]) is None
    assert compute_beta([1.0, 2.0], [1.0, 3.0]) is None


def test_unaligned_series_are_refused() -> None:
    with pytest.raises(ValueError, match="align them first"):
        compute_correlation([1.0, 2.0, 3.0], [1.0, 2.0])


def test_sharpe_is_mean_excess_over_deviation_scaled_to_a_year() -> None:
    closes = [100.0, 102.0, 101.0, 104.0]
    returns = [0.02, 101 / 102 - 1, 104 / 101 - 1]
    mean = sum(returns) / 3
    assert compute_sharpe(closes, 365) == pytest.approx(mean / stdev(returns) * math.sqrt(365))
    assert compute_sharpe(closes, 365, risk_free_pct=36.5) == pytest.approx(
        (mean - 0.001) / stdev(returns) * math.sqrt(365)
    )


def test_steady_growth_has_no_spread_to_divide_by() -> None:
    assert compute_sharpe([1.1**step for step in range(20)], 365) is None
    assert compute_sharpe([1.0, 2.0], 365) is None


def test_series_are_aligned_by_the_moments_both_have() -> None:
    first, second = made_bars([1.0, 2.0, 3.0, 4.0]), made_bars([10.0, 20.0, 30.0, 40.0, 50.0])
    aligned = align_closes(first[1:], [second[0], *second[2:]])
    assert (aligned.first, aligned.second) == ((3.0, 4.0), (30.0, 40.0))
    assert aligned.times == (first[2].opened_at, first[3].opened_at)
    assert align_closes(first[:1], second[3:]).times == ()


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf, 1e60])
def test_an_impossible_price_makes_every_figure_unknown(bad: float) -> None:
    closes, good = [1.0, 2.0, bad, 3.0], [1.0, 2.0, 1.0, 3.0]
    assert compute_returns(closes) is None
    assert compute_log_returns(closes) is None
    assert compute_total_return_pct(closes) is None
    assert compute_annualised_return_pct(closes, 365) is None
    assert compute_volatility_pct(closes, 365) is None
    assert compute_sharpe(closes, 365) is None
    assert compute_max_drawdown(closes, days(4)) is None
    assert compute_correlation(closes, good) is None
    assert compute_beta(good, closes) is None
