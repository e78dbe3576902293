"""Figures as exchanges write them: mostly decimal text. What cannot be read is None, never a zero."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptodesk.market.identity.text import plain

__all__ = ["count", "from_milliseconds", "from_seconds", "line", "milliseconds", "number", "positive", "unsigned"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_LONGEST_NUMBER = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 4_102_444_800  # the year 2100


def number(value: Any) -> float | None:
    """A finite number from a number or its decimal text."""
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER or not value.isascii() or not _NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def unsigned(value: Any) -> float | None:
    """A number that cannot be negative, such as a volume."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def positive(value: Any) -> float | None:
    """A number that means nothing at zero, such as a price."""
    found = number(value)
    return found if found is not None and found > 0 else None


def count(value: Any) -> int | None:
    """A whole number, 0 or more."""
    found = unsigned(value)
    return int(found) if found is not None and found == int(found) else None


def from_seconds(value: Any) -> datetime | None:
    """Aware UTC from unix seconds, as a number or its text; None for 0, by which exchanges mean "never"."""
    seconds = number(value)
    return _EPOCH + timedelta(seconds=seconds) if seconds is not None and 0 < seconds < _LATEST_SECONDS else None


def from_milliseconds(value: Any) -> datetime | None:
    """Aware UTC from unix milliseconds, as a number or its text; None for 0."""
    found = number(value)
    return None if found is None else from_seconds(found / 1000)


def milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def line(value: Any, limit: int = 200) -> str | None:
    """Text from outside as one printable line; None for what is no text, or empty."""
    return plain(value, limit) or None if isinstance(value, str) else None
