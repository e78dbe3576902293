"""What 20,000 assets with their latest quotes take: saved as one list, read back through the market's own feed, and
indexed by name. In a process of its own, by its resident memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.components import Component, Figure

__all__ = ["COMPONENT"]

ASSETS = 20_000
GOAL_MB = 150.0

# The listings are made and saved in a first process, so that what making them leaves free is not counted as theirs.
_COMMON = """
import asyncio, random, sys, tempfile, gc
from datetime import UTC, datetime
from pathlib import Path
from cryptodesk.core.clock import FixedClock
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.feeds.layered import LayeredFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.opening import open_market_store
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset, CoinListing, Provenance
from cryptodesk.tools import load_tools
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ASSETS, PATH = int(sys.argv[1]), Path(sys.argv[2])
"""
_SAVE = (
    _COMMON
    + """
FIELDS = (
    "price", "volume_24h", "volume_change_24h", "cex_volume_24h", "dex_volume_24h", "market_cap",
    "market_cap_dominance", "fully_diluted_market_cap", "percent_change_1h", "percent_change_24h", "percent_change_7d",
    "percent_change_30d", "percent_change_60d", "percent_change_90d", "circulating_supply", "total_supply", "ath",
    "atl",
)
chance = random.Random(7)
def listing(rank):
    figures = {field: chance.lognormvariate(9, 4) for field in FIELDS}
    return CoinListing(
        asset_id=2_000_000_000 + rank, name=f"Coin of number {rank}", symbol=f"C{rank}", slug=f"coin-of-number-{rank}",
        provenance=Provenance("vendor", "live", NOW), rank=rank, num_market_pairs=chance.randrange(900),
        tags=tuple(chance.sample(("defi", "memes", "layer-1", "ai-big-data", "gaming", "stablecoin"), 2)),
        platform="ethereum", token_address=f"0x{rank:040x}", date_added=NOW, **figures,
    )
with open_market_store(PATH) as database:
    rows = [listing(rank) for rank in range(1, ASSETS + 1)]
    asyncio.run(StoredFeed(database).save_records(rows, "vendor", is_list=True))
"""
)
_READ = (
    _COMMON
    + """
def resident(): return int(open("/proc/self/statm").read().split()[1]) * 4096
load_tools()
with open_market_store(PATH) as database:
    gc.collect()
    before = resident()
    clock = FixedClock(NOW)
    feed = LayeredFeed(None, StoredFeed(database), clock)
    listings = asyncio.run(feed.find(Query(kind=CoinListing))).records
    assert len(listings) == ASSETS
    gc.collect()
    quotes = resident() - before
    directory = AssetDirectory(
        [Asset(row.asset_id, row.name, row.symbol, row.slug, row.rank, platform=row.platform,
               token_address=row.token_address) for row in listings]
    )
    directory.lookup("coinn of number 77", 5)
    gc.collect()
    print(quotes / 1e6, (resident() - before) / 1e6)
"""
)


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "desk.db")
        _run(_SAVE, path)
        quotes, whole = map(float, _run(_READ, path).split())
    how = f"resident memory added; {ASSETS:,} listings of 18 figures, read from the store"
    return [
        Figure("memory of 20,000 latest quotes", quotes, "MB", how),
        Figure("memory of 20,000 assets with latest quotes", whole, "MB", f"{how}, with every index of names", GOAL_MB),
    ]


def _run(code: str, path: str) -> str:
    run = subprocess.run([sys.executable, "-c", code, str(ASSETS), path], capture_output=True, text=True, check=True)
    return run.stdout


COMPONENT = Component("memory of listings", measure)
