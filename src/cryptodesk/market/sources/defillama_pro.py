"""DefiLlama with the operator's paid key: raises and unlock plans, which the vendor documents for keys alone.

Source: api-docs.defillama.com, /api/raises and /api/emissions. The key is a part of the path; 1,000 requests a minute
are allowed, and credits run by the month.
"""

from __future__ import annotations

from cryptodesk.market.fetching.client import SourcePolicy
from cryptodesk.market.sources._aggregator import Access
from cryptodesk.market.sources._defillama_events import raise_routes, unlock_routes
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_ACCESS = Access("defillama_pro", 10, "DEFILLAMA_API_KEY")

SOURCE = Source(
    name=_ACCESS.name,
    title="DefiLlama (key)",
    policy=SourcePolicy(
        base_url="https://pro-api.llama.fi",
        per_minute=60,
        burst=6,
        per_day=2000,
        timeout_seconds=20,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=64 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(*raise_routes(_ACCESS), *unlock_routes(_ACCESS)),
    terms="https://defillama.com/terms",
    credentials=("DEFILLAMA_API_KEY",),
)
