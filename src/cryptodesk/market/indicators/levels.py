"""Price levels drawn from highs and lows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.market.records import Candle

__all__ = [
    "EXTENSION_RATIOS",
    "RETRACEMENT_RATIOS",
    "SWING_BARS",
    "FibonacciLevels",
    "PivotPoints",
    "compute_fibonacci",
    "compute_pivot",
    "fibonacci_levels",
]

SWING_BARS = 30
RETRACEMENT_RATIOS = {"23.6%": 0.236, "38.2%": 0.382, "50.0%": 0.5, "61.8%": 0.618, "78.6%": 0.786}
EXTENSION_RATIOS = {"127.2%": 1.272, "161.8%": 1.618, "200.0%": 2.0}


class FibonacciLevels(Struct, frozen=True, rename="camel"):
    """Retracement: high - ratio x range. Extension: low + ratio x range. By the ratio as it is printed."""

    swing_high: float
    swing_low: float
    retracement_levels: dict[str, float]
    extension_levels: dict[str, float]


class PivotPoints(Struct, frozen=True):
    """Classic levels, nearest first; None stands for a support that would not be above zero."""

    pivot: float
    supports: tuple[float | None, float | None, float | None]
    resistances: tuple[float, float, float]


def compute_fibonacci(candles: Sequence[Candle]) -> FibonacciLevels | None:
    """Levels of the swing from the lowest low to the highest high of the last 30 bars; None if there are fewer."""
    if len(candles) < SWING_BARS:
        return None
    swing = candles[len(candles) - SWING_BARS :]
    return fibonacci_levels(max(bar.high for bar in swing), min(bar.low for bar in swing))


def fibonacci_levels(high: float, low: float) -> FibonacciLevels:
    span = high - low
    return FibonacciLevels(
        high,
        low,
        {name: high - ratio * span for name, ratio in RETRACEMENT_RATIOS.items()},
        {name: low + ratio * span for name, ratio in EXTENSION_RATIOS.items()},
    )


def compute_pivot(high: float, low: float, close: float) -> PivotPoints:
    """The levels that one completed bar gives for the next."""
    pivot, span = (high + low + close) / 3, high - low
    supports = (2 * pivot - high, pivot - span, low - 2 * (high - pivot))
    first, second, third = (level if level > 0 else None for level in supports)
    return PivotPoints(pivot, (first, second, third), (2 * pivot - low, pivot + span, high + 2 * (pivot - low)))
