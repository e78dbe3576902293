"""Prices in US dollars, of tokens by contract and of coins by their CoinGecko id; now, at a moment, over time.

Source: api-docs.defillama.com, /prices/current, /prices/historical, /chart. A chart takes a start or an end, never
both, and gives 500 points at most, counted over all its coins. What the vendor does not know is left out of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.market.query import AssetId, Query
from cryptodesk.market.records import INTERVALS, Interval, MetricSeries, TokenListing
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Point, asked_texts, floored, series_of
from cryptodesk.market.sources._defillama_names import COINS_URL, priced_name
from cryptodesk.market.sources._figures import from_seconds, line, number, positive
from cryptodesk.market.sources._instruments import is_past
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["price_routes"]

_TOKEN_SECONDS = 60
_MOST_TOKENS = 40
_MOST_POINTS = 500
_MOST_PAGES = 6
_MOST_CHARTS = 5
_DEFAULT_POINTS = 365
# Below this the vendor itself is unsure, for want of liquidity.
_SURE = 0.9
# Weeks do not begin on Mondays there.
_PERIODS: frozenset[Interval] = frozenset({"5m", "15m", "1h", "4h", "1d"})


def price_routes(access: Access, preference: int) -> tuple[Route, ...]:
    return (
        access.route(
            TokenListing,
            _ask_tokens,
            _read_tokens,
            ttl_seconds=_TOKEN_SECONDS,
            is_historical=True,
            preference=preference,
        ),
        access.route(
            MetricSeries,
            _ask_chart,
            _read_chart,
            ttl_seconds=900,
            keep_seconds=3600,
            is_historical=True,
            preference=preference,
        ),
    )


class _Price(Struct, frozen=True):
    price: Any
    timestamp: Any
    symbol: Any = None
    confidence: Any = None


class _Coins(Struct, frozen=True):
    coins: dict[str, msgspec.Raw]


def _in_dollars(query: Query[Any]) -> bool:
    return query.quote_currency.upper() == "USD"


def _asked_tokens(query: Query[Any]) -> dict[str, str]:
    """The tokens asked for by the vendor's name of them."""
    named = {priced_name(text): text for text in asked_texts(query) if ":" in text}
    return {name: text for name, text in list(named.items())[:_MOST_TOKENS] if name is not None}


def _ask_tokens(query: Query[Any], context: SourceContext) -> list[Ask]:
    names = ",".join(sorted(_asked_tokens(query)))
    if not names or not _in_dollars(query):
        return []
    if query.as_of is not None and is_past(query, context, _TOKEN_SECONDS):
        moment = int(floored(query.as_of, timedelta(minutes=1)).timestamp())
        return [Ask(f"{COINS_URL}/prices/historical/{moment}/{names}")]
    return [Ask(f"{COINS_URL}/prices/current/{names}")]


def _read_tokens(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    asked = {name.casefold(): text for name, text in _asked_tokens(query).items()}
    found = []
    for page in pages:
        for name, row in page.members(page.load(_Coins).coins, _Price).items():
            text = asked.get(name.casefold())
            listing = _token(page, row, text, context) if text else None
            if listing is not None:
                found.append(listing)
    return found


def _token(page: Page, row: _Price, text: str, context: SourceContext) -> TokenListing | None:
    platform, _, address = text.partition(":")
    price, at = positive(row.price), from_seconds(row.timestamp)
    coin = context.crosswalk.by_contract(platform, address)
    symbol = line(row.symbol, 32) or (coin.symbol if coin else None)
    if price is None or at is None or symbol is None:
        return None
    return TokenListing(
        asset_id=text,
        name=coin.name if coin else symbol,
        symbol=symbol,
        platform=platform,
        address=address,
        provenance=page.origin(at, _doubt(row.confidence)),
        price=price,
        coin_asset_id=coin.asset_id if coin else None,
    )


def _doubt(confidence: Any) -> str | None:
    value = number(confidence)
    return f"the source's confidence in this price is {value:.2g} of 1" if value is not None and value < _SURE else None


class _Span(Struct, frozen=True):
    interval: Interval
    start: datetime
    points: int


class _ChartRow(Struct, frozen=True):
    prices: list[Any]
    confidence: Any = None


def _asked_charts(query: Query[Any], context: SourceContext) -> dict[str, AssetId]:
    """What is asked for, by the vendor's name of it."""
    found: dict[str, AssetId] = {}
    for text in asked_texts(query):
        name: str | None = None
        if ":" in text:
            name = priced_name(text)
        elif text.isascii() and text.isdigit() and len(text) <= 12:
            asset = context.crosswalk.asset(int(text))
            name = f"coingecko:{asset.coingecko_id}" if asset is not None and asset.coingecko_id else None
        if name is not None:
            found.setdefault(name, text)
    return dict(list(found.items())[:_MOST_CHARTS])


def _span(query: Query[Any], now: datetime) -> _Span | None:
    interval: Interval = query.interval or "1d"
    if interval not in _PERIODS:
        return None
    step = INTERVALS[interval]
    end = min(query.end or now, query.as_of or now, now)
    start = floored(query.start or end - step * (_DEFAULT_POINTS - 1), step)
    return None if start >= end else _Span(interval, start, (end - start) // step + 1)


def _ask_chart(query: Query[Any], context: SourceContext) -> list[Ask]:
    names, span = sorted(_asked_charts(query, context)), _span(query, context.now)
    if query.metric != "price" or not names or span is None or not _in_dollars(query):
        return []
    each = _MOST_POINTS // len(names)
    if span.points > each * _MOST_PAGES:
        return []
    step, path = INTERVALS[span.interval], f"{COINS_URL}/chart/{','.join(names)}"
    pages = ((span.start + step * at, min(each, span.points - at)) for at in range(0, span.points, each))
    return [
        Ask(path, (("start", str(int(start.timestamp()))), ("span", str(points)), ("period", span.interval)))
        for start, points in pages
    ]


def _read_chart(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[MetricSeries]:
    interval: Interval = query.interval or "1d"
    points: dict[str, list[Point]] = {}
    doubts: dict[str, str | None] = {}
    for page in pages:
        for name, row in page.members(page.load(_Coins).coins, _ChartRow).items():
            points.setdefault(name.casefold(), []).extend(_snapped(row.prices, INTERVALS[interval]))
            doubts[name.casefold()] = _doubt(row.confidence)
    asked = {name.casefold(): entity for name, entity in _asked_charts(query, context).items()}
    return [
        series
        for name, entity in asked.items()
        for series in series_of(
            pages[-1], query, entity, "USD", points.get(name, ()), granularity=interval, note=doubts.get(name)
        )
    ]


def _snapped(rows: Sequence[Any], step: timedelta) -> list[Point]:
    """The points at the moments that were asked for. A price taken a little before one stands for it; one taken a
    little after keeps its own moment, since it was not known before."""
    found = []
    for row in rows:
        at = from_seconds(row.get("timestamp")) if isinstance(row, dict) else None
        price = positive(row.get("price")) if isinstance(row, dict) else None
        if at is not None and price is not None:
            asked = floored(at + step / 2, step)
            found.append((max(at, asked), price))
    return found
