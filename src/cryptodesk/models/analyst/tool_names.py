"""The names by which the analyst knows the built-in tools, and the answer keys of their results."""

from __future__ import annotations

__all__ = [
    "ASSET_METADATA",
    "ASSET_SCREENER",
    "CONTENT_SEARCH",
    "ID_LOOKUP",
    "KNOWN_TOOLS",
    "LOOKUP_KEY",
    "MARKET_DATA",
    "MARKET_OVERVIEW",
    "MATH_EVAL",
    "MATH_KEY",
    "MAX_LOOKUP_NAMES",
    "MAX_LOOKUP_QUERY",
    "SENTIMENT",
    "SIGNAL_LIST",
    "TECHNICAL_ANALYSIS",
]

ASSET_METADATA = "cmc_asset_metadata"
ASSET_SCREENER = "cmc_asset_screener"
CONTENT_SEARCH = "cmc_content_search"
ID_LOOKUP = "cmc_id_lookup"
MARKET_DATA = "cmc_market_data"
MATH_EVAL = "cmc_math_eval"
MARKET_OVERVIEW = "cmc_market_overview"
SENTIMENT = "cmc_sentiment"
SIGNAL_LIST = "cmc_signal_list"
TECHNICAL_ANALYSIS = "cmc_technical_analysis"
KNOWN_TOOLS = frozenset(
    {
        ASSET_METADATA, ASSET_SCREENER, CONTENT_SEARCH, ID_LOOKUP, MARKET_DATA, MARKET_OVERVIEW, MATH_EVAL, SENTIMENT,
        SIGNAL_LIST, TECHNICAL_ANALYSIS,
    }
)  # fmt: skip

LOOKUP_KEY = "coin_id_look_up_result"
MATH_KEY = "math_eval_result"

MAX_LOOKUP_NAMES = 5
MAX_LOOKUP_QUERY = 200
