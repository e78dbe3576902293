"""`cmc_market_data`: prices, capitalisation, volume, changes, supply and history of up to 20 coins in one call."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.market.records import CandleSeries
from cryptodesk.tools._assets import ResolvedAsset, Unresolved, resolve_asset, resolve_assets
from cryptodesk.tools._envelope import Gap
from cryptodesk.tools._market_currency import PricedSeries, as_recorded, crossed, is_dollar
from cryptodesk.tools._market_result import MarketDataOutput, MarketRequest, PricedAsset, build_output, empty_output
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
"time_end": "2024-03-31"}}; interval 1d or 1w, series close, ohlcv, market_cap or volume, count for the last N bars.
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
    """Market data for one asset class per call: price, market cap, volume, returns, supply, price extremes and
    historical series, each value with its source and time."""
    request = _request(arguments, context)
    if arguments.asset_type != "coin":
        kind = arguments.asset_type.replace("_", " ")
        return empty_output(request, [Gap(arguments.asset_type, f"no source of {kind} data is at hand")])
    resolved, unresolved = resolve_assets(arguments.ids, context.services.assets)
    gaps = [Gap("ids", item.reason, item.given) for item in unresolved]
    base = await _base(arguments.convert, context)
    if isinstance(base, Gap):
        return empty_output(request, [*gaps, base])
    priced: list[PricedAsset] = []
    for item in resolved:
        outcome = await _priced(item, arguments.convert, base, context)
        if isinstance(outcome, Gap):
            gaps.append(outcome)
        else:
            priced.append(PricedAsset(item.asset, outcome, item.given))
    return build_output(request, priced, gaps)


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


async def _load(asset_id: int, context: ToolContext) -> CandleSeries | None:
    series = await context.services.candles.load_candles(asset_id, "1d", as_of=context.now)
    return series if series is not None and series.candles else None


async def _base(currency: str, context: ToolContext) -> CandleSeries | Gap | None:
    """The candles of the coin that figures are to be counted in; None where that is the dollar."""
    if is_dollar(currency):
        return None
    coin = resolve_asset(currency, context.services.assets)
    series = None if isinstance(coin, Unresolved) else await _load(coin.asset.asset_id, context)
    if series is None:
        return Gap("convert", f"no rate of {currency} is at hand; ask in USD or in a coin that has candles")
    return series


async def _priced(
    item: ResolvedAsset, currency: str, base: CandleSeries | None, context: ToolContext
) -> PricedSeries | Gap:
    asset = item.asset
    series = await _load(asset.asset_id, context)
    if series is None:
        return Gap("market_data", f"no market data of {asset.name} ({asset.symbol}) is at hand", asset.asset_id)
    priced = as_recorded(series, currency) if base is None else crossed(series, base, currency)
    if priced is None:
        return Gap("convert", f"no rate from {series.quote_currency} to {currency} is at hand", asset.asset_id)
    return priced


# A history of 365 closes is what the caller asked for in so many words, so it may fill the whole allowance.
TOOL = built_in_tool(market_data, advice=_ADVICE, size_limit=HARD_LIMIT)
