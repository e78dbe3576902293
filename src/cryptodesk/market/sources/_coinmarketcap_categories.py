"""Categories of coins of CoinMarketCap: the list of all, and single ones with their largest coins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import CategoryListing
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, money
from cryptodesk.market.sources._coinmarketcap_values import moment, number, positive, prose, text, unsigned, whole
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["ask_category", "category_routes"]

_CATEGORY_ID = re.compile(r"[0-9a-zA-Z]{8,64}")
_TTL_SECONDS = 600
_MOST_CATEGORIES = 6
_TOP_COINS = 20
_PAGE = 5000


def category_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(CategoryListing, _ask_one, _read_one, ttl_seconds=_TTL_SECONDS),
        access.route(CategoryListing, _ask_all, _read_all, ttl_seconds=_TTL_SECONDS, keep_seconds=3600),
    )


def ask_category(query: Query[Any], coins: int) -> list[Ask]:
    """One question for each category id asked for, with that many of its coins."""
    currency = money(query)
    ids = [asked for asked in query.ids or () if isinstance(asked, str) and _CATEGORY_ID.fullmatch(asked)]
    if currency is None:
        return []
    return [
        Ask("/v1/cryptocurrency/category", (("id", one), ("limit", str(coins)), ("convert", currency)), 2)
        for one in ids[:_MOST_CATEGORIES]
    ]


def _ask_one(query: Query[Any], context: SourceContext) -> list[Ask]:
    return ask_category(query, _TOP_COINS)


def _read_one(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CategoryListing]:
    currency = money(query) or ""
    return [
        category for page in pages for category in page.each([page.entry()], partial(_read_category, page, currency))
    ]


def _ask_all(query: Query[Any], context: SourceContext) -> list[Ask]:
    # The list knows no other currency.
    if query.ids is not None or money(query) != "USD":
        return []
    return [Ask("/v1/cryptocurrency/categories", (("start", "1"), ("limit", str(_PAGE))), 2)]


def _read_all(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CategoryListing]:
    found = [category for page in pages for category in page.each(page.data, partial(_read_category, page, "USD"))]
    found.sort(key=lambda category: -(category.market_cap or 0))
    return found[: query.limit]


def _read_category(page: Page, currency: str, row: dict[str, Any]) -> CategoryListing | None:
    asset_id, name = text(row.get("id"), 64), text(row.get("name"))
    if asset_id is None or name is None:
        return None
    return CategoryListing(
        asset_id=asset_id,
        name=name,
        title=text(row.get("title")) or name,
        provenance=page.origin(moment(row.get("last_updated"))),
        description=prose(row.get("description")),
        quote_currency=currency,
        num_tokens=whole(row.get("num_tokens")),
        market_cap=positive(row.get("market_cap")),
        market_cap_change=number(row.get("market_cap_change")),
        volume=unsigned(row.get("volume")),
        volume_change=number(row.get("volume_change")),
        avg_price_change=number(row.get("avg_price_change")),
        top_coin_ids=_top_coins(row.get("coins")),
    )


def _top_coins(coins: Any) -> tuple[int, ...]:
    rows = [coin for coin in coins if isinstance(coin, dict)] if isinstance(coins, list) else []
    ranked = [(whole(coin.get("cmc_rank")) or _PAGE * 10, whole(coin.get("id"))) for coin in rows]
    return tuple(asset_id for _, asset_id in sorted(ranked, key=lambda pair: pair[0]) if asset_id)[:_TOP_COINS]
