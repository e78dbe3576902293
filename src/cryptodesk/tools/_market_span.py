"""Which candles a request for history means: dates read, ranges checked, an open end filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.tools._tool import invalid_arguments

__all__ = ["DEFAULT_COUNT", "MAX_COUNT", "HistoryArguments", "Span", "parse_span"]

DEFAULT_COUNT = 30
MAX_COUNT = 365


class HistoryArguments(Struct, frozen=True, forbid_unknown_fields=True):
    """`count` is UNSET unless given, because a given one means more than the default does."""

    interval: Literal["5m", "15m", "1h", "4h", "1d", "1w"] = "1d"
    time_start: str | UnsetType = UNSET
    time_end: str | UnsetType = UNSET
    count: Annotated[int, Meta(ge=1, le=MAX_COUNT, extra_json_schema={"default": DEFAULT_COUNT})] | UnsetType = UNSET
    series: Literal["close", "ohlcv", "market_cap", "volume"] = "close"


class Span(Struct, frozen=True):
    """Bars opened in `start` <= t < `end`; of them the first `head` or the last `tail`, None for all."""

    start: datetime | None
    end: datetime | None
    head: int | None = None
    tail: int | None = None


def parse_span(history: HistoryArguments) -> Span:
    """Both ends give the range; a start alone runs to now, or over `count` bars if that is given; without a start it is
    the last `count` bars before the end. A bare end date includes its day.

    Raises: ToolArgumentError for a text that is no date, or an end before the start."""
    start = None if history.time_start is UNSET else _moment(history.time_start, "history.time_start", ends=False)
    end = None if history.time_end is UNSET else _moment(history.time_end, "history.time_end", ends=True)
    if start and end and end <= start:
        raise invalid_arguments("history.time_end", f"{history.time_end!r} is before time_start {history.time_start!r}")
    count = None if history.count is UNSET else history.count
    if start and end:
        return Span(start, end)
    if start:
        return Span(start, None, head=count)
    return Span(None, end, tail=count or DEFAULT_COUNT)


def _moment(text: str, path: str, *, ends: bool) -> datetime:
    text = text.strip()
    try:
        if len(text) <= len("2024-03-01"):
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return day + timedelta(days=1) if ends else day
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid_arguments(path, f"expected YYYY-MM-DD or an ISO 8601 date and time, got {text!r}") from None
