"""The rule of one clock: what a question about a moment may see of a record."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from msgspec import structs

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
    points = tuple(point for point in series.points if point.at <= moment)
    if not points or (known_at is not None and known_at > moment):
        return None
    if len(points) == len(series.points) and series.provenance.as_of <= moment:
        return series
    provenance = structs.replace(series.provenance, as_of=min(series.provenance.as_of, moment))
    return structs.replace(series, points=points, provenance=provenance)
