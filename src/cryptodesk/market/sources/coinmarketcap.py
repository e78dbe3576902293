"""CoinMarketCap without a key: the public interface that everybody may ask a little.

Source: the keyless public API as documented and recorded in 2026. It throttles after a small burst and locks an address
out for hours after some 3,700 calls in a day.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._coinmarketcap_access import Access
from cryptodesk.market.sources._coinmarketcap_boards import pair_routes
from cryptodesk.market.sources._coinmarketcap_candles import token_candle_routes
from cryptodesk.market.sources._coinmarketcap_categories import category_routes
from cryptodesk.market.sources._coinmarketcap_coins import coin_routes
from cryptodesk.market.sources._coinmarketcap_contracts import contract_routes
from cryptodesk.market.sources._coinmarketcap_envelope import check_by
from cryptodesk.market.sources._coinmarketcap_exchanges import exchange_map_routes
from cryptodesk.market.sources._coinmarketcap_market import market_routes
from cryptodesk.market.sources._coinmarketcap_profiles import profile_routes
from cryptodesk.market.sources._coinmarketcap_series import mood_series_routes
from cryptodesk.market.sources._coinmarketcap_tokens import token_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_PREFERENCE = 20
_ACCESS = Access("coinmarketcap", _PREFERENCE)

SOURCE = Source(
    name=_ACCESS.name,
    title="CoinMarketCap",
    policy=SourcePolicy(
        base_url="https://pro-api.coinmarketcap.com/public-api",
        per_minute=20,
        burst=6,
        per_day=2400,
        timeout_seconds=10,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=24 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        # Throttled, it answers 500 as well as 429: asking again at once makes it worse.
        retries=0,
    ),
    routes=(
        *coin_routes(_ACCESS, whole_list_preference=_PREFERENCE),
        *profile_routes(_ACCESS),
        *category_routes(_ACCESS),
        *exchange_map_routes(_ACCESS),
        *market_routes(_ACCESS),
        *mood_series_routes(_ACCESS),
        *token_routes(_ACCESS),
        *pair_routes(_ACCESS),
        *contract_routes(_ACCESS),
        *token_candle_routes(_ACCESS),
    ),
    terms="https://coinmarketcap.com/terms/",
    check=check_by(_ACCESS.name),
)
