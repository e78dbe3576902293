"""Which days of closes a question is about, and the calls that bring them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.tool_names import MARKET_DATA

__all__ = ["MOST_DAYS", "Span", "close_calls", "span_of"]

# So many rows of closes fit into one result; more would be joined into bars of several days.
_MOST_ROWS = 365
# One question may not spend all the calls of a run.
_MOST_CALLS = 12
_MOST_CHUNKS = 6
MOST_DAYS = _MOST_ROWS * _MOST_CHUNKS - 1
_DAY = timedelta(days=1)


class Span(Struct, frozen=True):
    """The days looked at: `count` back from the newest on record, or `start` to `end`. `note` says what of the
    question that does not meet."""

    label: str
    count: int | None = None
    start: date | None = None
    end: date | None = None
    note: str = ""

    @property
    def is_all(self) -> bool:
        return self.count is None and self.start is None


def span_of(period: Period | None, default_days: int) -> Span:
    """A period as days of closes. Hours and single days become the default stretch, and the note says so."""
    label = "the last 52 weeks" if default_days == 52 * 7 else f"the last {default_days} days"
    if period is None or period.is_weak:
        return Span(label, default_days)
    if period.kind == "hours":
        return Span(label, default_days, note=f"This rests on daily closes, so I took {label}, not {period.label}.")
    if period.kind == "day" and period.start is not None:
        start = period.start - (default_days - 1) * _DAY
        label = f"the {default_days} days to {period.start.isoformat()}"
        return Span(label, None, start, period.start, f"One day is too short for this, so I took {label}.")
    if period.kind == "days":
        if period.count < _FEWEST_DAYS:
            return Span(label, default_days, note=f"{period.label.capitalize()} is too short, so I took {label}.")
        # A year of returns takes one close more than a result has room for.
        return Span(period.label, _MOST_ROWS - 1 if period.count in {365, 366} else period.count)
    return Span(period.label, None, period.start, period.end)


_FEWEST_DAYS = 2


def close_calls(
    ids: Sequence[AssetId], span: Span, today: date, currency: str = "USD", most_chunks: int = _MOST_CHUNKS
) -> tuple[Call, ...]:
    """The calls for the closes of the span and of the day before it, in as few as results have room for."""
    ids = list(dict.fromkeys(ids))
    if not ids:
        return ()
    if span.count is not None and span.count < _MOST_ROWS:
        rows = span.count + 1
        return tuple(_call(group, {"count": rows}, currency) for group in _groups(ids, rows))
    start, end = _edges(span, today)
    chunks = list(_chunks(start, end, min(most_chunks, max(_MOST_CALLS // len(ids), 1))))
    groups = list(_groups(ids, (end - start).days + 1))
    return tuple(
        _call(group, {"time_start": first.isoformat(), "time_end": last.isoformat()}, currency)
        for group in groups
        for first, last in chunks
    )


def _edges(span: Span, today: date) -> tuple[date, date]:
    end = min(span.end or today, today)
    if span.start is not None:
        return min(span.start, end) - _DAY, end
    return end - (span.count or _MOST_ROWS * _MOST_CHUNKS - 1) * _DAY, end


def _chunks(start: date, end: date, most: int) -> Iterator[tuple[date, date]]:
    """The span cut into calls, the newest `most` of them, oldest first."""
    found: list[tuple[date, date]] = []
    while end >= start and len(found) < most:
        first = max(start, end - (_MOST_ROWS - 1) * _DAY)
        found.append((first, end))
        end = first - _DAY
    yield from reversed(found)


def _groups(ids: Sequence[AssetId], rows: int) -> Iterator[list[AssetId]]:
    size = max(_MOST_ROWS // rows, 1)
    for at in range(0, len(ids), size):
        yield list(ids[at : at + size])


def _call(ids: list[AssetId], history: dict[str, Any], currency: str) -> Call:
    arguments: dict[str, Any] = {
        "asset_type": "coin",
        "ids": ids,
        "metrics": ["history"],
        "history": {"interval": "1d", "series": "close", **history},
    }
    return Call(MARKET_DATA, arguments if currency == "USD" else {**arguments, "convert": currency})
