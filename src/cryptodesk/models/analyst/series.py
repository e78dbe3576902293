"""Price history of a result as bars, and what can be told of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from cryptodesk.models.analyst.formats import to_decimal

__all__ = ["Bar", "Series", "percent_between", "read_series"]


class Bar(Struct, frozen=True):
    """One bar; for a series of closes, `open`, `high` and `low` are the close as well and `volume` is None."""

    day: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None


class Series(Struct, frozen=True):
    """Bars, oldest first, at least one. `has_ohlc` tells bars from bare closes; `value_name` is what closes hold."""

    interval: str
    bars: tuple[Bar, ...]
    has_ohlc: bool
    value_name: str = "close"

    @property
    def days_a_bar(self) -> int:
        """1 for daily bars, more where several days were joined; 0 for bars of hours and the like."""
        count = self.interval.removesuffix("d")
        return int(count) if count.isdigit() and count != self.interval else 0

    @property
    def start(self) -> Decimal:
        """The opening price of the first bar; its close where only closes are known."""
        return self.bars[0].open

    @property
    def end(self) -> Decimal:
        return self.bars[-1].close

    @property
    def highest(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.high)

    @property
    def lowest(self) -> Bar:
        return min(self.bars, key=lambda bar: bar.low)

    @property
    def change_pct(self) -> Decimal | None:
        """From `start` to `end` in percent points; None when the start is zero."""
        return percent_between(self.start, self.end)


def percent_between(start: Decimal, end: Decimal) -> Decimal | None:
    return None if start == 0 else (end - start) / start * 100


def read_series(history: Any) -> Series | None:
    """The bars of a `{interval, headers, rows}` table; None if it holds no usable row."""
    if (
        not isinstance(history, dict)
        or not isinstance(history.get("headers"), list)
        or not isinstance(history.get("rows"), list)
    ):
        return None
    places = {str(header): place for place, header in enumerate(history["headers"])}
    value = next((name for name in ("close", "market_cap", "volume") if name in places), None)
    if value is None or "time" not in places:
        return None
    columns = _Columns(
        len(history["headers"]),
        places["time"],
        places[value],
        tuple(places.get(name) for name in ("open", "high", "low")),
        places.get("volume") if value != "volume" else None,
    )
    bars = [bar for row in history["rows"] if (bar := _bar(columns, row)) is not None]
    bars.sort(key=lambda bar: bar.day)
    has_ohlc = None not in columns.ranges
    return Series(str(history.get("interval", "")), tuple(bars), has_ohlc, value) if bars else None


class _Columns(NamedTuple):
    """Where in a row of `width` cells what stands; `ranges` are open, high and low. None for what no column holds."""

    width: int
    time: int
    value: int
    ranges: tuple[int | None, ...]
    volume: int | None


def _bar(columns: _Columns, row: Any) -> Bar | None:
    width, time, value, ranges, volume = columns
    if not isinstance(row, list) or len(row) != width:
        return None
    day, close = _day(row[time]), to_decimal(row[value])
    if day is None or close is None:
        return None
    opened, high, low = [close if place is None else _number(row[place], close) for place in ranges]
    return Bar(day, opened, high, low, close, None if volume is None else to_decimal(row[volume]))


def _number(value: Any, otherwise: Decimal) -> Decimal:
    exact = to_decimal(value)
    return otherwise if exact is None else exact


def _day(value: Any) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None
