"""Rows of a table as candles and points of a metric, each checked before it may enter the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, cast, get_args

from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.identity.text import plain
from cryptodesk.market.intake.cells import RowError, parse_moment, parse_number
from cryptodesk.market.query import AssetId
from cryptodesk.market.records import INTERVALS, Interval
from cryptodesk.market.store.candle_rows import CandleRow, SeriesName
from cryptodesk.market.store.series import MetricName, MetricRow, granularity_seconds

__all__ = ["CandleReader", "IngestOptions", "PointReader", "ResolveAsset", "week_offset"]

# The desk's id of an asset by what a person calls it. Raises: RowError if that is nothing, or more than one thing.
ResolveAsset = Callable[[str], AssetId]

# The epoch was a Thursday; weeks begin on Monday.
_WEEK = 7 * 86_400
_MONDAY = 4 * 86_400


class IngestOptions(Struct, frozen=True, kw_only=True):
    """What the command line says of all rows; a column of the file says it of its own row."""

    asset: str | None = None
    interval: str | None = None
    source: str | None = None
    currency: str | None = None
    metric: str | None = None
    unit: str | None = None
    note: str | None = None


def week_offset(interval: str) -> int:
    return _MONDAY if interval == "1w" else 0


# open, high, low, close, volume, quote_volume
_Bar = tuple[float, float, float, float, float, float | None]


class _Columns:
    """Gets a field of a row: its cell, what the file says of all rows, or what the command line says."""

    def __init__(self, columns: dict[str, int], defaults: dict[str, Any]) -> None:
        self._places = columns
        self._defaults = {field: value for field, value in defaults.items() if value is not None}

    def has(self, field: str) -> bool:
        return field in self._places or field in self._defaults

    def get(self, cells: Sequence[Any], field: str) -> Any:
        place = self._places.get(field)
        value = None if place is None else cells[place]
        return self._defaults.get(field) if value is None or value == "" else value

    def raw(self, cells: Sequence[Any], fields: Sequence[str]) -> tuple[str, ...]:
        """The fields as they stand: rows of one series have the same."""
        return tuple([str(self.get(cells, field)) for field in fields])

    def text(self, cells: Sequence[Any], field: str) -> str:
        value = plain(str(self.get(cells, field) or ""), 120)
        if not value:
            raise RowError(f"{field}: is missing; give it as a column or as --{field}")
        return value


class CandleReader:
    """Makes candles of rows. `name` and the row are for `merge_candles`."""

    def __init__(self, columns: dict[str, int], defaults: dict[str, Any], resolve: ResolveAsset) -> None:
        self._columns = _Columns(columns, defaults)
        self._resolve = resolve
        self._names: dict[tuple[str, ...], tuple[SeriesName, int, int]] = {}
        self._only: tuple[SeriesName, int, int] | None = None
        self._time = columns.get("time")
        self._may_be_late = self._columns.has("known_at")
        self._named_by = [field for field in _CANDLE_NAMES if field in columns]
        numbers = (*_PRICES, "volume", "quote_volume")
        self._places = [columns[field] for field in numbers] if set(numbers) <= columns.keys() else None
        missing = [field for field in ("time", *_PRICES, "volume") if not self._columns.has(field)]
        if missing:
            raise InvalidRequest(f"the file has no column for {', '.join(missing)}")

    def read(self, cells: Sequence[Any]) -> tuple[SeriesName, CandleRow]:
        """Raises: RowError."""
        columns = self._columns
        name, length, offset = self._only or self._series(cells)
        opened_at = parse_moment(columns.get(cells, "time") if self._time is None else cells[self._time], "time")
        if (opened_at - offset) % length:
            raise RowError(f"time: {columns.get(cells, 'time')!r} does not begin a {name.interval} candle")
        late = columns.get(cells, "known_at") if self._may_be_late else None
        known_at = 0 if late is None else _known_at(late, opened_at + length)
        return name, (opened_at, known_at, *(self._quickly(cells) or self._carefully(cells)))

    def _quickly(self, cells: Sequence[Any]) -> _Bar | None:
        """The bar of a row in which nothing is wrong or missing: a third of the time, for nearly all rows."""
        if self._places is None:
            return None
        try:
            opening, high, low, close, volume, turnover = [float(cells[place]) for place in self._places]
        except (ValueError, TypeError):
            return None
        if 0 < low <= opening <= high < inf and low <= close <= high and 0 <= volume < inf and 0 <= turnover < inf:
            return opening, high, low, close, volume, turnover
        return None

    def _carefully(self, cells: Sequence[Any]) -> _Bar:
        columns = self._columns
        opening, high, low, close = [_price(columns.get(cells, field), field) for field in _PRICES]
        if not low <= min(opening, close) <= max(opening, close) <= high:
            raise RowError(f"low {low:g}, open {opening:g}, close {close:g} and high {high:g} cannot be of one candle")
        volume = _amount(columns.get(cells, "volume"), "volume")
        turnover = columns.get(cells, "quote_volume")
        return opening, high, low, close, volume, None if turnover is None else _amount(turnover, "quote_volume")

    def _series(self, cells: Sequence[Any]) -> tuple[SeriesName, int, int]:
        key = self._columns.raw(cells, self._named_by)
        held = self._names.get(key)
        if held is None:
            held = self._names[key] = self._new_series(cells)
            # Without a column that names it, every row is of the same series.
            self._only = None if self._named_by else held
        return held

    def _new_series(self, cells: Sequence[Any]) -> tuple[SeriesName, int, int]:
        """The series of a row, the length of its candles, and what the first of them begin after the epoch."""
        asset, interval, source, currency = (self._columns.text(cells, field) for field in _CANDLE_NAMES[:4])
        instrument = plain(str(self._columns.get(cells, "instrument") or ""), 60)
        if interval not in get_args(Interval):
            raise RowError(f"interval: {interval!r} is none of {', '.join(INTERVALS)}")
        currency = currency.upper()
        named = SeriesName(self._resolve(asset), interval, source, instrument or f"{asset}-{currency}", currency)
        return named, int(INTERVALS[cast(Interval, interval)].total_seconds()), week_offset(interval)


class PointReader:
    """Makes points of a metric series of rows. `name` and the row are for `merge_points`."""

    def __init__(self, columns: dict[str, int], defaults: dict[str, Any], resolve: ResolveAsset) -> None:
        self._columns = _Columns(columns, defaults)
        self._resolve = resolve
        self._names: dict[tuple[str, ...], tuple[MetricName, int]] = {}
        self._named_by = [field for field in _METRIC_NAMES if field in columns]
        missing = [field for field in ("time", "value") if not self._columns.has(field)]
        if missing:
            raise InvalidRequest(f"the file has no column for {', '.join(missing)}")

    def read(self, cells: Sequence[Any]) -> tuple[MetricName, MetricRow]:
        """Raises: RowError."""
        name, length = self._series(cells)
        at = parse_moment(self._columns.get(cells, "time"), "time")
        value = parse_number(self._columns.get(cells, "value"), "value")
        return name, (at, _known_at(self._columns.get(cells, "known_at"), at + length, at), value)

    def _series(self, cells: Sequence[Any]) -> tuple[MetricName, int]:
        key = self._columns.raw(cells, self._named_by)
        held = self._names.get(key)
        if held is None:
            held = self._names[key] = self._new_series(cells)
        return held

    def _new_series(self, cells: Sequence[Any]) -> tuple[MetricName, int]:
        columns = self._columns
        metric, interval, unit, source = (columns.text(cells, field) for field in _METRIC_NAMES[:4])
        try:
            length = granularity_seconds(interval)
        except ValueError as error:
            raise RowError(f"interval: {error}") from None
        entity = plain(str(columns.get(cells, "entity") or ""), 120)
        of = entity or str(self._resolve(columns.text(cells, "asset")))
        return MetricName(metric, of, interval, unit, source), length


_CANDLE_NAMES = ("asset", "interval", "source", "currency", "instrument")
_METRIC_NAMES = ("metric", "interval", "unit", "source", "entity", "asset")
_PRICES = ("open", "high", "low", "close")


def _price(cell: object, column: str) -> float:
    number = parse_number(cell, column)
    if number <= 0:
        raise RowError(f"{column}: {cell!r} is no price")
    return number


def _amount(cell: object, column: str) -> float:
    number = parse_number(cell, column)
    if number < 0:
        raise RowError(f"{column}: {cell!r} is below zero")
    return number


def _known_at(cell: object, usual: int, earliest: int | None = None) -> int:
    """0 where it is the usual moment, or is not said. Nothing is known before it happened."""
    if cell is None or cell == "":
        return 0
    known_at = parse_moment(cell, "known_at")
    if known_at < (usual if earliest is None else earliest):
        raise RowError(f"known_at: {cell!r} is before the moment it describes was over")
    return 0 if known_at == usual else known_at
