"""Futures and perpetuals of CoinMarketCap: markets by coin with what it leaves out of its sums, and liquidations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, Liquidations
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, chunked, coin_ids
from cryptodesk.market.sources._coinmarketcap_values import (
    flag,
    moment,
    number,
    positive,
    quote_in,
    text,
    texts,
    unsigned,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["derivatives_routes"]

_TTL_SECONDS = 60
_KEPT_SECONDS = 3600
_MARKETS = 200
_MOST_COINS = 5
_LISTED_COINS = 100
_WINDOWS_HOURS = (1, 4, 24)
_KINDS: dict[str, Literal["perpetual", "future"]] = {
    "perpetual": "perpetual",
    "futures": "future",
    "future": "future",
}
_FUNDING_NOTE = "the exchange's own funding rate; its period is not told"
# Behind the exchanges themselves, which tell the period of their funding.
_BEHIND_EXCHANGES = 60


def derivatives_routes(access: Access) -> tuple[Route, ...]:
    behind = access.preference + _BEHIND_EXCHANGES
    return (
        access.route(
            DerivativesMarket,
            _ask_markets,
            _read_markets,
            ttl_seconds=_TTL_SECONDS,
            keep_seconds=_KEPT_SECONDS,
            preference=behind,
        ),
        access.route(
            Liquidations, _ask_liquidations, _read_liquidations, ttl_seconds=_TTL_SECONDS, keep_seconds=_KEPT_SECONDS
        ),
    )


def _ask_markets(query: Query[Any], context: SourceContext) -> list[Ask]:
    path = "/v5/cryptocurrency/derivatives/market-pairs/list/latest"
    return [
        Ask(path, (("crypto_id", str(one)), ("limit", str(_MARKETS)), ("category", "all"), ("convert", "USD")))
        for one in coin_ids(query)[:_MOST_COINS]
    ]


def _read_markets(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[DerivativesMarket]:
    found = []
    for asked, page in zip(coin_ids(query), pages, strict=False):
        coin = page.entry()
        read = partial(_read_market, page, whole(coin.get("crypto_id")) or asked)
        found += page.each(coin.get("market_pairs"), read)
    return found


def _read_market(page: Page, asset_id: int, row: dict[str, Any]) -> DerivativesMarket | None:
    exchange, quote = row.get("exchange"), quote_in(row.get("quotes"), "USD")
    # A kind that the vendor did not have before is not a kind of ours.
    kind = _KINDS.get(str(row.get("category")).casefold())
    instrument = text(row.get("market_pair_symbol"), 60)
    name = text(exchange.get("exchange_slug")) if isinstance(exchange, dict) else None
    if kind is None or instrument is None or name is None or quote is None:
        return None
    reported = quote_in(row.get("exchange_reported_quotes"), "USD") or {}
    rate = number(reported.get("funding_rate")) if kind == "perpetual" else None
    return DerivativesMarket(
        asset_id=asset_id,
        exchange=name,
        instrument=instrument,
        kind=kind,
        provenance=page.origin(moment(quote.get("last_updated")), None if rate is None else _FUNDING_NOTE),
        open_interest_usd=unsigned(quote.get("open_interest")),
        volume_24h_usd=unsigned(quote.get("volume_24h")),
        funding_rate_pct=None if rate is None else rate * 100,
        mark_price=positive(quote.get("price")),
        index_price=positive(reported.get("index_price")),
        is_outlier=flag(row.get("outlier_detected")) is True,
        exclusions=texts(row.get("exclusions"), 60),
    )


def _ask_liquidations(query: Query[Any], context: SourceContext) -> list[Ask]:
    asks = []
    if query.ids is None or any(str(asked) == "0" for asked in query.ids):
        asks.append(Ask("/v5/derivatives/liquidations/quotes/latest", (("convert", "USD"),)))
    path = "/v5/derivatives/liquidations/cryptocurrency/list/latest"
    shared = (("limit", str(_LISTED_COINS)), ("convert", "USD"))
    if query.ids is None:
        asks.append(Ask(path, shared))
    asks += [Ask(path, (("crypto_id", ids), ("skip_invalid", "true"), *shared)) for ids in chunked(coin_ids(query))]
    return asks


def _read_liquidations(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Liquidations]:
    found: list[Liquidations] = []
    for page in pages:
        row = page.entry()
        coins = row.get("cryptocurrencies")
        if coins is None:
            found += _windows(page, 0, row) or _refuse(page)
        else:
            found += [window for windows in page.each(coins, partial(_of_coin, page)) for window in windows]
    return found


def _refuse(page: Page) -> list[Liquidations]:
    raise page.bad("no liquidations in US dollars")


def _of_coin(page: Page, row: dict[str, Any]) -> list[Liquidations] | None:
    asset_id = whole(row.get("crypto_id"))
    return _windows(page, asset_id, row) or None if asset_id else None


def _windows(page: Page, asset_id: int, row: dict[str, Any]) -> list[Liquidations]:
    quote = quote_in(row.get("quotes"), "USD")
    if quote is None:
        return []
    origin = page.origin(moment(quote.get("last_updated")))
    return [
        Liquidations(
            asset_id=asset_id,
            window_hours=hours,
            provenance=origin,
            total_usd=unsigned(quote.get(f"total_liquidations_{hours}h")),
            long_usd=unsigned(quote.get(f"long_liquidations_{hours}h")),
            short_usd=unsigned(quote.get(f"short_liquidations_{hours}h")),
        )
        for hours in _WINDOWS_HOURS
    ]
