"""Mathematics over daily closes: returns, volatility, drawdowns, correlation, ratios of reward to risk.

Drawdowns are exact. Returns and what is drawn from them are 64-bit floats, whose error (about 1e-13 of the value) lies
far below the two decimals that are shown. A year has 365 days, since crypto trades on every one of them;
deviations are those of a sample (n - 1).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

__all__ = [
    "DAYS_A_YEAR",
    "Drawdown",
    "Return",
    "annualised_volatility_pct",
    "beta",
    "correlation",
    "deviation",
    "drawdown",
    "log_returns",
    "paired",
    "sharpe",
    "simple_returns",
    "sortino",
    "window_moves",
    "windows_that_reached",
]

DAYS_A_YEAR = 365
_DAY = timedelta(days=1)


class Return(Struct, frozen=True):
    """The move from the close of the day before to that of `day`."""

    day: date
    value: float


class Drawdown(Struct, frozen=True):
    """The deepest fall from a high that came before; `depth_pct` is never positive. `recovered_on` is the first day
    after the trough that closed at the peak or above it."""

    depth_pct: Decimal
    peak_day: date
    peak: Decimal
    trough_day: date
    trough: Decimal
    recovered_on: date | None


def log_returns(days: Sequence[date], closes: Sequence[float]) -> tuple[Return, ...]:
    """Logarithms of the ratios of closes one day apart; a step over a missing day, or from or to zero, is left out."""
    return tuple(Return(one.day, math.log1p(one.value)) for one in simple_returns(days, closes) if one.value > -1)


def simple_returns(days: Sequence[date], closes: Sequence[float]) -> tuple[Return, ...]:
    """Close over close, less one (0.01 is a gain of 1 %), of closes one day apart."""
    return tuple(
        Return(day, (close - before) / before)
        for day_before, day, before, close in zip(days, days[1:], closes, closes[1:], strict=False)
        if day - day_before == _DAY and before > 0
    )


def deviation(values: Sequence[float]) -> float | None:
    """The sample standard deviation; None of fewer than two values."""
    if len(values) < 2:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def annualised_volatility_pct(returns: Sequence[Return]) -> float | None:
    """The deviation of daily returns times the square root of 365, in percent."""
    daily = deviation([one.value for one in returns])
    return None if daily is None else daily * math.sqrt(DAYS_A_YEAR) * 100


def drawdown(days: Sequence[date], closes: Sequence[Decimal], until: date | None = None) -> Drawdown | None:
    """The deepest one of the closes up to `until`, recovered on any day; None where they never fell below a close
    before them."""
    high, deepest, found = 0, Decimal(0), (0, 0)
    for at, close in enumerate(closes):
        if until is not None and days[at] > until:
            break
        if close >= closes[high]:
            high = at
        elif (depth := (close - closes[high]) / closes[high]) < deepest:
            deepest, found = depth, (high, at)
    if not deepest:
        return None
    peak, trough = found
    back = next((day for day, close in zip(days[trough:], closes[trough:], strict=True) if close >= closes[peak]), None)
    return Drawdown(deepest * 100, days[peak], closes[peak], days[trough], closes[trough], back)


def paired(first: Sequence[Return], second: Sequence[Return]) -> tuple[list[float], list[float]]:
    """The values of both on the days that both have."""
    other = {one.day: one.value for one in second}
    pairs = [(one.value, other[one.day]) for one in first if one.day in other]
    return [one for one, _ in pairs], [one for _, one in pairs]


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's; None of fewer than two pairs, or where one of them never moves."""
    if len(first) < 2:
        return None
    own, other = _centred(first), _centred(second)
    spread = math.sqrt(_product(own, own) * _product(other, other))
    return None if spread == 0 else max(-1.0, min(1.0, _product(own, other) / spread))


def beta(values: Sequence[float], market: Sequence[float]) -> float | None:
    """Covariance with the market over the market's variance."""
    if len(values) < 2:
        return None
    other = _centred(market)
    variance = _product(other, other)
    return None if variance == 0 else _product(_centred(values), other) / variance


def _centred(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(one * other for one, other in zip(first, second, strict=True))


def sharpe(values: Sequence[float]) -> float | None:
    """Mean of daily simple returns over their deviation, times the square root of 365; the risk-free rate is 0."""
    spread = deviation(values)
    return None if not spread else math.fsum(values) / len(values) / spread * math.sqrt(DAYS_A_YEAR)


def sortino(values: Sequence[float]) -> float | None:
    """Like Sharpe's, over the root of the mean square of the losses among all days; None without a loss."""
    if not values:
        return None
    losses = math.sqrt(math.fsum(min(value, 0.0) ** 2 for value in values) / len(values))
    return None if losses == 0 else math.fsum(values) / len(values) / losses * math.sqrt(DAYS_A_YEAR)


def window_moves(days: Sequence[date], closes: Sequence[float], length_days: int) -> list[float]:
    """The move in percent over each stretch of so many days of which both ends are on record. Windows overlap."""
    return [(closes[end] / closes[start] - 1) * 100 for start, end in _windows(days, closes, length_days)]


def _windows(days: Sequence[date], closes: Sequence[float], length_days: int) -> list[tuple[int, int]]:
    """The places of the first and the last close of each window."""
    place = {day.toordinal(): at for at, day in enumerate(days)}
    ends = ((at, place.get(ordinal + length_days)) for ordinal, at in place.items())
    return [(start, end) for start, end in ends if end is not None and closes[start] > 0]


def windows_that_reached(days: Sequence[date], closes: Sequence[float], length_days: int, needed_pct: float) -> int:
    """Of the same windows, in how many some close after the first day lay at least so far from it: above it for a
    positive move, below it for a negative one."""
    sign = 1 if needed_pct >= 0 else -1
    signed = [close * sign for close in closes]
    factor = 1 + needed_pct / 100
    best: deque[int] = deque()
    reached, read = 0, 0
    for start, end in _windows(days, closes, length_days):
        for at in range(max(read, start + 1), end + 1):
            while best and signed[at] >= signed[best[-1]]:
                best.pop()
            best.append(at)
        read = end + 1
        while best and best[0] <= start:
            best.popleft()
        reached += bool(best) and signed[best[0]] >= signed[start] * factor
    return reached
