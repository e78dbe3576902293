"""The rule of one clock: what a question about a moment may see of a record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import structs

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.market.query import Record
from cryptodesk.market.records import INTERVALS, CandleSeries, MetricSeries

__all__ = ["visible_at"]

R = TypeVar("R", bound=Record)


def visible_at(record: R, moment: datetime) -> R | None:
    """The record as it was known at `moment`: incomplete bars and later points cut off. None if nothing is left."""
    if isinstance(record, CandleSeries):
        return _cut_candles(record, moment)  # type: ignore[return-value]
    if isinstance(record, MetricSeries):
        return _cut_points(record, moment)  # type: ignore[return-value]
    return record if record.provenance.visible_from <= moment else None


def _cut_candles(series: CandleSeries, moment: datetime) -> CandleSeries | None:
    known_at = series.provenance.known_at
    length = INTERVALS[series.interval]
    candles = tuple(candle for candle in series.candles if candle.opened_at + length <= moment)
    if not candles or (known_at is not None and known_at > moment):
        return None
    if len(candles) == len(series.candles) and series.provenance.as_of <= moment:
        return series
    provenance = structs.replace(series.provenance, as_of=candles[-1].opened_at + length)
    return structs.replace(series, candles=candles, provenance=provenance)


def _cut_points(series: MetricSeries, moment: datetime) -> MetricSeries | None:
    known_at = series.provenance.known_at
    length = _length(series)
    points = tuple(point for point in series.points if point.at + length <= moment)
    if not points or (known_at is not None and known_at > moment):
        return None
    if len(points) == len(series.points) and series.provenance.as_of <= moment:
        return series
    provenance = structs.replace(series.provenance, as_of=min(series.provenance.as_of, moment))
    return structs.replace(series, points=points, provenance=provenance)


def _length(series: MetricSeries) -> timedelta:
    """How long after its date a value is known: a sum or an average of a day is known when the day is over, a reading
    at once."""
    metric = find_metric(series.metric)
    if metric is None or metric.time_bucket not in _OVER_THE_BUCKET:
        return timedelta(0)
    return _LENGTHS.get(series.granularity, _MONTH)


_LENGTHS: dict[str, timedelta] = {name: length for name, length in INTERVALS.items()}  # noqa: C416  dict() would keep the literals
_OVER_THE_BUCKET = frozenset({"sum", "mean", "max", "min", "compound"})
# The longest there is.
_MONTH = timedelta(days=31)
