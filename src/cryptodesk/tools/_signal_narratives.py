"""Narratives: categories whose market cap and volume rise beyond what is usual among them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from msgspec import UNSET, Struct

from cryptodesk.market.query import Found
from cryptodesk.market.records import CategoryListing, CoinListing, GlobalMetrics, MetricSeries
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._screener_category import Category, find_category, members_of, tags_of
from cryptodesk.tools._signal_request import (
    Floor,
    SignalList,
    SignalListArguments,
    TimePeriod,
    above,
    explicit_floors,
    said,
)
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["narratives", "spread_scores"]

_MOST_ROWS = 5
_TOP_COINS = 5
_FEWEST_COINS = 3
_USUAL_VOLUME = 1_000_000.0
_HIGHEST_SCORE = 5.0
# The median distance from the median of a normal distribution, as a part of its standard deviation.
_NORMAL_SPREAD = 1.4826
_CAP_CHANGES: dict[TimePeriod, str] = {
    "24h": "market_cap_change",
    "7d": "market_cap_change_7d",
    "30d": "market_cap_change_30d",
}
_COLUMNS = {"volume_24h": "volume"}
_HEADERS = ["asset_id", "symbol", "price", "percent_change_24h"]
_PERF = "volumeWeightedPricePerfVsCryptoMarketCap"
_DAY = timedelta(days=1)
_REASONS = {
    "socialKeywords": "no source of social keywords is at hand",
    "categoryCmcUrl": "no source gives the page of a category",
}


class _Sources(Struct, frozen=True):
    """`market_changes` are of the whole market in percent, by period."""

    categories: Sequence[CategoryListing]
    coins: Sequence[CoinListing]
    market_changes: dict[str, float]
    market_records: tuple[Any, ...]
    gaps: tuple[Gap, ...]


class _Scored(Struct, frozen=True):
    category: CategoryListing
    score: float


async def narratives(arguments: SignalListArguments, context: ToolContext) -> SignalList:
    period, gaps = _period(arguments)
    sources = await _load(context)
    floors = _floors(arguments)
    passed = above(_with_coins(sources.categories), floors, _COLUMNS)
    scored, more = _ranked(passed.records, period)
    places = {one.category.asset_id: place for place, one in enumerate(scored, 1)}
    if arguments.category_id is not UNSET:
        wanted = await find_category(arguments.category_id, context)
        scored = [one for one in scored if tags_of(one.category) & wanted.tags]
    for name in ("platform", "min_liquidity"):
        if getattr(arguments, name) is not UNSET:
            gaps.append(Gap(name, "does not apply to categories"))
    shown = scored[: min(arguments.limit, _MOST_ROWS)]
    items = await asyncio.to_thread(lambda: [_item(places[one.category.asset_id], one, sources) for one in shown])
    rule = (
        f"at most {_MOST_ROWS} categories of {_FEWEST_COINS} or more coins{said(passed.applied)}, by the sum of the "
        f"robust z-scores of {_CAP_CHANGES[period]} and volume_change, each within {_HIGHEST_SCORE:g}; {_PERF}: "
        f"volume-weighted price change of the coins minus the change of the whole market's cap, in percent points"
    )
    return SignalList(
        items=items,
        rule=rule,
        time_period=period,
        considered=len(passed.records),
        records=tuple(one.category for one in shown),
        companions=_companions(items, sources),
        gaps=(*gaps, *sources.gaps, *passed.gaps, *more, *_fixed_gaps(items)),
    )


def spread_scores(values: Sequence[float | None]) -> list[float]:
    """For each value its distance from the median in robust standard deviations, -5..5; 0 where it is missing or where
    the values do not differ."""
    known = [value for value in values if value is not None]
    if not known:
        return [0.0] * len(values)
    middle = median(known)
    spread = median(abs(value - middle) for value in known) * _NORMAL_SPREAD
    if spread <= 0:
        return [0.0] * len(values)
    return [
        0.0 if value is None else max(-_HIGHEST_SCORE, min((value - middle) / spread, _HIGHEST_SCORE))
        for value in values
    ]


async def _load(context: ToolContext) -> _Sources:
    start = (context.now - 31 * _DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    categories, coins, market, history = await asyncio.gather(
        context.find(CategoryListing),
        context.find(CoinListing),
        context.find(GlobalMetrics),
        context.find(MetricSeries, ("market",), metric="total_market_cap", interval="1d", start=start),
    )
    gaps = failed_sources(("items", categories), ("topCoinList", coins), (_PERF, market), (_PERF, history))
    if not categories.records:
        gaps.insert(0, Gap("items", "no list of categories is at hand"))
    changes = _changes(market, history, context.now)
    return _Sources(
        categories.records, coins.records, changes, (*market.records[:1], *history.records[:1]), tuple(gaps)
    )


def _changes(market: Found[GlobalMetrics], history: Found[MetricSeries], now: datetime) -> dict[str, float]:
    changes: dict[str, float] = {}
    row = market.records[0] if market.records else None
    if row and row.total_market_cap and row.total_market_cap_yesterday:
        changes["24h"] = (row.total_market_cap / row.total_market_cap_yesterday - 1) * 100
    points = history.records[0].points if history.records else ()
    latest = (row.total_market_cap if row else None) or (points[-1].value if points else None)
    for name, days in (("7d", 7), ("30d", 30)):
        then = min(points, key=lambda point: abs(point.at - (now - days * _DAY)), default=None)
        if latest and then and then.value and abs(then.at - (now - days * _DAY)) <= _DAY:
            changes[name] = (latest / then.value - 1) * 100
    return changes


def _period(arguments: SignalListArguments) -> tuple[TimePeriod, list[Gap]]:
    if arguments.time_period != "1h":
        return arguments.time_period, []
    return "24h", [Gap("time_period", "changes of categories are known over 24h, 7d and 30d: 24h was used")]


def _floors(arguments: SignalListArguments) -> list[Floor]:
    asked = explicit_floors(arguments, "market_cap", "volume_24h")
    return asked if "volume_24h" in {one.field for one in asked} else [*asked, Floor("volume_24h", _USUAL_VOLUME)]


def _with_coins(categories: Iterable[CategoryListing]) -> list[CategoryListing]:
    return [row for row in categories if row.num_tokens is None or row.num_tokens >= _FEWEST_COINS]


def _ranked(kept: Sequence[CategoryListing], period: TimePeriod) -> tuple[list[_Scored], list[Gap]]:
    """Those with any change on record, the strongest first."""
    field, gaps = _CAP_CHANGES[period], []
    caps = [getattr(row, field) for row in kept]
    volumes = [row.volume_change for row in kept]
    for name, values in ((field, caps), ("volume_change", volumes)):
        if kept and all(value is None for value in values):
            gaps.append(Gap(name, "not known of any category at hand: it does not count in the order"))
    sums = [cap + volume for cap, volume in zip(spread_scores(caps), spread_scores(volumes), strict=True)]
    rows = [
        _Scored(row, score)
        for row, score, cap, volume in zip(kept, sums, caps, volumes, strict=True)
        if cap is not None or volume is not None
    ]
    return sorted(rows, key=lambda one: (-one.score, -(one.category.market_cap or 0.0))), gaps


def _item(place: int, scored: _Scored, sources: _Sources) -> dict[str, Any]:
    row = scored.category
    coins = members_of(Category(row.asset_id, tags_of(row), row), sources.coins).coins
    return {
        "trendingRank": place,
        "asset_id": clean(row.asset_id),
        "slug": clean(row.slug) if row.slug else None,
        "categoryName": clean(row.title or row.name, NAME_LIMIT),
        "categoryCmcUrl": None,
        "marketCapUsd": row.market_cap,
        "marketCapChangePercentage24h": row.market_cap_change,
        "marketCapChangePercentage7d": row.market_cap_change_7d,
        "marketCapChangePercentage30d": row.market_cap_change_30d,
        "marketCapChangePercentage90d": row.market_cap_change_90d,
        "marketCapChangePercentage1y": row.market_cap_change_1y,
        "volume24h": row.volume,
        "volumeChangePercentage24h": row.volume_change,
        **{f"{_PERF}{period}": _performance(coins, period, sources) for period in ("24h", "7d", "30d")},
        "socialKeywords": None,
        "score": round(scored.score, 3),
        "topCoinList": {"headers": _HEADERS, "rows": _top_rows(coins)},
    }


def _performance(coins: Sequence[CoinListing], period: str, sources: _Sources) -> float | None:
    changes = [(coin.volume_24h, getattr(coin, f"percent_change_{period}")) for coin in coins]
    known = [(volume, change) for volume, change in changes if volume and change is not None]
    if not known or period not in sources.market_changes:
        return None
    mean = sum(volume * change for volume, change in known) / sum(volume for volume, _ in known)
    return float(mean) - sources.market_changes[period]


def _top_rows(coins: Sequence[CoinListing]) -> list[list[Any]]:
    """The largest by rank; those without one after them, by what they say of themselves."""
    largest = sorted(coins, key=lambda coin: (coin.rank or 10**9, -(coin.market_cap or 0.0)))[:_TOP_COINS]
    return [[coin.asset_id, clean(coin.symbol, SYMBOL_LIMIT), coin.price, coin.percent_change_24h] for coin in largest]


def _companions(items: Sequence[dict[str, Any]], sources: _Sources) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Whose values stand beside the categories' own, where any do."""
    listed = {row[0] for item in items for row in item["topCoinList"]["rows"]}
    coins = tuple(coin for coin in sources.coins if coin.asset_id in listed)
    compared = any(item[f"{_PERF}{period}"] is not None for item in items for period in ("24h", "7d", "30d"))
    return ("topCoinList", coins), (_PERF, sources.market_records if compared else ())


def _fixed_gaps(items: Sequence[dict[str, Any]]) -> list[Gap]:
    return [Gap(field, reason) for field, reason in _REASONS.items()] if items else []
