"""The data of a chart: asked at the fitted granularity, further back where the newest datum is old, in dollars where
there is nothing in the currency asked for.

What is a field of candles is read from them as they are; any other metric is the desk's to find and to compute."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import TypeVar

from msgspec import Struct, structs

from cryptodesk.catalog.metrics import MetricRecord
from cryptodesk.market.metrics import MetricDesk, MetricQuery
from cryptodesk.market.metrics.buckets import Granularity, bucket_end, bucket_start
from cryptodesk.market.query import AssetId, Feed, Found, Query, answers
from cryptodesk.market.records import Candle, CandleSeries, Interval, MetricPoint, MetricSeries
from cryptodesk.research.charting.downsampling import join_candles
from cryptodesk.research.charting.granularity import coarser, step_of
from cryptodesk.research.charting.specs import FEWEST_ROWS, MOST_ROWS, ChartKind, ChartSpec

__all__ = ["Ask", "Gathered", "gather"]

# A bucket that is part done says too little of these.
_NEEDS_WHOLE = frozenset({"sum", "compound", "max", "min"})
_JOINED = frozenset({"1w", "1mo"})
_LONGER: tuple[Granularity, ...] = ("1d", "1w", "1mo")
_DAY_INTERVALS: dict[str, Interval] = {"5m": "5m", "15m": "15m", "1h": "1h", "4h": "4h"}
_STEPS_LATE = 2
# Joining more takes longer than the event loop should wait.
_MANY_CANDLES = 1000
# The dataset of what candles hold or give.
_OF_CANDLES = "prices"
# The desk names each id without values, which a chart says by its name.
_OWN_GAPS = "metrics"

R = TypeVar("R", CandleSeries, MetricSeries)


class Ask(Struct, frozen=True, kw_only=True):
    """What the feed is asked. `start` is the start of a bucket; `as_of` is the run's, None for now."""

    spec: ChartSpec
    metric: MetricRecord
    names: dict[AssetId, AssetId]
    start: datetime | None
    end: datetime
    granularity: Granularity
    currency: str
    as_of: datetime | None
    kind: ChartKind

    @property
    def has_candles(self) -> bool:
        return self.kind == "candles"

    @property
    def reads_candles(self) -> bool:
        """Whether the metric is a field of candles, which are read as they are."""
        return self.metric.from_candles is not None

    @property
    def is_joined(self) -> bool:
        """Whether values are joined into longer buckets where they are too many; a line's are thinned."""
        return self.kind in {"candles", "histogram"}

    @property
    def asked_at(self) -> datetime:
        return self.spec.asked_at if self.as_of is None else min(self.spec.asked_at, self.as_of)

    @property
    def ids(self) -> tuple[AssetId, ...]:
        """The entities by the names that the feed knows them by."""
        return tuple(self.names.values())


class Gathered(Struct, frozen=True):
    """The records found, in the order of the entities, with what was asked for them in the end. `reasons` say why
    others have none; `notes` what differs from the question."""

    ask: Ask
    candles: tuple[CandleSeries, ...] = ()
    series: tuple[MetricSeries, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def longest(self) -> int:
        return max((len(rows) for rows in self._rows), default=0)

    @property
    def newest(self) -> datetime | None:
        """The end of the newest bucket."""
        ends = [bucket_end(_moment(rows[-1]), self.ask.granularity) for rows in self._rows if rows]
        return max(ends, default=None)

    @property
    def _rows(self) -> list[Sequence[Candle] | Sequence[MetricPoint]]:
        return [*(one.candles for one in self.candles), *(one.points for one in self.series)]


class _Sources(Struct, frozen=True):
    """Where data come from."""

    desk: MetricDesk
    feed: Feed


async def gather(ask: Ask, desk: MetricDesk, feed: Feed) -> Gathered:
    """The first of the currencies and granularities that could be tried which has something to draw."""
    sources = _Sources(desk, feed)
    length = None if ask.start is None else ask.end - ask.start
    finest = Gathered(ask)
    currencies = dict.fromkeys((ask.currency, "USD"))
    granularities = (ask.granularity, *coarser(ask.granularity, length))
    for place, (currency, granularity) in enumerate(product(currencies, granularities)):
        found = await _fitting(structs.replace(ask, currency=currency, granularity=granularity), sources)
        if place == 0:
            finest = found
        if found.longest >= FEWEST_ROWS:
            return structs.replace(found, notes=_differences(ask, found))
    return finest


async def _fitting(ask: Ask, sources: _Sources) -> Gathered:
    """In buckets so long that bars are not too many; how many there are is known only then where all are asked for."""
    found = await _in_range(ask, sources)
    longer = [name for name in _LONGER if step_of(name) > step_of(ask.granularity)]
    while ask.is_joined and found.longest > MOST_ROWS and longer:
        found = await _in_range(structs.replace(ask, granularity=longer.pop(0)), sources)
    return found


def _differences(ask: Ask, found: Gathered) -> tuple[str, ...]:
    said = []
    if found.ask.currency != ask.currency:
        said.append(f"Drawn in {found.ask.currency}: no series in {ask.currency} is at hand.")
    if step_of(found.ask.granularity) > step_of(ask.granularity) and found.ask.granularity == "1d":
        said.append(f"Drawn from values of a day each: none of {ask.granularity} are at hand.")
    return tuple(said)


async def _in_range(ask: Ask, sources: _Sources) -> Gathered:
    """Where the range is counted back and ends after the newest datum, the same length that ends there."""
    if ask.start is None:
        return await _fetch(ask, sources)
    length = ask.end - ask.start
    ask = structs.replace(ask, start=bucket_start(ask.start, ask.granularity))
    found = await _fetch(ask, sources)
    if not ask.spec.is_rolling:
        return found
    newest = found.newest or await _newest(ask, sources)
    if newest is None or ask.end - newest <= _STEPS_LATE * step_of(ask.granularity):
        return found
    start = bucket_start(newest - length, ask.granularity)
    return await _fetch(structs.replace(ask, start=start, end=newest), sources)


async def _newest(ask: Ask, sources: _Sources) -> datetime | None:
    """When the record of such data ends, of which the range holds nothing: an empty series is dated all the same."""
    ends: list[datetime] = []
    if not ask.reads_candles:
        ends = [record.provenance.as_of for record in (await _series(ask, sources.feed)).records]
    # What no source has as a series may be computed from candles, as market caps are.
    if not ends and ask.metric.dataset == _OF_CANDLES:
        ends = [record.provenance.as_of for record in (await _candles(ask, sources.feed)).records]
    return max((end for end in ends if end <= ask.end), default=None)


async def _series(ask: Ask, feed: Feed) -> Found[MetricSeries]:
    return await feed.find(
        Query(
            kind=MetricSeries,
            ids=ask.ids,
            metric=ask.metric.slug,
            start=ask.start,
            end=ask.end,
            as_of=ask.as_of,
            quote_currency=ask.currency,
        )
    )


async def _fetch(ask: Ask, sources: _Sources) -> Gathered:
    if ask.reads_candles:
        bars = await _candles(ask, sources.feed)
        if ask.granularity in _JOINED and sum(len(one.candles) for one in bars.records) > _MANY_CANDLES:
            return await asyncio.to_thread(_of_candles, ask, bars)
        return _of_candles(ask, bars)
    answer = await sources.desk.query(
        MetricQuery(
            metric=ask.metric.slug,
            entities=ask.ids,
            start=ask.start,
            end=ask.end,
            granularity=ask.granularity,
            quote_currency=ask.currency,
            as_of=ask.as_of,
        )
    )
    series = tuple(_whole(one, ask) for one in _first_of_each(answer.series, ask.ids))
    reasons = tuple(gap.reason for gap in answer.unavailable if gap.source != _OWN_GAPS)
    return Gathered(ask, series=tuple(one for one in series if one.points), reasons=reasons)


async def _candles(ask: Ask, feed: Feed) -> Found[CandleSeries]:
    return await feed.find(
        Query(
            kind=CandleSeries,
            ids=ask.ids,
            interval=_DAY_INTERVALS.get(ask.granularity, "1d"),
            start=ask.start,
            end=ask.end,
            as_of=ask.as_of,
            quote_currency=ask.currency,
        )
    )


def _of_candles(ask: Ask, found: Found[CandleSeries]) -> Gathered:
    until = min(ask.end, ask.asked_at)
    kept = []
    for one in _first_of_each(found.records, ask.ids):
        candles = tuple(candle for candle in one.candles if _is_over(candle, one.interval, until))
        if ask.granularity in _JOINED and candles:
            candles = join_candles(candles, ask.granularity, bucket_end(candles[-1].opened_at, one.interval))
        if candles:
            kept.append(structs.replace(one, candles=candles))
    return Gathered(ask, candles=tuple(kept), reasons=tuple(gap.reason for gap in found.unavailable))


def _is_over(candle: Candle, interval: Interval, until: datetime) -> bool:
    return candle.opened_at + step_of(interval) <= until


def _whole(series: MetricSeries, ask: Ask) -> MetricSeries:
    """Without what began after the moment of the question, and without a last bucket that the record ends in."""
    points = list(series.points)
    while points and bucket_end(points[-1].at, ask.granularity) > ask.asked_at:
        points.pop()
    if points and ask.granularity in _JOINED and ask.metric.time_bucket in _NEEDS_WHOLE:
        is_cut = bucket_end(points[-1].at, ask.granularity) > series.provenance.as_of
        points = points[:-1] if is_cut else points
    return series if len(points) == len(series.points) else structs.replace(series, points=tuple(points))


def _first_of_each(records: Sequence[R], ids: Sequence[AssetId]) -> list[R]:
    """Of several records of one entity the first, which the feed holds to be the best."""
    found = []
    for one in ids:
        found += [record for record in records if answers(record, one)][:1]
    return found


def _moment(row: Candle | MetricPoint) -> datetime:
    return row.opened_at if isinstance(row, Candle) else row.at
