"""Made-up records, a feed that keeps to ranges and moments, and a reader that plots as the published chat app does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs, to_builtins

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.research import Chart, ChartEntity
from cryptodesk.market.metrics import MetricDesk
from cryptodesk.market.query import Found, Query, Unavailable, answers
from cryptodesk.market.records import (
    INTERVALS,
    Candle,
    CandleSeries,
    Interval,
    MetricPoint,
    MetricSeries,
    Mode,
    Provenance,
)
from cryptodesk.market.visibility import visible_at
from cryptodesk.research.charting import ChartSpec, DrawnCharts, draw_charts
from tests.market.feeds.fakes import MemoryFeed

__all__ = ["DAY", "NOW", "START", "bars", "draw", "entity_of", "feed_of", "plotted", "points", "wire", "zigzag"]

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
NOW = START + 60 * DAY + timedelta(hours=9)

_NAMES = {1: ("Bitcoin", "bitcoin", "BTC"), 1027: ("Ethereum", "ethereum", "ETH"), 7278: ("Aave", "aave", "AAVE")}


def entity_of(entity: int | str) -> ChartEntity:
    name, slug, symbol = _NAMES.get(int(entity), (f"Coin {entity}", f"coin-{entity}", f"C{entity}"))
    return ChartEntity("asset", str(entity), name, slug, symbol)


def zigzag(count: int, level: float = 100.0) -> list[float]:
    return [level * (1 + (index * 7 % 11) / 50) for index in range(count)]


def bars(
    asset_id: int,
    closes: Sequence[float],
    start: datetime = START,
    *,
    interval: Interval = "1d",
    mode: Mode = "live",
    source: str = "binance",
    has_values: bool = True,
) -> CandleSeries:
    length = INTERVALS[interval]
    candles = tuple(
        Candle(
            start + at * length, close - 1, close + 2, close - 3, close, 10.0 + at, 1000.0 + at if has_values else None
        )
        for at, close in enumerate(closes)
    )
    origin = Provenance(source, mode, start + len(closes) * length)
    return CandleSeries(asset_id, interval, "USD", f"C{asset_id}USD", start, origin, candles)


def points(
    metric: str,
    entity: str,
    values: Sequence[float],
    start: datetime = START,
    *,
    unit: str = "USD",
    mode: Mode = "live",
) -> MetricSeries:
    made = tuple(MetricPoint(start + at * DAY, value) for at, value in enumerate(values))
    origin = Provenance("defillama", mode, start + len(values) * DAY)
    return MetricSeries(metric=metric, entity=entity, unit=unit, granularity="1d", provenance=origin, points=made)


def feed_of(*records: CandleSeries | MetricSeries, now: datetime = NOW) -> MemoryFeed:
    """As the store answers: nothing after `as_of`, nothing outside the range, and an empty series with its date where
    the range holds nothing. It has dollars only."""

    def respond(query: Query[Any]) -> Found[Any]:
        asked = [record for record in records if isinstance(record, query.kind) and _is_asked(record, query)]
        seen = [visible_at(record, query.as_of or now) for record in asked]
        found = tuple(_within(record, query) for record in seen if record is not None)
        gaps = () if found else (Unavailable("store", "nothing of the kind is stored"),)
        return Found(found, gaps)

    return MemoryFeed(respond)


def _is_asked(record: CandleSeries | MetricSeries, query: Query[Any]) -> bool:
    if query.quote_currency != "USD" or not any(answers(record, one) for one in query.ids or ()):
        return False
    if isinstance(record, CandleSeries):
        return record.interval == (query.interval or "1d")
    return record.metric == query.metric


def _within(record: Any, query: Query[Any]) -> Any:
    def is_inside(at: datetime) -> bool:
        return (query.start is None or at >= query.start) and (query.end is None or at < query.end)

    if isinstance(record, CandleSeries):
        return structs.replace(record, candles=tuple(one for one in record.candles if is_inside(one.opened_at)))
    return structs.replace(record, points=tuple(one for one in record.points if is_inside(one.at)))


async def draw(feed: MemoryFeed, *specs: ChartSpec, as_of: datetime | None = None, now: datetime = NOW) -> DrawnCharts:
    return await draw_charts(specs, MetricDesk(feed, FixedClock(now)), feed, entity_of, as_of)


def wire(chart: Chart) -> dict[str, Any]:
    """The chart as it goes to clients."""
    return {
        "metric": chart.metric,
        "entities": [{"entityType": one.entity_type, "entityId": one.entity_id} for one in chart.entities],
        "start": chart.start.isoformat(),
        "end": chart.end.isoformat(),
        "metricTimeseries": {
            "point_schema": [to_builtins(column) for column in chart.columns],
            "series": [
                {"key": one.key, "entity": to_builtins(one.entity), "points": [list(row) for row in one.rows]}
                for one in chart.series
            ],
        },
    }


def plotted(chart: dict[str, Any]) -> list[tuple[float, float]] | None:
    """The first series as seconds and values, None where the app would show nothing: at least three rows, each an
    array of two columns or more, a second column that is not constant, the fifth as the close where there is one."""
    if not chart["entities"] or not chart["entities"][0]["entityId"]:
        return None
    rows = chart["metricTimeseries"]["series"][0]["points"]
    if len(rows) < 3 or any(len(row) < 2 for row in rows) or len({row[1] for row in rows}) == 1:
        return None
    close = 4 if len(rows[0]) > 4 else 1
    return [(row[0] if row[0] < 1e10 else row[0] / 1000, row[close]) for row in rows]
