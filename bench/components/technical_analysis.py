"""What the indicators of one asset cost, over bars that are in memory already."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.components import Component, Figure, microseconds_per_call
from cryptodesk.market.indicators import compute_indicators
from cryptodesk.market.records import Candle

__all__ = ["COMPONENT"]

GOAL_MS = 3.0


def measure() -> Sequence[Figure]:
    figures = []
    for count in (1_000, 100_000):
        candles = _candles(count)
        spent_ms = microseconds_per_call(lambda candles=candles: compute_indicators(candles)) / 1_000
        goal = GOAL_MS if count == 1_000 else None
        figures.append(Figure(f"all indicators on {count:,} bars", spent_ms, "ms", "CPU of one call", goal))
    return figures


def _candles(count: int) -> list[Candle]:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    closes = [30_000 * math.exp(0.3 * math.sin(hour / 97) + 0.02 * math.sin(hour * 1.7)) for hour in range(count)]
    return [
        Candle(start + timedelta(hours=hour), close, close * 1.01, close * 0.99, close, 1.0)
        for hour, close in enumerate(closes)
    ]


COMPONENT = Component("technical analysis", measure)
