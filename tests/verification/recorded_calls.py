"""The calls whose outputs are recorded: every tool, with the choices that answers are written from."""

# ruff: noqa: E501 - tables read better with one entry a line

from __future__ import annotations

from typing import Any

__all__ = ["CALLS"]

_MARKET = "cmc_market_data"

CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("lookup", "cmc_id_lookup", {"query": "bitcoin, ethereum, solana"}),
    ("pair", _MARKET, {"asset_type": "coin", "ids": [1, 1027], "metrics": ["price", "market_cap", "volume", "returns", "supply"]}),
    ("three", _MARKET, {"asset_type": "coin", "ids": [1027, 5426, 52], "metrics": ["price", "market_cap", "volume", "returns"]}),
    ("month", _MARKET, {"asset_type": "coin", "ids": [1], "metrics": ["price", "returns", "history"], "history": {"count": 30, "series": "ohlcv"}}),
    ("closes", _MARKET, {"asset_type": "coin", "ids": [1, 1027], "metrics": ["price", "returns", "history"]}),
    ("sol", _MARKET, {"asset_type": "coin", "ids": [5426], "metrics": ["price", "market_cap", "volume", "returns", "supply", "price_stats"]}),
    ("everything", _MARKET, {"asset_type": "coin", "ids": [1], "metrics": ["price", "market_cap", "volume", "returns", "supply", "liquidity", "market_pairs", "derivatives", "price_stats", "holders"]}),
    ("category", _MARKET, {"asset_type": "category", "ids": ["defi"]}),
    ("metadata", "cmc_asset_metadata", {"asset_type": "coin", "ids": [1], "fields": ["profile", "description", "supply", "supply_schedule", "similar_assets"]}),
    ("technical", "cmc_technical_analysis", {"asset_type": "coin", "id": 1}),
    ("technical_eth", "cmc_technical_analysis", {"asset_type": "coin", "id": 1027}),
    ("overview", "cmc_market_overview", {"bundle": "daily_brief"}),
    ("mood", "cmc_market_overview", {"bundle": "sentiment"}),
    ("gas", "cmc_market_overview", {"sections": ["gas"]}),
    ("gainers", "cmc_signal_list", {"list": "top_gainers"}),
    ("losers", "cmc_signal_list", {"list": "top_losers", "limit": 5}),
    ("narratives", "cmc_signal_list", {"list": "narratives"}),
    ("screen", "cmc_asset_screener", {"query": "coins with market cap above $1b, up more than 5% this week", "asset_type": "coin"}),
    ("sentiment", "cmc_sentiment", {"scope": "coin", "id": 1, "include": ["score", "keywords", "volume", "fear_greed"]}),
    ("content", "cmc_content_search", {"query": "bitcoin price news"}),
    ("math", "cmc_math_eval", {"expression": "pct_change(42000,65000)"}),
    ("math_worth", "cmc_math_eval", {"expression": "1000/63572*78264.1"}),
)  # fmt: skip
