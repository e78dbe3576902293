"""Fibonacci levels and pivots. The golden numbers are those that CoinMarketCap's data server gave on 2026-06-10."""

from __future__ import annotations

import pytest

from cryptodesk.market.indicators import compute_fibonacci, compute_pivot
from cryptodesk.market.indicators.levels import fibonacci_levels
from tests.market.indicators.bars import made_bars

RECORDED_RETRACEMENT = {"23.6%": 76846.95, "38.2%": 73457.22, "50.0%": 70717.58, "61.8%": 67977.93, "78.6%": 64077.42}
RECORDED_EXTENSION = {"127.2%": 88641.34, "161.8%": 96674.53, "200.0%": 105543.55}


def test_recorded_levels_follow_from_the_recorded_swing_to_the_cent() -> None:
    levels = fibonacci_levels(82326.23, 59108.92)
    # Half a cent from the recording's own rounding of the swing, half a cent from that of the level.
    assert levels.retracement_levels == pytest.approx(RECORDED_RETRACEMENT, abs=0.01)
    assert levels.extension_levels == pytest.approx(RECORDED_EXTENSION, abs=0.015)


def test_the_swing_is_that_of_the_last_thirty_bars() -> None:
    closes = [1000.0, 1.0, *([50.0] * 10), 80.0, *([50.0] * 10), 20.0, *([50.0] * 8)]
    levels = compute_fibonacci(made_bars(closes, spread=0.1))
    assert levels is not None
    assert (levels.swing_high, levels.swing_low) == (pytest.approx(88), pytest.approx(18))


def test_a_swing_needs_thirty_bars() -> None:
    assert compute_fibonacci(made_bars([5.0] * 29)) is None
    assert compute_fibonacci(made_bars([5.0] * 30)) is not None


def test_a_flat_swing_has_all_its_levels_at_the_price() -> None:
    levels = compute_fibonacci(made_bars([5.0] * 30))
    assert levels is not None
    assert {*levels.retracement_levels.values(), *levels.extension_levels.values()} == {5.0}


def test_classic_pivot_levels() -> None:
    # P = (120 + 90 + 105) / 3 = 105; R1 = 2P - L, R2 = P + (H - L), R3 = H + 2(P - L); supports mirror them.
    points = compute_pivot(120.0, 90.0, 105.0)
    assert points.pivot == 105
    assert points.resistances == (120, 135, 150)
    assert points.supports == (90, 75, 60)


def test_a_support_that_would_not_be_above_zero_is_unknown() -> None:
    points = compute_pivot(100.0, 1.0, 10.0)
    assert points.pivot == 37
    assert points.supports == (None, None, None)
    assert min(points.resistances) > 0
