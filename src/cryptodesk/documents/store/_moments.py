"""Moments as whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["FAR_FUTURE", "from_micros", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)

# Later than any moment that `datetime` can hold: no bound.
FAR_FUTURE = 2**60


def to_micros(moment: datetime) -> int:
    """Raises: TypeError for a moment without a time zone."""
    return (moment - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
