"""CoinGecko with the operator's free key: the same routes under a limit of their own.

Source: docs.coingecko.com/demo/reference/authentication. The plan has 10,000 calls a month and, by the vendor's
various pages, 30 to 100 a minute.
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

_ACCESS = Access("coingecko_demo", 55, "COINGECKO_API_KEY", "x-cg-demo-api-key")

SOURCE = Source(
    name=_ACCESS.name,
    title="CoinGecko (key)",
    policy=SourcePolicy(
        base_url="https://api.coingecko.com/api/v3",
        per_minute=25,
        burst=8,
        per_day=320,
        timeout_seconds=10,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=16 * 2**20,
        breaker_failures=5,
        breaker_open_seconds=30,
        retries=1,
    ),
    routes=(
        *coin_routes(_ACCESS),
        *market_routes(_ACCESS),
        *nft_routes(_ACCESS, preference=10),
        *series_routes(_ACCESS),
    ),
    terms="https://www.coingecko.com/en/api_terms",
    credentials=("COINGECKO_API_KEY",),
    check=check_by(_ACCESS.name),
)
