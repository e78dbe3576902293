"""CoinGecko without a key.

Exchanges are left out: the desk's integer ids of exchanges have no known counterpart among the vendor's names.

Source: docs.coingecko.com/demo/reference. Without a key the limit is by address, 5 to 15 requests a minute by the
vendor's load.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._aggregator import Access
from cryptodesk.market.sources._coingecko_access import check_by
from cryptodesk.market.sources._coingecko_coins import coin_routes
from cryptodesk.market.sources._coingecko_market import market_routes
from cryptodesk.market.sources._coingecko_nfts import nft_routes
from cryptodesk.market.sources._coingecko_series import series_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_ACCESS = Access("coingecko", 60)

SOURCE = Source(
    name=_ACCESS.name,
    title="CoinGecko",
    policy=SourcePolicy(
        base_url="https://api.coingecko.com/api/v3",
        per_minute=5,
        burst=4,
        per_day=2000,
        timeout_seconds=10,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=16 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=0,
    ),
    routes=(
        *coin_routes(_ACCESS),
        *market_routes(_ACCESS),
        *nft_routes(_ACCESS, preference=15),
        *series_routes(_ACCESS),
    ),
    terms="https://www.coingecko.com/en/api_terms",
    check=check_by(_ACCESS.name),
)
