"""Metrics over time from CoinMarketCap.

| metric | entity | unit | needs a key |
|---|---|---|---|
| fear_greed, altcoin_season | market | index | no |
| cmc100, cmc20 | market | index | no, ten points at most |
| total_market_cap, total_volume, btc_dominance, eth_dominance | market | currency or percent | yes |
| price, market_cap, volume_24h, circulating_supply | a coin's id | currency or coins | yes |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import INTERVALS, Interval, MetricPoint, MetricSeries
from cryptodesk.market.sources._coinmarketcap_access import (
    Access,
    Ask,
    Page,
    chunked,
    coin_ids,
    credits_for,
    floored,
    iso,
    money,
)
from cryptodesk.market.sources._coinmarketcap_market import INDEX_NAMES, index_point
from cryptodesk.market.sources._coinmarketcap_values import moment, positive, quote_in, text, whole
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["coins_of", "mood_series_routes", "quote_series_routes", "span_of"]

_MARKET = "market"
_DEFAULT_POINTS = 365
_MOST_POINTS = 5000
_MOST_COINS = 10
_MOOD_PAGE = 500
_MOOD_PAGES = 4
_INDEX_POINTS = 10
# Calendar intervals give the first value of each hour, day and week; the others begin where asked.
_INTERVALS: dict[Interval, str] = {
    "5m": "5m", "15m": "15m", "1h": "hourly", "4h": "4h", "1d": "daily", "1w": "weekly",
}  # fmt: skip
_TOTALS = {"total_market_cap": "total_market_cap", "total_volume": "total_volume_24h"}
_DOMINANCES = ("btc_dominance", "eth_dominance")
_OF_COINS = ("price", "market_cap", "volume_24h", "circulating_supply")

Point = tuple[datetime, float]


def mood_series_routes(access: Access) -> tuple[Route, ...]:
    """What needs no key."""
    return (
        access.route(MetricSeries, _ask_moods, _read_moods, ttl_seconds=900, is_historical=True),
        access.route(MetricSeries, _ask_seasons, _read_seasons, ttl_seconds=900, is_historical=True),
        access.route(MetricSeries, _ask_indices, _read_indices, ttl_seconds=300, is_historical=True),
    )


def quote_series_routes(access: Access) -> tuple[Route, ...]:
    """What needs a key."""
    return (
        access.route(MetricSeries, _ask_totals, _read_totals, ttl_seconds=300, is_historical=True),
        access.route(MetricSeries, _ask_coins, _read_coins, ttl_seconds=300, is_historical=True),
    )


def span_of(query: Query[Any], now: datetime, step: timedelta, points: int) -> tuple[datetime, datetime]:
    """From when to when is asked: as the query says, else so many steps up to its moment."""
    end = min(query.end or now, query.as_of or now, now)
    start = query.start or end - step * points
    return max(start, end - step * _MOST_POINTS), end


def _wants(query: Query[Any], *metrics: str) -> bool:
    is_market = query.ids is None or _MARKET in query.ids
    return is_market and query.metric in metrics


def _ask_moods(query: Query[Any], context: SourceContext) -> list[Ask]:
    if not _wants(query, "fear_greed") or query.interval not in (None, "1d"):
        return []
    start, _ = span_of(query, context.now, timedelta(days=1), _DEFAULT_POINTS)
    days = (context.now.date() - start.date()).days + 1
    pages = range(0, min(max(days, 1), _MOOD_PAGE * _MOOD_PAGES), _MOOD_PAGE)
    path = "/v3/fear-and-greed/historical"
    return [
        Ask(path, (("start", str(at + 1)), ("limit", str(rows))), credits_for(rows))
        for at, rows in ((at, min(_MOOD_PAGE, days - at)) for at in pages)
    ]


def _read_moods(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    points = [point for page in pages for point in page.each(page.data, _mood_point)]
    return _series(pages, query, points, "index", granularity="1d")


def _mood_point(row: dict[str, Any]) -> Point | None:
    at, value = moment(row.get("timestamp")), whole(row.get("value"))
    return None if at is None or value is None or value > 100 else (at, float(value))


def _ask_seasons(query: Query[Any], context: SourceContext) -> list[Ask]:
    if not _wants(query, "altcoin_season"):
        return []
    start, end = span_of(query, context.now, timedelta(days=1), 90)
    if end < context.now - timedelta(days=90):
        return []
    days = (context.now - start).days
    timeframe = "7d" if days < 7 else "30d" if days < 30 else "90d"
    return [Ask("/v1/altcoin-season-index/historical", (("timeframe", timeframe),))]


def _read_seasons(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    points = [point for page in pages for point in page.each(page.entry().get("points"), _season_point)]
    gaps = [later[0] - earlier[0] for earlier, later in zip(sorted(points), sorted(points)[1:], strict=False)]
    # Nobody says how dense the points are; it differs by the span.
    is_daily = not gaps or sorted(gaps)[len(gaps) // 2] >= timedelta(hours=12)
    granularity: Interval = "1d" if is_daily else "1h"
    if query.interval == "1d" and not is_daily:
        points, granularity = _last_of_each_day(points), "1d"
    if query.interval not in (None, granularity):
        return []
    return _series(pages, query, points, "index", granularity=granularity)


def _season_point(row: dict[str, Any]) -> Point | None:
    at, value = moment(row.get("timestamp")), whole(row.get("altcoin_index"))
    return None if at is None or value is None or value > 100 else (at, float(value))


def _last_of_each_day(points: Iterable[Point]) -> list[Point]:
    by_day = {at.date(): (at, value) for at, value in sorted(points)}
    return list(by_day.values())


def _ask_indices(query: Query[Any], context: SourceContext) -> list[Ask]:
    if not _wants(query, *INDEX_NAMES) or query.interval not in (None, "5m", "15m", "1d"):
        return []
    interval = query.interval or "1d"
    start, end = span_of(query, context.now, INTERVALS[interval], _INDEX_POINTS)
    start = max(start, end - INTERVALS[interval] * _INDEX_POINTS)
    params = [
        ("time_start", iso(floored(start, INTERVALS[interval]))),
        ("count", str(_INDEX_POINTS)),
        ("interval", _named(interval)),
    ]
    if query.end is not None or query.as_of is not None:
        params.append(("time_end", iso(end)))
    return [Ask(f"/v3/index/{query.metric}-historical", tuple(params))]


def _named(interval: Interval) -> str:
    return "daily" if interval == "1d" else interval


def _read_indices(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    points = [point for page in pages for point in page.each(page.data, index_point)]
    return _series(pages, query, points, "index", granularity=query.interval or "1d")


def _history_params(query: Query[Any], now: datetime, currency: str) -> tuple[tuple[tuple[str, str], ...], int]:
    """The parameters that both historical routes share, and how many points they ask for."""
    interval = query.interval or "1d"
    step = INTERVALS[interval]
    start, end = span_of(query, now, step, _DEFAULT_POINTS)
    points = max(1, min(_MOST_POINTS, -(-(end - start) // step) + 1))
    params = [("interval", _INTERVALS[interval]), ("count", str(points)), ("convert", currency)]
    params.append(("time_start", iso(floored(start, step))))
    if query.end is not None or query.as_of is not None:
        params.append(("time_end", iso(end)))
    return tuple(params), points


def _ask_totals(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if currency is None or not _wants(query, *_TOTALS, *_DOMINANCES):
        return []
    params, points = _history_params(query, context.now, currency)
    return [Ask("/v1/global-metrics/quotes/historical", params, credits_for(points))]


def _read_totals(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    currency, metric = money(query) or "", query.metric or ""

    def read(row: dict[str, Any]) -> Point | None:
        holder = row if metric in _DOMINANCES else quote_in(row.get("quote"), currency) or {}
        return _point(row, holder.get(_TOTALS.get(metric, metric)))

    points = [point for page in pages for point in page.each(page.entry().get("quotes"), read)]
    unit = "percent" if metric in _DOMINANCES else currency
    return _series(pages, query, points, unit, granularity=query.interval or "1d")


def _ask_coins(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency, ids = money(query), coin_ids(query)[:_MOST_COINS]
    if currency is None or not ids or query.metric not in _OF_COINS:
        return []
    params, points = _history_params(query, context.now, currency)
    path = "/v3/cryptocurrency/quotes/historical"
    asked = (("id", chunked(ids)[0]), ("skip_invalid", "true"))
    return [Ask(path, (*asked, *params), credits_for(points * len(ids)))]


def _read_coins(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    currency, metric = money(query) or "", query.metric or ""

    def read(row: dict[str, Any]) -> Point | None:
        return _point(row, (quote_in(row.get("quote"), currency) or {}).get(metric))

    found = []
    for page in pages:
        for coin in coins_of(page):
            points = page.each(coin.get("quotes"), read)
            unit = text(coin.get("symbol"), 32) or "coins" if metric == "circulating_supply" else currency
            entity = str(whole(coin.get("id")))
            found += _series([page], query, points, unit, granularity=query.interval or "1d", entity=entity)
    return found


def coins_of(page: Page) -> list[dict[str, Any]]:
    """The coins of a historical route: one alone as it is, several as a map by id."""
    row = page.data
    if isinstance(row, dict) and "quotes" in row:
        return [row] if whole(row.get("id")) else []
    return [coin for coin in page.mapped() if isinstance(coin, dict) and whole(coin.get("id"))]


def _point(row: dict[str, Any], value: Any) -> Point | None:
    at, found = moment(row.get("timestamp")), positive(value)
    return None if at is None or found is None else (at, found)


def _series(
    pages: Sequence[Page],
    query: Query[Any],
    points: Iterable[Point],
    unit: str,
    *,
    granularity: str,
    entity: str = _MARKET,
) -> list[MetricSeries]:
    """One series of the points that lie in the span asked for, oldest first; none without points."""
    is_in: Callable[[datetime], bool] = partial(_is_in, query)
    dated = sorted({at: value for at, value in points if is_in(at)}.items())
    if not dated:
        return []
    return [
        MetricSeries(
            metric=query.metric or "",
            entity=entity,
            unit=unit,
            granularity=granularity,
            provenance=pages[0].origin(dated[-1][0]),
            points=tuple(MetricPoint(at, value) for at, value in dated),
        )
    ]


def _is_in(query: Query[Any], at: datetime) -> bool:
    return (query.start is None or at >= query.start) and (query.end is None or at < query.end)
