"""Indicators drawn from bars, against numpy and against sums done by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from cryptodesk.models.analyst.series import Bar
from cryptodesk.models.analyst.skills._indicators import Cross, average_true_range, bollinger, ema, last_cross, sma

_START = date(2025, 1, 1)
CLOSES: list[float] = (100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.02, 300)))).tolist()
DAYS = [_START + timedelta(days=at) for at in range(300)]


def test_averages_and_bands_are_those_of_numpy() -> None:
    assert sma(CLOSES, 50) == pytest.approx(np.mean(CLOSES[-50:]), rel=1e-12)
    bands = bollinger(CLOSES)
    assert bands is not None
    middle, spread = np.mean(CLOSES[-20:]), np.std(CLOSES[-20:])
    assert (bands.lower, bands.middle, bands.upper) == pytest.approx(
        (middle - 2 * spread, middle, middle + 2 * spread), rel=1e-12
    )


def test_an_exponential_average_starts_from_the_mean_and_weighs_by_two_over_n_plus_one() -> None:
    assert ema([1.0, 2.0, 3.0, 6.0], 3) == pytest.approx(2.0 + 0.5 * (6.0 - 2.0))


def test_too_few_values_have_no_indicator() -> None:
    assert sma([1.0], 2) is None
    assert sma([1.0], 0) is None
    assert ema([1.0], 2) is None
    assert bollinger([1.0] * 19) is None
    assert average_true_range([_bar(1, 2, 1)] * 14) is None


def _bar(close: float, high: float, low: float) -> Bar:
    exact = [Decimal(str(value)) for value in (close, high, low, close)]
    return Bar(_START, exact[0], exact[1], exact[2], exact[3], None)


def test_the_true_range_reaches_to_the_close_before_and_is_smoothed_by_fourteenths() -> None:
    bars = [_bar(10, 10, 10), *[_bar(11, 12, 11)] * 14, _bar(20, 21, 19)]
    first = (2 + 13 * 1) / 14
    assert average_true_range(bars) == pytest.approx(first + ((21 - 11) - first) / 14)


def test_the_newest_cross_is_found_with_its_day() -> None:
    signs = [np.mean(CLOSES[at - 4 : at + 1]) > np.mean(CLOSES[at - 19 : at + 1]) for at in range(19, 300)]
    turns = [at for at in range(1, len(signs)) if signs[at] != signs[at - 1]]
    newest = turns[-1]
    assert last_cross(DAYS, CLOSES, 5, 20) == Cross(DAYS[newest + 19], bool(signs[newest]))


def test_averages_that_never_cross_have_no_cross() -> None:
    assert last_cross(DAYS[:60], [float(at) for at in range(60)], 5, 20) is None
