"""`cmc_market_data`: what up to 20 coins, tokens, exchanges, categories or collections are worth, now and before."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.tools._market_coins import coin_output
from cryptodesk.tools._market_listed import listed_output
from cryptodesk.tools._market_result import MarketDataOutput, MarketRequest
from cryptodesk.tools._market_span import HistoryArguments, parse_span
from cryptodesk.tools._tool import HARD_LIMIT, ToolContext, built_in_tool

__all__ = ["TOOL", "MarketDataArguments", "market_data"]

Metric = Literal[
    "price",
    "market_cap",
    "volume",
    "returns",
    "supply",
    "liquidity",
    "market_pairs",
    "derivatives",
    "price_stats",
    "holders",
    "history",
]

_ADVICE = """\
Ask for all assets of one class in one call, with ids from cmc_id_lookup (up to 20).
Example: {"asset_type": "coin", "ids": [1, 1027], "metrics": ["price", "returns"]}
asset_type is one of coin, onchain_token, exchange, category, nft. metrics are any of price, market_cap, volume, \
returns, supply, liquidity, market_pairs, derivatives, price_stats, holders, history; take what the question needs.
Past prices: {"asset_type": "coin", "ids": [1], "metrics": ["history"], "history": {"time_start": "2024-03-01", \
"time_end": "2024-03-31"}}; interval 5m, 15m, 1h, 4h, 1d or 1w, series close, ohlcv, market_cap or volume, count for \
the last N bars.
Changes are in percent points. State as_of as the time of the data, and its age where `age_days` is above 1.
What is listed under `unavailable` is not known: say so, and never fill it in.\
"""


class MarketDataArguments(Struct, frozen=True, forbid_unknown_fields=True):
    asset_type: Literal["coin", "onchain_token", "exchange", "category", "nft"]
    ids: Annotated[tuple[int | str, ...], Meta(min_length=1, max_length=20, description="Ids from cmc_id_lookup")]
    metrics: Annotated[tuple[Metric, ...], Meta(extra_json_schema={"uniqueItems": True})] = (
        "price",
        "market_cap",
        "volume",
        "returns",
    )
    convert: Annotated[str, Meta(pattern="^[A-Z0-9]{2,10}$")] = "USD"
    history: HistoryArguments | UnsetType = UNSET


async def market_data(arguments: MarketDataArguments, context: ToolContext) -> MarketDataOutput:
    """Market data for one asset class per call: price, market cap, volume, returns, supply, price extremes, liquidity,
    derivatives, holders and historical series, each value with its source and time."""
    request = _request(arguments, context)
    if arguments.asset_type == "coin":
        return await coin_output(arguments.ids, request, context)
    return await listed_output(arguments.asset_type, arguments.ids, request, context)


def _request(arguments: MarketDataArguments, context: ToolContext) -> MarketRequest:
    wants_history = arguments.history is not UNSET or "history" in arguments.metrics
    history = HistoryArguments() if arguments.history is UNSET else arguments.history
    return MarketRequest(
        metrics=tuple(metric for metric in dict.fromkeys(arguments.metrics) if metric != "history"),
        quote_currency=arguments.convert,
        now=context.now,
        history=history if wants_history else None,
        span=parse_span(history),
    )


# A history of 365 closes is what the caller asked for in so many words, so it may fill the whole allowance.
TOOL = built_in_tool(market_data, advice=_ADVICE, size_limit=HARD_LIMIT)
