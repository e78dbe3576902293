"""One query for any metric: found, joined into the asked buckets, computed where it is computed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from cryptodesk.catalog.metrics import MetricRecord, find_metric, load_metrics
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import NotFound
from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.metrics.buckets import (
    GRANULARITIES,
    Granularity,
    bucket_start,
    group_points,
    resample,
)
from cryptodesk.market.metrics.computing import COMPUTED, lookback
from cryptodesk.market.query import AssetId, Feed, Found, Query, Unavailable, answers
from cryptodesk.market.records import CandleSeries, Interval, MetricPoint, MetricSeries, Mode, Provenance

__all__ = ["MetricAnswer", "MetricDesk", "MetricQuery"]

_INTERVALS: dict[str, Interval] = {"5m": "5m", "15m": "15m", "1h": "1h", "4h": "4h", "1d": "1d"}
_MARKET_CAP = "market_cap"


class MetricQuery(Struct, frozen=True, kw_only=True):
    """A metric of the catalogue (`dataset` narrows it, where given) for `entities`, in `start` <= t < `end`.

    With `is_grouped`, the entities are joined into one series as the catalogue allows."""

    metric: str
    entities: tuple[AssetId, ...]
    dataset: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    granularity: Granularity = "1d"
    quote_currency: str = "USD"
    as_of: datetime | None = None
    is_grouped: bool = False


class MetricAnswer(Struct, frozen=True):
    """One series an entity, in the order asked, or one for all; points are dated by the start of their bucket."""

    metric: MetricRecord
    series: tuple[MetricSeries, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()


class MetricDesk:
    """Asks a feed. Stateless."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock

    async def query(self, query: MetricQuery) -> MetricAnswer:
        """Raises: NotFound for a metric that the catalogue does not have."""
        metric = _metric(query)
        base = _metric(structs.replace(query, metric=metric.computed_from)) if metric.computed_from else metric
        fetched = _finer(query.granularity, metric)
        asked = structs.replace(query, metric=base.slug, granularity=fetched, start=_earlier(query.start, metric))
        found = await self._fetch(base, asked)
        until = query.as_of or self._clock.now()
        series = [_finished(metric, item, query, until) for item in found.records]
        series = [item for item in series if item.points]
        gaps = (*found.unavailable, *_nothing_for(query.entities, series, metric))
        if query.is_grouped and len(series) > 1:
            series, gaps = _grouped(metric, series, gaps)
        return MetricAnswer(metric, tuple(series), gaps)

    async def _fetch(self, metric: MetricRecord, query: MetricQuery) -> Found[MetricSeries]:
        if metric.from_candles is not None:
            candles = await self._candles(query, query.entities)
            made = tuple(_from_candles(metric.slug, metric.from_candles, series) for series in candles.records)
            return Found(made, candles.unavailable)
        found = await self._feed.find(
            Query(
                kind=MetricSeries,
                ids=query.entities,
                metric=metric.slug,
                start=query.start,
                end=query.end,
                as_of=query.as_of,
                quote_currency=query.quote_currency,
            )
        )
        if metric.slug != _MARKET_CAP:
            return found
        open_ids = tuple(one for one in query.entities if not any(answers(record, one) for record in found.records))
        made = tuple(_market_caps(series) for series in (await self._candles(query, open_ids)).records if open_ids)
        return Found((*found.records, *(series for series in made if series.points)), found.unavailable)

    async def _candles(self, query: MetricQuery, ids: Sequence[AssetId]) -> Found[CandleSeries]:
        return await self._feed.find(
            Query(
                kind=CandleSeries,
                ids=tuple(ids),
                interval=_INTERVALS.get(query.granularity, "1d"),
                start=query.start,
                end=query.end,
                as_of=query.as_of,
                quote_currency=query.quote_currency,
            )
        )


def _metric(query: MetricQuery) -> MetricRecord:
    metric = find_metric(query.metric)
    if metric is None or query.dataset not in (None, metric.dataset):
        known = ", ".join(sorted(item.slug for item in load_metrics()))
        where = "" if query.dataset is None else f" in dataset {query.dataset!r}"
        raise NotFound(f"no metric {query.metric!r}{where}; there are {known}")
    return metric


def _finer(granularity: Granularity, metric: MetricRecord) -> Granularity:
    """What to fetch: volatility and longer buckets are made of days, nothing of bars finer than there are."""
    order = list(GRANULARITIES)
    wanted = min(order.index(granularity), order.index("1d"))
    if metric.slug == "volatility":
        return "1d"
    return order[max(wanted, order.index(metric.granularity))]


def _earlier(start: datetime | None, metric: MetricRecord) -> datetime | None:
    """Far enough back for the first value of the range, with room for buckets of a month."""
    if start is None or not lookback(metric):
        return start
    return start - timedelta(days=lookback(metric) + 62)


def _from_candles(slug: str, field: str, series: CandleSeries) -> MetricSeries:
    values = ((candle.opened_at, getattr(candle, field)) for candle in series.candles)
    return MetricSeries(
        metric=slug,
        entity=str(series.asset_id),
        unit=series.quote_currency,
        granularity=series.interval,
        provenance=series.provenance,
        points=tuple(MetricPoint(at, value) for at, value in values if value is not None),
    )


def _market_caps(series: CandleSeries) -> MetricSeries:
    """Close times the supply that the coin's own issuance rule gives; no points where no rule is known."""
    length = timedelta(days=1)
    points: list[MetricPoint] = []
    sources = [series.provenance.source]
    for candle in series.candles:
        supply = None
        if isinstance(series.asset_id, int):
            supply = compute_supply_figure(series.asset_id, candle.opened_at + length)
        if supply is not None:
            points.append(MetricPoint(candle.opened_at, candle.close * supply.value))
            sources.append(supply.provenance.source)
    origin = series.provenance
    note = "close × the supply that the issuance rule gives for that day"
    return MetricSeries(
        metric=_MARKET_CAP,
        entity=str(series.asset_id),
        unit=series.quote_currency,
        granularity=series.interval,
        provenance=Provenance(
            " × ".join(dict.fromkeys(sources)), _computed(origin), origin.as_of, note, origin.known_at
        ),
        points=tuple(points),
    )


def _finished(metric: MetricRecord, series: MetricSeries, query: MetricQuery, until: datetime) -> MetricSeries:
    base = metric if metric.computed_from is None else find_metric(metric.computed_from) or metric
    points: Sequence[MetricPoint] = series.points
    coarse = query.granularity
    if metric.slug == "volatility":
        points = resample(COMPUTED["volatility"](points, metric.window), coarse, "last", until, _step(series))
    else:
        points = resample(points, coarse, base.time_bucket, until, _step(series))
        if metric.computed_from is not None:
            first = None if query.start is None else bucket_start(query.start, coarse)
            kept = points if lookback(metric) or first is None else [point for point in points if point.at >= first]
            points = COMPUTED[metric.slug](kept, metric.window)
    provenance = series.provenance
    if metric.computed_from is not None:
        note = f"{metric.name.lower()} computed from {base.name.lower()}"
        provenance = structs.replace(provenance, mode=_computed(provenance), note=note)
    return structs.replace(
        series,
        metric=metric.slug,
        unit=series.unit if metric.unit == "currency" or metric.computed_from is None else metric.unit,
        granularity=coarse,
        provenance=provenance,
        points=tuple(point for point in points if _is_asked(point, query)),
    )


def _step(series: MetricSeries) -> timedelta | None:
    """How far apart the fetched points are; None where they have no fixed distance."""
    return next((length for name, length in GRANULARITIES.items() if name == series.granularity), None)


def _computed(provenance: Provenance) -> Mode:
    # What is computed from an invented or a kept price is invented or kept as well; the note says that it is computed.
    return provenance.mode if provenance.mode in {"simulated", "snapshot"} else "computed"


def _is_asked(point: MetricPoint, query: MetricQuery) -> bool:
    start = None if query.start is None else bucket_start(query.start, query.granularity)
    return (start is None or point.at >= start) and (query.end is None or point.at < query.end)


def _nothing_for(
    entities: Sequence[AssetId], series: Sequence[MetricSeries], metric: MetricRecord
) -> tuple[Unavailable, ...]:
    return tuple(
        Unavailable("metrics", f"no {metric.name.lower()} of {one} is at hand for this range", metric.slug)
        for one in entities
        if not any(answers(item, one) for item in series)
    )


def _grouped(
    metric: MetricRecord, series: list[MetricSeries], gaps: tuple[Unavailable, ...]
) -> tuple[list[MetricSeries], tuple[Unavailable, ...]]:
    if metric.group == "none":
        reason = f"{metric.name.lower()} of several entities cannot be joined into one figure"
        return series, (*gaps, Unavailable("metrics", reason, metric.slug))
    oldest = min(series, key=lambda item: item.provenance.as_of).provenance
    names = " × ".join(dict.fromkeys(item.provenance.source for item in series))
    how = "sum" if metric.group == "sum" else "mean"
    return [
        MetricSeries(
            metric=metric.slug,
            entity="+".join(item.entity for item in series),
            unit=series[0].unit,
            granularity=series[0].granularity,
            provenance=structs.replace(oldest, source=names, mode=_computed(oldest), note=f"{how} of the entities"),
            points=group_points([item.points for item in series], "sum" if metric.group == "sum" else "mean"),
        )
    ], gaps
