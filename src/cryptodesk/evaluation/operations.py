"""The named operations by which gold figures are computed from cells of tool results."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

__all__ = ["OPERATIONS", "OperationError", "apply"]

_DAYS_A_YEAR = 365
_FEWEST_RETURNS = 2


class OperationError(ValueError):
    """An operation does not fit its operands."""


def apply(name: str, operands: Sequence[Any]) -> float:
    """Each operand is a number or a series of numbers. Raises: OperationError."""
    if name not in OPERATIONS:
        raise OperationError(f"unknown operation {name!r}, expected one of {', '.join(sorted(OPERATIONS))}")
    try:
        result = float(OPERATIONS[name](*operands))
    except (TypeError, ValueError, ZeroDivisionError, statistics.StatisticsError, OverflowError) as error:
        raise OperationError(f"{name}: {error}") from None
    if not math.isfinite(result):
        raise OperationError(f"{name}: the result is not finite")
    return result


def _flat(operands: Sequence[Any]) -> list[float]:
    numbers: list[float] = []
    for operand in operands:
        numbers += [float(each) for each in operand] if isinstance(operand, list | tuple) else [float(operand)]
    if not numbers:
        raise ValueError("no numbers")
    return numbers


def _pct_change(before: float, after: float) -> float:
    return (after / before - 1) * 100


def _ends_pct_change(series: Sequence[float]) -> float:
    return _pct_change(series[0], series[-1])


def _log_returns(series: Sequence[float]) -> list[float]:
    returns = [math.log(after / before) for before, after in pairwise(series)]
    if len(returns) < _FEWEST_RETURNS:
        raise ValueError("too few points")
    return returns


def _simple_returns(series: Sequence[float]) -> list[float]:
    return [after / before - 1 for before, after in pairwise(series)]


def _volatility_pct(series: Sequence[float]) -> float:
    """Sample standard deviation of daily log returns, annualised over 365 days, in percent."""
    return statistics.stdev(_log_returns(series)) * math.sqrt(_DAYS_A_YEAR) * 100


def _simple_volatility_pct(series: Sequence[float]) -> float:
    return statistics.stdev(_simple_returns(series)) * math.sqrt(_DAYS_A_YEAR) * 100


def _drawdown_pct(series: Sequence[float]) -> float:
    """The deepest fall from an earlier peak, in percent, zero or below."""
    peak, deepest = series[0], 0.0
    for value in series:
        peak = max(peak, value)
        deepest = min(deepest, value / peak - 1)
    return deepest * 100


def _sum_of_products(*operands: Any) -> float:
    numbers = _flat(operands)
    if len(numbers) % 2:
        raise ValueError("operands come in pairs")
    return math.fsum(numbers[at] * numbers[at + 1] for at in range(0, len(numbers), 2))


OPERATIONS: dict[str, Callable[..., float]] = {
    "sum": lambda *operands: math.fsum(_flat(operands)),
    "difference": lambda one, other: one - other,
    "product": lambda *operands: math.prod(_flat(operands)),
    "ratio": lambda one, other: one / other,
    "pct_of": lambda part, whole: part / whole * 100,
    "pct_change": _pct_change,
    "ends_pct_change": _ends_pct_change,
    "first": lambda series: series[0],
    "last": lambda series: series[-1],
    "max": lambda *operands: max(_flat(operands)),
    "min": lambda *operands: min(_flat(operands)),
    "mean": lambda *operands: statistics.fmean(_flat(operands)),
    "sum_of_products": _sum_of_products,
    "count_above": lambda series, level: float(sum(value > level for value in series)),
    "count_below": lambda series, level: float(sum(value < level for value in series)),
    "count_risen": lambda series: float(sum(value > 0 for value in _simple_returns(series))),
    "best_return_pct": lambda series: max(_simple_returns(series)) * 100,
    "worst_return_pct": lambda series: min(_simple_returns(series)) * 100,
    "volatility_pct": _volatility_pct,
    "simple_volatility_pct": _simple_volatility_pct,
    "daily_volatility_pct": lambda series: statistics.stdev(_log_returns(series)) * 100,
    "drawdown_pct": _drawdown_pct,
    "correlation": lambda one, other: statistics.correlation(_log_returns(one), _log_returns(other)),
    "simple_correlation": lambda one, other: statistics.correlation(_simple_returns(one), _simple_returns(other)),
}
