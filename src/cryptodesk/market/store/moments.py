"""Moments as whole numbers, rounded so that nothing is seen earlier than it was known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["FAR_FUTURE", "from_micros", "from_seconds", "to_micros", "to_seconds", "to_seconds_up"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)

# Later than any moment that `datetime` can hold, in microseconds: no bound.
FAR_FUTURE = 2**60


def to_micros(moment: datetime) -> int:
    """Raises: TypeError for a moment without a time zone."""
    return (moment - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def to_seconds(moment: datetime) -> int:
    """Whole seconds, rounded down. Raises: TypeError for a moment without a time zone."""
    return (moment - _EPOCH) // _SECOND


def to_seconds_up(moment: datetime) -> int:
    return -((_EPOCH - moment) // _SECOND)


def from_seconds(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
