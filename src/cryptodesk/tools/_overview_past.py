"""A figure's own past: what it was, how it changed, and between which ends it moved in a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import MetricPoint, MetricSeries, Provenance
from cryptodesk.tools._envelope import encode_time
from cryptodesk.tools._overview_part import Builder, Overview

__all__ = ["Past", "load_past", "put_changes", "put_extremes", "put_history", "put_past"]

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_HISTORY = {"yesterday": 1, "last_week": 7, "last_month": 30}
_CHANGES = {"24h": 1, "7d": 7, "30d": 30}
# A value may stand for a day this far from its own.
_NEAR = timedelta(hours=36)
# A year counts as known from this many days on, with most of them there.
_FEWEST_DAYS, _FEWEST_POINTS = 358, 300

Reading = Callable[[float], Any]


class Past(Struct, frozen=True):
    """Daily points up to the moment of the question, oldest first."""

    points: tuple[MetricPoint, ...] = ()
    provenance: Provenance | None = None
    found: tuple[Found[MetricSeries], ...] = ()

    def at(self, moment: datetime) -> float | None:
        """The value nearest to a moment, within a day and a half of it."""
        nearest = min(self.points, key=lambda point: abs(point.at - moment), default=None)
        return None if nearest is None or abs(nearest.at - moment) > _NEAR else nearest.value

    @property
    def latest(self) -> MetricPoint | None:
        return self.points[-1] if self.points else None

    def covers_year(self, now: datetime) -> bool:
        within = [point for point in self.points if point.at >= now - _YEAR - _DAY]
        return len(within) >= _FEWEST_POINTS and within[0].at <= now - timedelta(days=_FEWEST_DAYS)


async def load_past(
    overview: Overview,
    metric: str,
    entities: Sequence[AssetId] | None = None,
    *,
    entity: str | None = None,
    currency: str | None = None,
) -> Past:
    """The first series found over a year, of the whole market where no entities are named. `entity` and `currency` are
    what the series has to be of and in: the past of another figure explains nothing."""
    start = overview.now - _YEAR - 2 * _DAY
    narrowing = {} if currency is None else {"quote_currency": currency}
    found = await overview.find(MetricSeries, entities, metric=metric, interval="1d", start=start, **narrowing)
    for series in found.records:
        points = tuple(point for point in series.points if start <= point.at <= overview.now)
        is_it = series.metric == metric and entity in (None, series.entity) and currency in (None, series.unit)
        if points and is_it:
            return Past(points, series.provenance, (found,))
    return Past(found=(found,))


def put_past(
    builder: Builder, path: str, past: Past, current: float, overview: Overview, reading: Reading = lambda value: value
) -> None:
    """`history` and `yearly` under `path`; `reading` turns a value into what is shown."""
    put_history(builder, path, past, overview, reading)
    put_extremes(builder, path, past, current, overview, reading)


def put_history(
    builder: Builder, path: str, past: Past, overview: Overview, reading: Reading = lambda value: value
) -> None:
    values = {name: past.at(overview.now - days * _DAY) for name, days in _HISTORY.items()}
    known = {name: reading(value) for name, value in values.items() if value is not None}
    builder.put_or_miss(f"{path}history".lstrip("."), known, past.provenance, "no daily record of it is at hand")
    for name, value in values.items():
        if value is None and known:
            builder.miss(f"{path}history.{name}".lstrip("."), "the daily record does not reach that day")


def put_extremes(
    builder: Builder,
    path: str,
    past: Past,
    current: float,
    overview: Overview,
    reading: Reading = lambda value: value,
) -> None:
    """The year's ends, the present value among them: the greatest is never below the least."""
    field = f"{path}yearly".lstrip(".")
    if not past.covers_year(overview.now) or past.provenance is None:
        days = (overview.now - past.points[0].at).days if past.points else 0
        builder.miss(field, f"the daily record holds {days} days, a year is needed")
        return
    within = [point for point in past.points if point.at >= overview.now - _YEAR]
    points = [*within, MetricPoint(overview.now, current)]
    greatest, least = max(points, key=_value), min(points, key=_value)
    builder.put(
        field,
        {"max": _extreme(greatest, reading), "min": _extreme(least, reading)},
        past.provenance,
    )


def put_changes(
    builder: Builder, path: str, past: Past, current: float, overview: Overview, yesterday: float | None
) -> None:
    """`percent_change`, in percent points, against a day, a week and a month before. `yesterday` is what the source of
    the current value says itself, where it does."""
    before = {name: past.at(overview.now - days * _DAY) for name, days in _CHANGES.items()}
    if yesterday is not None:
        before["24h"] = yesterday
    changes = {name: (current / value - 1) * 100 for name, value in before.items() if value}
    builder.put(f"{path}.percent_change", changes, past.provenance if set(changes) - {"24h"} else None)
    for name in _CHANGES:
        if name not in changes:
            builder.miss(f"{path}.percent_change.{name}", "no daily record of it reaches that day")


def _value(point: MetricPoint) -> float:
    return point.value


def _extreme(point: MetricPoint, reading: Reading) -> dict[str, Any]:
    shown = reading(point.value)
    fields = shown if isinstance(shown, dict) else {"value": shown}
    return {**fields, "timestamp": encode_time(point.at)}
