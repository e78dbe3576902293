"""DefiLlama without a key: value locked, volumes, fees, stablecoins, prices. Three hosts, one vendor.

Raises and unlocks belong to the vendor's keyed interface: see `defillama_pro` and `defillama_raises`.

Source: api-docs.defillama.com. No limit is published; some hundreds of requests a minute are reported to pass. The list
of protocols has some eight megabytes, and the history of a large protocol more.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._aggregator import Access
from cryptodesk.market.sources._defillama_coins import price_routes
from cryptodesk.market.sources._defillama_protocols import total_routes
from cryptodesk.market.sources._defillama_series import series_routes
from cryptodesk.market.sources._defillama_stablecoins import stablecoin_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_ACCESS = Access("defillama", 10)

SOURCE = Source(
    name=_ACCESS.name,
    title="DefiLlama",
    policy=SourcePolicy(
        base_url="https://api.llama.fi",
        per_minute=60,
        burst=12,
        per_day=5000,
        timeout_seconds=20,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=64 * 2**20,
        breaker_failures=5,
        breaker_open_seconds=30,
        retries=1,
    ),
    routes=(
        *total_routes(_ACCESS),
        *series_routes(_ACCESS),
        *stablecoin_routes(_ACCESS),
        *price_routes(_ACCESS, preference=65),
    ),
    terms="https://defillama.com/terms",
)
