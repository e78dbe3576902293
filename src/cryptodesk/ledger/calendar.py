"""Calendar days and months in UTC, as the names that running totals are kept under."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cryptodesk.core.money import Period

__all__ = ["day_of", "starts_on"]


def day_of(moment: float) -> date:
    """Of unix seconds."""
    return datetime.fromtimestamp(moment, UTC).date()


def starts_on(period: Period, day: date) -> str:
    """The day itself, its month as 2026-11, or nothing for all time: no two periods share a name."""
    if period == "day":
        return day.isoformat()
    return day.isoformat()[:7] if period == "month" else ""
