"""Points joined into longer buckets, and entities into one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from math import prod
from statistics import fmean
from typing import Literal

from cryptodesk.catalog.metrics import TimeBucket
from cryptodesk.market.records import MetricPoint

__all__ = ["GRANULARITIES", "Granularity", "bucket_end", "bucket_start", "group_points", "resample"]

Granularity = Literal["5m", "15m", "1h", "4h", "1d", "1w", "1mo"]

# Ascending. A month has no fixed length: it is the calendar's.
GRANULARITIES: dict[Granularity, timedelta | None] = {
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
    "1mo": None,
}


def _compound(changes_pct: Sequence[float]) -> float:
    return (prod(1 + change / 100 for change in changes_pct) - 1) * 100


_JOIN: dict[TimeBucket, Callable[[Sequence[float]], float]] = {
    "last": lambda values: values[-1],
    "sum": sum,
    "mean": fmean,
    "max": max,
    "min": min,
    "compound": _compound,
}
# What a partial bucket would understate.
_NEEDS_WHOLE = frozenset({"sum", "compound", "max", "min"})


def bucket_start(moment: datetime, granularity: Granularity) -> datetime:
    """The start of the bucket that holds an aware UTC moment; weeks begin on Monday."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity == "1mo":
        return day.replace(day=1)
    if granularity == "1w":
        return day - timedelta(days=day.weekday())
    length = GRANULARITIES[granularity] or timedelta(days=1)
    return day + (moment - day) // length * length


def bucket_end(start: datetime, granularity: Granularity) -> datetime:
    length = GRANULARITIES[granularity]
    if length is not None:
        return start + length
    return (start + timedelta(days=32)).replace(day=1)


def resample(
    points: Sequence[MetricPoint],
    granularity: Granularity,
    how: TimeBucket,
    until: datetime,
    step: timedelta | None = None,
) -> tuple[MetricPoint, ...]:
    """One point a bucket, dated by its start, oldest first. Buckets that end after `until` are not over and left out;
    so is a first one that the points only begin in, where a part of it would be another figure, and a last one that
    points `step` apart stop in: what the rest of it was is not known."""
    if points and step is not None:
        until = min(until, points[-1].at + step)
    joined: list[MetricPoint] = []
    for start, members in groupby(points, key=lambda point: bucket_start(point.at, granularity)):
        inside = list(members)
        is_cut = not joined and inside[0].at > start and how in _NEEDS_WHOLE and len(inside) < len(points)
        if bucket_end(start, granularity) <= until and not is_cut:
            joined.append(MetricPoint(start, _JOIN[how]([point.value for point in inside])))
    return tuple(joined)


def group_points(rows: Sequence[Sequence[MetricPoint]], how: Literal["sum", "mean"]) -> tuple[MetricPoint, ...]:
    """One series of several, at the moments that all of them have."""
    if not rows:
        return ()
    values = [{point.at: point.value for point in row} for row in rows]
    shared = sorted(set(values[0]).intersection(*values[1:]))
    join = sum if how == "sum" else fmean
    return tuple(MetricPoint(at, join([row[at] for row in values])) for at in shared)
