"""History as a table: bars chosen, and joined into longer ones where asked or where they would not fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.query import AssetId
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, MetricPoint, MetricSeries, Provenance
from cryptodesk.tools._envelope import Origin, computed_mode, origin_of
from cryptodesk.tools._market_currency import PricedSeries
from cryptodesk.tools._market_span import MAX_COUNT, HistoryArguments, Span

__all__ = ["HEADERS", "History", "HistoryTable", "has_issuance_rule", "make_history", "make_metric_history"]

HEADERS: dict[str, list[str]] = {
    "close": ["time", "close"],
    "ohlcv": ["time", "open", "high", "low", "close", "volume"],
    "market_cap": ["time", "market_cap"],
    "volume": ["time", "volume"],
}

_DAY = timedelta(days=1)
_DAYS_A_WEEK = 7
_UNITS = {"5m": (5, "m"), "15m": (15, "m"), "1h": (1, "h"), "4h": (4, "h"), "1d": (1, "d"), "1w": (1, "w")}
# A close or a capitalisation belongs to the end of its bar.
_DATED_BY_END = frozenset({"close", "market_cap"})
_BY_THE_END = "each time is when the bar closed"
_BY_THE_START = "each time is when the bar opened"
_BY_THE_MOMENT = "each value is of 00:00 UTC of its day"


class HistoryTable(Struct, frozen=True):
    """Rows oldest first. Of days and weeks, closes and capitalisations are dated by their bar's last day, other values
    by its first; of shorter bars, by the minute they closed or opened."""

    interval: str
    headers: list[str]
    rows: list[list[Any]]
    truncated: bool | UnsetType = UNSET
    note: str | UnsetType = UNSET


class History(Struct, frozen=True):
    """The table and where its rows come from; or the gap, where there are no rows."""

    table: HistoryTable | None = None
    origin: Origin | None = None
    gap: str | None = None


_Bar = Sequence[Candle]
_T = TypeVar("_T")


def has_issuance_rule(asset_id: AssetId, moment: datetime) -> bool:
    """Whether the asset's supply at any past moment follows from its own rule."""
    return isinstance(asset_id, int) and compute_supply_figure(asset_id, moment) is not None


def make_history(
    asset_id: AssetId,
    priced: PricedSeries,
    history: HistoryArguments,
    span: Span,
    most_rows: int = MAX_COUNT,
    *,
    notes: Sequence[str] = (),
) -> History:
    """The bars of the span. The note says where the record does not cover it.

    More bars than `most_rows` (or 365) are joined by as many as it takes, counted back from the newest."""
    series = priced.series
    if history.series == "ohlcv" and priced.is_crossed:
        return History(gap=f"highs and lows are not known in {series.quote_currency}; ask for the series close")
    if history.series == "market_cap" and not has_issuance_rule(asset_id, series.provenance.as_of):
        return History(gap="no source of this asset's past supply is at hand")
    bars = _bars(series, history.interval, span)
    step = _step(len(bars), most_rows)
    rows = [_row(bar, history.series, asset_id, INTERVALS[series.interval]) for bar in _joined(bars, step)]
    said = [*notes, *_coverage(series, span, len(bars)), *_dating(series, history.series), *_joining(len(bars), step)]
    table = _table(history, step, rows, said)
    if not bars:
        return History(table, gap=f"no bars in the span asked for: {table.note}")
    return History(table, _origin(bars, history, priced))


def make_metric_history(
    series: MetricSeries, history: HistoryArguments, span: Span, most_rows: int = MAX_COUNT
) -> History:
    """The points of the span; of more than `most_rows` every nth, the newest among them."""
    points = _chosen(series.points, span, _at)
    step = _step(len(points), most_rows)
    kept = points[(len(points) - 1) % step :: step] if points else []
    said = [_BY_THE_MOMENT] if all(_is_midnight(point.at) for point in points) else []
    if step > 1:
        said.append(f"{len(points)} values were too many to list: every {step}th is given, the newest among them")
    table = _table(history, step, [[_moment(point), point.value] for point in kept], said)
    if not points:
        return History(gap="no values in the span asked for are at hand")
    provenance = series.provenance
    origin = Provenance(provenance.source, provenance.mode, points[-1].at)
    return History(table, origin_of(["history"], origin, provenance.note))


def _table(history: HistoryArguments, step: int, rows: list[list[Any]], notes: Sequence[str]) -> HistoryTable:
    count, letter = _UNITS[history.interval]
    return HistoryTable(
        interval=f"{count * step}{letter}",
        headers=HEADERS[history.series],
        rows=rows,
        truncated=True if step > 1 else UNSET,
        note="; ".join(notes) or UNSET,
    )


def _coverage(series: CandleSeries, span: Span, bars: int) -> list[str]:
    """What of the span the record lacks: its start, its end, or bars to count."""
    length = INTERVALS[series.interval]
    # An empty series is one whose bars lie elsewhere: its origin still dates the end of the record.
    first = min(series.record_began_at, series.candles[0].opened_at) if series.candles else series.record_began_at
    last = series.candles[-1].opened_at if series.candles else series.provenance.as_of - length
    lacks_start = span.start is not None and span.start < first
    lacks_end = span.end is not None and span.end > last + length
    lacks_bars = (span.tail is not None and bars < span.tail) or (span.head is not None and bars < span.head)
    if bars and not (lacks_start or lacks_end or lacks_bars):
        return []
    form = "%Y-%m-%d" if length >= _DAY else "%Y-%m-%dT%H:%MZ"
    return [f"the record runs from {first.strftime(form)} to {last.strftime(form)}"]


def _dating(series: CandleSeries, kind: str) -> list[str]:
    if INTERVALS[series.interval] >= _DAY:
        return []
    return [_BY_THE_END if kind in _DATED_BY_END else _BY_THE_START]


def _joining(bars: int, step: int) -> list[str]:
    return [f"{bars} bars were too many to list: every {step} are joined, the newest whole"] if step > 1 else []


def _origin(bars: Sequence[_Bar], history: HistoryArguments, priced: PricedSeries) -> Origin:
    """Where the rows come from; `as_of` is the end of the last bar."""
    provenance = priced.series.provenance
    mode, note = provenance.mode, None
    if history.series == "market_cap":
        mode = computed_mode((provenance.mode,))
        note = "close × the supply that the issuance rule gives for that day"
    elif history.series != "close":
        note = f"volume in {priced.series.quote_currency}, on this market ({priced.series.instrument}) alone"
    end = bars[-1][-1].opened_at + INTERVALS[priced.series.interval]
    return origin_of(["history"], Provenance(provenance.source, mode, end), note)


def _bars(series: CandleSeries, interval: str, span: Span) -> list[_Bar]:
    if interval != "1w" or series.interval == "1w":
        return [(candle,) for candle in _chosen(series.candles, span, _opened_at)]
    weeks = (tuple(week) for _, week in groupby(series.candles, key=lambda candle: candle.opened_at.isocalendar()[:2]))
    whole = [week for week in weeks if len(week) == _DAYS_A_WEEK]
    return list(_chosen(whole, span, lambda week: week[0].opened_at))


def _chosen(items: Sequence[_T], span: Span, at: Callable[[_T], datetime]) -> Sequence[_T]:
    """Those of the span; `items` are oldest first."""
    first = 0 if span.start is None else bisect_left(items, span.start, key=at)
    last = len(items) if span.end is None else bisect_left(items, span.end, key=at)
    inside = items[first:last]
    if span.head is not None:
        return inside[: span.head]
    return inside if span.tail is None else inside[-span.tail :]


def _step(count: int, most_rows: int) -> int:
    return max(-(-count // max(min(most_rows, MAX_COUNT), 1)), 1)


def _joined(bars: list[_Bar], step: int) -> list[_Bar]:
    if step == 1:
        return bars
    first = len(bars) % step
    groups = [bars[:first]] if first else []
    groups += [bars[start : start + step] for start in range(first, len(bars), step)]
    return [tuple(candle for bar in group for candle in bar) for group in groups]


def _row(bar: _Bar, series: str, asset_id: AssetId, length: timedelta) -> list[Any]:
    first, last = bar[0], bar[-1]
    time = _label(first.opened_at, last.opened_at + length, length, by_end=series in _DATED_BY_END)
    if series == "close":
        return [time, last.close]
    if series == "volume":
        return [time, _volume(bar)]
    if series == "market_cap":
        supply = compute_supply_figure(asset_id, last.opened_at + length) if isinstance(asset_id, int) else None
        return [time, None if supply is None else last.close * supply.value]
    high, low = max(candle.high for candle in bar), min(candle.low for candle in bar)
    return [time, first.open, high, low, last.close, _volume(bar)]


def _label(opened_at: datetime, closed_at: datetime, length: timedelta, *, by_end: bool) -> str:
    if length < _DAY:
        return f"{closed_at if by_end else opened_at:%Y-%m-%dT%H:%MZ}"
    return (closed_at - _DAY if by_end else opened_at).date().isoformat()


def _moment(point: MetricPoint) -> str:
    return f"{point.at:%Y-%m-%d}" if _is_midnight(point.at) else f"{point.at:%Y-%m-%dT%H:%MZ}"


def _at(point: MetricPoint) -> datetime:
    return point.at


def _opened_at(candle: Candle) -> datetime:
    return candle.opened_at


def _is_midnight(moment: datetime) -> bool:
    return not (moment.hour or moment.minute or moment.second)


def _volume(bar: _Bar) -> float | None:
    volumes = [candle.quote_volume for candle in bar]
    return None if None in volumes else sum(volume for volume in volumes if volume is not None)
