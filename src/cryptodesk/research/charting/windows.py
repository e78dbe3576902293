"""The stretch of time that a chart shows for the period a question names. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from cryptodesk.models.analyst.questions import Period

__all__ = ["Window", "last", "window_of"]

_DAY = timedelta(days=1)
# What surrounds a day that is asked for, or a stretch too short to have a course.
_AROUND_A_DAY, _AROUND_A_STRETCH, _SHORTEST_STRETCH = 15 * _DAY, 7 * _DAY, 4 * _DAY
_FEWEST_HOURS = 3


class Window(Struct, frozen=True):
    """`start` <= t < `end`, `start` None from the beginning; see `ChartSpec.is_rolling`."""

    start: datetime | None
    end: datetime
    is_rolling: bool = False


def last(length: timedelta, now: datetime) -> Window:
    return Window(now - length, now, is_rolling=True)


def window_of(period: Period | None, now: datetime, default_days: int) -> Window | None:
    """The last `default_days` where no period was said; None for one that is none, or lies ahead."""
    if period is None or period.is_weak:
        return last(default_days * _DAY, now)
    if period.problem:
        return None
    if period.kind == "all":
        return Window(None, now)
    if period.kind == "hours":
        return last(timedelta(hours=max(period.count, _FEWEST_HOURS)), now)
    if period.kind == "days":
        return last(max(period.count, 1) * _DAY, now)
    return _of_dates(period, now)


def _of_dates(period: Period, now: datetime) -> Window | None:
    if period.start is None:
        return None
    first, end = _midnight(period.start), _midnight(period.end or period.start) + _DAY
    if first >= now:
        return None
    if period.kind == "day":
        first, end = first - _AROUND_A_DAY, end + _AROUND_A_DAY
    elif end - first < _SHORTEST_STRETCH:
        first, end = first - _AROUND_A_STRETCH, end + _AROUND_A_STRETCH
    return Window(first, min(end, now))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
