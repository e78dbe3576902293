"""DefiLlama's list of raises without a key, under an address that the vendor documents for keys alone.

It has long been open to everybody and may be closed any day; then it answers 402, this source says so and is left
alone, and nothing else of the vendor suffers. Hence a source of its own.

Source: the documented form is that of /api/raises at api-docs.defillama.com.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._aggregator import Access
from cryptodesk.market.sources._defillama_events import raise_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_ACCESS = Access("defillama_raises", 20)

SOURCE = Source(
    name=_ACCESS.name,
    title="DefiLlama raises",
    policy=SourcePolicy(
        base_url="https://api.llama.fi",
        per_minute=6,
        burst=2,
        per_day=200,
        timeout_seconds=15,
        connect_seconds=3,
        concurrency=1,
        max_body_bytes=32 * 2**20,
        breaker_failures=2,
        breaker_open_seconds=900,
        retries=0,
    ),
    routes=raise_routes(_ACCESS),
    terms="https://defillama.com/terms",
)
