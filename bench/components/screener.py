"""What a screen over 20,000 assets costs: in words, over the table, and the table itself."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from bench.components import Component, Figure, microseconds_per_call
from cryptodesk.market.screening import Filter, ScreenTable, Sort, parse_screen, screen

__all__ = ["COMPONENT"]

ASSETS = 20_000
GOAL_MS = 5.0
QUERY = "low cap defi coins on solana with volume above $1m, up more than 10% this week, excluding stablecoins"

_NUMBERS = (
    "price", "market_cap", "fully_diluted_market_cap", "volume_24h", "percent_change_1h", "percent_change_24h",
    "percent_change_7d", "percent_change_30d", "rank", "age_days", "circulating_supply", "max_supply", "tvl",
)  # fmt: skip


def measure() -> Sequence[Figure]:
    began = time.process_time()
    table = _table()
    built_ms = (time.process_time() - began) * 1_000
    asked = parse_screen(QUERY, "coin")
    # Four rows of five pass each: nothing is saved by an early selective one.
    wide = [Filter(name, "gt", 5e5) for name in _NUMBERS[:6]]
    order = Sort("market_cap", "desc")
    return [
        _figure(
            "screen over 20,000 assets, 6 filters from words", lambda: screen(table, asked.filters, order), GOAL_MS
        ),
        _figure(
            "screen over 20,000 assets, 3 filters that 4 of 5 pass", lambda: screen(table, wide[:3], order), GOAL_MS
        ),
        _figure("screen over 20,000 assets, 6 filters that 4 of 5 pass", lambda: screen(table, wide, order), None),
        _figure("screen over 20,000 assets, order alone", lambda: screen(table, (), order), GOAL_MS),
        _figure("a screen in words, parsed", lambda: parse_screen(QUERY, "coin"), None),
        Figure("table of 20,000 assets, built", built_ms, "ms", "CPU, once, random values included"),
    ]


def _figure(name: str, call, goal: float | None) -> Figure:  # type: ignore[no-untyped-def]
    return Figure(name, microseconds_per_call(call) / 1_000, "ms", "CPU of one call", goal)


def _table() -> ScreenTable:
    chance = random.Random(20_000)
    numbers = {
        name: [None if chance.random() < 0.04 else chance.lognormvariate(16, 3) for _ in range(ASSETS)]
        for name in _NUMBERS
    }
    platforms = [chance.choice(("ethereum", "solana", "bsc", "base", None)) for _ in range(ASSETS)]
    tags = [chance.sample(("defi", "meme", "ai", "gaming", "stablecoin", "layer-1"), 2) for _ in range(ASSETS)]
    return ScreenTable(range(ASSETS), numbers, {"platform": platforms}, {"tag": tags})


COMPONENT = Component("screener", measure)
