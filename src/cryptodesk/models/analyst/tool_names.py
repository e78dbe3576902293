"""The names by which the analyst knows the built-in tools, and the answer keys of their results."""

from __future__ import annotations

__all__ = [
    "CONTENT_SEARCH",
    "ID_LOOKUP",
    "KNOWN_TOOLS",
    "LOOKUP_KEY",
    "MARKET_DATA",
    "MARKET_KEY",
    "MATH_EVAL",
    "MATH_KEY",
    "MAX_LOOKUP_NAMES",
    "MAX_LOOKUP_QUERY",
]

CONTENT_SEARCH = "cmc_content_search"
ID_LOOKUP = "cmc_id_lookup"
MARKET_DATA = "cmc_market_data"
MATH_EVAL = "cmc_math_eval"
KNOWN_TOOLS = frozenset({ID_LOOKUP, MARKET_DATA, MATH_EVAL})

LOOKUP_KEY = "coin_id_look_up_result"
MARKET_KEY = "market_data_result"
MATH_KEY = "math_eval_result"

MAX_LOOKUP_NAMES = 5
MAX_LOOKUP_QUERY = 200
