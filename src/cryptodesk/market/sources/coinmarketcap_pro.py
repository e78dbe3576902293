"""CoinMarketCap with the operator's key: everything that the keyless interface has, and history, trends, derivatives.

What the key's plan does not cover is refused by the vendor and told as such. Budget and rate are those of the free
plan, 10,000 credits a month and 30 requests a minute; requests weigh what they cost in credits.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._coinmarketcap_access import Access
from cryptodesk.market.sources._coinmarketcap_boards import board_routes
from cryptodesk.market.sources._coinmarketcap_candles import coin_candle_routes, token_candle_routes
from cryptodesk.market.sources._coinmarketcap_categories import category_routes
from cryptodesk.market.sources._coinmarketcap_coins import coin_routes, price_stats_routes
from cryptodesk.market.sources._coinmarketcap_contracts import contract_routes
from cryptodesk.market.sources._coinmarketcap_derivatives import derivatives_routes
from cryptodesk.market.sources._coinmarketcap_envelope import check_by
from cryptodesk.market.sources._coinmarketcap_exchanges import exchange_data_routes, exchange_map_routes
from cryptodesk.market.sources._coinmarketcap_market import global_history_routes, market_routes
from cryptodesk.market.sources._coinmarketcap_profiles import exchange_profile_routes, profile_routes
from cryptodesk.market.sources._coinmarketcap_series import mood_series_routes, quote_series_routes
from cryptodesk.market.sources._coinmarketcap_tokens import batch_routes, token_routes
from cryptodesk.market.sources._coinmarketcap_trends import trend_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_ACCESS = Access("coinmarketcap_pro", 10, "CMC_API_KEY")
# Behind the keyless one, whose answer is the same: 20 credits each time would spend the free plan in minutes.
_WHOLE_LIST_PREFERENCE = 30

SOURCE = Source(
    name=_ACCESS.name,
    title="CoinMarketCap (key)",
    policy=SourcePolicy(
        base_url="https://pro-api.coinmarketcap.com",
        per_minute=30,
        burst=30,
        per_day=330,
        timeout_seconds=10,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=24 * 2**20,
        breaker_failures=5,
        breaker_open_seconds=30,
        retries=1,
    ),
    routes=(
        *coin_routes(_ACCESS, whole_list_preference=_WHOLE_LIST_PREFERENCE),
        *price_stats_routes(_ACCESS),
        *profile_routes(_ACCESS),
        *exchange_profile_routes(_ACCESS),
        *category_routes(_ACCESS),
        *exchange_data_routes(_ACCESS),
        *exchange_map_routes(_ACCESS),
        *market_routes(_ACCESS),
        *global_history_routes(_ACCESS),
        *mood_series_routes(_ACCESS),
        *quote_series_routes(_ACCESS),
        *trend_routes(_ACCESS),
        *derivatives_routes(_ACCESS),
        *batch_routes(_ACCESS),
        *token_routes(_ACCESS),
        *board_routes(_ACCESS),
        *contract_routes(_ACCESS),
        *token_candle_routes(_ACCESS),
        *coin_candle_routes(_ACCESS),
    ),
    terms="https://coinmarketcap.com/terms/",
    credentials=("CMC_API_KEY",),
    check=check_by(_ACCESS.name),
)
