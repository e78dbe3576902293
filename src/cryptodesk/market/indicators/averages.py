"""Moving averages."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["compute_ema", "compute_sma", "ema_run"]


def compute_sma(closes: Sequence[float], period: int) -> float | None:
    """The mean of the last `period` closes; None if there are fewer. Raises: ValueError if `period` < 1."""
    _check(period)
    if len(closes) < period:
        return None
    return math.fsum(closes[len(closes) - period :]) / period


def compute_ema(closes: Sequence[float], period: int) -> float | None:
    """The exponential average after the last close, its first value being the mean of the first `period` closes.

    Weight of a new close 2 / (period + 1). None if there are fewer than `period` closes."""
    run = ema_run(closes, period)
    return run[-1] if run else None


def ema_run(values: Sequence[float], period: int) -> list[float]:
    """The exponential average after each value from the `period`-th on; empty if there are fewer."""
    _check(period)
    if len(values) < period:
        return []
    weight = 2 / (period + 1)
    average = math.fsum(values[:period]) / period
    run = [average]
    for value in values[period:]:
        average += weight * (value - average)
        run.append(average)
    return run


def _check(period: int) -> None:
    if period < 1:
        raise ValueError(f"a period is at least 1, got {period!r}")
