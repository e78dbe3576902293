"""When a server says that asking again makes sense."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["DAY_SECONDS", "parse_http_date", "parse_retry_after"]

DAY_SECONDS = 86_400.0
_MAX_TEXT = 64


def parse_retry_after(value: str | None, now: datetime | None, *, longest_seconds: float = DAY_SECONDS) -> float | None:
    """Seconds from `now`, from 0 to `longest_seconds`; None for nothing or nonsense, and for a date where nobody knows
    what time it is. Source: RFC 9110, 10.2.3."""
    text = (value or "").strip()[:_MAX_TEXT]
    try:
        seconds = float(text)
    except ValueError:
        moment = parse_http_date(text)
        if moment is None or now is None:
            return None
        seconds = (moment - now).total_seconds()
    return min(max(seconds, 0.0), longest_seconds) if math.isfinite(seconds) else None


def parse_http_date(value: str | None) -> datetime | None:
    """In UTC where it names no zone; None for what is no date."""
    try:
        moment = parsedate_to_datetime((value or "").strip()[:_MAX_TEXT])
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
