"""`cmc_market_overview`: the whole market in sections, by themselves or in bundles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.tools._envelope import Gap, Origin, encode_time, merge_origins, mode_notes, source_names
from cryptodesk.tools._overview_funds import indices, trad_fi_flows
from cryptodesk.tools._overview_leverage import leverage
from cryptodesk.tools._overview_market import dominance, liquidity, market_size
from cryptodesk.tools._overview_mood import rotation, sentiment
from cryptodesk.tools._overview_networks import defi, gas, stablecoins
from cryptodesk.tools._overview_part import Overview, Section
from cryptodesk.tools._tool import HARD_LIMIT, ToolContext, built_in_tool

__all__ = ["BUNDLES", "SECTIONS", "TOOL", "MarketOverviewArguments", "market_overview"]

Bundle = Literal["snapshot", "daily_brief", "leverage", "tradfi", "sentiment"]
SectionName = Literal[
    "market_size",
    "liquidity",
    "dominance",
    "sentiment",
    "rotation",
    "leverage",
    "trad_fi_flows",
    "gas",
    "indices",
    "defi",
    "stablecoins",
]

SECTIONS: dict[SectionName, Callable[[Overview], Awaitable[Section]]] = {
    "market_size": market_size,
    "liquidity": liquidity,
    "dominance": dominance,
    "sentiment": sentiment,
    "rotation": rotation,
    "leverage": leverage,
    "trad_fi_flows": trad_fi_flows,
    "gas": gas,
    "indices": indices,
    "defi": defi,
    "stablecoins": stablecoins,
}
BUNDLES: dict[Bundle, tuple[SectionName, ...]] = {
    "snapshot": ("market_size", "liquidity", "dominance", "sentiment", "rotation"),
    "daily_brief": ("market_size", "dominance", "sentiment", "rotation", "leverage", "trad_fi_flows"),
    "leverage": ("leverage", "liquidity", "sentiment"),
    "tradfi": ("trad_fi_flows", "indices", "market_size", "dominance"),
    "sentiment": ("sentiment", "rotation", "dominance"),
}
# The sections whose figures follow `convert`; the others are in US dollars.
_CONVERTED = frozenset({"market_size", "liquidity", "gas", "defi", "stablecoins"})

_ADVICE = """\
The state of the whole market in one call, without ids. Prefer a bundle to many calls.
Example: {"bundle": "snapshot"} or {"sections": ["gas", "stablecoins"]}
bundle is snapshot (size, volume, dominance, mood, season), daily_brief, leverage, tradfi or sentiment. sections \
replace the bundle: any of market_size, liquidity, dominance, sentiment, rotation, leverage, trad_fi_flows, gas, \
indices, defi, stablecoins.
Changes and shares are in percent, funding rates in percent per 8 hours (`pct_per_8h`): give period and unit, and name \
the exchanges summed (`provenance`). What is listed under `unavailable` is not known: say so, and never fill it in.\
"""


class MarketOverviewArguments(Struct, frozen=True, forbid_unknown_fields=True):
    bundle: Bundle = "snapshot"
    sections: Annotated[tuple[SectionName, ...], Meta(extra_json_schema={"uniqueItems": True})] | UnsetType = UNSET
    convert: Annotated[str, Meta(pattern="^[A-Z0-9]{2,10}$")] = "USD"


class MarketOverviewOutput(Struct, frozen=True, kw_only=True):
    """A key for each section of which something is known. `as_of` is the moment of the question: what each figure
    describes stands under `provenance`."""

    market_overview_result: dict[str, Any]
    as_of: str
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]


async def market_overview(arguments: MarketOverviewArguments, context: ToolContext) -> MarketOverviewOutput:
    """The whole crypto market in one call: size, volume, dominance, fear and greed, altcoin season, leverage, fund
    flows, gas, indices, DeFi and stablecoins, in bundles or chosen sections."""
    chosen = BUNDLES[arguments.bundle]
    if arguments.sections is not UNSET and arguments.sections:
        chosen = tuple(dict.fromkeys(arguments.sections))
    overview = Overview(context, arguments.convert)
    built = await asyncio.gather(*(SECTIONS[name](overview) for name in chosen))
    return _output(dict(zip(chosen, built, strict=True)), arguments.convert, context.now)


def _output(sections: dict[SectionName, Section], convert: str, now: datetime) -> MarketOverviewOutput:
    origins = merge_origins([(0, origin) for section in sections.values() for origin in section.origins], 1)
    fields = {str(name): section.fields for name, section in sections.items() if section.fields}
    return MarketOverviewOutput(
        market_overview_result=fields,
        as_of=encode_time(now),
        source=source_names(origins),
        notes=[*_currency_notes(sections, convert), *_notes(sections), *mode_notes(origins)],
        provenance=origins,
        unavailable=_gaps(sections),
    )


def _notes(sections: dict[SectionName, Section]) -> list[str]:
    return list(dict.fromkeys(note for section in sections.values() for note in section.notes))


def _currency_notes(sections: dict[SectionName, Section], convert: str) -> list[str]:
    if convert == "USD":
        return ["money is in USD, shares and changes in percent"]
    named = [name for name in sections if name in _CONVERTED]
    others = [name for name in sections if name not in _CONVERTED]
    notes = (
        [f"{', '.join(named)}: in {convert} where a source gives it, else in USD as the field's name says"]
        if named
        else []
    )
    return [*notes, *([f"{', '.join(others)}: money is in USD"] if others else [])]


def _gaps(sections: dict[SectionName, Section]) -> list[Gap]:
    """A source that failed several sections is named once."""
    seen: dict[str, Gap] = {}
    for gap in (gap for section in sections.values() for gap in section.gaps):
        key = gap.reason if gap.field in get_args(SectionName) and ":" in gap.reason else f"{gap.field} {gap.reason}"
        seen.setdefault(key, gap)
    return list(seen.values())


# A daily brief is eight sections, each figure with its origin.
TOOL = built_in_tool(market_overview, advice=_ADVICE, size_limit=HARD_LIMIT)
