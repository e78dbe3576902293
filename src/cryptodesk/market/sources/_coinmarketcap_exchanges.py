"""Exchanges of CoinMarketCap: the map of all, their turnover, and the wallets they made known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import ExchangeListing, ExchangeReserves, Reserve
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, chunked, coin_ids, credits_for, money
from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    flag,
    moment,
    number,
    positive,
    quote_in,
    row_of,
    text,
    unsigned,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["exchange_data_routes", "exchange_map_routes"]

_PAGE = 5000
_LISTED = 500
_MOST_RESERVES = 10
_MOST_WALLETS = 500


def exchange_map_routes(access: Access) -> tuple[Route, ...]:
    """Names alone: after whatever knows figures."""
    return (
        access.route(
            ExchangeListing,
            _ask_map,
            _read_map,
            ttl_seconds=86_400,
            keep_seconds=86_400,
            preference=access.preference + 50,
        ),
    )


def exchange_data_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(ExchangeListing, _ask_quotes, _read_quotes, ttl_seconds=60),
        access.route(ExchangeListing, _ask_list, _read_list, ttl_seconds=60, keep_seconds=3600),
        access.route(ExchangeReserves, _ask_reserves, _read_reserves, ttl_seconds=3600, keep_seconds=86_400),
    )


def _ask_map(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v1/exchange/map", (("start", "1"), ("limit", str(_PAGE)), ("sort", "volume_24h")))]


def _read_map(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ExchangeListing]:
    wanted = None if query.ids is None else set(coin_ids(query))
    found = [row for page in pages for row in page.each(page.data, partial(_read_exchange, page, "USD", {}))]
    return [row for row in found if wanted is None or row.asset_id in wanted][: query.limit]


def _ask_quotes(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if currency is None:
        return []
    path = "/v1/exchange/quotes/latest"
    return [Ask(path, (("id", ids), ("convert", currency))) for ids in chunked(coin_ids(query))]


def _read_quotes(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ExchangeListing]:
    read = partial(_read_quoted, money(query) or "")
    return [exchange for page in pages for exchange in page.each(page.mapped(), partial(read, page))]


def _ask_list(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = money(query)
    if query.ids is not None or currency is None:
        return []
    rows = min(max(query.limit or _LISTED, 1), _LISTED)
    params = (("start", "1"), ("limit", str(rows)), ("sort", "volume_24h"), ("convert", currency))
    return [Ask("/v1/exchange/listings/latest", params, credits_for(rows))]


def _read_list(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ExchangeListing]:
    read = partial(_read_quoted, money(query) or "")
    found = [exchange for page in pages for exchange in page.each(page.data, partial(read, page))]
    found.sort(key=lambda exchange: math.inf if exchange.rank is None else exchange.rank)
    return found[: query.limit]


def _read_quoted(currency: str, page: Page, row: dict[str, Any]) -> ExchangeListing | None:
    quote = quote_in(row.get("quote"), currency)
    return None if quote is None else _read_exchange(page, currency, quote, row)


def _read_exchange(page: Page, currency: str, quote: dict[str, Any], row: dict[str, Any]) -> ExchangeListing | None:
    asset_id, name = whole(row.get("id")), text(row.get("name"))
    if not asset_id or name is None:
        return None
    return ExchangeListing(
        asset_id=asset_id,
        name=name,
        slug=text(row.get("slug")) or "",
        provenance=page.origin(moment(quote.get("last_updated")) or moment(row.get("last_updated"))),
        quote_currency=currency,
        is_active=flag(row.get("is_active")) is not False,
        rank=whole(row.get("rank")) or None,
        spot_volume_24h=unsigned(quote.get("spot_volume")),
        derivative_volume_24h=unsigned(quote.get("derivative_volume")),
        open_interest=unsigned(quote.get("open_interest")),
        percent_change_volume_24h=number(quote.get("percent_change_volume_24h")),
        percent_change_volume_7d=number(quote.get("percent_change_volume_7d")),
        percent_change_volume_30d=number(quote.get("percent_change_volume_30d")),
        effective_liquidity_24h=unsigned(quote.get("effective_liquidity_24h")),
        liquidity_score=unsigned(row.get("liquidity_score")),
        exchange_score=unsigned(row.get("exchange_score")),
        num_market_pairs=whole(row.get("num_market_pairs")),
        num_coins=whole(row.get("num_coins")),
    )


def _ask_reserves(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask("/v1/exchange/assets", (("id", str(one)),)) for one in coin_ids(query)[:_MOST_RESERVES]]


def _read_reserves(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[ExchangeReserves]:
    return [_read_wallets(exchange_id, page) for exchange_id, page in zip(coin_ids(query), pages, strict=False)]


def _read_wallets(exchange_id: int, page: Page) -> ExchangeReserves:
    wallets = page.each(page.data, _read_wallet)
    values = [wallet.balance * wallet.price_usd for wallet in wallets if wallet.price_usd is not None]
    unpriced = len(wallets) - len(values)
    note = "wallets of at least 100,000 US dollars that the exchange made known"
    if unpriced:
        note += f"; {unpriced} of {len(wallets)} without a price are not in the total"
    wallets.sort(key=lambda wallet: -wallet.balance * (wallet.price_usd or 0))
    return ExchangeReserves(
        exchange_id=exchange_id,
        provenance=page.origin(note=note),
        total_usd=sum(values) if values else None,
        reserves=tuple(wallets[:_MOST_WALLETS]),
    )


def _read_wallet(row: dict[str, Any]) -> Reserve | None:
    currency, chain = row_of(row.get("currency")), row_of(row.get("platform"))
    balance, symbol = unsigned(row.get("balance")), text(currency.get("symbol"), 32)
    if balance is None or symbol is None:
        return None
    return Reserve(
        symbol=symbol,
        balance=balance,
        price_usd=positive(currency.get("price_usd")),
        platform=chain_slug(chain.get("name")),
        wallet_address=text(row.get("wallet_address")),
        asset_id=whole(currency.get("crypto_id")) or None,
    )
