"""What it costs to read history, a listing of 20,000 coins and one coin of it from the store."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.components import Component, Figure
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.opening import open_market_store
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries, CoinListing, Provenance
from cryptodesk.market.unpack import ensure_snapshot

__all__ = ["COMPONENT"]

COINS = 20_000
ASSETS = (1, 1027, 5426, 52, 74)
END = datetime(2026, 9, 10, tzinfo=UTC)
YEAR = Query(kind=CandleSeries, ids=ASSETS, interval="1d", start=END - timedelta(days=365), end=END)
TRIES = 5

# In a process of its own: memory that was freed before would hide what the list takes.
_MEMORY = """
import asyncio, sys
from pathlib import Path
from bench.components.history import listing_bytes
print(asyncio.run(listing_bytes(Path(sys.argv[1]))))
"""


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-history-") as folder:
        path = Path(folder) / "desk.db"
        cold, warm, load, one = asyncio.run(_times(path))
        grown = subprocess.run(
            [sys.executable, "-c", _MEMORY, str(path)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
    return [
        Figure("365 days of 5 assets, from disk", cold * 1e3, "ms", "CPU, median of five", 5.0),
        Figure("365 days of 5 assets, held in memory", warm * 1e3, "ms", "CPU, median of five", 5.0),
        Figure("20,000 listings from disk", load * 1e3, "ms", "in a thread; after that from memory"),
        Figure("one of 20,000 listings from disk", one * 1e6, "us"),
        Figure("20,000 listings in memory", int(grown.stdout) / 1e6, "MB", "growth of resident memory", 150.0),
    ]


async def listing_bytes(path: Path) -> int:
    """How much resident memory a listing of all coins takes, with everything that reading it leaves behind."""
    with open_market_store(path) as database:
        feed = StoredFeed(database)
        await feed.find(Query(kind=CoinListing, ids=(7,)))
        before = _resident()
        found = await feed.find(Query(kind=CoinListing))
        assert len(found.records) == COINS
        return _resident() - before


async def _times(path: Path) -> tuple[float, float, float, float]:
    with open_market_store(path) as database:
        await ensure_snapshot(database)
        feed = StoredFeed(database)
        cold = await _seconds(feed, YEAR)
        await feed.find(Query(kind=CandleSeries, ids=ASSETS))
        warm = await _seconds(feed, YEAR)
        await feed.save_records([_coin(number) for number in range(COINS)], "bench", is_list=True)
        one = await _seconds(feed, Query(kind=CoinListing, ids=(COINS // 2,)))
        began = time.process_time()
        await feed.find(Query(kind=CoinListing))
        return cold, warm, time.process_time() - began, one


async def _seconds(feed: StoredFeed, query: Query[CandleSeries] | Query[CoinListing]) -> float:
    spent = []
    for _ in range(TRIES):
        began = time.process_time()
        await feed.find(query)  # type: ignore[misc]
        spent.append(time.process_time() - began)
    return sorted(spent)[TRIES // 2]


def _coin(number: int) -> CoinListing:
    value = 1.0 + number / 7
    return CoinListing(
        asset_id=3_000_000_000 + number if number != COINS // 2 else number,
        name=f"Coin number {number}",
        symbol=f"C{number}",
        slug=f"coin-number-{number}",
        provenance=Provenance("bench", "live", END),
        rank=number + 1,
        price=value,
        volume_24h=value * 3e5,
        market_cap=value * 7e6,
        fully_diluted_market_cap=value * 9e6,
        percent_change_1h=value / 3,
        percent_change_24h=value / 5,
        percent_change_7d=value / 11,
        percent_change_30d=value / 13,
        percent_change_1y=value / 17,
        circulating_supply=value * 1e6,
        total_supply=value * 2e6,
        max_supply=value * 3e6,
        ath=value * 19,
        atl=value / 19,
        ath_time=END,
        atl_time=END,
        tags=("defi", f"group-{number % 50}"),
        platform="ethereum" if number % 2 else None,
        token_address=f"0x{number:040x}" if number % 2 else None,
    )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


COMPONENT = Component("history", measure)
