"""One question to each route of both sources, and what the route is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.market.sources.payloads.coinmarketcap import PEPE, load, well

from cryptodesk.market.query import Query
from cryptodesk.market.records import (
    AltcoinSeason,
    CandleSeries,
    CategoryListing,
    CoinListing,
    DerivativesMarket,
    ExchangeListing,
    ExchangeReserves,
    FearGreed,
    GlobalMetrics,
    Holders,
    IndexValue,
    Liquidations,
    MetricSeries,
    Profile,
    TokenListing,
    TokenPools,
    TokenSecurity,
    TrendingAsset,
)
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from cryptodesk.market.sources._coinmarketcap_coins import ListedAsset, PriceStats
from cryptodesk.market.sources._source import Source

__all__ = ["CASES", "Case"]

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
PAST = datetime(2026, 9, 5, 10, 30, tzinfo=UTC)
YESTERDAY = datetime(2026, 9, 8, 18, tzinfo=UTC)
MEMES = "6051a82566fc1b42617d6dc6"
OTHER_TOKEN = "ethereum:0x0000000000000000000000000000000000000001"

_TOKEN_LIST = b'{"data": [' + load("dex_token").partition(b'{"data": ')[2].rpartition(b',\n "status"')[0] + b"]}"
_HOLDERS = well({"platformId": 1, "count": "412345", "tokenAddress": PEPE.partition(":")[2].lower()}, code="0")


class Case(NamedTuple):
    """`path` is the end of the first request's path; `bodies` answer the requests in order."""

    source: Source
    query: Query[Any]
    path: str
    bodies: tuple[bytes, ...]

    def __str__(self) -> str:
        return f"{self.source.name}{self.path}:{self.query.kind.__name__}"


def _both(query: Query[Any], path: str, *bodies: bytes) -> tuple[Case, ...]:
    return Case(FREE, query, path, bodies), Case(KEYED, query, path, bodies)


def _keyed(query: Query[Any], path: str, *bodies: bytes) -> tuple[Case, ...]:
    return (Case(KEYED, query, path, bodies),)


CASES: tuple[Case, ...] = (
    *_both(Query(kind=CoinListing, ids=(1, 1975)), "/v3/cryptocurrency/quotes/latest", load("quotes_v3")),
    *_both(Query(kind=CoinListing), "/v3/cryptocurrency/listings/latest", load("quotes_v3")),
    *_both(
        Query(kind=ListedAsset),
        "/v1/cryptocurrency/map",
        load("map_active"),
        well([]),
        load("map_inactive"),
        well([]),
    ),
    *_keyed(Query(kind=PriceStats, ids=(1, 5)), "/price-performance-stats/latest", load("performance")),
    *_both(Query(kind=Profile, ids=(1, 825), asset_class="coin"), "/v2/cryptocurrency/info", load("info")),
    *_both(Query(kind=Profile, ids=(MEMES,), asset_class="category"), "/v1/cryptocurrency/category", load("category")),
    *_both(Query(kind=Profile, ids=(PEPE,), asset_class="onchain_token"), "/v1/dex/token", load("dex_token")),
    *_keyed(Query(kind=Profile, ids=(270,), asset_class="exchange"), "/v1/exchange/info", load("exchange_info")),
    *_both(Query(kind=CategoryListing), "/v1/cryptocurrency/categories", load("categories")),
    *_both(Query(kind=CategoryListing, ids=(MEMES,)), "/v1/cryptocurrency/category", load("category")),
    *_both(Query(kind=ExchangeListing), "/v1/exchange/map", load("exchange_map")),
    *_keyed(Query(kind=ExchangeListing, ids=(270,)), "/v1/exchange/quotes/latest", load("exchange_quotes")),
    *_keyed(
        Query(kind=ExchangeListing),
        "/v1/exchange/listings/latest",
        load("exchange_quotes").replace(b'{"270": ', b"[", 1).replace(b"}}}},", b"}}}],", 1),
    ),
    *_keyed(Query(kind=ExchangeReserves, ids=(270,)), "/v1/exchange/assets", load("exchange_assets")),
    *_both(Query(kind=GlobalMetrics), "/v1/global-metrics/quotes/latest", load("global_latest")),
    *_keyed(Query(kind=GlobalMetrics, as_of=PAST), "/v1/global-metrics/quotes/historical", load("global_history")),
    *_both(Query(kind=FearGreed), "/v3/fear-and-greed/latest", load("fear_greed_latest")),
    *_both(Query(kind=FearGreed, as_of=YESTERDAY), "/v3/fear-and-greed/historical", load("fear_greed_history")),
    *_both(Query(kind=AltcoinSeason), "/v1/altcoin-season-index/latest", load("altcoin_latest")),
    *_both(Query(kind=IndexValue, ids=("cmc100",)), "/v3/index/cmc100-latest", load("index_latest")),
    *_both(Query(kind=IndexValue, ids=("cmc20",), as_of=PAST), "/v3/index/cmc20-historical", load("index_history")),
    *_both(Query(kind=MetricSeries, metric="fear_greed"), "/v3/fear-and-greed/historical", load("fear_greed_history")),
    *_both(
        Query(kind=MetricSeries, metric="altcoin_season", start=datetime(2026, 8, 20, tzinfo=UTC)),
        "/v1/altcoin-season-index/historical",
        load("altcoin_history"),
    ),
    *_both(Query(kind=MetricSeries, metric="cmc100"), "/v3/index/cmc100-historical", load("index_history")),
    *_keyed(
        Query(kind=MetricSeries, metric="total_market_cap", interval="1h"),
        "/v1/global-metrics/quotes/historical",
        load("global_history"),
    ),
    *_keyed(
        Query(kind=MetricSeries, metric="market_cap", ids=(1,)),
        "/v3/cryptocurrency/quotes/historical",
        load("quotes_history"),
    ),
    *_keyed(
        Query(kind=CandleSeries, ids=(1,), interval="1d"), "/v2/cryptocurrency/ohlcv/historical", load("ohlcv_one")
    ),
    *_keyed(
        Query(kind=CandleSeries, ids=(1,), interval="1d"),
        "/v3/cryptocurrency/quotes/historical",
        load("quotes_history"),
    ),
    *_both(Query(kind=CandleSeries, ids=(PEPE,), interval="1d"), "/v1/k-line/candles", load("kline")),
    *_keyed(Query(kind=TrendingAsset, ids=("trending",)), "/trending/latest", load("trending")),
    *_keyed(Query(kind=TrendingAsset, ids=("most_visited",)), "/trending/most-visited", load("trending")),
    *_keyed(Query(kind=TrendingAsset, ids=("community_trending",)), "/community/trending/token", load("trending")),
    *_keyed(Query(kind=TrendingAsset, ids=("top_gainers",)), "/trending/gainers-losers", load("trending")),
    *_keyed(Query(kind=TrendingAsset, ids=("top_losers",)), "/trending/gainers-losers", load("trending")),
    *_keyed(Query(kind=TrendingAsset, ids=("recently_added",)), "/listings/new", load("trending")),
    *_keyed(Query(kind=DerivativesMarket, ids=(1,)), "/market-pairs/list/latest", load("derivative_pairs")),
    *_keyed(
        Query(kind=Liquidations, ids=(0, 1)),
        "/v5/derivatives/liquidations/quotes/latest",
        load("liquidations_total"),
        load("liquidations_coins"),
    ),
    *_both(Query(kind=TokenListing, ids=(PEPE,)), "/v1/dex/token", load("dex_token")),
    *_both(Query(kind=TokenListing, ids=("pepe",)), "/v1/dex/search", load("dex_search")),
    *_keyed(Query(kind=TokenListing, ids=(PEPE, OTHER_TOKEN)), "/v1/dex/tokens/batch-query", _TOKEN_LIST),
    *_keyed(
        Query(kind=TokenListing),
        "/v1/dex/tokens/trending/list",
        load("dex_board"),
        load("dex_board"),
        load("dex_board"),
    ),
    Case(FREE, Query(kind=TokenListing, platform="ethereum"), "/v4/dex/spot-pairs/latest", (load("dex_pairs"),)),
    *_both(Query(kind=TokenPools, ids=(PEPE,)), "/v1/dex/token/pools", load("dex_pools")),
    *_both(Query(kind=TokenSecurity, ids=(PEPE,)), "/v1/dex/security/detail", load("dex_security")),
    *_both(Query(kind=Holders, ids=(PEPE,)), "/v1/dex/holders/count", _HOLDERS),
)
