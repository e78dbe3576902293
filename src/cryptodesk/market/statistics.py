"""Risk and return of a run of closes: pure arithmetic, oldest close first.

A result that the closes cannot give is None: too few of them, one that is no price, or no spread to divide by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import correlation, fmean, linear_regression, stdev

from msgspec import Struct

from cryptodesk.market.indicators.bars import is_price
from cryptodesk.market.records import INTERVALS, Candle, Interval

__all__ = [
    "AlignedCloses",
    "Drawdown",
    "align_closes",
    "bars_per_year",
    "compute_annualised_return_pct",
    "compute_beta",
    "compute_correlation",
    "compute_log_returns",
    "compute_max_drawdown",
    "compute_returns",
    "compute_rolling_volatility_pct",
    "compute_sharpe",
    "compute_total_return_pct",
    "compute_volatility_pct",
]

_YEAR = timedelta(days=365)

# Below this share of the mean, the spread of equal returns is rounding alone.
_ROUNDING = 1e-12


class Drawdown(Struct, frozen=True):
    """The deepest fall from a high. `depth_pct` is above 0; `recovered_at` is the first close back at the peak."""

    depth_pct: float
    peak: float
    peak_at: datetime
    trough: float
    trough_at: datetime
    recovered_at: datetime | None


class AlignedCloses(Struct, frozen=True):
    """Closes of two series at the moments both have."""

    times: tuple[datetime, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]


def bars_per_year(interval: Interval) -> float:
    """How many bars a year of 365 days has: this market never closes."""
    return _YEAR / INTERVALS[interval]


def align_closes(first: Sequence[Candle], second: Sequence[Candle]) -> AlignedCloses:
    """Pairs candles that opened at the same moment; the others are left out."""
    others = {bar.opened_at: bar.close for bar in second}
    pairs = [(bar.opened_at, bar.close, others[bar.opened_at]) for bar in first if bar.opened_at in others]
    return AlignedCloses(*zip(*pairs, strict=True)) if pairs else AlignedCloses((), (), ())


def compute_returns(closes: Sequence[float]) -> list[float] | None:
    """Each close over the one before, less one: 0.05 is 5 %."""
    return [after / before - 1 for before, after in pairwise(closes)] if _are_prices(closes) else None


def compute_log_returns(closes: Sequence[float]) -> list[float] | None:
    return [math.log(after / before) for before, after in pairwise(closes)] if _are_prices(closes) else None


def compute_total_return_pct(closes: Sequence[float]) -> float | None:
    """From the first close to the last. Needs two."""
    return (closes[-1] / closes[0] - 1) * 100 if len(closes) > 1 and _are_prices(closes) else None


def compute_annualised_return_pct(closes: Sequence[float], per_year: float) -> float | None:
    """The yearly rate that compounds to the whole return; `per_year` is how many bars a year has. Needs two closes."""
    if len(closes) < 2 or not _are_prices(closes):
        return None
    years = (len(closes) - 1) / per_year
    exponent = math.log(closes[-1] / closes[0]) / years
    # A jump within minutes, carried on for a year, has no finite figure.
    return math.expm1(exponent) * 100 if exponent < 700 else None


def compute_volatility_pct(closes: Sequence[float], per_year: float) -> float | None:
    """Sample standard deviation of the log returns, scaled to a year by its square root. Needs three closes."""
    returns = compute_log_returns(closes)
    return stdev(returns) * math.sqrt(per_year) * 100 if returns and len(returns) > 1 else None


def compute_rolling_volatility_pct(closes: Sequence[float], window: int, per_year: float) -> list[float | None]:
    """`compute_volatility_pct` of the `window` returns up to each close from number `window` on; None where one of the
    closes is no price. Logarithms are taken once: a chart has hundreds of windows. Needs a window of two."""
    steps = [
        math.log(after / before) if is_price(before) and is_price(after) else math.nan
        for before, after in pairwise(closes)
    ]
    scale = math.sqrt(per_year / (window - 1)) * 100
    found: list[float | None] = []
    for last in range(window, len(closes)):
        span = steps[last - window : last]
        mean = math.fsum(span) / window
        spread = math.fsum([(step - mean) ** 2 for step in span])
        found.append(None if math.isnan(spread) else math.sqrt(spread) * scale)
    return found


def compute_sharpe(closes: Sequence[float], per_year: float, risk_free_pct: float = 0.0) -> float | None:
    """Mean excess of the returns over the riskless yearly rate, per standard deviation, scaled to a year.

    Needs three closes. Source: Sharpe, The Sharpe Ratio (1994)."""
    returns = compute_returns(closes)
    if not returns or len(returns) < 2:
        return None
    mean = fmean(returns) - risk_free_pct / 100 / per_year
    spread = stdev(returns)
    return mean / spread * math.sqrt(per_year) if spread > _ROUNDING else None


def compute_max_drawdown(closes: Sequence[float], times: Sequence[datetime]) -> Drawdown | None:
    """On closes. None if no close is below an earlier one. Raises: ValueError if there is not one time a close."""
    if len(times) != len(closes):
        raise ValueError(f"{len(closes)} closes but {len(times)} times")
    if not _are_prices(closes):
        return None
    peak = bottom = top = 0
    depth = 0.0
    for place, close in enumerate(closes):
        if close > closes[peak]:
            peak = place
        elif 1 - close / closes[peak] > depth:
            depth, top, bottom = 1 - close / closes[peak], peak, place
    if depth == 0:
        return None
    recovered = next((place for place in range(bottom, len(closes)) if closes[place] >= closes[top]), None)
    recovered_at = None if recovered is None else times[recovered]
    return Drawdown(depth * 100, closes[top], times[top], closes[bottom], times[bottom], recovered_at)


def compute_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's coefficient of the log returns, -1..1. Needs three closes each, at the same moments."""
    pair = _paired(compute_log_returns(first), compute_log_returns(second))
    return max(-1.0, min(1.0, correlation(*pair))) if pair else None


def compute_beta(closes: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """Covariance of the simple returns with the benchmark's over the benchmark's variance. Needs three closes each."""
    pair = _paired(compute_returns(benchmark), compute_returns(closes))
    return linear_regression(*pair).slope if pair else None


def _paired(first: list[float] | None, second: list[float] | None) -> tuple[list[float], list[float]] | None:
    """Both, if they are of one length and both spread. Raises: ValueError if their lengths differ."""
    if first is None or second is None:
        return None
    if len(first) != len(second):
        raise ValueError(
            f"series of different lengths: {len(first) + 1} and {len(second) + 1} closes; align them first"
        )
    if len(first) < 2 or stdev(first) <= _ROUNDING or stdev(second) <= _ROUNDING:
        return None
    return first, second


def _are_prices(closes: Sequence[float]) -> bool:
    return all(map(is_price, closes))
