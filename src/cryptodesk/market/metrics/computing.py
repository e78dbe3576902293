"""Metrics that are computed from closing prices. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cryptodesk.catalog.metrics import MetricRecord
from cryptodesk.market.records import MetricPoint
from cryptodesk.market.statistics import compute_rolling_volatility_pct

__all__ = ["COMPUTED", "lookback"]

_DAYS_A_YEAR = 365
_Points = Sequence[MetricPoint]


def _returns(points: _Points, _: int) -> list[MetricPoint]:
    """Change against the point before, in percent; one point fewer than given."""
    return [
        MetricPoint(after.at, (after.value / before.value - 1) * 100)
        for before, after in pairwise(points)
        if before.value > 0
    ]


def _indexed(points: _Points, _: int) -> list[MetricPoint]:
    if not points or points[0].value <= 0:
        return []
    return [MetricPoint(point.at, point.value / points[0].value * 100) for point in points]


def _drawdown(points: _Points, _: int) -> list[MetricPoint]:
    highest = 0.0
    fallen = []
    for point in points:
        highest = max(highest, point.value)
        if highest > 0:
            fallen.append(MetricPoint(point.at, (point.value / highest - 1) * 100))
    return fallen


def _volatility(points: _Points, window: int) -> list[MetricPoint]:
    """Over the `window` daily log returns up to each point, annualised, in percent."""
    values = compute_rolling_volatility_pct([point.value for point in points], window, _DAYS_A_YEAR)
    ends = points[window:]
    return [MetricPoint(end.at, value) for end, value in zip(ends, values, strict=True) if value is not None]


COMPUTED: dict[str, Callable[[_Points, int], list[MetricPoint]]] = {
    "return": _returns,
    "indexed_price": _indexed,
    "drawdown": _drawdown,
    "volatility": _volatility,
}


def lookback(metric: MetricRecord) -> int:
    """How many points before the range a metric needs for its first value in it."""
    return {"return": 1, "volatility": metric.window}.get(metric.slug, 0)
