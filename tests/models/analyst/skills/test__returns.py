"""The mathematics of closes against numpy on the same series."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from cryptodesk.models.analyst.skills._returns import (
    Return,
    annualised_volatility_pct,
    beta,
    correlation,
    deviation,
    drawdown,
    log_returns,
    paired,
    sharpe,
    simple_returns,
    sortino,
    window_moves,
    windows_that_reached,
)

_START = date(2025, 1, 1)
_SEEDED = np.random.default_rng(7)
PRICES = (100 * np.exp(np.cumsum(_SEEDED.normal(0.0004, 0.03, 400)))).round(4)
OTHER = (2000 * np.exp(np.cumsum(_SEEDED.normal(0.0, 0.02, 400)))).round(2)
DAYS = [_START + timedelta(days=at) for at in range(400)]


def exact(prices: np.ndarray) -> list[Decimal]:
    return [Decimal(str(price)) for price in prices]


def values(prices: np.ndarray) -> list[float]:
    return [one.value for one in simple_returns(DAYS, prices.tolist())]


def test_returns_are_those_of_numpy() -> None:
    logs = [one.value for one in log_returns(DAYS, PRICES.tolist())]
    assert np.allclose(logs, np.diff(np.log(PRICES)), rtol=1e-10, atol=1e-14)
    assert np.allclose(values(PRICES), np.diff(PRICES) / PRICES[:-1], rtol=1e-12)


def test_volatility_is_the_sample_deviation_times_the_root_of_365() -> None:
    expected = np.std(np.diff(np.log(PRICES)), ddof=1) * np.sqrt(365) * 100
    assert annualised_volatility_pct(log_returns(DAYS, PRICES.tolist())) == pytest.approx(expected, rel=1e-10)


def test_correlation_and_beta_are_those_of_numpy() -> None:
    first, second = values(PRICES), values(OTHER)
    assert correlation(first, second) == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-12)
    matrix = np.cov(first, second, ddof=1)
    assert beta(first, second) == pytest.approx(matrix[0, 1] / matrix[1, 1], rel=1e-10)


def test_sharpe_and_sortino_are_those_of_numpy() -> None:
    found = np.array(values(PRICES))
    assert sharpe(list(found)) == pytest.approx(found.mean() / found.std(ddof=1) * np.sqrt(365), rel=1e-10)
    losses = np.sqrt(np.mean(np.minimum(found, 0) ** 2))
    assert sortino(list(found)) == pytest.approx(found.mean() / losses * np.sqrt(365), rel=1e-10)


def test_the_drawdown_is_the_deepest_fall_below_the_highest_close_before() -> None:
    found = drawdown(DAYS, exact(PRICES))
    depths = PRICES / np.maximum.accumulate(PRICES) - 1
    assert found is not None
    assert float(found.depth_pct) == pytest.approx(depths.min() * 100, rel=1e-12)
    assert found.trough_day == DAYS[int(depths.argmin())]
    assert found.peak == Decimal(str(PRICES[: depths.argmin() + 1].max()))
    assert found.peak_day < found.trough_day


def test_a_drawdown_is_recovered_on_the_first_close_at_its_peak() -> None:
    prices = [Decimal(price) for price in (100, 120, 60, 90, 119, 120, 130)]
    found = drawdown(DAYS[:7], prices)
    assert found is not None
    assert (found.depth_pct, found.peak_day, found.trough_day, found.recovered_on) == (-50, DAYS[1], DAYS[2], DAYS[5])
    assert (open_one := drawdown(DAYS[:5], prices[:5])) is not None
    assert open_one.recovered_on is None


def test_a_fall_up_to_a_day_is_recovered_after_it() -> None:
    prices = [Decimal(price) for price in (100, 80, 90, 101, 10)]
    found = drawdown(DAYS[:5], prices, until=DAYS[2])
    assert found is not None
    assert (found.depth_pct, found.recovered_on) == (-20, DAYS[3])


def test_closes_that_only_rise_have_no_drawdown() -> None:
    assert drawdown(DAYS[:3], [Decimal(1), Decimal(1), Decimal(2)]) is None


def test_a_step_over_a_missing_day_is_no_daily_return() -> None:
    days = [DAYS[0], DAYS[1], DAYS[3]]
    assert simple_returns(days, [1.0, 2.0, 4.0]) == (Return(DAYS[1], 1.0),)


def test_only_days_that_both_have_are_paired() -> None:
    first = [Return(DAYS[1], 0.1), Return(DAYS[2], 0.2)]
    assert paired(first, [Return(DAYS[2], 0.5), Return(DAYS[3], 0.6)]) == ([0.2], [0.5])


def test_what_cannot_be_reckoned_is_none() -> None:
    assert deviation([0.1]) is None
    assert correlation([0.1], [0.1]) is None
    assert correlation([0.1, 0.2], [0.3, 0.3]) is None
    assert beta([0.1, 0.2], [0.3, 0.3]) is None
    assert sharpe([0.1, 0.1]) is None
    assert sortino([0.1, 0.2]) is None
    assert log_returns(DAYS[:2], [1.0, 0.0]) == ()


def test_windows_are_all_stretches_of_the_length_with_both_ends_on_record() -> None:
    moves = window_moves(DAYS, PRICES.tolist(), 30)
    assert np.allclose([float(move) for move in moves], (PRICES[30:] / PRICES[:-30] - 1) * 100, rtol=1e-10)
    assert window_moves(DAYS[:3], PRICES[:3].tolist(), 30) == []


@pytest.mark.parametrize("needed", [10, 25, -10, -20, 0])
def test_a_window_reached_what_any_of_its_closes_did(needed: int) -> None:
    expected = 0
    for at in range(len(PRICES) - 30):
        moves = (PRICES[at + 1 : at + 31] / PRICES[at] - 1) * 100
        expected += bool((moves >= needed).any() if needed >= 0 else (moves <= needed).any())
    assert windows_that_reached(DAYS, PRICES.tolist(), 30, needed) == expected
    assert windows_that_reached(DAYS[:3], PRICES[:3].tolist(), 30, needed) == 0


def test_windows_over_a_missing_day_still_see_every_close_between() -> None:
    days = [DAYS[0], DAYS[1], DAYS[3], DAYS[4]]
    prices = [100.0, 130.0, 90.0, 100.0]
    assert windows_that_reached(days, prices, 4, 30) == 1
    assert windows_that_reached(days, prices, 3, 30) == 1
    assert windows_that_reached(days, prices, 3, 31) == 0
