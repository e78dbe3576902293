"""Completed bars for the indicators: candles of coins and tokens, and of the whole market what its closes show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.market.indicators import WINDOW_BARS
from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import (
    INTERVALS,
    Candle,
    CandleSeries,
    GlobalMetrics,
    Interval,
    MetricPoint,
    MetricSeries,
    Provenance,
)
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._tool import ToolContext

__all__ = ["BarInterval", "Bars", "MarketNow", "load_asset_bars", "load_market"]

BarInterval = Literal["1h", "4h", "1d", "1w"]

# One more than the window: the oldest of so many is cut off when the moment asked about lies within a bar.
_ASKED_BARS = WINDOW_BARS + 1
# Within a day the whole market is reckoned up anew for every point, and a source may refuse more.
_FEWER_POINTS = timedelta(hours=239)
# How far from the end of its bar a value may be taken, as a part of the bar.
_TOLERANCE = 0.05
_MONDAY = datetime(2018, 1, 1, tzinfo=UTC)
_METRIC = "total_market_cap"
_NO_HIGHS = (
    "only closes of the whole market are recorded: a bar's high and low are the higher and the lower of its close and "
    "the one before, so swing, pivot, supports and resistances are narrower than they would be within the bars"
)


class Bars(Struct, frozen=True):
    """Bars complete by the moment asked about, oldest first, at most 400. Without any, `gaps` say why.

    `of_levels` holds for what is drawn from highs and lows alone."""

    candles: tuple[Candle, ...] = ()
    provenance: Provenance | None = None
    quote_currency: str = "USD"
    notes: tuple[str, ...] = ()
    of_levels: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


class MarketNow(Struct, frozen=True):
    """The whole market's own figures of the moment."""

    market_cap: float | None = None
    volume: float | None = None
    provenance: Provenance | None = None
    gaps: tuple[Gap, ...] = ()


async def load_asset_bars(asset_id: AssetId, name: str, interval: BarInterval, context: ToolContext) -> Bars:
    """The last 400 bars of a coin or token that any record has, however old they are."""
    now, length = context.now, INTERVALS[interval]
    found = await context.find(CandleSeries, (asset_id,), interval=interval, start=_back(now, _ASKED_BARS, interval))
    series = _with_candles(found)
    if series is None:
        found = await context.find(CandleSeries, (asset_id,), interval=interval)
        series = _with_candles(found)
    elif _is_short_of_its_record(series):
        start = series.candles[-1].opened_at - (WINDOW_BARS - 1) * length
        longer = await context.find(CandleSeries, (asset_id,), interval=interval, start=start)
        series = _with_candles(longer) or series
    candles = _completed(series.candles if series else (), interval, now)
    if series is None or not candles:
        return Bars(
            gaps=(Gap("technical_analysis_result", f"no {interval} candles of {name} are at hand"), *_failures(found))
        )
    notes = [series.provenance.note] if series.provenance.note else []
    origin = _as_of_last(series.provenance, candles, interval)
    return Bars(candles, origin, series.quote_currency, (*notes, *_holes(candles, length)))


async def load_market_bars(interval: BarInterval, context: ToolContext) -> Bars:
    """Bars of the total market cap, drawn from its closes."""
    now, length = context.now, INTERVALS[interval]
    counts = [_ASKED_BARS]
    if length < timedelta(days=1):
        counts.append(_FEWER_POINTS // length)
    found: Found[MetricSeries] = Found()
    for count in counts:
        start = _back(now, count, interval)
        found = await context.find(MetricSeries, ("market",), metric=_METRIC, interval=interval, start=start)
        series = next((one for one in found.records if one.points and _is_fine_enough(one, length)), None)
        candles = _drawn(series.points, interval, now) if series else ()
        if series and candles:
            origin = _as_of_last(series.provenance, candles, interval)
            said = [series.provenance.note] if series.provenance.note else []
            return Bars(candles, origin, series.unit, (*said, *_holes(candles, length)), (_NO_HIGHS,))
    reason = f"no {interval} record of the total market cap is at hand"
    return Bars(gaps=(Gap("technical_analysis_result", reason), *_failures(found)))


async def load_market_now(context: ToolContext) -> MarketNow:
    found = await context.find(GlobalMetrics)
    if not found.records:
        reason = "no source of the whole market's figures is at hand"
        missing = tuple(Gap(field, reason) for field in ("currentMarketCap", "currentVolume"))
        return MarketNow(gaps=(*missing, *failed_sources(("currentMarketCap", found))))
    row = found.records[0]
    values = {"currentMarketCap": row.total_market_cap, "currentVolume": row.total_volume_24h}
    gaps = [Gap(field, "the source did not say") for field, value in values.items() if value is None]
    return MarketNow(row.total_market_cap, row.total_volume_24h, row.provenance, tuple(gaps))


async def load_market(interval: BarInterval, context: ToolContext) -> tuple[Bars, MarketNow]:
    return await asyncio.gather(load_market_bars(interval, context), load_market_now(context))


def _back(now: datetime, bars: int, interval: Interval) -> datetime:
    """So many bars back, at the start of a bar: questions of one bar's time then ask the same of a source."""
    length = INTERVALS[interval]
    return _MONDAY + ((now - _MONDAY) // length - bars) * length


def _with_candles(found: Found[CandleSeries]) -> CandleSeries | None:
    """The series that reaches furthest; None if none has a candle."""
    filled = [series for series in found.records if series.candles]
    return max(filled, key=lambda series: series.candles[-1].opened_at, default=None)


def _is_short_of_its_record(series: CandleSeries) -> bool:
    return len(series.candles) < WINDOW_BARS and series.record_began_at < series.candles[0].opened_at


def _completed(candles: Sequence[Candle], interval: Interval, now: datetime) -> tuple[Candle, ...]:
    length = INTERVALS[interval]
    return tuple(candle for candle in candles if candle.opened_at + length <= now)[-WINDOW_BARS:]


def _as_of_last(origin: Provenance, candles: Sequence[Candle], interval: Interval) -> Provenance:
    return Provenance(origin.source, origin.mode, candles[-1].opened_at + INTERVALS[interval])


def _holes(candles: Sequence[Candle], length: timedelta) -> list[str]:
    missing = sum(round((later.opened_at - earlier.opened_at) / length) - 1 for earlier, later in pairwise(candles))
    if missing <= 0:
        return []
    return [f"{missing} bars are missing among the last {len(candles)}: windows run over the bars that are there"]


def _is_fine_enough(series: MetricSeries, length: timedelta) -> bool:
    return series.granularity in INTERVALS and INTERVALS[series.granularity] <= length


def _drawn(points: Iterable[MetricPoint], interval: Interval, now: datetime) -> tuple[Candle, ...]:
    """A bar for each value that stands near enough to the end of one; it opens at the close before."""
    length = INTERVALS[interval]
    nearest: dict[datetime, MetricPoint] = {}
    for point in points:
        closed_at = _MONDAY + round((point.at - _MONDAY) / length) * length
        held = nearest.get(closed_at)
        if held is not None and abs(held.at - closed_at) <= abs(point.at - closed_at):
            continue
        if abs(point.at - closed_at) <= length * _TOLERANCE and max(point.at, closed_at) <= now:
            nearest[closed_at] = point
    closes = sorted((closed_at, point.value) for closed_at, point in nearest.items())
    before = [closes[0][1], *(value for _, value in closes)] if closes else []
    return tuple(
        Candle(closed_at - length, first, max(first, value), min(first, value), value, 0.0)
        for (closed_at, value), first in zip(closes, before, strict=False)
    )[-WINDOW_BARS:]


def _failures(found: Found[Any]) -> list[Gap]:
    return failed_sources(("technical_analysis_result", found))
