"""Price history of a result as bars, and what can be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

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
    headers = [str(header) for header in history["headers"]]
    if "time" not in headers:
        return None
    value = next((name for name in ("close", "market_cap", "volume") if name in headers), None)
    if value is None:
        return None
    bars = [bar for row in history["rows"] if (bar := _bar(headers, value, row)) is not None]
    has_ohlc = {"open", "high", "low"} <= set(headers)
    ordered = tuple(sorted(bars, key=lambda bar: bar.day))
    return Series(str(history.get("interval", "")), ordered, has_ohlc, value) if ordered else None


def _bar(headers: Sequence[str], value: str, row: Any) -> Bar | None:
    if not isinstance(row, list) or len(row) != len(headers):
        return None
    cells = dict(zip(headers, row, strict=True))
    day, close = _day(cells["time"]), to_decimal(cells[value])
    if day is None or close is None:
        return None
    opened, high, low = (_number(cells.get(name), close) for name in ("open", "high", "low"))
    volume = to_decimal(cells.get("volume")) if value != "volume" else None
    return Bar(day, opened, high, low, close, volume)


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
