"""Prices, market caps and volumes of coins over time from CoinGecko.

Source: docs.coingecko.com/demo/reference/coins-id-market-chart-range. Without a paid plan history ends 365 days back:
what begins earlier is left to other sources, rather than answered in part. Two to ninety days come as hourly points.

There are no candles from here: /coins/{id}/ohlc has no volume, and days only for paid plans (else 30 minutes, 4 hours
or 4 days, by the span).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.fetching.client import path_of
from cryptodesk.market.query import Query
from cryptodesk.market.records import MetricSeries
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Point, floored, series_of
from cryptodesk.market.sources._coingecko_access import asked_coins, currency_of
from cryptodesk.market.sources._figures import from_milliseconds, positive, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["series_routes"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=365)
_LONGEST_HOURLY = timedelta(days=90)
_SHORTEST_HOURLY = timedelta(days=2)
_DEFAULT_HOURLY = timedelta(days=30)
# Days are of midnight; the vendor's own are a little late at times.
_LATE = timedelta(minutes=15)
_MOST_COINS = 4
_METRICS = {"price": "prices", "market_cap": "market_caps", "volume": "total_volumes"}
_ROLLING = "the 24 hours up to the end of each UTC day"


def series_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(MetricSeries, _ask_chart, _read_chart, ttl_seconds=900, keep_seconds=3600, is_historical=True),
    )


class _Chart(Struct, frozen=True):
    prices: list[Any]
    market_caps: list[Any]
    total_volumes: list[Any]


def _ask_chart(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency, span = currency_of(query), _span(query, context.now)
    if currency is None or span is None or query.metric not in _METRICS:
        return []
    params = [("vs_currency", currency), ("from", _unix(span[0])), ("to", _unix(span[1])), ("precision", "full")]
    if query.interval != "1h":
        params.append(("interval", "daily"))
    coins = asked_coins(query, context)[:_MOST_COINS]
    return [Ask(path_of("coins", asset.coingecko_id or "", "market_chart", "range"), tuple(params)) for asset in coins]


def _span(query: Query[Any], now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when to ask, in whole hours; None for what cannot be answered in full."""
    is_hourly = query.interval == "1h"
    if query.interval not in (None, "1d", "1h") or (is_hourly and query.metric == "volume"):
        return None
    end = min(query.end or now, query.as_of or now, now)
    furthest = now - _FURTHEST + _HOUR
    if is_hourly:
        furthest = max(furthest, end - _LONGEST_HOURLY)
    start = query.start or max(end - (_DEFAULT_HOURLY if is_hourly else _FURTHEST), furthest)
    # A query for the last 365 days begins a moment earlier than what is still given; nobody misses that moment.
    if start < furthest - (_HOUR if is_hourly else _DAY) or max(start, furthest) >= end:
        return None
    if is_hourly:
        start = min(start, end - _SHORTEST_HOURLY)
    return floored(max(start, furthest), _HOUR), floored(end, _HOUR) + _HOUR


def _unix(at: datetime) -> str:
    return str(int(at.timestamp()))


def _read_chart(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    found = []
    for page, asset in zip(pages, asked_coins(query, context)[:_MOST_COINS], strict=True):
        rows = getattr(page.load(_Chart), _METRICS[query.metric or ""])
        points = [point for row in rows if (point := _point(row, query.metric or "")) is not None]
        if rows and not points:
            raise page.bad("no point can be read")
        found += _series(page, query, asset.asset_id, points)
    return found


def _point(row: Any, metric: str) -> Point | None:
    if not isinstance(row, list) or len(row) != 2:
        return None
    at = from_milliseconds(row[0])
    value = unsigned(row[1]) if metric == "volume" else positive(row[1])
    return None if at is None or value is None else (at, value)


def _series(page: Page, query: Query[Any], asset_id: int, points: list[Point]) -> list[MetricSeries]:
    unit = query.quote_currency.upper()
    if query.interval == "1h":
        return series_of(page, query, asset_id, unit, points, granularity="1h")
    days = [(floored(at, _DAY), value) for at, value in points if at - floored(at, _DAY) <= _LATE]
    if query.metric != "volume":
        return series_of(page, query, asset_id, unit, days)
    # What is read at midnight is the sum of the day before.
    before = [(at - _DAY, value) for at, value in days]
    return series_of(page, query, asset_id, unit, before, bucket=_DAY, note=_ROLLING)
