"""Indicators that no tool gives, from the bars that one does: averages of any length, bands, true range, crosses.

64-bit floats: their error lies far below the digits that are shown.
Source: Wilder, New Concepts in Technical Trading Systems (1978); Bollinger on Bollinger Bands (2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise

from msgspec import Struct

from cryptodesk.models.analyst.series import Bar

__all__ = ["Bands", "Cross", "average_true_range", "bollinger", "ema", "last_cross", "sma"]

BAND_BARS, BAND_WIDTH = 20, 2
ATR_BARS = 14


class Bands(Struct, frozen=True):
    upper: float
    middle: float
    lower: float


class Cross(Struct, frozen=True):
    """`is_golden` where the shorter average crossed to above the longer one, on the bar of `day`."""

    day: date
    is_golden: bool


def sma(values: Sequence[float], length: int) -> float | None:
    """The mean of the last `length`; None where there are fewer."""
    return math.fsum(values[-length:]) / length if 0 < length <= len(values) else None


def ema(values: Sequence[float], length: int) -> float | None:
    """Smoothed by 2 / (length + 1), from the mean of the first `length` on."""
    average = sma(values[:length], length)
    if average is None:
        return None
    weight = 2 / (length + 1)
    for value in values[length:]:
        average += weight * (value - average)
    return average


def bollinger(values: Sequence[float]) -> Bands | None:
    """The mean of 20 closes and two of their population deviations on either side."""
    middle = sma(values, BAND_BARS)
    if middle is None:
        return None
    spread = BAND_WIDTH * math.sqrt(math.fsum((one - middle) ** 2 for one in values[-BAND_BARS:]) / BAND_BARS)
    return Bands(middle + spread, middle, middle - spread)


def average_true_range(bars: Sequence[Bar]) -> float | None:
    """Wilder's average over 14 bars: the mean of the first 14 true ranges, then each new one with a weight of 1/14."""
    ranges = [_true_range(before, bar) for before, bar in pairwise(bars)]
    if len(ranges) < ATR_BARS:
        return None
    average = math.fsum(ranges[:ATR_BARS]) / ATR_BARS
    for value in ranges[ATR_BARS:]:
        average += (value - average) / ATR_BARS
    return average


def _true_range(before: Bar, bar: Bar) -> float:
    return float(max(bar.high, before.close) - min(bar.low, before.close))


def last_cross(days: Sequence[date], closes: Sequence[float], short: int, long: int) -> Cross | None:
    """The newest bar on which the shorter simple average crossed the longer; None where none did on record."""
    sums = [0.0, *accumulate(closes)]
    before = 0
    newest: Cross | None = None
    for at in range(long, len(sums)):
        gap = (sums[at] - sums[at - short]) / short - (sums[at] - sums[at - long]) / long
        sign = (gap > 0) - (gap < 0)
        if sign and before and sign != before:
            newest = Cross(days[at - 1], sign > 0)
        before = sign or before
    return newest
