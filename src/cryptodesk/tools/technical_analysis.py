"""`cmc_technical_analysis`: indicators of the latest completed bar of a coin, a token or the whole market."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.records import TokenListing
from cryptodesk.tools._assets import resolve_coins
from cryptodesk.tools._technical_bars import BarInterval, load_asset_bars, load_market
from cryptodesk.tools._technical_result import (
    INDICATORS,
    IndicatorName,
    Subject,
    TechnicalAnalysisOutput,
    build_output,
)
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._token_ids import TokenId, parse_token_id, platform_slug
from cryptodesk.tools._tool import ToolContext, built_in_tool, invalid_arguments

__all__ = ["TOOL", "TechnicalAnalysisArguments", "technical_analysis"]

_ADVICE = """\
Indicators of the latest completed bar only: take past values from the history of cmc_market_data.
Example: {"asset_type": "coin", "id": 1, "interval": "1d", "indicators": ["rsi", "macd"]}
asset_type is coin or onchain_token, with the id from cmc_id_lookup, or total_market_cap without an id. interval is \
1h, 4h, 1d or 1w; indicators are any of moving_averages, macd, rsi, fibonacci, pivot_points, all of them if left out.
The averages' names say "day" but count bars of the interval. bar_time is the close of the bar: state it, and the \
age where `age_days` is above 1. Describe what the figures show; a level is no forecast and no advice.\
"""


class TechnicalAnalysisArguments(Struct, frozen=True, forbid_unknown_fields=True):
    asset_type: Literal["coin", "onchain_token", "total_market_cap"]
    id: Annotated[int | str, Meta(description="Required unless asset_type is total_market_cap")] | UnsetType = UNSET
    interval: BarInterval = "1d"
    indicators: Annotated[tuple[IndicatorName, ...], Meta(extra_json_schema={"uniqueItems": True})] | UnsetType = UNSET


async def technical_analysis(arguments: TechnicalAnalysisArguments, context: ToolContext) -> TechnicalAnalysisOutput:
    """Technical indicators of the latest completed bar: moving averages, MACD, RSI, Fibonacci levels and pivot points
    of a coin, an onchain token or the total crypto market cap."""
    wanted = INDICATORS if arguments.indicators is UNSET or not arguments.indicators else arguments.indicators
    interval = arguments.interval
    if arguments.asset_type == "total_market_cap":
        bars, now = await load_market(interval, context)
        return build_output(Subject(name="Total crypto market cap"), interval, wanted, (bars, now), context.now)
    if arguments.id is UNSET or not str(arguments.id).strip():
        raise invalid_arguments("id", f"is required where asset_type is {arguments.asset_type!r}")
    if arguments.asset_type == "coin":
        subject = await _coin(arguments.id, context)
    else:
        subject = await _token(str(arguments.id).strip(), context)
    bars = await load_asset_bars(subject.asset_id or 0, subject.called, interval, context)
    return build_output(subject, interval, wanted, (bars, None), context.now)


async def _coin(given: int | str, context: ToolContext) -> Subject:
    """Raises: ToolFailed if nothing, or more than one coin, is so called."""
    resolved, _ = await resolve_coins((given,), context)
    asset = resolved[0].asset
    notes = (resolved[0].warning,) if resolved[0].warning else ()
    return Subject(
        asset.asset_id, clean(asset.name, NAME_LIMIT), clean(asset.symbol, SYMBOL_LIMIT), resolved[0].given, notes
    )


async def _token(given: str, context: ToolContext) -> Subject:
    """A token by `<platform>:<address>`, or by a name that means a coin with a contract. Raises: ToolFailed."""
    token = parse_token_id(given)
    if token is not None:
        return await _by_contract(token, context)
    if ":" in given:
        raise ToolFailed(f"asset not found: {clean(given, 160)}")
    resolved, _ = await resolve_coins((given,), context)
    asset = resolved[0].asset
    if asset.platform is None or asset.token_address is None:
        raise ToolFailed(f"{clean(asset.name)} has no contract on record: give the token as <platform>:<address>")
    return await _by_contract(TokenId(platform_slug(asset.platform), asset.token_address), context, given)


async def _by_contract(token: TokenId, context: ToolContext, given: str | None = None) -> Subject:
    found = await context.find(TokenListing, (token.text,))
    if not found.records:
        if token.platform is None:
            raise ToolFailed(f"asset not found: {clean(token.address, 160)}; name its chain as <platform>:<address>")
        return Subject(clean(token.text, 160), given=given)
    row = found.records[0]
    return Subject(row.asset_id, clean(row.name, NAME_LIMIT), clean(row.symbol, SYMBOL_LIMIT), given)


TOOL = built_in_tool(technical_analysis, advice=_ADVICE)
