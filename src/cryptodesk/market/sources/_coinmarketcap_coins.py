"""Coins of CoinMarketCap: who is who, latest quotes, and how far prices went."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset, CoinListing, Provenance
from cryptodesk.market.sources._coinmarketcap_access import (
    Access,
    Ask,
    Page,
    chunked,
    coin_ids,
    credits_for,
    money,
)
from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    flag,
    moment,
    number,
    positive,
    quote_in,
    row_of,
    text,
    texts,
    unsigned,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["ListedAsset", "PriceStats", "coin_routes", "price_stats_routes", "read_coin"]

_PAGE = 5000
_ROWS_PER_CREDIT = 250
_MAP_PAGES = (("active", 1), ("active", 1 + _PAGE), ("inactive", 1), ("inactive", 1 + _PAGE))
_MAP_AUX = "platform,first_historical_data,last_historical_data,is_active,status"


class ListedAsset(Struct, frozen=True, kw_only=True):
    """An identity as the vendor lists it, active or not, with the span of its price history."""

    asset: Asset
    provenance: Provenance
    first_priced_at: datetime | None = None
    last_priced_at: datetime | None = None

    @property
    def asset_id(self) -> int:
        return self.asset.asset_id

    @property
    def key(self) -> str:
        return str(self.asset.asset_id)


class PriceStats(Struct, frozen=True, kw_only=True):
    """How far a coin's price went, in `quote_currency`: over all time and over the last 24 hours."""

    asset_id: int
    provenance: Provenance
    quote_currency: str = "USD"
    ath: float | None = None
    ath_time: datetime | None = None
    atl: float | None = None
    atl_time: datetime | None = None
    high_24h: float | None = None
    low_24h: float | None = None

    @property
    def key(self) -> str:
        return str(self.asset_id)


def coin_routes(access: Access, whole_list_preference: int) -> tuple[Route, ...]:
    """Identities, quotes by id, and the whole list; the whole list at its own preference, since it costs most."""
    return (
        access.route(CoinListing, _ask_quotes, _read_quotes, ttl_seconds=60),
        access.route(
            CoinListing,
            _ask_list,
            _read_list,
            ttl_seconds=60,
            keep_seconds=3600,
            preference=whole_list_preference,
        ),
        access.route(ListedAsset, _ask_map, _read_map, ttl_seconds=86_400, keep_seconds=86_400),
    )


def price_stats_routes(access: Access) -> tuple[Route, ...]:
    return (access.route(PriceStats, _ask_stats, _read_stats, ttl_seconds=300),)


def _ask_quotes(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if currency is None:
        return []
    path = "/v3/cryptocurrency/quotes/latest"
    return [
        Ask(path, (("id", ids), ("convert", currency), ("skip_invalid", "true"))) for ids in chunked(coin_ids(query))
    ]


def _ask_list(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if query.ids is not None or currency is None:
        return []
    # Rows of one chain lie all over the list, so its first ones are found in the whole.
    rows = _PAGE if query.limit is None or query.platform else min(max(query.limit, 1), _PAGE)
    params = (("start", "1"), ("limit", str(rows)), ("convert", currency), ("sort", "market_cap"))
    return [Ask("/v3/cryptocurrency/listings/latest", params, credits_for(rows, _ROWS_PER_CREDIT))]


def _read_quotes(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CoinListing]:
    currency = money(query) or ""
    return [
        coin
        for page in pages
        # An array on v3, an object by id on v1 and v2.
        for coin in page.each(
            page.mapped() if isinstance(page.data, dict) else page.data, partial(read_coin, page, currency)
        )
    ]


def _read_list(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CoinListing]:
    coins = [
        coin
        for coin in _read_quotes(pages, query, context)
        if query.platform is None or coin.platform == query.platform
    ]
    coins.sort(key=lambda coin: math.inf if coin.rank is None else coin.rank)
    return coins[: query.limit]


def read_coin(page: Page, currency: str, row: dict[str, Any]) -> CoinListing | None:
    """A row of quotes or listings, of any version; None without an id, a name or a quote in this currency."""
    asset_id, symbol = whole(row.get("id")), text(row.get("symbol"), 32)
    quote = quote_in(row.get("quote"), currency)
    if not asset_id or symbol is None or quote is None:
        return None
    chain = row_of(row.get("platform"))
    return CoinListing(
        asset_id=asset_id,
        name=text(row.get("name")) or symbol,
        symbol=symbol,
        slug=text(row.get("slug")) or "",
        provenance=page.origin(moment(quote.get("last_updated")) or moment(row.get("last_updated"))),
        quote_currency=currency,
        rank=whole(row.get("cmc_rank")) or None,
        **_figures(quote),
        circulating_supply=positive(row.get("circulating_supply")),
        total_supply=positive(row.get("total_supply")),
        max_supply=positive(row.get("max_supply")),
        infinite_supply=flag(row.get("infinite_supply")),
        num_market_pairs=whole(row.get("num_market_pairs")),
        date_added=moment(row.get("date_added")),
        tags=texts(row.get("tags"), 60),
        platform=chain_slug(chain.get("name"), chain.get("slug")),
        token_address=text(chain.get("token_address")),
    )


_POSITIVE = ("price", "market_cap", "fully_diluted_market_cap", "tvl")
_UNSIGNED = ("volume_24h", "cex_volume_24h", "dex_volume_24h", "market_cap_dominance")
_SIGNED = (
    "volume_change_24h",
    "percent_change_1h",
    "percent_change_24h",
    "percent_change_7d",
    "percent_change_30d",
    "percent_change_60d",
    "percent_change_90d",
)


def _figures(quote: dict[str, Any]) -> dict[str, Any]:
    return (
        {name: positive(quote.get(name)) for name in _POSITIVE}
        | {name: unsigned(quote.get(name)) for name in _UNSIGNED}
        | {name: number(quote.get(name)) for name in _SIGNED}
    )


def _ask_map(query: Query[Any], context: SourceContext) -> list[Ask]:
    # It does not answer by id. The whole is five megabytes, which nobody needs for one name.
    if query.ids is not None:
        return []
    return [
        Ask(
            "/v1/cryptocurrency/map",
            (
                ("listing_status", status),
                ("start", str(start)),
                ("limit", str(_PAGE)),
                ("sort", "cmc_rank" if status == "active" else "id"),
                ("aux", _MAP_AUX),
            ),
        )
        for status, start in _MAP_PAGES
    ]


def _read_map(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ListedAsset]:
    listed = [row for page in pages for row in page.each(page.data, partial(_read_identity, page))]
    return listed[: query.limit]


def _read_identity(page: Page, row: dict[str, Any]) -> ListedAsset | None:
    asset_id, name, symbol = whole(row.get("id")), text(row.get("name")), text(row.get("symbol"), 32)
    if not asset_id or name is None or symbol is None:
        return None
    chain = row_of(row.get("platform"))
    asset = Asset(
        asset_id,
        name,
        symbol,
        text(row.get("slug")) or "",
        whole(row.get("rank")) or None,
        is_active=flag(row.get("is_active")) is not False,
        platform=chain_slug(chain.get("name"), chain.get("slug")),
        token_address=text(chain.get("token_address")),
        sources=(page.source,),
        verified_at=page.fetched_at.date(),
    )
    return ListedAsset(
        asset=asset,
        provenance=page.origin(),
        first_priced_at=moment(row.get("first_historical_data")),
        last_priced_at=moment(row.get("last_historical_data")),
    )


def _ask_stats(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if currency is None:
        return []
    return [
        Ask(
            "/v2/cryptocurrency/price-performance-stats/latest",
            (("id", ids), ("time_period", "all_time,24h"), ("convert", currency), ("skip_invalid", "true")),
            2,
        )
        for ids in chunked(coin_ids(query))
    ]


def _read_stats(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[PriceStats]:
    read = partial(_read_coin_stats, money(query) or "")
    return [stats for page in pages for stats in page.each(page.mapped(), partial(read, page))]


def _read_coin_stats(currency: str, page: Page, row: dict[str, Any]) -> PriceStats | None:
    asset_id, periods = whole(row.get("id")), row.get("periods")
    if not asset_id or not isinstance(periods, dict):
        return None
    ever, day = row_of(periods.get("all_time")), row_of(periods.get("24h"))
    of_ever, of_day = quote_in(ever.get("quote"), currency), quote_in(day.get("quote"), currency)
    if of_ever is None and of_day is None:
        return None
    of_ever, of_day = of_ever or {}, of_day or {}
    return PriceStats(
        asset_id=asset_id,
        provenance=page.origin(moment(row.get("last_updated"))),
        quote_currency=currency,
        ath=positive(of_ever.get("high")),
        ath_time=moment(ever.get("high_timestamp")) or moment(of_ever.get("high_timestamp")),
        atl=positive(of_ever.get("low")),
        atl_time=moment(ever.get("low_timestamp")) or moment(of_ever.get("low_timestamp")),
        high_24h=positive(of_day.get("high")),
        low_24h=positive(of_day.get("low")),
    )
