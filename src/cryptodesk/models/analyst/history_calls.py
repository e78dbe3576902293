"""How a period is asked of the market tool."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cryptodesk.models.analyst.questions import Period

__all__ = ["days_of", "history_arguments", "return_field"]

_MOST_COUNT = 365
_DAY = timedelta(days=1)

RETURNS: dict[tuple[str, int], str] = {
    ("hours", 1): "percent_change_1h",
    ("hours", 24): "percent_change_24h",
    ("days", 7): "percent_change_7d",
    ("days", 30): "percent_change_30d",
    ("days", 60): "percent_change_60d",
    ("days", 90): "percent_change_90d",
    ("days", 365): "percent_change_1y",
    ("days", 1095): "percent_change_3y",
}


def return_field(period: Period | None) -> str | None:
    """The field of the `returns` metric that holds the change over the period; None if none does."""
    if period is None:
        return None
    if period.kind == "all":
        return "percent_change_all"
    return RETURNS.get((period.kind, period.count))


def history_arguments(period: Period, today: date, *, series: str = "ohlcv") -> dict[str, Any]:
    """The tool's `history` object. Bars, because a long table of bars is joined without losing its first open, its
    high, its low or its last close; joined closes would lose where the period began."""
    if period.kind == "hours":
        return {"interval": "1h", "count": min(period.count, _MOST_COUNT), "series": series}
    arguments: dict[str, Any] = {"interval": "1d", "series": series}
    if period.start is not None and period.end is not None:
        return {**arguments, "time_start": period.start.isoformat(), "time_end": period.end.isoformat()}
    if period.count <= _MOST_COUNT:
        return {**arguments, "count": period.count}
    return {**arguments, "time_start": (today - period.count * _DAY).isoformat()}


def days_of(arguments: dict[str, Any]) -> int:
    """How many bars the arguments ask for; 365 where only the start is given."""
    if "time_end" in arguments:
        return (date.fromisoformat(arguments["time_end"]) - date.fromisoformat(arguments["time_start"])) // _DAY + 1
    return int(arguments.get("count", _MOST_COUNT))
