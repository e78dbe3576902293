"""MACD and RSI."""

from __future__ import annotations

import pytest

from cryptodesk.market.indicators import Macd, compute_ema, compute_macd, compute_rsi


def test_rsi_follows_wilders_smoothing() -> None:
    # moves +2 -1 | +3: gains 2/2 = 1, losses 1/2 = 0.5; then gain (1 + 3)/2 = 2, loss 0.5/2 = 0.25; 100 * 2 / 2.25
    assert compute_rsi([10.0, 12.0, 11.0, 14.0], 2) == pytest.approx(100 * 2 / 2.25)


def test_rsi_of_a_price_that_only_rises_is_100_and_that_only_falls_0() -> None:
    assert compute_rsi([float(price) for price in range(1, 40)], 14) == 100.0
    assert compute_rsi([float(price) for price in range(40, 1, -1)], 14) == 0.0


def test_rsi_of_a_price_that_never_moved_is_unknown() -> None:
    assert compute_rsi([7.0] * 50, 14) is None


def test_rsi_needs_one_close_more_than_its_period() -> None:
    assert compute_rsi([1.0, 2.0] * 7, 14) is None
    assert compute_rsi([1.0, 2.0] * 7 + [1.0], 14) == pytest.approx(50)


@pytest.mark.parametrize("period", [1, 0, -3])
def test_an_impossible_period_of_rsi_is_refused(period: int) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        compute_rsi([1.0, 2.0, 3.0], period)


def test_macd_line_is_the_difference_of_its_averages_and_the_histogram_what_remains() -> None:
    closes = [100 + (day * 37) % 11 for day in range(60)]
    macd = compute_macd(closes)
    fast, slow = compute_ema(closes, 12), compute_ema(closes, 26)
    assert fast is not None
    assert slow is not None
    assert macd.line == pytest.approx(fast - slow)
    assert macd.signal is not None
    assert macd.line is not None
    assert macd.histogram == macd.line - macd.signal


@pytest.mark.parametrize(("bars", "has_line", "has_signal"), [(25, False, False), (26, True, False), (33, True, False)])
def test_macd_gives_what_the_bars_allow(bars: int, has_line: bool, has_signal: bool) -> None:
    macd = compute_macd([float(price) for price in range(1, bars + 1)])
    assert (macd.line is not None, macd.signal is not None, macd.histogram is not None) == (
        has_line,
        has_signal,
        has_signal,
    )


def test_macd_is_whole_from_34_bars_on() -> None:
    # On a straight line an average lags by (period - 1) / 2 bars: 12.5 - 5.5 = 7, and so does the signal.
    assert compute_macd([float(price) for price in range(1, 35)]) == Macd(7.0, 7.0, 0.0)
