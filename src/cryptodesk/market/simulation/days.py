"""Time in the simulated world: whole days and minutes since its first midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = [
    "ANCHOR_DAY",
    "DAYS",
    "DAY_MINUTES",
    "END",
    "EPOCH",
    "day_of",
    "midnight",
    "minute_of",
    "moment_of",
    "to_day",
    "weekday_of",
]

EPOCH = datetime(2012, 1, 1, tzinfo=UTC)
END = datetime(2046, 1, 1, tzinfo=UTC)
DAYS = (END - EPOCH).days
DAY_MINUTES = 1440

_EPOCH_WEEKDAY = EPOCH.weekday()
_MINUTE = timedelta(minutes=1)


def to_day(year: int, month: int = 1, day: int = 1) -> int:
    """The day number of a calendar date."""
    return (datetime(year, month, day, tzinfo=UTC) - EPOCH).days


# The day on which prices, supplies and caps are what the tables of anchors say.
ANCHOR_DAY = to_day(2025)


def minute_of(moment: datetime) -> int:
    """Whole minutes since the world's first midnight; seconds are dropped, so that nothing later is ever read."""
    return (moment - EPOCH) // _MINUTE


def day_of(moment: datetime) -> int:
    return minute_of(moment) // DAY_MINUTES


def moment_of(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def midnight(day: int) -> datetime:
    return EPOCH + timedelta(days=day)


def weekday_of(day: int) -> int:
    """0 is Monday."""
    return (day + _EPOCH_WEEKDAY) % 7
