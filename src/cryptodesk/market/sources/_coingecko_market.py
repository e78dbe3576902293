"""The whole market as CoinGecko sees it: totals, what people search for, categories.

Source: docs.coingecko.com/demo/reference/crypto-global, /trending-search and /coins-categories. Categories are in
US dollars alone; their changes, and those of the totals, are over 24 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import Query
from cryptodesk.market.records import CategoryListing, GlobalMetrics, Profile, TrendingAsset
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows, is_slug
from cryptodesk.market.sources._coingecko_access import PREFIX, currency_of, in_dollars, own_slugs
from cryptodesk.market.sources._coinmarketcap_values import moment, prose
from cryptodesk.market.sources._figures import count, from_seconds, line, number, positive, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["market_routes"]

_TRENDING = "trending"
_KEPT_SECONDS = 3600
_DAY_SECONDS = 86_400


def market_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(GlobalMetrics, _ask_global, _read_global, ttl_seconds=300, keep_seconds=_KEPT_SECONDS),
        access.route(TrendingAsset, _ask_trending, _read_trending, ttl_seconds=600, keep_seconds=_KEPT_SECONDS),
        access.route(CategoryListing, _ask_categories, _read_categories, ttl_seconds=600, keep_seconds=_KEPT_SECONDS),
        access.route(Profile, _ask_category_profiles, _read_category_profiles, ttl_seconds=_DAY_SECONDS),
    )


class _Totals(Struct, frozen=True):
    total_market_cap: dict[str, Any]
    total_volume: dict[str, Any]
    market_cap_percentage: Any = None
    market_cap_change_percentage_24h_usd: Any = None
    volume_change_percentage_24h_usd: Any = None
    active_cryptocurrencies: Any = None
    markets: Any = None
    updated_at: Any = None


class _Global(Struct, frozen=True):
    data: _Totals


def _ask_global(query: Query[Any], context: SourceContext) -> list[Ask]:
    is_asked = query.ids is None or query.quote_currency.upper() in query.ids
    return [Ask("/global")] if is_asked and currency_of(query) else []


def _read_global(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[GlobalMetrics]:
    return [_totals(page, page.load(_Global).data, currency_of(query) or "") for page in pages]


def _totals(page: Page, told: _Totals, currency: str) -> GlobalMetrics:
    cap, volume = positive(told.total_market_cap.get(currency)), positive(told.total_volume.get(currency))
    if cap is None:
        raise page.bad(f"no total market cap in {currency}")
    shares = told.market_cap_percentage if isinstance(told.market_cap_percentage, dict) else {}
    is_usd = currency == "usd"
    cap_before = _before(cap, told.market_cap_change_percentage_24h_usd) if is_usd else None
    volume_before = _before(volume, told.volume_change_percentage_24h_usd) if is_usd else None
    return GlobalMetrics(
        provenance=page.origin(
            from_seconds(told.updated_at),
            "values of the day before are computed from the source's changes" if cap_before else None,
        ),
        quote_currency=currency.upper(),
        total_market_cap=cap,
        total_market_cap_yesterday=cap_before,
        total_volume_24h=volume,
        total_volume_24h_yesterday=volume_before,
        btc_dominance=positive(shares.get("btc")),
        eth_dominance=positive(shares.get("eth")),
        active_cryptocurrencies=count(told.active_cryptocurrencies),
        active_exchanges=count(told.markets),
    )


def _before(value: float | None, change: Any) -> float | None:
    """The value before a change in percent."""
    change_pct = number(change)
    return None if value is None or change_pct is None or change_pct <= -100 else value / (1 + change_pct / 100)


class _Trend(Struct, frozen=True):
    id: str
    name: str
    symbol: str


class _Place(Struct, frozen=True):
    item: _Trend


class _Trends(Struct, frozen=True):
    coins: Rows


def _ask_trending(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/search/trending")] if query.ids is None or _TRENDING in query.ids else []


def _read_trending(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TrendingAsset]:
    found = []
    for page in pages:
        places = page.members(dict(enumerate(page.load(_Trends).coins, 1)), _Place)
        for position, place in places.items():
            asset = context.crosswalk.by_coingecko_id(place.item.id)
            name, symbol = line(place.item.name, 120), line(place.item.symbol, 32)
            if name and symbol:
                found.append(
                    TrendingAsset(
                        list_name=_TRENDING,
                        position=position,
                        name=name,
                        symbol=symbol.upper(),
                        provenance=page.origin(),
                        asset_id=None if asset is None else asset.asset_id,
                    )
                )
    return found[: query.limit]


class _Category(Struct, frozen=True):
    id: str
    name: str
    market_cap: Any = None
    market_cap_change_24h: Any = None
    content: Any = None
    top_3_coins_id: Any = None
    volume_24h: Any = None
    updated_at: Any = None


def _ask_categories(query: Query[Any], context: SourceContext) -> list[Ask]:
    is_asked = query.ids is None or own_slugs(query)
    return [Ask("/coins/categories", (("order", "market_cap_desc"),))] if is_asked and in_dollars(query) else []


def _read_categories(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CategoryListing]:
    rows = [(page, row) for page in pages for row in _asked_categories(page, query)]
    found = [listing for page, row in rows if (listing := _category(page, row, context)) is not None]
    found.sort(key=lambda category: -(category.market_cap or 0.0))
    return found[: query.limit]


def _asked_categories(page: Page, query: Query[Any]) -> list[_Category]:
    asked = None if query.ids is None else set(own_slugs(query))
    rows = page.rows(page.load(Rows), _Category)
    return [row for row in rows if is_slug(row.id) and (asked is None or row.id in asked)]


def _category(page: Page, row: _Category, context: SourceContext) -> CategoryListing | None:
    name = line(row.name, 120)
    if name is None:
        return None
    told = row.top_3_coins_id if isinstance(row.top_3_coins_id, list) else []
    coins = [context.crosswalk.by_coingecko_id(coin) for coin in told[:3] if isinstance(coin, str)]
    return CategoryListing(
        asset_id=PREFIX + row.id,
        name=name,
        title=name,
        provenance=page.origin(moment(row.updated_at)),
        slug=row.id,
        description=prose(row.content),
        market_cap=positive(row.market_cap),
        market_cap_change=number(row.market_cap_change_24h),
        volume=unsigned(row.volume_24h),
        top_coin_ids=tuple(coin.asset_id for coin in coins if coin is not None),
    )


def _ask_category_profiles(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.asset_class != "category" or not own_slugs(query):
        return []
    return [Ask("/coins/categories", (("order", "market_cap_desc"),))]


def _read_category_profiles(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    return [
        Profile(
            asset_class="category",
            asset_id=PREFIX + row.id,
            name=line(row.name, 120) or row.id,
            provenance=page.origin(moment(row.updated_at)),
            slug=row.id,
            description=prose(row.content),
        )
        for page in pages
        for row in _asked_categories(page, query)
    ]
